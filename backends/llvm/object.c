/*
 * object.c: loads the relocatable ELF object of one unit into code memory.
 * Input: the bytes of LLVM's emitter; output: machine code in place.
 * Neighbours: engine.c makes objects, unit.c loads them.
 *
 * Why not LLVM's own JIT layers: measured at 0.2 ms (LLJIT) and 0.5 ms (MCJIT)
 * for each unit on top of the emitter's 0.2 ms; this is a few microseconds.
 */
#include "backends/llvm/object.h"
#include "backends/llvm/target.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef ElfW(Ehdr) elf_header;
typedef ElfW(Shdr) elf_section;
typedef ElfW(Sym) elf_symbol;
typedef ElfW(Rela) elf_rela;
#if __SIZEOF_POINTER__ == 8
#define RELOC_SYMBOL(i) ELF64_R_SYM(i)
#define RELOC_TYPE(i) ELF64_R_TYPE(i)
#define SYMBOL_TYPE(i) ELF64_ST_TYPE(i)
#else
#define RELOC_SYMBOL(i) ELF32_R_SYM(i)
#define RELOC_TYPE(i) ELF32_R_TYPE(i)
#define SYMBOL_TYPE(i) ELF32_ST_TYPE(i)
#endif

#define NOWHERE (~(uint64_t)0)

static const elf_header *header(const struct object *o)
{
    return (const elf_header *)o->data;
}

static const elf_section *section(const struct object *o, unsigned k)
{
    return (const elf_section *)(o->data + header(o)->e_shoff) + k;
}

static const elf_section *symbol_table(const struct object *o)
{
    for (unsigned k = 0; k < header(o)->e_shnum; k++)
        if (section(o, k)->sh_type == SHT_SYMTAB)
            return section(o, k);
    return NULL;
}

static const elf_symbol *symbol(const struct object *o, unsigned k)
{
    return (const elf_symbol *)(o->data + symbol_table(o)->sh_offset) + k;
}

static const char *symbol_name(const struct object *o, unsigned k)
{
    const elf_section *names = section(o, symbol_table(o)->sh_link);

    return (const char *)(o->data + names->sh_offset + symbol(o, k)->st_name);
}

static size_t align(size_t n, size_t to)
{
    return to > 1 ? (n + to - 1) / to * to : n;
}

int object_open(struct object *o, const void *data, size_t size, char *err,
                size_t errsize)
{
    size_t at = 0;

    *o = (struct object){.data = data, .size = size};
    if (size < sizeof(elf_header) || memcmp(data, ELFMAG, SELFMAG) != 0 ||
        header(o)->e_machine != llvm_target.elf_machine || !symbol_table(o)) {
        snprintf(err, errsize, "LLVM gave no %s object", llvm_target.name);
        return -1;
    }
    o->place = malloc(header(o)->e_shnum * sizeof *o->place);
    for (unsigned k = 0; k < header(o)->e_shnum; k++) {
        const elf_section *s = section(o, k);

        o->place[k] = NOWHERE;
        if (!(s->sh_flags & SHF_ALLOC) || s->sh_size == 0)
            continue;
        at = align(at, s->sh_addralign);
        o->place[k] = at;
        at += s->sh_size;
    }
    o->stubs = align(at, 16);
    for (unsigned k = 1; k < symbol_table(o)->sh_size / sizeof(elf_symbol); k++)
        o->nstubs += symbol(o, k)->st_shndx == SHN_UNDEF;
    o->nbytes = o->stubs + o->nstubs * llvm_target.stub_size;
    return 0;
}

/* Address of symbol k; outside of the object it is that of a stub. */
static int symbol_address(struct object *o, uint8_t *memory, unsigned k,
                          unsigned type, unsigned *stub, uint64_t *address)
{
    const elf_symbol *s = symbol(o, k);
    uint8_t *at;
    void *f;

    if (s->st_shndx == SHN_ABS) {
        *address = s->st_value;
        return 0;
    }
    if (s->st_shndx != SHN_UNDEF) {
        if (s->st_shndx >= header(o)->e_shnum ||
            o->place[s->st_shndx] == NOWHERE)
            return -1;
        *address = (uintptr_t)memory + o->place[s->st_shndx] + s->st_value;
        return 0;
    }
    f = dlsym(RTLD_DEFAULT, symbol_name(o, k));
    if (!f || !llvm_target.is_call(type) || *stub >= o->nstubs)
        return -1;
    at = memory + o->stubs + (*stub)++ * llvm_target.stub_size;
    llvm_target.write_stub(at, (uintptr_t)f);
    *address = (uintptr_t)at;
    return 0;
}

static int relocate_section(struct object *o, uint8_t *memory,
                            const elf_section *s, uint64_t *stubs,
                            unsigned *nstubs, char *err, size_t errsize)
{
    const elf_rela *r = (const elf_rela *)(o->data + s->sh_offset);
    const elf_rela *end = r + s->sh_size / sizeof *r;
    uint64_t place = o->place[s->sh_info];

    for (; place != NOWHERE && r < end; r++) {
        unsigned k = RELOC_SYMBOL(r->r_info), type = RELOC_TYPE(r->r_info);
        uint64_t address = stubs[k];

        if (!address && symbol_address(o, memory, k, type, nstubs, &address)) {
            snprintf(err, errsize, "machine code refers to unknown symbol '%s'",
                     symbol_name(o, k));
            return -1;
        }
        if (symbol(o, k)->st_shndx == SHN_UNDEF)
            stubs[k] = address;
        if (llvm_target.relocate(type, memory + place + r->r_offset,
                                 address + (uint64_t)r->r_addend)) {
            snprintf(err, errsize,
                     "machine code needs relocation %u, which the "
                     "loader does not do",
                     type);
            return -1;
        }
    }
    return 0;
}

static int relocate(struct object *o, uint8_t *memory, char *err,
                    size_t errsize)
{
    size_t nsymbols = symbol_table(o)->sh_size / sizeof(elf_symbol);
    uint64_t *stubs = calloc(nsymbols + 1, sizeof *stubs);
    unsigned nstubs = 0;
    int rc = 0;

    for (unsigned k = 0; k < header(o)->e_shnum && rc == 0; k++) {
        if (section(o, k)->sh_type == SHT_RELA)
            rc = relocate_section(o, memory, section(o, k), stubs, &nstubs, err,
                                  errsize);
        if (section(o, k)->sh_type == SHT_REL) {
            snprintf(err, errsize, "the loader does not do REL sections yet");
            rc = -1;
        }
    }
    free(stubs);
    return rc;
}

int object_load(struct object *o, uint8_t *memory, void **function, char *err,
                size_t errsize)
{
    size_t nsymbols = symbol_table(o)->sh_size / sizeof(elf_symbol);

    *function = NULL;
    for (unsigned k = 0; k < header(o)->e_shnum; k++) {
        const elf_section *s = section(o, k);

        if (o->place[k] == NOWHERE)
            continue;
        if (s->sh_type == SHT_NOBITS)
            memset(memory + o->place[k], 0, s->sh_size);
        else
            memcpy(memory + o->place[k], o->data + s->sh_offset, s->sh_size);
    }
    for (unsigned k = 1; k < nsymbols; k++) {
        const elf_symbol *s = symbol(o, k);

        if (SYMBOL_TYPE(s->st_info) == STT_FUNC)
            *function = memory + o->place[s->st_shndx] + s->st_value;
    }
    if (!*function) {
        snprintf(err, errsize, "LLVM's object has no function");
        return -1;
    }
    return relocate(o, memory, err, errsize);
}

void object_close(struct object *o)
{
    free(o->place);
    o->place = NULL;
}
