"""buffer and memoryview."""

def t(f):
    try:
        return repr(f())
    except Exception, e:
        return '%s: %s' % (type(e).__name__, e)


m = memoryview('abcdef')
b = buffer('abcdef', 2)
CALLS = [
    'len(m)', 'm[1]', 'm[-1]', 'm[10]', 'm[1:3].tobytes()', 'm[::2]', 'm.tolist()', 'm.format',
    'm.itemsize', 'm.shape', 'm.strides', 'm.ndim', 'm.readonly', 'm.suboffsets', 'hash(m)',
    'm=="abcdef"', 'm=="abc"', 'm==5', 'm<m', 'm.tobytes()', 'list(m)', 'str(m)[:7]', 'm[1.0]',
    'm["a"]', 'm+m', 'm*2', 'memoryview(5)', 'memoryview(u"a")', 'memoryview()',
    'memoryview(bytearray("abc"))[1]', '"b" in m', 'm.__class__', 'len(b)', 'b[1]', 'b[-1]',
    'b[10]', 'b[1:3]', 'b[::2]', 'hash(b)==hash("cdef")', 'b=="cdef"', 'b==buffer("cdef")',
    'cmp(b,buffer("cde"))', 'str(b)', 'b+"x"', '"x"+b', 'b*2', 'list(b)', '"d" in b', 'b[1.0]',
    'b["a"]', 'buffer(5)', 'buffer("abc",-1)', 'buffer("abc",1,-2)', 'buffer()',
    'buffer("abc",1,1,1)', 'repr(b)[:20]', 'u"x"+b', 'str(buffer("abc",10))', 'buffer(b,1)[:]',
    'b+5', 'b+b', 'int(buffer("12"))', 'm.release', 'bytearray(m)', 'bytearray(b)',
    '"".join([b])', 'memoryview(object=bytearray("abc")).readonly', 'buffer(object="abc")',
]
for call in CALLS:
    print call, t(lambda: eval(call))
CHANGES = [
    'm[0]="x"', 'm[0]=5', 'm[0]="xx"', 'm[1:3]="zz"', 'm[1:3]="z"', 'del m[0]', 'm[::2]="zzz"',
    'm[10]="a"', 'm[1:3]=bytearray("qq")', 'm[-1]="q"', 'm["a"]="b"', 'm[0]=u"x"',
    'memoryview("abc")[0]="x"', 'b=buffer(ba);b[0]="q"', 'b=buffer("abc");b[0]="q"',
    'b=buffer(ba);b[0:2]="qq"', 'b=buffer(ba);b[0:2]="qqq"', 'b=buffer(ba);del b[0]',
    'b=buffer(ba);b[0]="qq"', 'b=buffer(ba);b[0]=5', 'b=buffer(ba);b[0:2]=u"a"',
    'b=buffer(ba);b[::2]="abc"', 'b=buffer(ba);b[20]="a"', 'b=buffer(ba);del b[0:2]',
]
for change in CHANGES:
    ba = bytearray('abcdef')
    m = memoryview(ba)
    try:
        exec change
    except Exception, e:
        print type(e).__name__, e,
    print change, ba
