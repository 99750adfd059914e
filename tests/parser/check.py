# The front end against CPython 2.7: every text of corpus.py, compiled in each mode to an
# exception, a syntax tree and code objects.
#
#   python2.7 check.py --write     writes expected.txt (by the oracle, never by ourselves)
#   python27 check.py              compares, prints a line a case
#
# expected.txt has a block a case: "=== NUMBER MODE", then what describe() says; texts that
# say very much are kept as a checksum. Stack sizes may be larger than the oracle's, since a
# looked-up method takes two places; LOOKUP_METHOD and CALL_METHOD count as LOAD_ATTR and
# CALL_FUNCTION.
#
# Files of texts are written to the current directory. Only built-in modules are needed.
import sys
import _ast

sys.dont_write_bytecode = True
HERE = sys.path[0]
import corpus

MODES = ['exec', 'eval', 'single', 'file']
LIMIT = 6000
CODE = type(compile('0', 'x', 'eval'))


def dump_tree(node):
    if isinstance(node, _ast.AST):
        parts = []
        for name in (node._fields or ()) + tuple(node._attributes or ()):
            parts.append('%s=%s' % (name, dump_tree(getattr(node, name))))
        return '%s(%s)' % (node.__class__.__name__, ', '.join(parts))
    if isinstance(node, list):
        return '[%s]' % ', '.join([dump_tree(x) for x in node])
    return repr(node)


def hexes(text):
    return ''.join(['%02x' % ord(c) for c in text])


def plain_code(code):
    out = list(code)
    i = 0
    while i < len(out):
        op = ord(out[i])
        if op == 201:
            out[i] = chr(106)
        elif op == 202:
            out[i] = chr(131)
        i += 3 if op >= 90 else 1
    return ''.join(out)


def dump_const(v):
    if isinstance(v, tuple):
        return '(%s)' % ', '.join([dump_const(x) for x in v])
    return '%s %r' % (type(v).__name__, v)


def dump_code(co, out):
    out.append('code %s: args %d, locals %d, flags 0x%x, line %d' % (
        co.co_name, co.co_argcount, co.co_nlocals, co.co_flags, co.co_firstlineno))
    out.append('stack %d' % co.co_stacksize)
    out.append(hexes(plain_code(co.co_code)))
    out.append('lines ' + hexes(co.co_lnotab))
    for what in ('names', 'varnames', 'freevars', 'cellvars'):
        out.append('%s %s' % (what, ' '.join(getattr(co, 'co_' + what))))
    inner = []
    for v in co.co_consts:
        if isinstance(v, CODE):
            inner.append(v)
            out.append('const code %s' % v.co_name)
        else:
            out.append('const ' + dump_const(v))
    for v in inner:
        dump_code(v, out)


def describe_error(e):
    out = ['%s %r' % (type(e).__name__, e.args)]
    if isinstance(e, SyntaxError):
        for name in ('msg', 'filename', 'lineno', 'offset', 'text', 'print_file_and_line'):
            out.append('%s %r' % (name, getattr(e, name)))
    return out


def run_file(text):
    # Only to see errors: a text that compiles is not run.
    name = 'case.py'
    f = open(name, 'wb')
    f.write(text)
    f.close()
    try:
        compile(text, name, 'exec', 0, 1)
    except Exception:
        pass
    else:
        return ['ok']
    try:
        execfile(name, {'__builtins__': {}})
    except SyntaxError as e:
        return describe_error(e)
    except Exception:
        return ['ok']
    return ['ok']


def describe(text, mode):
    if mode == 'file':
        return run_file(text)
    try:
        co = compile(text, '<t>', mode, 0, 1)
    except Exception as e:
        return describe_error(e)
    out = []
    dump_code(co, out)
    tree = compile(text, '<t>', mode, 0x400, 1)
    if len(text) < 4000:
        out.append(dump_tree(tree))
        # and the tree compiles to the same code
        again = []
        dump_code(compile(tree, '<t>', mode, 0, 1), again)
        if again != out[:-1]:
            out.append('code from the tree differs')
    return out


def checksum(text):
    # Adler's, with the modulus of zlib, which need not be there.
    a, b = 1, 0
    for c in text:
        a = (a + ord(c)) % 65521
        b = (b + a) % 65521
    return 'checksum %d %d' % (len(text), b * 65536 + a)


def shorten(lines):
    text = '\n'.join(lines)
    if len(text) <= LIMIT:
        return lines
    keep = [line for line in lines if not line.startswith('stack ')]
    return [checksum('\n'.join(keep))]


def read_expected():
    blocks = {}
    for line in open(HERE + '/expected.txt'):
        line = line.rstrip('\n')
        if line.startswith('=== '):
            block = blocks[line[4:]] = []
        else:
            block.append(line)
    return blocks


def same(got, want):
    if len(got) != len(want):
        return False
    for g, w in zip(got, want):
        if g.startswith('stack ') and w.startswith('stack '):
            if int(g[6:]) < int(w[6:]):
                return False
        elif g != w:
            return False
    return True


def write():
    f = open(HERE + '/expected.txt', 'wb')
    for i, text in enumerate(corpus.SOURCES):
        for mode in MODES:
            f.write('=== %d %s\n' % (i, mode))
            for line in shorten(describe(text, mode)):
                f.write(line + '\n')
    f.close()


def check():
    expected = read_expected()
    for mode in MODES:
        bad = 0
        for i, text in enumerate(corpus.SOURCES):
            want = expected['%d %s' % (i, mode)]
            try:
                got = shorten(describe(text, mode))
            except Exception as e:
                got = ['unexpected %s: %s' % (type(e).__name__, e)]
            if same(got, want):
                continue
            bad += 1
            print 'not ok %s-%d' % (mode, i)
            print '    text', repr(text)[:300]
            for g, w in zip(got + ['(end)'], want + ['(end)']):
                if g != w:
                    print '    got ', g[:300]
                    print '    want', w[:300]
                    break
        if not bad:
            print 'ok %s: %d texts' % (mode, len(corpus.SOURCES))


if sys.argv[1:] == ['--write']:
    write()
else:
    check()
