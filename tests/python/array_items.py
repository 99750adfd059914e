import array,sys,warnings,copy,pickle
f = open('items.bin', 'wb'); f.write('some items of four bytes, and two more'); f.close()
warnings.simplefilter('always')
A=array.array
def t(f,*a,**k):
    try: r=f(*a,**k); print getattr(f,'__name__',f),a,k,'->',repr(r)
    except BaseException,e: print getattr(f,'__name__',f),a,k,'!!',type(e),e
for c in 'cbBuhHiIlLfd':
    for v in (1, -1, 1.5, 'x', u'xy', 128, 256, -32769, 1 << 31, 1 << 63, 1 << 70, None):
        t(A,c,[v])
t(A);t(A,'x');t(A,1);t(A,'i',1);t(A,'ii');t(A,u'i');t(A,'i','abcd');t(A,'i','abc');t(A,'i',u'abcd');t(A,'u',u'abc');t(A,'u','abc');t(A,'c','abc');t(A,'c',u'abc');t(A,'i',A('d',[1.0,2.0]));t(A,'i',(1,2));t(A,'c',['a',1])
t(A,'i',[1],x=1);t(A,'i',None)
a=A('i',range(5))
def l(s): 
    try: print s,'->',repr(eval(s))
    except BaseException,e: print s,'!!',type(e),e
def x(s):
    global a
    a=A('i',range(5))
    try: exec s in globals(); print s,'->',repr(a)
    except BaseException,e: print s,'!!',type(e),e,repr(a)
for s in '''a[0]
a[-1]
a[5]
a[-6]
a['x']
a[1:3]
a[::-1]
a[::2]
a[1:1]
a+a
a+A('d')
a+[1]
a*2
2*a
a*-1
a*'x'
a==a
a==A('d',range(5))
a<A('i',[0,2])
a!=[1]
cmp(a,A('i',[1]))
a<[1]
len(a)
3 in a
'x' in a
a.count(3)
a.index(3)
a.index(9)
a.itemsize
a.typecode
hash(a)
repr(A('c','ab'))
repr(A('u',u'ab\\u1234'))
repr(A('c'))
repr(A('d',[1.5]))
a.tolist()
a.tostring()
A('c','abc').tostring()
A('u',u'abc').tounicode()
a.tounicode()
a.buffer_info()[1]
str(buffer(a))
list(reversed(a))
a.__class__
A.__doc__[:0]
a.__reduce__()
A('u',u'a').__reduce__()
A('d',[1.5]).__reduce_ex__(2)
copy.copy(a)
copy.deepcopy(a)
pickle.loads(pickle.dumps(a))
a.__copy__()
a.foo
array.ArrayType is A
A('c','ab')+A('c','c')
max(a)
sorted(a)
a is a.__iadd__(a)
a[1L]
a[None]
a[1<<70]
bool(A('i'))
A('h',[1,2]).byteswap()
A('f',[1e300])
A('f',[1.1])[0]
A('L',[1<<63])
A('I',[1])[0]
A('I',[1]).tolist()
A('c','ab')[0:1]
'%r'%(array.array,)
A.__module__
hasattr(A,'__hash__')'''.split('\n'): l(s)
for s in '''a.append(7)
a.append('x')
a.append()
a.extend([1,2])
a.extend(a)
a.extend(A('d',[1.0]))
a.extend(5)
a.extend(['x'])
a.extend([1,'x'])
a.fromlist([1,2])
a.fromlist([1,'x'])
a.fromlist((1,))
a.fromstring('abcdefgh')
a.fromstring('abc')
a.fromstring(u'abcd')
a.fromstring(1)
a.fromunicode(u'a')
a.insert(0,9)
a.insert(-1,9)
a.insert(100,9)
a.insert(-100,9)
a.insert('x',9)
a.pop()
a.pop(0)
a.pop(-1)
a.pop(7)
a.pop('x')
a.remove(3)
a.remove(9)
a.reverse()
a.byteswap()
a[0]=9
a[9]=9
a[0]='x'
a[1:3]=A('i',[7,7,7])
a[1:3]=A('i')
a[1:3]=A('d')
a[1:3]=[1]
a[1:3]=a
a[::2]=A('i',[7,7,7])
a[::2]=A('i',[7])
a[::-1]=a
a[::2]=a
del a[0]
del a[9]
del a[1:3]
del a[::2]
del a[::-2]
del a[4:1]
a[4:1]=A('i',[1])
a['x']=1
a[None]
a+=a
a+=[1]
a*=2
a*=0
a*=-1
a.x=1
a[1L:2L]=A('i',[3])
a.fromfile(open('/dev/null'),1)
a.fromfile(1,1)
a.tofile(1)
a.write(sys.stdout)
a.tofile(open('/dev/null','w'))
a.fromfile(open('items.bin','rb'),2);a.pop();a.pop()
a.fromfile(open('items.bin','rb'),100000);a=0
for i in a: (a.append(i) if len(a)<9 else 0)'''.split('\n'): x(s)
class B(A):
    def __new__(c,*a,**k): return A.__new__(c,'i',*a)
t(B,[1,2]); b=B([1,2]); b.x=3; print b.x,b[0:1],type(b[0:1]),type(b+b),type(b*2),copy.copy(b),b.__reduce__()
import weakref; w=weakref.ref(a) if isinstance(a,A) else 0
