import hashlib, zlib
import _md5
def t(f,*a):
    try: print f.__name__,repr(f(*a))[:300]
    except Exception,e: print f.__name__,type(e),e
d='hello world '*1000
for n in (0,1,3,55,56,57,63,64,65,111,112,113,119,120,127,128,129,1000,12000):
    for m in ('md5','sha1','sha224','sha256','sha384','sha512'): print n,m,hashlib.new(m,d[:n]).hexdigest()
h=_md5.new(); [h.update(d[:i]) for i in range(300)]; print h.hexdigest(), h.copy().digest()==h.digest(), h.digest_size,h.block_size
c=zlib.compress(d); print len(c), zlib.decompress(c)==d
t(zlib.decompress,'abc');t(zlib.decompress,c[:-4]);t(zlib.compress,d,99);t(zlib.crc32,'abc');t(zlib.adler32,'abc'*100);t(zlib.crc32,'abc',-5);t(zlib.decompress,u'abc');t(zlib.compress,5)
o=zlib.compressobj(9); s=o.compress(d)+o.flush(zlib.Z_SYNC_FLUSH)+o.copy().compress('x')+o.flush(); print zlib.decompressobj().decompress(s)==d
o=zlib.decompressobj(); r=o.decompress(c+'tail',10); print r,len(o.unconsumed_tail),repr(o.unused_data); r2=o.decompress(o.unconsumed_tail); print r+r2==d, repr(o.unused_data),repr(o.unconsumed_tail); print repr(o.flush())
o=zlib.decompressobj(-15); x=zlib.compressobj(6,8,-15); raw=x.compress(d)+x.flush(); print o.decompress(raw)+o.flush()==d
t(zlib.compressobj,1,2,3);t(zlib.decompressobj,99)
o=zlib.decompressobj(); print repr(o.decompress(c[:30])), o.flush()==d
