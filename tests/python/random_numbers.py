import random,_random
for s in (0,1,-5,123456789012345678901234567890,'abc',u'x',3.5,(1,2)):
    r=random.Random(s); print s,[r.random() for i in range(3)],r.getrandbits(100),r.getrandbits(1),r.randint(1,10**30),r.gauss(0,1)
r=random.Random(7); st=r.getstate(); a=[r.random() for i in range(700)]; r.setstate(st); print a==[r.random() for i in range(700)]
r.jumpahead(10); print r.random(); r.jumpahead(10**30);print r.random()
print hash(r.getstate()[1])
def t(f,*a):
    try: print f(*a)
    except Exception,e: print type(e),e
x=_random.Random(1)
t(x.getrandbits,0);t(x.getrandbits,'a');t(x.setstate,1);t(x.setstate,(1,));t(x.jumpahead,'a');t(x.setstate,(1,)*624+(700,))
l=range(20); random.Random(3).shuffle(l); print l, random.Random(5).sample(xrange(1000),5)
class R(_random.Random):
    pass
r=R(4); r.x=[1]; import gc; gc.collect() if 0 else None; print r.random(), r.x
