# Special methods that change what a loop reads around them: each from traced code, many through
# C functions. Right only if traces know what every slot may do.
class State(object): pass
s = State(); s.n = 0
class V(object):
    def __init__(self, x): self.x = x
    def hit(self, k): s.n += k
    def __add__(self, o): self.hit(1); return V(self.x)
    def __radd__(self, o): self.hit(2); return V(self.x)
    def __sub__(self, o): self.hit(3); return self
    def __neg__(self): self.hit(4); return self
    def __cmp__(self, o): self.hit(5); return cmp(self.x, o.x)
    def __hash__(self): self.hit(6); return 7
    def __nonzero__(self): self.hit(7); return True
    def __len__(self): self.hit(8); return 3
    def __getitem__(self, i): self.hit(9); return i
    def __setitem__(self, i, v): self.hit(10)
    def __delitem__(self, i): self.hit(11)
    def __contains__(self, v): self.hit(12); return True
    def __call__(self, *a): self.hit(13); return 1
    def __iter__(self): self.hit(14); return iter((1, 2))
    def __str__(self): self.hit(15); return 'v'
    def __repr__(self): self.hit(16); return 'V'
    def __int__(self): self.hit(17); return 1
    def __float__(self): self.hit(18); return 1.0
    def __getattr__(self, name): self.hit(19); return 5
    def __index__(self): self.hit(20); return 1
    def __coerce__(self, o): self.hit(21); return None
    def __iadd__(self, o): self.hit(22); return self
    def __enter__(self): self.hit(23); return self
    def __exit__(self, *a): self.hit(24); return True
    def __unicode__(self): self.hit(25); return u'v'
    def __pow__(self, o, m=None): self.hit(26); return self
    def __divmod__(self, o): self.hit(27); return (1, 2)
    def __invert__(self): self.hit(28); return self
    def __abs__(self): self.hit(29); return self
    def __long__(self): self.hit(30); return 1L
    def __hex__(self): self.hit(31); return 'x'
    def __setattr__(self, n, v):
        if n != 'x': s.n += 32
        object.__setattr__(self, n, v)
    def __delattr__(self, n): self.hit(33)
    def __instancecheck__(self, o): self.hit(34); return True
class W(object):
    def __init__(self, x): self.x = x
    def __eq__(self, o): s.n += 40; return self.x == o.x
    def __lt__(self, o): s.n += 41; return self.x < o.x
    def __hash__(self): return hash(self.x)
    def __get__(self, o, t): s.n += 42; return 3
    def __set__(self, o, v): s.n += 43
    def next(self): s.n += 44; return 1
    def __iter__(self): return self
class D(object):
    d = W(1)
class It(object):
    def __init__(self): self.k = 0
    def __iter__(self): return self
    def next(self):
        s.n += 45; self.k += 1
        if self.k > 2: raise StopIteration
        return self.k
class Meta(type):
    def __call__(cls, *a): s.n += 46; return 1
    def __getattr__(cls, n): s.n += 47; return 1
class M(object):
    __metaclass__ = Meta
class Old:
    def __add__(self, o): s.n += 50; return 1
    def __cmp__(self, o): s.n += 51; return 0
    def __getattr__(self, n):
        if n[:2] == '__': raise AttributeError(n)
        s.n += 52; return 1
    def __len__(self): s.n += 53; return 1
    def __call__(self): s.n += 54; return 1
    def __getitem__(self, i): s.n += 55; return i
def body(k):
    t = 0
    a = V(1); b = V(2); w = W(1); w2 = W(2); d = D(); o = Old(); o2 = Old()
    ops = [
        lambda: a + b, lambda: sum([a, b], a), lambda: a - b, lambda: -a, lambda: a < b, lambda: cmp(a, b), lambda: hash(a),
        lambda: bool(a), lambda: len(a), lambda: a[1], lambda: a.__class__, lambda: 3 in a, lambda: a(), lambda: list(a), lambda: str(a),
        lambda: repr([a]), lambda: int(a), lambda: float(a), lambda: a.zork, lambda: [1, 2, 3][a], lambda: '%s' % a, lambda: unicode(a),
        lambda: a ** 2, lambda: divmod(a, 1), lambda: ~a, lambda: abs(a), lambda: long(a), lambda: hex(a), lambda: setattr(a, 'y', 1),
        lambda: w in [w2, w2, w], lambda: [w2, w].index(w), lambda: {w: 1}[W(1)], lambda: sorted([w2, w]), lambda: min(w2, w), lambda: max([w2, w]),
        lambda: d.d, lambda: setattr(d, 'd', 1), lambda: list(It()), lambda: tuple(It()), lambda: sum(It()), lambda: dict.fromkeys(It()),
        lambda: M(), lambda: M.zz, lambda: o + 1, lambda: o == o2, lambda: o.foo, lambda: len(o), lambda: o(), lambda: o[3],
        lambda: map(a, [1, 2]), lambda: filter(a, [1, 2]), lambda: reduce(a, [1, 2, 3]), lambda: zip(It(), It()), lambda: enumerate(It()).next(),
        lambda: isinstance(1, int), lambda: getattr(a, 'nope'), lambda: hasattr(a, 'u'), lambda: (a, 1) == (b, 1), lambda: [w] == [w2],
        lambda: set([a]), lambda: ','.join(map(str, [a])), lambda: all(It()), lambda: any(It()), lambda: max(It()), lambda: a and b, lambda: not a,
        lambda: range(a), lambda: xrange(a), lambda: 'abc'[a:], lambda: 'x' * a, lambda: iter(a).next(), lambda: apply(a, (1,)),
    ]
    op = ops[k % len(ops)]
    for i in xrange(300):
        before = s.n
        f = s.n
        try: op()
        except Exception: t -= 1
        t += s.n - before
        t = (t * 3 + s.n - f) & 0xffffff
    return t
import sys
n = 76
print [body(k) for k in range(n)], s.n
