# Frames that somebody keeps, in loops long enough for machine code: variables
# and callers are there after the calls have returned, and new calls do not
# take their place.
import sys


def keep(list, n):
    if n % 50 == 0:
        list.append(sys._getframe())
    return n + 1


def middle(list, n):
    here = n * 2
    r = keep(list, n)
    return r + here


def outer(list, n):
    mine = 'outer %d' % n
    return middle(list, n), mine


frames = []
total = 0
for i in range(400):
    total += outer(frames, i)[0]
print total
for f in frames:
    b = f.f_back
    c = b.f_back
    print f.f_code.co_name, f.f_locals['n'], b.f_code.co_name, \
        b.f_locals['here'], c.f_code.co_name, c.f_locals['mine']


# Tracebacks hold the frames they name, and those hold their callers.
def fail(n):
    secret = n * n
    if n % 100 == 7:
        raise ValueError(n)
    return secret


def between(n):
    twice = 2 * n
    return fail(n) + twice


traces = []
for i in range(500):
    try:
        between(i)
    except ValueError:
        traces.append(sys.exc_info()[2])
for i in range(500):
    between(i * 100)
for t in traces:
    names = []
    while t.tb_next:
        names.append(t.tb_frame.f_code.co_name)
        t = t.tb_next
    f = t.tb_frame
    print names, f.f_code.co_name, f.f_locals['secret'], \
        f.f_back.f_locals['twice']


# Recursion: each activation has a frame of its own.
def down(n, list):
    local = 'level %d' % n
    if n == 0:
        list.append(sys._getframe())
        return 0
    return 1 + down(n - 1, list) + len(local) * 0


deep = []
for i in range(100):
    down(10, deep)
down(40, [])
f = deep[-1]
levels = []
while f.f_code.co_name == 'down':
    levels.append(f.f_locals['local'])
    f = f.f_back
print levels


# Generators: a frame asked for lives on when the generator is done.
def counter(n):
    k = 0
    while k < n:
        yield k
        k += 1
    last = 'counted to %d' % n


held = []
sums = 0
for i in range(300):
    g = counter(i % 7)
    if i % 60 == 5:
        held.append(g.gi_frame)
    for k in g:
        sums += k
    assert g.gi_frame is None
print sums
for f in held:
    print f.f_code.co_name, sorted(f.f_locals.items()), f.f_back


def seen_from_inside(list):
    for k in range(3):
        list.append(sys._getframe(0))
        yield k


inside = []
for i in range(200):
    for k in seen_from_inside(inside):
        pass
    if i < 198:
        del inside[:]
print len(inside), len(set(map(id, inside))), inside[0].f_locals['k']


def helper(list):
    list.append(sys._getframe(1))


def seen_by_callee(list, tag):
    for k in range(2):
        helper(list)
        yield k
    tag += '!'


inside = []
for i in range(150):
    for k in seen_by_callee(inside, 'tag%d' % i):
        pass
print sorted(set(f.f_locals['tag'] for f in inside))[:4], len(inside)


# Many calls after all that find frames that are empty.
def blank(n):
    if n < 0:
        unset = 1
    try:
        return unset
    except UnboundLocalError:
        return None


print set(blank(i) for i in range(1000))


def unset_without_try(n):
    if n == 999:
        there = n
    elif n < 999:
        return 'local' if 'there' not in locals() else 'stale'
    return there


print sorted(set(str(unset_without_try(i)) for i in range(1000)))
