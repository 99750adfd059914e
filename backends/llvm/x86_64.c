/*
 * x86_64.c: the target descriptor of x86-64. Code is position independent in
 * the small model: everything outside a unit is an immediate, so what is left
 * are references to its own constants, and calls of libm or libc functions.
 */
#include "backends/llvm/target.h"

#include <elf.h>
#include <llvm-c/Target.h>
#include <string.h>

static void init(void)
{
    LLVMInitializeX86TargetInfo();
    LLVMInitializeX86Target();
    LLVMInitializeX86TargetMC();
    LLVMInitializeX86AsmPrinter();
    LLVMInitializeX86Disassembler();
}

/* jmp *0(%rip); address */
static void write_stub(uint8_t *at, uint64_t address)
{
    static const uint8_t jump[6] = {0xff, 0x25, 0, 0, 0, 0};

    memcpy(at, jump, sizeof jump);
    memcpy(at + sizeof jump, &address, sizeof address);
}

static int is_call(unsigned type)
{
    return type == R_X86_64_PLT32;
}

static int relocate(unsigned type, uint8_t *where, uint64_t value)
{
    int64_t diff = (int64_t)(value - (uint64_t)(uintptr_t)where);
    int32_t small = (int32_t)diff;

    switch (type) {
    case R_X86_64_PC32:
    case R_X86_64_PLT32:
        if (small != diff)
            return -1;
        memcpy(where, &small, sizeof small);
        return 0;
    case R_X86_64_64:
        memcpy(where, &value, sizeof value);
        return 0;
    default:
        return -1;
    }
}

const struct llvm_target llvm_target = {.name = "x86-64",
                                        .init = init,
                                        .reloc = LLVMRelocPIC,
                                        .model = LLVMCodeModelSmall,
                                        .elf_machine = EM_X86_64,
                                        .stub_size = 16,
                                        .write_stub = write_stub,
                                        .is_call = is_call,
                                        .relocate = relocate};
