/*
 * trace.c: sys.settrace and sys.setprofile: reporting calls, lines, returns
 * and exceptions of frames.
 *
 * A frame is traced line by line when its `trace` is set, by the trace
 * function's answer to "call" or by assignment to f_trace.
 */
#include "eval/evalops.h"

struct py_tracestate py_tracestate;

/* Calls func(frame, what, arg) with tracing off; NULL with exception. */
static py_object *report(struct py_ec *ec, py_object *func, py_frame *f,
                         const char *what, py_object *arg)
{
    struct py_savedexc s = py_err_save();
    uint8_t use = ec->use_tracing;
    ec->use_tracing = 0;
    ec->tracing++;
    py_frame_escapes(f);
    if (f->trace) {
        f->trace->event = what[0];
        f->trace->jump = -1;
    }
    if (f->code->flags & PY_CO_OPTIMIZED)
        py_frame_locals(f);
    py_object *r = py_call3(func, &f->base, (py_object *)py_str_from(what),
                            arg ? arg : py_None);
    if (f->code->flags & PY_CO_OPTIMIZED)
        py_frame_locals_to_fast(f, 1);
    ec->tracing--;
    /* The function may have removed itself. */
    ec->use_tracing = use && (ec->tracefunc || ec->profilefunc);
    if (r)
        py_err_restore(s);
    return r;
}

static int stop_tracing(struct py_ec *ec)
{
    ec->tracefunc = NULL;
    ec->use_tracing = ec->profilefunc != NULL;
    return -1;
}

int py_trace_enter(py_frame *f, struct py_ec *ec, int pc)
{
    (void)pc;
    if (ec->tracing || !ec->use_tracing)
        return 0;
    if (ec->tracefunc) {
        py_object *local = report(ec, ec->tracefunc, f, "call", NULL);
        if (!local)
            return stop_tracing(ec);
        if (local != py_None) {
            if (!f->trace)
                f->trace = tw_gc_malloc(sizeof *f->trace);
            f->trace->func = local;
            f->trace->line = -1;
        }
    }
    if (ec->profilefunc && !report(ec, ec->profilefunc, f, "call", NULL)) {
        ec->profilefunc = NULL;
        return -1;
    }
    return 0;
}

/* Sets t's range of instructions to the line of pc; the line number when pc
 * starts it, else -1. */
static int line_start(py_frame *f, struct py_frametrace *t, int pc)
{
    py_code *c = f->code;
    const unsigned char *p = (const unsigned char *)py_str_data(c->lnotab);
    int line = c->firstlineno, addr = 0, start = 0;
    t->lower = 0;
    t->upper = INT32_MAX;
    for (intptr_t n = c->lnotab->n / 2; n-- > 0; p += 2) {
        if (addr + p[0] > pc) {
            t->upper = addr + p[0];
            break;
        }
        addr += p[0];
        if (p[1])
            start = addr;
        line += p[1];
    }
    t->lower = start;
    return start == pc ? line : -1;
}

int64_t py_trace_line(py_frame *f, struct py_ec *ec, int pc, int depth)
{
    int64_t here = (int64_t)pc << 32 | depth;
    struct py_frametrace *t = f->trace;
    if (ec->tracing || !ec->tracefunc || !t->func)
        return here;
    int fresh = t->line == -1;
    int line = -1;
    if (fresh || pc < t->lower || pc >= t->upper || pc == t->lower)
        line = line_start(f, t, pc);
    int back = pc < t->lasti;
    t->lasti = pc;
    if (line == -1 && !back)
        return here;
    t->line = py_code_line(f->code, pc);
    py_object *r = report(ec, t->func, f, "line", NULL);
    if (!r)
        return stop_tracing(ec);
    if (r != py_None)
        t->func = r;
    if (t->jump < 0)
        return here;
    t->lasti = t->jump;
    depth = py_frame_leave_blocks(f, depth);
    return (int64_t)t->jump << 32 | depth;
}

void py_trace_exception(py_frame *f, struct py_ec *ec)
{
    if (ec->tracing || !ec->tracefunc || !f->trace || !f->trace->func)
        return;
    py_object *exc = ec->exc;
    py_object *arg = &py_tuple_pack3(py_exc_class(exc), exc,
                                     ec->exc_tb ? &ec->exc_tb->base : py_None)
                          ->base;
    py_object *r = report(ec, f->trace->func, f, "exception", arg);
    if (!r)
        stop_tracing(ec);
    else if (r != py_None)
        f->trace->func = r;
}

py_object *py_trace_leave(py_frame *f, struct py_ec *ec, py_object *result)
{
    if (ec->tracing)
        return result;
    if (ec->tracefunc && f->trace && f->trace->func &&
        !report(ec, f->trace->func, f, "return", result)) {
        stop_tracing(ec);
        return NULL;
    }
    if (ec->profilefunc && ec->use_tracing &&
        !report(ec, ec->profilefunc, f, "return", result)) {
        ec->profilefunc = NULL;
        return NULL;
    }
    return result;
}

int py_trace_c_call(py_frame *f, struct py_ec *ec, const char *what,
                    py_object *callee)
{
    if (!ec->profilefunc || !ec->use_tracing || ec->tracing)
        return 0;
    struct py_savedexc s = py_err_save();
    if (!report(ec, ec->profilefunc, f, what, callee)) {
        ec->profilefunc = NULL;
        return -1;
    }
    if (s.exc)
        py_err_restore(s);
    return 0;
}
