"""Codecs, error handlers, the registry."""

import codecs


def t(f):
    try:
        return repr(f())
    except Exception, e:
        return '%s: %s' % (type(e).__name__, e)


BYTES = [
    'abc', '\xff\xfe\x00', 'a\xe9b', '\xe1\x88\xb4', '\xe1\x88', '\xe1\x88z',
    '\xf0\x90\x90\x80', '\xf0\x90', '\xed\xa0\x80', '\xff\xfea\x00b\x00', '\xfe\xff\x00a\x00b',
    '\xff\xfe\x00\x00a\x00\x00\x00', '+AOk-', '+AOk', '+AO', 'a+b', '+-', '+2AHcAA-',
    '\\u1234\\x', '\\U00110000', '\\xe9\\', '\\u12', '\\x4', '\\777', '\\\x0a',
    '\x00\xd8\x00\xdc', '\x00\xdc\x00\x00', '\x00\xd8', '\x81\x8d', '\xc0\x80',
    '\xf4\x90\x80\x80', '\xf8\x88', '\\\\u1234', '\\\\\\u1234', '\x00\xd8a\x00', '+ab\x80',
    '+2AD-', '~a\\', '\xe9+',
]
TEXT = u'a\xe9\u1234\U00010400\ud800z'
ENCODINGS = ['ascii', 'latin-1', 'utf-8', 'utf-16', 'utf-16-le', 'utf-16-be', 'utf-32', 'utf-32-le', 'utf-32-be',
             'utf-7', 'unicode_escape', 'raw_unicode_escape', 'cp1252', 'koi8-r', 'unicode_internal', 'iso8859-15',
             'utf_8_sig', 'UTF8', 'Latin1', 'cp437']
for name in ENCODINGS:
    for errors in ('strict', 'ignore', 'replace', 'xmlcharrefreplace', 'backslashreplace', 'nosuch'):
        print name, errors, t(lambda: TEXT.encode(name, errors))
for name in ENCODINGS + ['string_escape', 'hex', 'rot13']:
    for errors in ('strict', 'replace'):
        for text in BYTES:
            print name, errors, repr(text), t(lambda: text.decode(name, errors))
codecs.register_error('mine', lambda e: (u'<%r>' % e.object[e.start:e.end], e.end))
codecs.register_error('bad1', lambda e: 5)
codecs.register_error('bad2', lambda e: (u'x', 1000))
codecs.register_error('back', lambda e: (u'', e.start + 1))
codecs.register_error('str', lambda e: ('x', e.end))
for errors in ('mine', 'bad1', 'bad2', 'back', 'str'):
    for name in ('ascii', 'latin-1', 'utf-8', 'utf-16-le', 'cp1252', 'utf-7', 'unicode_escape', 'utf-32-le'):
        print errors, name, t(lambda: u'\u1234a\xe9'.encode(name, errors)),
        print ' '.join(t(lambda: text.decode(name, errors)) for text in BYTES[:12])
CALLS = [
    "codecs.lookup('utf-8').name",
    "codecs.encode(u'\\xe9', 'utf-8')",
    "codecs.decode('abc')",
    "codecs.utf_16_ex_decode('\\xff\\xfea\\x00')",
    "codecs.utf_8_decode('a\\xe1\\x88', 'strict', False)",
    "codecs.utf_8_decode('a\\xe1\\x88')",
    "codecs.utf_8_decode('a\\xe1\\x88', 'strict', True)",
    "codecs.utf_16_decode('a\\x00b')",
    "codecs.utf_7_decode('a+AOk')",
    "codecs.charmap_decode('abc\\xff', 'strict', {97:u'x', 98:None, 99: 0x1234})",
    "codecs.charmap_decode('abc\\xff', 'replace', {97:u'x', 98:None, 99: 0x1234})",
    "codecs.charmap_decode('abc', 'strict', u'xyz')",
    "codecs.charmap_encode(u'abc', 'strict', {97:'x', 98:None, 99: 0x34})",
    "codecs.charmap_encode(u'abc', 'replace', {97:'x', 98:None, 99: 0x34, 63:'!'})",
    "codecs.charmap_encode(u'abc', 'xmlcharrefreplace', {97:'x', 98:None, 99: 0x34, 38:'&',35:'#',57:'9',56:'8',59:';'})",
    "codecs.charmap_encode(u'abc', 'strict', {97:'x', 98:3.4})",
    "codecs.charmap_encode(u'abc', 'strict', {97:300})",
    "codecs.charmap_decode('abc', 'strict', {97:0x110000})",
    "codecs.charmap_decode('abc', 'strict', {97:'x'})",
    "codecs.lookup('nosuch')",
    "codecs.lookup_error('nosuch')",
    "codecs.escape_encode('a\\n')",
    "codecs.escape_decode('a\\\\n')",
    "codecs.readbuffer_encode('abc')",
    "codecs.readbuffer_encode(u'abc')",
    "codecs.charbuffer_encode('abc')",
    "codecs.raw_unicode_escape_decode(u'\\\\u1234')",
    "codecs.unicode_internal_encode('abc')",
    'codecs.register(5)',
    "codecs.register_error('x', 5)",
    "codecs.ascii_encode('abc')",
    "codecs.latin_1_encode(u'abc')",
    'codecs.utf_8_encode()',
    "codecs.strict_errors(UnicodeDecodeError('x','y',0,1,'z'))",
    'codecs.strict_errors(5)',
    'codecs.ignore_errors(5)',
    "codecs.replace_errors(UnicodeEncodeError('x',u'yyy',0,2,'z'))",
    "codecs.replace_errors(UnicodeTranslateError(u'yyy',0,2,'z'))",
    "codecs.xmlcharrefreplace_errors(UnicodeDecodeError('x','y',0,1,'z'))",
    "codecs.backslashreplace_errors(UnicodeEncodeError('x',u'y\\xe9\\u1234\\U00011111',0,4,'z'))",
    "codecs.backslashreplace_errors(UnicodeDecodeError('x','y',0,1,'z'))",
    "codecs.getincrementaldecoder('utf-8')().decode('\\xc3')",
    "unicode('abc', 'utf-8', 'strict')", "unicode(5, 'utf-8')", "unicode(u'x', 'utf-8')",
    "unicode(buffer('x'), 'utf-8')", "unicode(bytearray('x'), 'utf-8')", "'%s' % u'\\ud800\\udc00'.encode('utf-8')",
    "repr(u'\\ud834\\udd1e')"]
for call in CALLS:
    print call, t(lambda: eval(call))
