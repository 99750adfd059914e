"""The tables of RFC 3454 (preparation of internationalized strings), as functions of one
character. They are computed from the Unicode database of version 3.2, which the RFC uses.
"""
from unicodedata import ucd_3_2_0 as unicodedata

assert unicodedata.unidata_version == '3.2.0'


def _set(*ranges):
    """A set of code points, from single ones and (first, last)."""
    codes = set()
    for item in ranges:
        first, last = item if isinstance(item, tuple) else (item, item)
        codes.update(range(first, last + 1))
    return frozenset(codes)


def _noncharacter(code):
    return 0xFDD0 <= code < 0xFDF0 or code & 0xFFFF in (0xFFFE, 0xFFFF)


def in_table_a1(code):
    """Unassigned."""
    return unicodedata.category(code) == 'Cn' and not _noncharacter(ord(code))


_b1 = _set(0xAD, 0x34F, 0x1806, (0x180B, 0x180D), (0x200B, 0x200D), 0x2060,
           (0xFE00, 0xFE0F), 0xFEFF)


def in_table_b1(code):
    """Mapped to nothing."""
    return ord(code) in _b1


# ------------------------------------------------------------------ case folding

# Folded to another letter than their lower case.
_b3_letters = {0xB5: u'\u03bc', 0x17F: u's', 0x345: u'\u03b9', 0x37A: u' \u03b9',
               0x3C2: u'\u03c3', 0x3D0: u'\u03b2', 0x3D1: u'\u03b8', 0x3D2: u'\u03c5',
               0x3D3: u'\u03cd', 0x3D4: u'\u03cb', 0x3D5: u'\u03c6', 0x3D6: u'\u03c0',
               0x3F0: u'\u03ba', 0x3F1: u'\u03c1', 0x3F2: u'\u03c3', 0x3F5: u'\u03b5',
               0x1E9B: u'\u1e61', 0x1FBE: u'\u03b9', 0xDF: u'ss', 0x130: u'i\u0307',
               0x149: u'\u02bcn', 0x587: u'\u0565\u0582', 0x3F4: u'\u03b8'}
# Folded to their parts: letters whose upper case is more than one.
_b3_parts = _set(0x1F0, 0x390, 0x3B0, (0x1E96, 0x1E9A), 0x1F50, 0x1F52, 0x1F54, 0x1F56,
                 0x1FB6, 0x1FC6, 0x1FD2, 0x1FD3, 0x1FD6, 0x1FD7, (0x1FE2, 0x1FE4), 0x1FE6,
                 0x1FE7, 0x1FF6, (0xFB00, 0xFB06), (0xFB13, 0xFB17))
# Greek letters with iota below: it comes to stand behind them.
_b3_iota = _set((0x1F80, 0x1FAF), (0x1FB2, 0x1FB4), 0x1FB7, 0x1FBC, (0x1FC2, 0x1FC4), 0x1FC7,
                0x1FCC, (0x1FF2, 0x1FF4), 0x1FF7, 0x1FFC)
# Compatibility characters: capital letters of other shapes, and what they stand for.
_b3_compatible = _set(0x20A8, 0x2102, 0x2103, 0x2107, 0x2109, (0x210B, 0x210D), 0x2110, 0x2111,
                      0x2112, 0x2115, 0x2116, (0x2119, 0x211D), (0x2120, 0x2122), 0x2124,
                      0x2128, 0x212C, 0x212D, 0x2130, 0x2131, 0x2133, 0x213E, 0x213F, 0x2145,
                      0x3371, 0x3373, 0x3375, (0x3380, 0x3387), (0x338A, 0x338C),
                      (0x3390, 0x3394), (0x33A9, 0x33AC), (0x33B4, 0x33C1), 0x33C3,
                      (0x33C6, 0x33C9), 0x33CB, 0x33CD, 0x33CE, 0x33D7, (0x33D9, 0x33DA),
                      0x33DC, 0x33DD, (0x1D400, 0x1D7FF))


def map_table_b3(code):
    """Case folding, without normalization after it."""
    n = ord(code)
    if n in _b3_letters:
        return _b3_letters[n]
    if n in _b3_parts:
        return unicodedata.normalize('NFKD', code)
    if n in _b3_iota:
        parts = unicodedata.normalize('NFD', code.lower())
        folded = unicodedata.normalize('NFC', parts.replace(u'\u0345', u''))
        # A circumflex stays a character of its own, as in all these foldings.
        if u'\u0342' in parts and n in (0x1FB7, 0x1FC7, 0x1FF7):
            folded = parts.replace(u'\u0345', u'')
        return folded + u'\u03b9'
    if n in _b3_compatible:
        wide = unicodedata.normalize('NFKC', code)
        folded = u''.join([_b3_letters.get(ord(c), c.lower()) for c in wide])
        return folded if folded != wide else code.lower()
    return code.lower()


def map_table_b2(code):
    """Case folding, for use with normalization NFKC."""
    folded = map_table_b3(code)
    first = unicodedata.normalize('NFKC', folded)
    second = unicodedata.normalize('NFKC', u''.join([map_table_b3(c) for c in first]))
    return second if first != second else folded


# ------------------------------------------------------------------- prohibited

def in_table_c11(code):
    """ASCII space."""
    return code == u' '


def in_table_c12(code):
    """Other spaces."""
    return unicodedata.category(code) == 'Zs' and code != u' '


def in_table_c11_c12(code):
    return unicodedata.category(code) == 'Zs'


def in_table_c21(code):
    """ASCII control characters."""
    return ord(code) < 128 and unicodedata.category(code) == 'Cc'


_c22 = _set(0x6DD, 0x70F, 0x180E, 0x200C, 0x200D, 0x2028, 0x2029, 0xFEFF, (0x2060, 0x2063),
            (0x206A, 0x206F), (0xFFF9, 0xFFFC), (0x1D173, 0x1D17A))


def in_table_c22(code):
    """Other control characters."""
    n = ord(code)
    return n >= 128 and (unicodedata.category(code) == 'Cc' or n in _c22)


def in_table_c21_c22(code):
    return unicodedata.category(code) == 'Cc' or ord(code) in _c22


def in_table_c3(code):
    """Private use."""
    return unicodedata.category(code) == 'Co'


def in_table_c4(code):
    """No characters."""
    return ord(code) >= 0xFDD0 and _noncharacter(ord(code))


def in_table_c5(code):
    """Surrogates."""
    return unicodedata.category(code) == 'Cs'


_c6 = _set((0xFFF9, 0xFFFD))


def in_table_c6(code):
    """Not for plain text."""
    return ord(code) in _c6


_c7 = _set((0x2FF0, 0x2FFB))


def in_table_c7(code):
    """Not for a canonical form."""
    return ord(code) in _c7


_c8 = _set(0x340, 0x341, 0x200E, 0x200F, (0x202A, 0x202E), (0x206A, 0x206F))


def in_table_c8(code):
    """Changes how text is shown, or deprecated."""
    return ord(code) in _c8


_c9 = _set(0xE0001, (0xE0020, 0xE007F))


def in_table_c9(code):
    """Tags."""
    return ord(code) in _c9


def in_table_d1(code):
    """From right to left."""
    return unicodedata.bidirectional(code) in ('R', 'AL')


def in_table_d2(code):
    """From left to right."""
    return unicodedata.bidirectional(code) == 'L'
