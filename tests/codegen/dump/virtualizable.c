/* A virtualizable frame: in the portal, in helpers, behind hints. */
#include <tw/gc.h>
#include <tw/jit.h>

struct frame {
    void *token;
    int64_t depth;
    double x;
    void *code;
    int64_t outside;
    int64_t nslots;
    int64_t slot[];
};
TW_VIRTUALIZABLE(frame, token, "depth x", slot, nslots);
TW_GC_TYPE_VAR_ATOMIC(frame, slot);

static const struct tw_driver driver = {.name = "vable",
                                        .greens = "pc code",
                                        .reds = "frame",
                                        .virtualizable = "frame"};

static void push(struct frame *f, int64_t v)
{
    f->slot[f->depth++] = v;
}
/* Stays native: it must look at the token first, and so it can force. */
tw_dont_look_inside static int64_t look(struct frame *f)
{
    return f->depth + f->outside;
}
/* Does not touch what the JIT keeps in registers. */
tw_dont_look_inside static int64_t harmless(struct frame *f)
{
    return f->outside + f->nslots;
}
static struct frame *new_frame(void)
{
    struct frame *f = TW_NEW_VAR(frame, 4);
    f->nslots = 4;
    tw_hint_fresh_virtualizable(f);
    f->depth = 0;
    return f;
}
int64_t run(const unsigned char *code)
{
    struct frame *frame = new_frame();
    int64_t pc = 0;

    tw_hint_access_directly(frame);
    for (;;) {
        tw_jit_merge_point(&driver, TW_GREENS(pc, code), TW_REDS(frame));
        switch (code[pc++]) {
        case 0:
            return frame->slot[frame->depth - 1];
        case 1:
            push(frame, code[pc++]);
            break;
        case 2:
            frame->x += 1;
            frame->slot[0] = look(frame);
            break;
        case 3:
            frame->slot[1] = harmless(frame);
            tw_hint_force_virtualizable(frame);
            break;
        }
    }
}
int main(void)
{
    static const unsigned char code[] = {1, 5, 1, 6, 2, 3, 0};
    return run(code) == 0;
}
