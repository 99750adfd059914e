/* known.h: what functions outside the program do to its memory. */
#ifndef CODEGEN_KNOWN_H
#define CODEGEN_KNOWN_H

enum {
    KNOWN_READS = 1,    /* memory that the program sees */
    KNOWN_WRITES = 2,
    KNOWN_ERRNO = 4,
    KNOWN_GMP = 8,      /* writes GMP's structs only */
    KNOWN_LIMBS = 32,   /* writes GMP's numbers: unsigned long */
    KNOWN_ELIDABLE = 16, /* result depends on the arguments alone */
    KNOWN_OUT0 = 64,     /* writes what its first argument leads to, */
    KNOWN_OUT1 = 128,    /* its second, … */
    KNOWN_OUT2 = 256,
    KNOWN_OUT3 = 512,
    KNOWN_CALLS = 1024, /* calls the functions that it is handed */
    KNOWN_KEEPS =
        4096, /* … does not call them, but may have them called later */
    KNOWN_GIVES_FUNCTION = 2048 /* its result may be a function */
};

/* 0 if nothing is known about it. */
int known_function(const char *name, unsigned *what);

#endif
