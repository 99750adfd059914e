# The module unicodedata: checksums over all characters, names, normal forms.
import unicodedata
import zlib


def everything(db):
    total = 0
    for code in xrange(0x110000):
        c = unichr(code)
        if code > 0x3400 and code % 7:  # every seventh of the long tail
            continue
        total = zlib.crc32(repr((
            db.category(c), db.bidirectional(c), db.combining(c), db.mirrored(c),
            db.east_asian_width(c), db.decomposition(c), db.decimal(c, None), db.digit(c, None),
            db.numeric(c, None))), total)
    return total & 0xffffffff


print unicodedata.unidata_version, unicodedata.ucd_3_2_0.unidata_version
print everything(unicodedata), everything(unicodedata.ucd_3_2_0)

names = 0
for code in xrange(0, 0x110000, 3):
    name = unicodedata.name(unichr(code), '')
    names = zlib.crc32(name, names)
    if name:
        assert unicodedata.lookup(name) == unichr(code), name
print names & 0xffffffff

for form in 'NFC', 'NFD', 'NFKC', 'NFKD':
    total = 0
    for code in range(0x80, 0x3000) + range(0xac00, 0xac80) + range(0xf900, 0xfb00):
        text = unichr(code) + u'\u0301'
        total = zlib.crc32(unicodedata.normalize(form, text).encode('utf-8'), total)
        total = zlib.crc32(unicodedata.ucd_3_2_0.normalize(form, text).encode('utf-8'), total)
    print form, total & 0xffffffff

print repr(u'\N{LATIN SMALL LETTER SHARP S}\N{euro sign}\N{CJK UNIFIED IDEOGRAPH-4E00}'
           u'\N{HANGUL SYLLABLE GAG}')
for source in (r"u'\N{no such name}'", r"u'\N{'", r"u'\N'", r"u'\N{}'"):
    try:
        eval(source)
    except SyntaxError, e:
        print e.msg
for call in (lambda: unicodedata.lookup('nothing'), lambda: unicodedata.name(u'\x00'),
             lambda: unicodedata.digit(u'a'), lambda: unicodedata.decimal('1'),
             lambda: unicodedata.numeric(u'ab'), lambda: unicodedata.normalize('X', u'a')):
    try:
        call()
    except Exception, e:
        print type(e).__name__, e
