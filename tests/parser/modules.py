# marshal, _ast and _symtable: what they say is in modules.expected, written by CPython 2.7:
#   python2.7 -S modules.py > modules.expected
import marshal
import _ast
import _symtable


def show(f, *args):
    try:
        r = f(*args)
    except Exception as e:
        return '%s: %s' % (type(e).__name__, e)
    return repr(r)


def hexes(text):
    return ''.join(['%02x' % ord(c) for c in text])


print '--- marshal: bytes of values'
VALUES = [
    0, 1, -1, 255, 65536, 2 ** 31 - 1, 2 ** 31, -2 ** 31, -2 ** 31 - 1, 2 ** 62, -2 ** 63,
    0L, 1L, -1L, 2 ** 15 - 1L, 2L ** 15, 2L ** 30, 2L ** 64, -2L ** 100, 10 ** 40,
    0.0, -0.0, 1.5, 1e300, -1e-300, float('inf'), 1j, 2.5 - 3j, True, False, None, Ellipsis,
    StopIteration, '', 'a b', 'x' * 300, u'', u'abc', u'\xe9\u1234\U00012345', (), (1,),
    (1, (2, 'a')), [], [1, [2]], {}, {1: 'b'}, set(), set([7]), frozenset([8]),
]
for v in VALUES:
    for version in (0, 1, 2):
        data = marshal.dumps(v, version)
        back = marshal.loads(data)
        print version, hexes(data), type(back).__name__, back == v and type(back) is type(v)

print '--- marshal: shared names'
names = ['name', 'other', 'name', intern('other'), intern('name')]
print hexes(marshal.dumps(names, 0))
print marshal.loads(marshal.dumps(names)) == names
code = compile('def f(a, *b):\n  "doc"\n  return a.x + 1.5, lambda: (a, b)\nclass A: pass\n',
               'file', 'exec')
for version in (0, 1, 2):
    back = marshal.loads(marshal.dumps(code, version))
    print back == code, back.co_lnotab == code.co_lnotab, back.co_filename

print '--- marshal: what cannot be'
deep = []
for i in range(3000):
    deep = [deep]
for v in (object(), len, type, deep, [1, object()], compile):
    print show(marshal.dumps, v)
for data in ('', '?', '0', '[\1\0\0\0' + '0', '(\1\0\0\0' + '0', '(\xff\xff\xff\xff',
             '[\2\0\0\0N', 's\5\0\0\0ab', 's\xff\xff\xff\xff', 'R\0\0\0\0', 'R\xff\xff\xff\xff',
             'l\1\0\0\0\0\0', 'l\1\0\0\0\xff\xff', 'x\3abc', 'f\1x', '[\1\0\0\0' * 5000, '{N',
             'u\1\0\0\0\xff', '<\1\0\0\0[\0\0\0\0', 'c', 'i'[:0]):
    print repr(data)[:40], show(marshal.loads, data)
print show(marshal.dump, 1, []), show(marshal.load, []), show(marshal.loads, 5)

print '--- _ast: objects'
print _ast.Name._fields, _ast.Name._attributes, _ast.expr._attributes, _ast.Module._attributes
print _ast.arguments._fields, _ast.AST._fields, _ast.stmt._fields, _ast.Load._fields
print issubclass(_ast.Name, _ast.expr), issubclass(_ast.expr, _ast.AST), _ast.PyCF_ONLY_AST
print issubclass(_ast.Load, _ast.expr_context), issubclass(_ast.alias, _ast.AST)
n = _ast.Name('a', _ast.Load(), lineno=3)
print n.id, type(n.ctx).__name__, n.lineno, show(getattr, n, 'col_offset')
print show(_ast.Name, 1), show(_ast.Name, 1, 2, 3), show(_ast.Load, 1), show(_ast.Return, 1, 2)
print show(setattr, _ast.AST(), 'x', 1)[:14], _ast.Pass().__reduce__()[1:], n.__reduce__()[2]['id']

print '--- _ast: compiling what was made by hand'


def at(node, **more):
    node.lineno, node.col_offset = 1, 0
    for k in more:
        setattr(node, k, more[k])
    return node


def name(s, ctx=None):
    return at(_ast.Name(s, ctx or _ast.Load()))


def run(body):
    env = {}
    exec compile(_ast.Module(body), 'made', 'exec') in env
    del env['__builtins__']
    return env


assign = at(_ast.Assign([name('x', _ast.Store())], at(_ast.Num(5))))
print run([assign])
print eval(compile(_ast.Expression(at(_ast.BinOp(at(_ast.Num(2)), _ast.Pow(), at(_ast.Num(5))))),
                   'made', 'eval'))
for tree, mode in ((_ast.Module([assign]), 'eval'), (_ast.Expression(at(_ast.Num(1))), 'exec'),
                   (_ast.Module([]), 'single'), (_ast.Interactive([]), 'exec')):
    print show(compile, tree, 'made', mode)
BAD = [
    _ast.Module(5),
    _ast.Module([5]),
    _ast.Module([_ast.Pass()]),
    _ast.Module([at(_ast.Expr())]),
    _ast.Module([at(_ast.Expr(_ast.Load()))]),
    _ast.Module([at(_ast.Expr(at(_ast.Num())))]),
    _ast.Module([at(_ast.Expr(at(_ast.Name(5, _ast.Load()))))]),
    _ast.Module([at(_ast.Expr(at(_ast.Str(5))))]),
    _ast.Module([at(_ast.Pass(), lineno='x')]),
    _ast.Module([at(_ast.Print(None, [], 5))]),
    _ast.Module([at(_ast.Global('ab'))]),
    _ast.Module([at(_ast.Return(at(_ast.Num(1))))]),
    _ast.Module([at(_ast.Break())]),
]
for tree in BAD:
    print show(compile, tree, 'made', 'exec')

print '--- _symtable'


def entry(e, indent=0):
    print ' ' * indent + e.name, e.type, e.lineno, e.optimized, e.nested, e.varnames
    for k in sorted(e.symbols):
        print ' ' * indent + ' ', k, e.symbols[k]
    for child in e.children:
        entry(child, indent + 2)


entry(_symtable.symtable('''
import a.b, c as d
def f(x, (y, z), *args, **kw):
    global g
    def inner():
        return x, g, h
    exec 'q' in {}
    return [i for i in y if (j for j in i)]
class A(B):
    attr = 1
    def m(self):
        return __private, attr
lambda u, v=d: u + v
g = 1
''', 'file', 'exec'))
entry(_symtable.symtable('{a: b for a in c}', 'file', 'eval'))
print show(_symtable.symtable, 'x y', 'file', 'exec')
print show(_symtable.symtable, 'x', 'file', 'other')
print [(k, getattr(_symtable, k)) for k in sorted(dir(_symtable)) if k.isupper()]
