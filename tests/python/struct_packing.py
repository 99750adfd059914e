import re,struct,sys,warnings
warnings.simplefilter('always')
def t(f,*a,**k):
    try: r=f(*a,**k); print f.__name__,re.sub('0x\w+','',repr(a)),k,'->',repr(r)
    except BaseException,e: print f.__name__,re.sub('0x\w+','',repr(a)),k,'!!',type(e),e
p=struct.pack; u=struct.unpack
for c in 'bBhHiIlLqQc?fds':
    for pre in ('','<'):
        for v in (1, 1.5, 'x', -1 << 70, 300, -1, None, 40000, 1 << 31, 1 << 64):
            t(p,pre+c,v)
t(p,'p','abc');t(p,'0p','abc');t(p,'300p','a'*290);t(p,'5s','abc');t(p,'2s','abc')
t(p,'n',1);t(p,'i');t(p,'i',1,2);t(p);t(p,1);t(p,u'i',1);t(p,u'\xe9',1);t(u,'i','abc');t(u,'i',u'abcd');t(u,'i',bytearray('abcd'));t(u,'i',5);t(u)
t(p,'xx');t(p,' i i ',1,2);t(p,'3i',1,2,3);t(p,'i4',1);t(p,'99999999999999999999i');t(struct.calcsize,'9223372036854775807s');t(struct.calcsize,'9223372036854775807i');
t(struct.calcsize,'ci');t(struct.calcsize,'@ici0q');t(struct.calcsize,'=ici');t(struct.calcsize,'z');t(struct.calcsize,'<P');t(struct.calcsize,'i\0')
b=bytearray(10)
t(struct.pack_into,'i');t(struct.pack_into,'i',b);t(struct.pack_into,'i',b,0);t(struct.pack_into,'i',b,0,1);t(struct.pack_into,'i',b,8,1);t(struct.pack_into,'i',b,-4,1);t(struct.pack_into,'i',b,-11,1);t(struct.pack_into,'i','abcdefg',0,1);t(struct.pack_into,'i',b,'a',1)
t(struct.unpack_from,'i',b);t(struct.unpack_from,'i',b,8);t(struct.unpack_from,'i',b,-4);t(struct.unpack_from,'i',buffer=b,offset=2);t(struct.unpack_from,'i');t(struct.unpack_from,'i',5);t(struct.unpack_from,'i',u'abcd')
t(struct.unpack_from,'i',b,-40)
S=struct.Struct('<ih')
print S.size,S.format,repr(S)[:20],struct.Struct.__name__,struct.Struct.__module__,struct.error.__module__,struct.error.__name__
t(S.pack,1);t(S.pack,1,2);t(S.pack,1,2,3);t(S.unpack,'abc');t(S.unpack,'abcdef');t(S.unpack_from,'abc');t(S.pack_into);t(S.pack_into,b);t(S.pack_into,b,0,1)
t(S.unpack_from,'abcdefgh',offset=1)
t(struct.Struct);t(struct.Struct,1);t(struct.Struct,None)
s=struct.Struct.__new__(struct.Struct)
t(s.pack);t(s.unpack,'')
print s.size, repr(s.format)if 1 else 0
class I(object):
    def __index__(self): return 7
class N(object):
    def __int__(self): return 8
class B(object):
    def __int__(self): return 8.5
for c in 'bilqQ': t(p,c,I());t(p,c,N());t(p,c,B())
class F(object):
    def __float__(self): return 2.5
t(p,'d',F());t(p,'f',1e300);t(p,'<f',1e300);t(p,'<f',float('inf'));t(p,'>d','a');t(p,'f',1<<2000)
t(p,'?',[]);t(p,'?','a');t(u,'?','\x02');t(u,'<?','\x02')
t(u,'<bBhHiIlLqQ','\xff'*42);t(u,'bBhHiIlLqQP',p('bBhHiIlLqQP',-1,255,-1,65535,-1,2**32-1,-1,2**64-1,-1,2**64-1,2**64-1))
t(u,'5p','\x03abcd');t(u,'5p','\x09abcd');t(u,'0s','')
t(p,'P',-1);t(p,'c','ab');t(p,'s',bytearray('a'));t(p,'c',u'a');t(p,'s',1);t(p,'p',1)
t(u,'<f','\x00\x00\xc0\x7f');t(u,'<e','ab')
for x in (1.1,65504.9,1e-45,3.4028235677973366e+38): t(p,'<f',x)
