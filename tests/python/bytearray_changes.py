"""bytearray: changing in place, construction, errors."""

CASES = [
    'x[0]=72', 'x[0]="J"', 'x[0]=256', 'x[0]=-1', 'x[0]="ab"', 'x[0]=1.5', 'x[10]=1',
    'x[-1]=33', 'del x[0]', 'del x[-1]', 'del x[9]', 'x[1:3]="XYZ"', 'x[1:3]=[1,2]', 'x[1:3]=5',
    'x[::2]="abc"', 'x[::2]="ab"', 'del x[::2]', 'del x[1:3]', 'x[:]=""', 'x[1:1]="ins"',
    'x+="!"', 'x+=u"a"', 'x+=[1,2]', 'x*=2', 'x*=0', 'x.append(33)', 'x.append("!")',
    'x.append(300)', 'x.append(None)', 'x.extend("ab")', 'x.extend([1,2,3])',
    'x.extend([1,300])', 'x.extend(5)', 'x.insert(0,33)', 'x.insert(100,33)',
    'x.insert(-1,"a")', 'print x.pop()', 'print x.pop(0)', 'x.pop(100)', 'bytearray().pop()',
    'x.remove(104)', 'x.remove(200)', 'x.reverse()', 'x[5:]=x', 'x[::-1]=x', 'x[2:4]=x',
    'print 104 in x, "ell" in x, "z" in x', '300 in x', 'u"a" in x', 'None in x',
    'print x=="hello", x==u"hello", x<"help", x!=5', 'x[1L]=65', 'x[True]=65', 'x["a"]=1',
    'x[1:2]=u"a"', 'del x[::-2]', 'x[4:1]="abc"', 'x.translate(None,"l")',
    'print repr(x.translate(None,"l"))', 'bytearray(u"a")', 'bytearray(-1)', 'bytearray([256])',
    'bytearray(1.5)', 'bytearray(None)', 'bytearray(encoding="a")', 'bytearray(5,"ascii")',
    'bytearray(object())', 'print hash(x)', 'print repr(bytearray.fromhex("41 42 4a"))',
    'bytearray.fromhex("4g")', 'bytearray.fromhex("4")',
    'print x.decode("ascii"), repr(str(x))', 'print list(x), [c for c in x], x[1], x[1:3]',
    'print repr(bytearray(b"\'")), repr(bytearray(b"\'\\"")), repr(bytearray(range(0,256,7)))',
    'print x.join(["a",bytearray("b")])',
    'print x.split("l"), x.partition("l"), x.rsplit("l",1)',
    'import copy; print copy.copy(x), copy.deepcopy([x])', 'print x.__reduce__()',
    'while x: del x[0]', 'x.__init__("new")', 'x.__init__()', 'x.__init__(3)',
    'x[3:]=bytearray("abc")*3', 'print max(x), min(x), sum(x)', 'print sorted(x)',
    'print x*2, 2*x, x+x, x+"a", "a"+x',
]
for case in CASES:
    x = bytearray('hello')
    try:
        exec case
    except Exception, e:
        print case, type(e).__name__, e, repr(x)
    else:
        print case, repr(x)
