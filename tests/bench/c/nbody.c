/* nbody.c: the loops of ../nbody.py in C. */
#include <math.h>

#include "harness.h"

enum { NBODIES = 5, NPAIRS = NBODIES * (NBODIES - 1) / 2 };

static const double pi = 3.141592653589793, days = 365.24;

struct body {
    double x, y, z, vx, vy, vz, mass;
};
struct pair {
    struct body *a, *b;
};

static const struct body sun_and_planets[NBODIES] = {
    {0, 0, 0, 0, 0, 0, 1},
    {4.84143144246472090e+00, -1.16032004402742839e+00,
     -1.03622044471123109e-01, 1.66007664274403694e-03, 7.69901118419740425e-03,
     -6.90460016972063023e-05, 9.54791938424326609e-04},
    {8.34336671824457987e+00, 4.12479856412430479e+00, -4.03523417114321381e-01,
     -2.76742510726411899e-03, 4.99852801234917238e-03, 2.30417297573763929e-05,
     2.85885980666130812e-04},
    {1.28943695621391310e+01, -1.51111514016986312e+01,
     -2.23307578892655734e-01, 2.96460137564761618e-03, 2.37847173959480950e-03,
     -2.96589568540237556e-05, 4.36624404335156298e-05},
    {1.53796971148509165e+01, -2.59193146099879641e+01, 1.79258772950371181e-01,
     2.68067772490389322e-03, 1.62824170038242295e-03, -9.51592254519715870e-05,
     5.15138902046611451e-05},
};

static double energy(const struct body *system)
{
    double e = 0;

    for (int i = 0; i < NBODIES; i++) {
        const struct body *a = &system[i];

        e += 0.5 * a->mass * (a->vx * a->vx + a->vy * a->vy + a->vz * a->vz);
        for (int j = i + 1; j < NBODIES; j++) {
            const struct body *b = &system[j];
            double dx = a->x - b->x, dy = a->y - b->y, dz = a->z - b->z;

            e -= a->mass * b->mass / sqrt(dx * dx + dy * dy + dz * dz);
        }
    }
    return e;
}

static void advance(struct body *system, const struct pair *pairs, double dt,
                    int steps)
{
    for (int n = 0; n < steps; n++) {
        for (int k = 0; k < NPAIRS; k++) {
            struct body *a = pairs[k].a, *b = pairs[k].b;
            double dx = a->x - b->x, dy = a->y - b->y, dz = a->z - b->z;
            double square = dx * dx + dy * dy + dz * dz;
            double mag = dt / (square * sqrt(square));
            double bm = b->mass * mag, am = a->mass * mag;

            a->vx -= dx * bm;
            a->vy -= dy * bm;
            a->vz -= dz * bm;
            b->vx += dx * am;
            b->vy += dy * am;
            b->vz += dz * am;
        }
        for (int k = 0; k < NBODIES; k++) {
            system[k].x += dt * system[k].vx;
            system[k].y += dt * system[k].vy;
            system[k].z += dt * system[k].vz;
        }
    }
}

static void run(char *result)
{
    struct body system[NBODIES];
    struct pair pairs[NPAIRS];
    double solar_mass = 4 * pi * pi, px = 0, py = 0, pz = 0, before;
    int n = 0;

    for (int k = 0; k < NBODIES; k++) {
        system[k] = sun_and_planets[k];
        system[k].vx *= days;
        system[k].vy *= days;
        system[k].vz *= days;
        system[k].mass *= solar_mass;
        px += system[k].vx * system[k].mass;
        py += system[k].vy * system[k].mass;
        pz += system[k].vz * system[k].mass;
        for (int j = k + 1; j < NBODIES; j++)
            pairs[n++] = (struct pair){&system[k], &system[j]};
    }
    system[0].vx = -px / solar_mass;
    system[0].vy = -py / solar_mass;
    system[0].vz = -pz / solar_mass;
    before = energy(system);
    advance(system, pairs, 0.01, 10000);
    snprintf(result, RESULT_SIZE, "%.9f\n%.9f", before, energy(system));
}

int main(int argc, char **argv)
{
    return bench_main(argc, argv, 6);
}
