"""The operator % of str and unicode."""

def t(f):
    try:
        return repr(f())
    except Exception, e:
        return '%s: %s' % (type(e).__name__, e)


SPECS = [
    '%s', '%r', '%d', '%i', '%u', '%o', '%x', '%X', '%e', '%f', '%g', '%G', '%E', '%F', '%c',
    '%5s', '%-5s|', '%05d', '%+d', '% d', '%-6d|', '%.3s', '%.5d', '%#x', '%#o', '%#X',
    '%010.3f', '%-10.2e|', '%+g', '% f', '%+.3d', '%08x', '%#08x', '%-#8x|', '%#.3o', '%#g',
    '%#.0f', '%.0f', '%%', '%5%', '%ld', '%hd', '%Ld', '%y', '%', '%.', '%5', '%*d', '%.*f',
    '%(a)s', '%(a', '%s %s', '%5c', '%-5c|', '%s', '%r', '%d', '%c', '%5s', '%.2s', '%f', '%x',
    '%.50f', '%.0e', '%#.0e', '%020.10g', '%-020d|', '%+5s', '%#5s',
    '%.1000000000000000000000d',
]
VALUES = [0, 42, -255, 10**20, -10**20, 1.5, -0.0, 1e300, 1e-5, float('inf'), float('nan'), 'abc', u'abc',
          u'\xe9\u1234', 'x', u'y', None, (1,), [1], {'a': 1}, True, 65, 256]
for spec in SPECS:
    for s in (spec, unicode(spec)):
        if s != u'%c':
            print repr(s), ' '.join(t(lambda: s % (v if type(v) is tuple else (v,))) for v in VALUES)


class Missing(dict):
    def __missing__(self, key):
        return key.upper()


class Wide(object):
    def __str__(self):
        return u'\u1234'

    def __repr__(self):
        return 'Wide!'


class Both(object):
    def __str__(self):
        return 'str'

    def __unicode__(self):
        return u'unicode'

    def __int__(self):
        return 77

    def __float__(self):
        return 2.5


print '%(foo)s %(bar(x))s' % Missing()
print '%(a)d %(b)5.2f' % {'a': 3, 'b': 2.5}
for f in (lambda: '%s' % (), lambda: '%s' % (1, 2), lambda: 'abc' % 1, lambda: 'abc' % [1], lambda: 'abc' % {},
          lambda: '%*d|%-*d|%.*f' % (5, 42, 6, 7, 2, 3.14159), lambda: '%*d' % (-5, 42),
          lambda: '%*d' % ('a', 42), lambda: '%.*f' % (-3, 1.5), lambda: '%s %s' % ('a', u'\u1234'),
          lambda: '\xff%s %s' % ('a', u'\u1234'), lambda: '%s %s' % ('\xff', u'\u1234'),
          lambda: '%s' % Wide(), lambda: u'%s' % Wide(), lambda: '%s' % Both(), lambda: u'%s' % Both(),
          lambda: '%d' % Both(), lambda: '%f' % Both(), lambda: '%s%s' % (Wide(), Both()),
          lambda: '%r %r' % (Wide(), u'\xe9')):
    print t(f)
