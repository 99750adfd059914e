/*
 * unicodedb.h: properties of characters, Unicode 5.2.0. Bodies: unicodedb.c.
 */
#ifndef PY_UNICODEDB_H
#define PY_UNICODEDB_H

#include <stdint.h>

int py_uc_isspace(uint32_t c);
int py_uc_isalpha(uint32_t c);
int py_uc_isupper(uint32_t c);
int py_uc_islower(uint32_t c);
int py_uc_istitle(uint32_t c);
int py_uc_isnumeric(uint32_t c);
int py_uc_islinebreak(uint32_t c);
int py_uc_isprintable(uint32_t c);
int py_uc_decimal(uint32_t c); /* digit value for int(), -1 none */
int py_uc_digit(uint32_t c);   /* digit value in the wider sense, -1 none */
uint32_t py_uc_toupper(uint32_t c);
uint32_t py_uc_tolower(uint32_t c);
uint32_t py_uc_totitle(uint32_t c);

#endif
