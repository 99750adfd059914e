#!/usr/bin/env python2.7
"""Writes python27/objects/unicodetables.inc: the character properties that unicode
objects need, of the Unicode version (5.2.0) that a python2.7's unicodedata knows.

Characters with the same properties share a record; a two-stage table (pages of 128
characters, equal pages stored once) gives the record of a character.

    python2.7 tools/gen_unicodedb.py > python27/objects/unicodetables.inc
"""
import sys
import unicodedata

SHIFT = 7
ALPHA, SPACE, UPPER, LOWER, TITLE, BREAK, PRINT, NUMERIC = [1 << i for i in range(8)]


def record(code):
    char = unichr(code)
    flags = 0
    for flag, test in ((ALPHA, char.isalpha()), (SPACE, char.isspace()),
                       (UPPER, char.isupper()), (LOWER, char.islower()),
                       (TITLE, char.istitle() and not char.isupper()),
                       (BREAK, len((u'a' + char + u'a').splitlines()) == 2),
                       (PRINT, unicodedata.category(char)[0] not in 'CZ' or char == u' '),
                       (NUMERIC, char.isnumeric())):
        if test:
            flags |= flag
    upper, lower, title = [ord(c) - code for c in (char.upper(), char.lower(), char.title())]
    return (flags, upper, lower, title, unicodedata.decimal(char, -1),
            unicodedata.digit(char, -1))


def numbers(name, ctype, values):
    print 'static const %s %s[] = {' % (ctype, name)
    line = '   '
    for value in values:
        text = ' %d,' % value
        if len(line) + len(text) > 100:
            print line
            line = '   '
        line += text
    print line
    print '};'


def main():
    if unicodedata.unidata_version != '5.2.0' or sys.maxunicode != 0x10ffff:
        sys.exit('gen_unicodedb: needs a UCS-4 Python with Unicode 5.2.0')
    records, pages, index = {}, {}, []
    for start in range(0, 0x110000, 1 << SHIFT):
        page = tuple(records.setdefault(record(code), len(records))
                     for code in range(start, start + (1 << SHIFT)))
        index.append(pages.setdefault(page, len(pages)))
    print '/* Written by tools/gen_unicodedb.py: Unicode %s. */' % unicodedata.unidata_version
    print '/* flags, distance to upper, lower and title case, decimal, digit (-1 none) */'
    print 'static const struct uc_record records[] = {'
    for fields, _ in sorted(records.items(), key=lambda item: item[1]):
        print '    {%d, %d, %d, %d, %d, %d},' % fields
    print '};'
    flat = []
    for page, _ in sorted(pages.items(), key=lambda item: item[1]):
        flat.extend(page)
    numbers('page_of', 'uint8_t' if len(pages) < 256 else 'uint16_t', index)
    numbers('record_of', 'uint8_t' if len(records) < 256 else 'uint16_t', flat)


main()
