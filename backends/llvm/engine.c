/*
 * engine.c: from an LLVM module to an object file in memory, in either tier.
 * Neighbours: lower.c builds the module, object.c loads what comes out.
 *
 * Tier 1 is code generation level 0 with FastISel and no passes on the IR: the
 * optimizer has done that work. Tier 2 is a short pipeline and level 2.
 */
#include "backends/llvm/engine.h"
#include "backends/llvm/alias.h"
#include "backends/llvm/target.h"
#include "toolkit/base/log.h"

#include <llvm-c/Analysis.h>
#include <llvm-c/Disassembler.h>
#include <llvm-c/Support.h>
#include <llvm-c/Target.h>
#include <llvm-c/Transforms/PassBuilder.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A context lives for this many units. */
enum { UNITS_A_CONTEXT = 64 };

/* Loop strength reduction is off: it replaces object pointers by derived ones
 * that may lie outside of any object, which a conservative collector does not
 * take for references. indvars and loop-deletion turn loops that only count
 * into what they come to. There is no dse: it takes a third of the pipeline's
 * time and finds next to nothing that the optimizer of traces has left. */
static const char PASSES[] =
    "function<eager-inv>(early-cse<memssa>,instcombine<no-verify-fixpoint>,"
    "simplifycfg,loop-mssa(licm<allowspeculation>),"
    "gvn<no-load-pre>,loop(indvars,loop-deletion),"
    "instcombine<no-verify-fixpoint>,simplifycfg)";

int engine_init(char *err, size_t errsize)
{
    static const char *const options[] = {"tracewright", "-disable-lsr"};
    static int done;

    (void)err, (void)errsize;
    if (!done) {
        llvm_target.init();
        LLVMParseCommandLineOptions(2, options, NULL);
    }
    done = 1;
    return 0;
}

static int open_machine(struct engine *e, char *err, size_t errsize)
{
    char *cpu = LLVMGetHostCPUName(), *features = LLVMGetHostCPUFeatures();
    char *message = NULL;
    LLVMTargetRef target;

    e->triple = LLVMGetDefaultTargetTriple();
    if (LLVMGetTargetFromTriple(e->triple, &target, &message)) {
        snprintf(err, errsize, "LLVM: %s", message);
        LLVMDisposeMessage(message);
        return -1;
    }
    e->machine = LLVMCreateTargetMachine(target, e->triple, cpu, features,
                                         e->tier == 1 ? LLVMCodeGenLevelNone
                                                      : LLVMCodeGenLevelDefault,
                                         llvm_target.reloc, llvm_target.model);
    LLVMSetTargetMachineFastISel(e->machine, e->tier == 1);
    e->layout = LLVMCreateTargetDataLayout(e->machine);
    LLVMDisposeMessage(cpu);
    LLVMDisposeMessage(features);
    return 0;
}

static LLVMAttributeRef attribute(LLVMContextRef c, const char *name,
                                  uint64_t value)
{
    unsigned kind = LLVMGetEnumAttributeKindForName(name, strlen(name));

    return LLVMCreateEnumAttribute(c, kind, value);
}

static void open_context(struct engine *e)
{
    LLVMContextRef c = LLVMContextCreate();
    struct llvm_types *t = &e->types;

    LLVMContextSetDiscardValueNames(c, 1);
    e->context = c;
    e->units = 0;
    e->alias = NULL;
    t->i1 = LLVMInt1TypeInContext(c);
    t->i8 = LLVMInt8TypeInContext(c);
    t->i16 = LLVMInt16TypeInContext(c);
    t->i32 = LLVMInt32TypeInContext(c);
    t->i64 = LLVMInt64TypeInContext(c);
    t->word = LLVMIntPtrTypeInContext(c, e->layout);
    t->f32 = LLVMFloatTypeInContext(c);
    t->f64 = LLVMDoubleTypeInContext(c);
    t->ptr = LLVMPointerTypeInContext(c, 0);
    t->none = LLVMVoidTypeInContext(c);
    t->code = LLVMFunctionType(t->ptr, (LLVMTypeRef[]){t->ptr, t->i32}, 2, 0);
    e->nounwind = attribute(c, "nounwind", 0);
    e->signext = attribute(c, "signext", 0);
    e->zeroext = attribute(c, "zeroext", 0);
    e->willreturn = attribute(c, "willreturn", 0);
    e->noalias = attribute(c, "noalias", 0);
    /* MemoryEffects: two bits (read, write) for each of the three kinds of
     * location; read for all of them */
    e->readonly = attribute(c, "memory", 1 | 1 << 2 | 1 << 4);
}

static void close_context(struct engine *e)
{
    alias_free(e);
    LLVMContextDispose(e->context);
    e->context = NULL;
}

int engine_begin(struct engine *e, char *err, size_t errsize)
{
    pthread_mutex_lock(&e->lock);
    if (!e->machine && open_machine(e, err, errsize)) {
        pthread_mutex_unlock(&e->lock);
        return -1;
    }
    if (e->context && e->units >= UNITS_A_CONTEXT)
        close_context(e);
    if (!e->context)
        open_context(e);
    e->units++;
    return 0;
}

LLVMModuleRef engine_module(struct engine *e)
{
    LLVMModuleRef m = LLVMModuleCreateWithNameInContext("trace", e->context);

    LLVMSetTarget(m, e->triple);
    LLVMSetModuleDataLayout(m, e->layout);
    return m;
}

static int optimize(struct engine *e, LLVMModuleRef m, char *err,
                    size_t errsize)
{
    LLVMPassBuilderOptionsRef o = LLVMCreatePassBuilderOptions();
    LLVMErrorRef error = LLVMRunPasses(m, PASSES, e->machine, o);

    LLVMDisposePassBuilderOptions(o);
    if (error) {
        char *message = LLVMGetErrorMessage(error);

        snprintf(err, errsize, "LLVM passes: %s", message);
        LLVMDisposeErrorMessage(message);
        return -1;
    }
    return 0;
}

static void log_ir(LLVMModuleRef m)
{
    char *text = LLVMPrintModuleToString(m);

    fputs(text, tw_log_begin(TW_LOG_jit_backend_ir));
    tw_log_end(TW_LOG_jit_backend_ir);
    LLVMDisposeMessage(text);
}

LLVMMemoryBufferRef engine_emit(struct engine *e, LLVMModuleRef m, char *err,
                                size_t errsize)
{
    LLVMMemoryBufferRef buffer = NULL;
    char *message = NULL;

#ifdef TW_DEBUG
    if (LLVMVerifyModule(m, LLVMPrintMessageAction, &message))
        abort();
    LLVMDisposeMessage(message);
    message = NULL;
#endif
    if (e->tier == 2 && optimize(e, m, err, errsize)) {
        LLVMDisposeModule(m);
        return NULL;
    }
    if (tw_log_on(TW_LOG_jit_backend_ir))
        log_ir(m);
    if (LLVMTargetMachineEmitToMemoryBuffer(e->machine, m, LLVMObjectFile,
                                            &message, &buffer)) {
        snprintf(err, errsize, "LLVM: %s", message);
        LLVMDisposeMessage(message);
        buffer = NULL;
    }
    LLVMDisposeModule(m);
    return buffer;
}

void engine_log_code(const char *name, const void *code, size_t size)
{
    LLVMDisasmContextRef d;
    uint8_t *p = (uint8_t *)(uintptr_t)code, *end = p + size;
    char *triple, line[200];
    size_t n;
    FILE *out;

    if (!tw_log_on(TW_LOG_jit_backend_asm))
        return;
    triple = LLVMGetDefaultTargetTriple();
    d = LLVMCreateDisasm(triple, NULL, 0, NULL, NULL);
    out = tw_log_begin(TW_LOG_jit_backend_asm);
    fprintf(out, "# %s\n", name);
    while (d && p < end) {
        n = LLVMDisasmInstruction(d, p, (uint64_t)(end - p),
                                  (uint64_t)(uintptr_t)p, line, sizeof line);
        fprintf(out, "%p:%s\n", (void *)p, n ? line : "\t?");
        p += n ? n : 1;
    }
    tw_log_end(TW_LOG_jit_backend_asm);
    if (d)
        LLVMDisasmDispose(d);
    LLVMDisposeMessage(triple);
}

void engine_end(struct engine *e)
{
    pthread_mutex_unlock(&e->lock);
}
