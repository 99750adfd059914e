/*
 * target.h: what backends/llvm has to know about a CPU. One struct, one small
 * file a target; everything else in this folder is the same for all of them.
 */
#ifndef TW_LLVM_TARGET_H
#define TW_LLVM_TARGET_H

#include <llvm-c/TargetMachine.h>
#include <stddef.h>
#include <stdint.h>

struct llvm_target {
    const char *name;
    void (*init)(void); /* registers LLVM's target and assembler */
    LLVMRelocMode reloc;
    LLVMCodeModel model;
    unsigned elf_machine;
    /* Code that goes to a far address, for calls of library functions which
     * LLVM makes by itself. */
    unsigned stub_size;
    void (*write_stub)(uint8_t *at, uint64_t address);
    /* Does this relocation belong to a call, so that a stub may stand for its
     * symbol? */
    int (*is_call)(unsigned type);
    /* value: symbol + addend. The bytes are at `where`, which is also where
     * they run. 0, or -1 if the type is unknown or the value does not fit. */
    int (*relocate)(unsigned type, uint8_t *where, uint64_t value);
};

/* The target this library was built for. */
extern const struct llvm_target llvm_target;

#endif
