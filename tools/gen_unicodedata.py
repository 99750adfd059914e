#!/usr/bin/env python2.7
"""Writes python27/modules/unicodedata_tables.inc: what the module unicodedata knows, taken from
the unicodedata of a python2.7: Unicode 5.2.0, and 3.2.0 where it differs.

    python2.7 tools/gen_unicodedata.py > python27/modules/unicodedata_tables.inc

Properties: two-stage tables as in unicodetables.inc, with the pages of both versions in one.
Decompositions: (character, place) pairs; at the place stand tag << 8 | length and the
characters. Names: words, the frequent ones coded in one byte, others in two, and a zero behind
each name; names stand in the order of their characters, which are given as runs, and once more
as numbers in alphabetical order. Names of ideographs and Hangul syllables are computed.
"""
import collections
import re
import sys
import unicodedata

SHIFT = 7
OLD = unicodedata.ucd_3_2_0
EVERY = 16  # the place of each 16th name is stored
TAGS = ['', '<noBreak>', '<compat>', '<super>', '<fraction>', '<sub>', '<font>', '<circle>',
        '<wide>', '<vertical>', '<square>', '<isolated>', '<final>', '<initial>', '<medial>',
        '<small>', '<narrow>']


def numbers(name, ctype, values):
    print 'static const %s %s[] = {' % (ctype, name)
    line = '   '
    for value in values:
        text = ' %s,' % value
        if len(line) + len(text) > 100:
            print line
            line = '   '
        line += text
    print line
    print '};'


def texts(name, values):
    print 'static const char *const %s[] = {' % name
    print '    ' + ', '.join('"%s"' % value for value in values)
    print '};'


class Numbered(dict):
    """Numbers its keys from 0 on as they come."""

    def __missing__(self, key):
        self[key] = len(self)
        return self[key]

    def in_order(self):
        return sorted(self, key=self.get)


def main():
    if unicodedata.unidata_version != '5.2.0' or sys.maxunicode != 0x10ffff:
        sys.exit('gen_unicodedata: needs a UCS-4 Python with Unicode 5.2.0')
    categories, bidis, widths, values = Numbered(), Numbered(), Numbered(), Numbered()
    values[None]
    records, pages = Numbered(), Numbered()

    def record(db, char):
        return records[categories[db.category(char)], bidis[db.bidirectional(char)],
                       db.combining(char), widths[db.east_asian_width(char)],
                       db.mirrored(char), db.decimal(char, -1), db.digit(char, -1),
                       values[db.numeric(char, None)]]

    index = [[pages[tuple(record(db, unichr(code)) for code in xrange(at, at + (1 << SHIFT)))]
              for at in xrange(0, 0x110000, 1 << SHIFT)] for db in (unicodedata, OLD)]
    print '/* Written by tools/gen_unicodedata.py: Unicode 5.2.0 and 3.2.0. */'
    texts('categories', categories.in_order())
    texts('bidis', bidis.in_order())
    texts('widths', widths.in_order())
    texts('tags', TAGS)
    numbers('values', 'double', ['0' if v is None else repr(v) for v in values.in_order()])
    print '/* category, bidi, combining, width, mirrored, decimal, digit, value (0 none) */'
    print 'static const struct ucd_record records[] = {'
    for fields in records.in_order():
        print '    {%s},' % ', '.join(map(str, fields))
    print '};'
    numbers('page_of', 'uint16_t', index[0] + index[1])
    numbers('record_of', 'uint16_t', sum(map(list, pages.in_order()), []))

    places, flat, old, pairs, corrected = [], [], [], [], []
    for code in xrange(0x110000):
        char = unichr(code)
        now, then = unicodedata.decomposition(char), OLD.decomposition(char)
        for text, where in (now, places), (then, old):
            if where is old and (then == now or OLD.category(char) == 'Cn'):
                continue
            if text or where is old:
                words = text.split()
                tag = TAGS.index(words.pop(0)) if text.startswith('<') else 0
                where += [code, len(flat)]
                flat += [tag << 8 | len(words)] + [int(w, 16) for w in words]
        normal = OLD.normalize('NFD', char)
        if (OLD.category(char) != 'Cn' and now == then and not 0xac00 <= code < 0xd7a4
                and normal != unicodedata.normalize('NFD', char)):
            corrected += [code, ord(normal)]  # Unicode 3.2.0 had them wrong
        if now and now[0] != '<' and ' ' in now:
            both = u''.join(unichr(int(w, 16)) for w in now.split())
            if unicodedata.normalize('NFC', both) == char:
                pairs.append((ord(both[0]), ord(both[1]), code))
    numbers('decomp_of', 'uint32_t', places)
    numbers('old_decomp_of', 'uint32_t', old)
    numbers('old_normal', 'uint32_t', corrected)
    numbers('decomps', 'uint32_t', flat)
    numbers('compositions', 'uint32_t', sum(map(list, sorted(pairs)), []))

    names = []
    for code in xrange(0x110000):
        name = unicodedata.name(unichr(code), '')
        if name and not name.startswith(('CJK UNIFIED IDEOGRAPH-', 'HANGUL SYLLABLE ')):
            names.append((code, name))
    runs = []
    for k, (code, _) in enumerate(names):
        if not runs or code != names[k - 1][0] + 1:
            runs += [code, k]
    split = re.compile('[^ -]*[ -]|[^ -]+').findall
    count = collections.Counter(w for _, name in names for w in split(name))
    words = [w for w, _ in sorted(count.items(), key=lambda item: (-item[1], item[0]))]
    one = 255 - (len(words) + 254) // 255
    one -= 1
    while one + (255 - one) * 255 < len(words):
        one -= 1
    coded, at = [], []
    number = dict((w, k) for k, w in enumerate(words))
    for k, (_, name) in enumerate(names):
        if k % EVERY == 0:
            at.append(len(coded))
        for word in split(name):
            n = number[word]
            if n < one:
                coded.append(n + 1)
            else:
                coded += [one + 1 + (n - one) // 255, (n - one) % 255 + 1]
        coded.append(0)
    print 'enum { NAMES = %d, ONE_BYTE = %d, EVERY = %d };' % (len(names), one, EVERY)
    ends = [0]
    for word in words:
        ends.append(ends[-1] + len(word))
    print 'static const char words[] ='
    text = ''.join(words)
    for k in xrange(0, len(text), 90):
        print '    "%s"' % text[k:k + 90]
    print '    ;'
    numbers('word_at', 'uint32_t', ends)
    numbers('name_runs', 'uint32_t', runs)
    numbers('name_at', 'uint32_t', at)
    numbers('name_bytes', 'uint8_t', coded)
    numbers('name_order', 'uint16_t', sorted(range(len(names)), key=lambda k: names[k][1]))


main()
