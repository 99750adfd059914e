"""format() and str.format()."""

import string


def t(f):
    try:
        return repr(f())
    except Exception, e:
        return '%s: %s' % (type(e).__name__, e)


SPECS = [
    '', 'd', 'b', 'o', 'x', 'X', 'c', 'n', 'e', 'E', 'f', 'F', 'g', 'G', '%', 's', '10', '<10',
    '>10', '^10', '=10', '*^12', '+', '-', ' ', '+d', ' d', '#x', '#o', '#b', '#X', '08', '08d',
    '+08d', '#010x', ',', '20,', '020,', '0,d', ',.2f', '.3', '.3f', '10.3f', '<10.3e',
    '010.2f', '+.1%', '.0f', '.10g', '5.1s', '.2s', '*<8s', '=5s', '+s', '#s', '5', '05', ',s',
    ',x', '.2d', 'zz', 'q', '10q', '{', '.', '5.', '^', '<', '+c', '5c', '.2c', 'd', '10s',
    '1000000000000000000000', '.1000000000000000000000f', '_<10,d', 'x<5', '<<5', '>>5', '0<5',
    '0>5', '00005', '+#x', '<+#012x', '^+12,.3f', '0=+12,d', '015,.1f', '012,.2f', '3,d',
    '6,.0f', '+20e', 'n', '.3n', 'G', '5%', '#e', 'd ',
]
VALUES = [0, 5, -42, 1234567, 10**20, True, 1.5, -0.0, 1e10, 1.23456789e-7, 1234567.891, float('inf'), float('nan'),
          1+2j, -1.5j, 'abc', u'd\xe9f']
for spec in SPECS:
    for s in (spec, unicode(spec)):
        print repr(s), ' '.join(t(lambda: format(v, s)) for v in VALUES)


class Thing(object):
    x = 5
    y = {'k': [1, 2, 3], '0': 'zero'}

    def __getitem__(self, key):
        return key

    def __str__(self):
        return 'thing'

    def __format__(self, spec):
        return 'Thing<%s>' % spec


FORMATS = [
    '{0}', '{}', '{} {}', '{0} {}', '{} {0}', '{a}', '{a.x}', '{a.y[k][1]}', '{a[foo]}',
    '{a[0]}', '{0[1]}', '{0[-1]}', '{0[a]}', '{0.real}', '{!r}', '{!s}', '{!x}', '{!}',
    '{0!r:>10}', '{:>10}', '{:{}}', '{:{w}}', '{:{w}.{p}}', '{0:{1}{2}}', '{{}}', '{{{0}}}',
    '{', '}', '{0', '}}', '{{', '{0}}', '{a:}', '{a:xyz}', '{0:{1:{2}}}', '{0:{1:{2:{3}}}}',
    '{.x}', '{0.}', '{0[}', '{0[]}', '{0]}', '{0[1]x}', '{ 0}', '{0 }', '{nope}', '{99}',
    '{99999999999999999999}', '{0:d}', '{0!r:d}', '{a!s:>8}', '{:', '{!r', '{0!rr}', '{0:}}',
    '{a.nope}', '{}', '{0[0][0]}', '{[a]}', '{0!}', '{:,}',
]

thing = Thing()
ARGS = ((), (1,), ([1, 2], 3), ('abc', 5, 2), (u'u\xe9', 10), (3.14159, '>', 10, 2))
for s in FORMATS:
    for text in (s, unicode(s)):
        print repr(text), ' '.join(t(lambda: text.format(*args, a=thing, w=8, p=2)) for args in ARGS)


class Int(int):
    pass


class Str(str):
    def __str__(self):
        return 'S!'


for f in (lambda: format(Int(5), ''), lambda: format(Str('x'), ''), lambda: format(Str('x'), '5'),
          lambda: '{}'.format(Str('x')), lambda: format(5, 5), lambda: 'a'.__format__(5),
          lambda: format('a', u''), lambda: format(u'a', ''), lambda: '{0:5}'.format(None),
          lambda: format(10**30, '.3e'), lambda: format(10**400, 'f'),
          lambda: string.Formatter().format('{0} {a:>5} {1!r}', 1, 'x', a=3),
          lambda: string.Template('$a ${b} $$').substitute(a=1, b=2)):
    print t(f)
