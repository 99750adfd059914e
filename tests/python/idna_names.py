# -*- coding: utf-8 -*-
def t(f,*a):
    try: print repr(f(*a))
    except Exception,e: print type(e),e
for s in (u'python.org',u'pyth\xf6n.org.',u'\u2603.net',u'',u'a..b',u'x'*70,u'stra\xdfe.de',u'\u05d0a.il',u'\xc4\xd6',u'a\u3002b'):
    t(s.encode,'idna')
for s in ('python.org','xn--pythn-mua.org','xn--pythn-mua.org.','XN--pythn-mua.org','xn--zzzz9999-','\xff'):
    t(s.decode,'idna')
import codecs
e=codecs.getincrementalencoder('idna')(); print repr(e.encode(u'ex')),repr(e.encode(u'ample.')),repr(e.encode(u'\xf6rg',True))
d=codecs.getincrementaldecoder('idna')(); print repr(d.decode('ex')),repr(d.decode('ample.xn--')),repr(d.decode('rg-eka',True))
import socket; print socket.gethostbyname(u'localhost')
