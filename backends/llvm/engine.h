/*
 * engine.h: LLVM's state: a context with its types and a target machine, kept
 * from unit to unit. One engine a tier; a tier is used by one thread at a time.
 */
#ifndef TW_LLVM_ENGINE_H
#define TW_LLVM_ENGINE_H

#include <llvm-c/Core.h>
#include <llvm-c/TargetMachine.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

struct llvm_types {
    LLVMTypeRef i1, i8, i16, i32, i64, word, f32, f64, ptr, none;
    LLVMTypeRef code; /* unit_code: ptr (ptr frame, i32 entry) */
};

struct engine {
    int tier;
    pthread_mutex_t lock;
    LLVMContextRef context; /* renewed now and then: constants pile up in it */
    unsigned units; /* made in this context */
    LLVMTargetMachineRef machine;
    LLVMTargetDataRef layout;
    char *triple;
    struct llvm_types types;
    LLVMAttributeRef nounwind, signext, zeroext, readonly, willreturn, noalias;
    void *alias; /* alias.c: metadata of this context */
};

/* 0, or -1 with a message. Once each process. */
int engine_init(char *err, size_t errsize);
/* Locks the engine and sees to its context. */
int engine_begin(struct engine *e, char *err, size_t errsize);
LLVMModuleRef engine_module(struct engine *e);
/* Optimizes (tier 2) and compiles the module, which is disposed of. NULL with
 * a message on failure. */
LLVMMemoryBufferRef engine_emit(struct engine *e, LLVMModuleRef m, char *err,
                                size_t errsize);
void engine_end(struct engine *e);
/* Disassembles to the log, if that is open. */
void engine_log_code(const char *name, const void *code, size_t size);

#endif
