# -*- coding: utf-8 -*-
import io,os,sys,tempfile,re
def t(f,*a,**k):
    try: r=f(*a,**k); print re.sub('0x\w+','',repr(r))
    except BaseException,e: print type(e),str(e).replace(P,'P')
P=os.path.join(tempfile.mkdtemp(),'f')
f=io.open(P,'w',encoding='utf-8'); print f.mode,f.name==P,f.encoding,f.errors,f.newlines,f.line_buffering; print f.write(u'héllo\nwörld\r\nx\ry'); f.flush(); print f.tell(); f.close(); print f.closed; t(f.write,u'a'); print repr(f).replace(P,'P')
print repr(open(P,'rb').read())
f=io.open(P,encoding='utf-8'); print repr(f.readline()),f.tell(),repr(f.readline()),f.tell(),f.newlines; c=f.tell(); print repr(f.read()); f.seek(c); print repr(f.read()),f.newlines; f.seek(0); print list(f); t(f.write,u'a'); t(f.seek,1,1);t(f.seek,-1);f.close()
for nl in (None,'','\n','\r','\r\n'):
    f=io.open(P,encoding='utf-8',newline=nl); print nl.__repr__(),list(f),f.newlines
    f=io.StringIO(u'a\nb\r\nc\rd',newline=nl); print list(f),repr(f.getvalue()),f.newlines
    f=io.open(P+'2','w',newline=nl); f.write(u'a\nb\r\nc\rd'); f.close(); print repr(open(P+'2','rb').read())
f=io.open(P,'rb'); print repr(f).replace(P,'P'),f.peek(2)[:3],f.read(3),f.tell(),f.read1(2),f.seek(-3,2),f.read(),f.raw.mode,f.readable(),f.writable(),f.seekable(); t(f.write,'a');t(f.read,-5); f.close(); t(f.read)
f=io.open(P,'r+b'); f.write('HE'); print f.read(3),f.tell(); f.write('@@'); f.seek(0); print repr(f.read()); f.truncate(5); print repr(open(P,'rb').read()); f.close()
f=io.open(P,'wb',0); print f.write('abc'), f.tell(); f.close()
f=io.open(P,'ab'); print f.tell(), f.write('def'); f.close(); print open(P).read()
for m in ('','x','rw','rU','wU','r+','a+b','rt','rtb','bb','w+','rb+'): 
    try: f=io.open(P,m); print m,repr(f).replace(P,'P'); f.close()
    except Exception,e: print m,type(e),str(e).replace(P,'P')
t(io.open,'/nope');t(io.open,P,'rb',encoding='x');t(io.open,P,'r',0);t(io.open,1.5);t(io.open,-1);
b=io.BytesIO('abc\ndef\n'); print b.readline(),list(b),b.tell(),b.seek(1),b.read(2),b.write('XX'),repr(b.getvalue()),b.truncate(3),repr(b.getvalue()),b.seek(10),b.write('z'),repr(b.getvalue()); t(b.write,u'a');t(b.seek,-1);t(b.seek,0,9);t(b.truncate,-1);t(b.read,'a')
x=bytearray(5); b.seek(0); print b.readinto(x),x; b.close(); t(b.read); print b.closed
s=io.StringIO(); t(s.write,'a'); s.write(u'abc\n'); s.write(u'def'); print repr(s.getvalue()),s.seek(0),repr(s.readline()),repr(s.read(2)),s.tell(),s.truncate(),repr(s.getvalue()); t(s.seek,1,1); t(io.StringIO,'a'); t(io.StringIO,u'a','zz'); print s.encoding,s.errors,s.line_buffering
class R(io.RawIOBase):
    def __init__(s,d): s.d=d
    def readable(s): return True
    def readinto(s,b):
        n=min(len(b),len(s.d),3); b[:n]=s.d[:n]; s.d=s.d[n:]; return n
r=R('hello world\nline 2\n'); br=io.BufferedReader(r,4); print br.read(2),br.read1(10),br.readline(),br.read(); print R('abcdefg').read(2),R('abcdefg').read(),list(R('a\nb\n'))
class W(io.RawIOBase):
    def __init__(s): s.l=[]
    def writable(s): return True
    def write(s,b): s.l.append(str(bytearray(b))); return len(b)
w=W(); bw=io.BufferedWriter(w,4); bw.write('ab'); print w.l; bw.write('cdef'); print w.l; bw.write('0123456789'); print w.l; bw.flush(); print w.l; t(bw.read)
tw=io.TextIOWrapper(io.BytesIO('a\r\nb\n'),encoding='ascii'); print list(tw),tw.newlines,repr(tw); tw=io.TextIOWrapper(io.BytesIO(),'utf-16'); tw.write(u'ab'); tw.flush(); print repr(tw.buffer.getvalue()); t(tw.detach); t(tw.read)
p=io.BufferedRWPair(R('abc'),W()); print p.read(),p.write('x'),p.readable(),p.writable(); p.flush()
print isinstance(io.open(P),io.TextIOBase),isinstance(b,io.BufferedIOBase),isinstance(io.open(P,'rb').raw,io.RawIOBase),isinstance(s,io.IOBase), io.open(P,'rb',0).readall()
try: raise io.BlockingIOError(1,'x',5)
except IOError,e: print e.characters_written,e.errno,e.args
print io.UnsupportedOperation.__mro__, io.BytesIO.__mro__,io.FileIO.__name__
d=io.IncrementalNewlineDecoder(None,True); print repr(d.decode(u'a\r')),repr(d.decode(u'\nb\r')),repr(d.decode(u'',True)),d.newlines
import pickle
b=io.BytesIO('abc'); b.seek(1); print pickle.loads(pickle.dumps(b,2)).read()
with io.open(P+'3','w') as g: g.write(u'z'); 
print g.closed
for n in (io.IOBase,io.RawIOBase,io.BufferedIOBase,io.TextIOBase): print sorted(k for k in dir(n) if k[:1]!='_')
t(io.IOBase().fileno);t(io.IOBase().read if hasattr(io.IOBase(),'read') else io.IOBase().seek,0);t(io.RawIOBase().read,1)
