/*
 * extract.c: a build tool: from the object of stencils.c to the tables that assemble.c copies from.
 * Usage: tw-stencils OBJECT > stencils.inc. Input: a relocatable ELF file of 64 bits; output: an
 * enumeration of the stencils, their bytes and their holes.
 *
 * A jump to `next` at a stencil's end is left out, since what comes next is put there. A guard that
 * ends in "if it holds jump to next, jump to other" becomes "if it does not hold jump to other".
 */
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const unsigned char *file;
static const Elf64_Shdr *sections;
static const Elf64_Sym *symbols;
static const char *names;
static size_t nsymbols;

static void fail(const char *what, const char *name)
{
    fprintf(stderr, "tw-stencils: %s%s%s\n", what, name ? ": " : "",
            name ? name : "");
    exit(1);
}

static void read_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    unsigned char *p;
    long n = 0;

    if (!f || fseek(f, 0, SEEK_END) || (n = ftell(f)) < 0)
        fail("cannot read", path);
    rewind(f);
    p = malloc((size_t)n + 1);
    if (fread(p, 1, (size_t)n, f) != (size_t)n)
        fail("cannot read", path);
    fclose(f);
    file = p;
}

static void find_tables(void)
{
    const Elf64_Ehdr *h = (const Elf64_Ehdr *)file;

    if (memcmp(h->e_ident, ELFMAG, SELFMAG) || h->e_type != ET_REL ||
        h->e_ident[EI_CLASS] != ELFCLASS64)
        fail("not a relocatable ELF file of 64 bits", NULL);
    if (h->e_machine != EM_X86_64)
        fail("relocations are known for x86-64 only", NULL);
    sections = (const Elf64_Shdr *)(file + h->e_shoff);
    for (unsigned k = 0; k < h->e_shnum; k++)
        if (sections[k].sh_type == SHT_SYMTAB) {
            symbols = (const Elf64_Sym *)(file + sections[k].sh_offset);
            nsymbols = sections[k].sh_size / sizeof *symbols;
            names =
                (const char *)file + sections[sections[k].sh_link].sh_offset;
        }
    if (!symbols)
        fail("no symbols", NULL);
}

/* ---------------------------------------------------------------- one stencil */

enum { MOST_HOLES = 16 };
struct hole {
    size_t at;
    const char *symbol;
    unsigned type;
    long addend;
};
static struct hole holes[MOST_HOLES];
static unsigned nholes;
static unsigned char code[1024];
static size_t size;

static void find_holes(const Elf64_Sym *s, const char *name)
{
    const Elf64_Ehdr *h = (const Elf64_Ehdr *)file;

    nholes = 0;
    for (unsigned k = 0; k < h->e_shnum; k++) {
        const Elf64_Rela *r =
            (const Elf64_Rela *)(file + sections[k].sh_offset);
        size_t n = sections[k].sh_size / sizeof *r;

        if (sections[k].sh_type != SHT_RELA ||
            sections[k].sh_info != s->st_shndx)
            continue;
        for (; n--; r++) {
            const Elf64_Sym *to = &symbols[ELF64_R_SYM(r->r_info)];

            if (r->r_offset < s->st_value ||
                r->r_offset >= s->st_value + s->st_size)
                continue;
            if (nholes == MOST_HOLES)
                fail("too many holes", name);
            holes[nholes++] =
                (struct hole){r->r_offset - s->st_value, names + to->st_name,
                              (unsigned)ELF64_R_TYPE(r->r_info), r->r_addend};
        }
    }
}

static struct hole *hole_at(size_t at, const char *symbol)
{
    for (unsigned k = 0; k < nholes; k++)
        if (holes[k].at == at && !strcmp(holes[k].symbol, symbol))
            return &holes[k];
    return NULL;
}

static void drop(struct hole *h)
{
    *h = holes[--nholes];
}

static void fall_through(void)
{
    struct hole *h, *other;

    if (size >= 11 && code[size - 5] == 0xe9 && code[size - 11] == 0x0f &&
        (code[size - 10] & 0xf0) == 0x80 && (h = hole_at(size - 9, "next")) &&
        (other = hole_at(size - 4, "other"))) {
        code[size - 10] ^= 1;
        h->symbol = "other";
        drop(other);
        size -= 5;
    } else if (size >= 5 && code[size - 5] == 0xe9 &&
               (h = hole_at(size - 4, "next"))) {
        drop(h);
        size -= 5;
    }
}

static const char *kind_of(const struct hole *h, const char *name)
{
    switch (h->type) {
    case R_X86_64_64:
        return "STENCIL_WORD";
    case R_X86_64_32:
    case R_X86_64_32S:
        return "STENCIL_INT";
    case R_X86_64_PLT32:
    case R_X86_64_PC32:
        return "STENCIL_JUMP";
    default:
        fail("a relocation of a type that is not known", name);
        return NULL;
    }
}

static void print_holes(const char *name)
{
    static const char *const known[] = {"next",   "other", "slot_a",
                                        "slot_b", "disp",  "word_a"};

    printf("static const struct stencil_hole holes_%s[] = {", name);
    for (unsigned k = 0; k < nholes; k++) {
        unsigned n = 0;

        while (n < sizeof known / sizeof *known &&
               strcmp(known[n], holes[k].symbol) != 0)
            n++;
        if (n == sizeof known / sizeof *known)
            fail("refers to more than its holes", name);
        printf("{%zu, %s, HOLE_%s, %ld}, ", holes[k].at,
               kind_of(&holes[k], name), known[n], holes[k].addend);
    }
    printf("{0, 0, 0, 0}};\n");
}

static void print_stencil(const Elf64_Sym *s)
{
    const char *name = names + s->st_name + 3;

    size = s->st_size;
    if (size > sizeof code)
        fail("too long", name);
    memcpy(code, file + sections[s->st_shndx].sh_offset + s->st_value, size);
    find_holes(s, name);
    fall_through();
    print_holes(name);
    printf("static const uint8_t code_%s[] = {", name);
    for (size_t k = 0; k < size; k++)
        printf("%u,", code[k]);
    printf("0};\n");
    printf("enum { size_%s = %zu, nholes_%s = %u };\n", name, size, name,
           nholes);
}

static int is_stencil(const Elf64_Sym *s)
{
    return ELF64_ST_TYPE(s->st_info) == STT_FUNC && s->st_shndx != SHN_UNDEF &&
           !strncmp(names + s->st_name, "st_", 3);
}

int main(int argc, char **argv)
{
    if (argc != 2)
        fail("usage: tw-stencils OBJECT", NULL);
    read_file(argv[1]);
    find_tables();
    printf("#ifndef STENCIL_TABLES\nenum stencil_name {\n    ST_none,\n");
    for (size_t k = 0; k < nsymbols; k++)
        if (is_stencil(&symbols[k]))
            printf("    ST_%s,\n", names + symbols[k].st_name + 3);
    printf("};\n#else\n");
    for (size_t k = 0; k < nsymbols; k++)
        if (is_stencil(&symbols[k]))
            print_stencil(&symbols[k]);
    printf("static const struct stencil stencils[] = {\n");
    for (size_t k = 0; k < nsymbols; k++)
        if (is_stencil(&symbols[k])) {
            const char *n = names + symbols[k].st_name + 3;

            printf("    [ST_%s] = {code_%s, holes_%s, size_%s, nholes_%s},\n",
                   n, n, n, n, n);
        }
    printf("};\n#endif\n");
    return 0;
}
