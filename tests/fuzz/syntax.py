# Mutated programs through compile(): run by two Pythons with the same arguments, it prints the
# same if they agree on tree errors, messages, places and code.
#
#   python syntax.py SEED COUNT FILE...
#
# Pieces of the files lose, gain, swap and replace tokens; each text's outcome is one line. Needs
# only built-in modules. Method calls count as attribute loads and calls (tests/parser/check.py).
import sys

TOKENS = ['(', ')', '[', ']', '{', '}', ':', ',', ';', '=', '==', '+', '-', '*', '**', '//', '.',
          '@', '`', '<>', '!=', 'lambda', 'yield', 'print', 'exec', 'not', 'in', 'is', 'if',
          'else', 'elif', 'for', 'while', 'def', 'class', 'return', 'break', 'continue', 'try',
          'except', 'finally', 'raise', 'import', 'from', 'as', 'with', 'global', 'del', 'pass',
          'assert', 'None', '__debug__', 'x', '1', '0x', '08', '1.5e', '"a"', "'", '"""', '\\',
          '\n', '\n    ', '\t', '    ', '#', '$', '\x0c', '\xe9', '+=', '**=', '>>', 'f(x=1)',
          'from __future__ import print_function\n', '[i for i in y]', '(i for i in y)', '{1: 2}']
WORD = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_'
CODE = type(compile('0', 'x', 'eval'))
state = [int(sys.argv[1])]


def random(n):
    state[0] = (state[0] * 1103515245 + 12345) % (1 << 31)
    return (state[0] >> 8) % n


def tokens(text):
    out = []
    i = 0
    while i < len(text):
        j = i + 1
        if text[i] in WORD:
            while j < len(text) and text[j] in WORD:
                j += 1
        elif text[i] == ' ':
            while j < len(text) and text[j] == ' ':
                j += 1
        out.append(text[i:j])
        i = j
    return out


def mutate(text):
    t = tokens(text)
    for i in range(random(4)):
        k = random(len(t) + 1)
        how = random(10)
        if how < 3:
            del t[k:k + 1]
        elif how < 6:
            t.insert(k, TOKENS[random(len(TOKENS))])
        elif how < 8:
            t[k:k + 1] = [TOKENS[random(len(TOKENS))]]
        elif how < 9 and t:
            a, b = random(len(t)), random(len(t))
            t[a], t[b] = t[b], t[a]
        else:
            del t[k:]
    return ''.join(t)


def plain(code):
    out = list(code)
    i = 0
    while i < len(out):
        op = ord(out[i])
        if op in (201, 202):
            out[i] = chr({201: 106, 202: 131}[op])
        i += 3 if op >= 90 else 1
    return ''.join(out)


def describe(co):
    parts = [co.co_name, plain(co.co_code), co.co_lnotab, co.co_names, co.co_varnames,
             co.co_freevars, co.co_cellvars, co.co_flags, co.co_firstlineno, co.co_argcount]
    for v in co.co_consts:
        parts.append(describe(v) if isinstance(v, CODE) else v)
    return repr(parts)


def outcome(text, mode):
    try:
        return describe(compile(text, '<t>', mode, 0, 1))
    except SyntaxError as e:
        return repr((type(e).__name__, e.args, e.lineno))
    except Exception as e:
        return repr((type(e).__name__, str(e)))


pieces = []
for name in sys.argv[3:]:
    lines = open(name).read().split('\n')
    starts = [i for i in range(len(lines)) if lines[i][:1] not in ('', ' ', '#', ')', '}', ']')]
    for i, j in zip(starts, starts[1:]):
        pieces.append('\n'.join(lines[i:min(j, i + 25)]) + '\n')
for i in range(int(sys.argv[2])):
    text = mutate(pieces[random(len(pieces))])
    mode = ('exec', 'exec', 'single', 'eval')[random(4)]
    print repr(text), mode, outcome(text, mode)
