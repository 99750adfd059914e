"""Regular expressions: random patterns, and the methods of pattern, match and scanner."""

import re
import _sre


def t(f):
    try:
        return repr(f())
    except Exception, e:
        return '%s: %s' % (type(e).__name__, e)


class Random(object):
    """The same numbers everywhere."""
    state = 7

    def below(self, n):
        self.state = (self.state * 1103515245 + 12345) & 0x7fffffff
        return (self.state >> 8) % n

    def choice(self, items):
        return items[self.below(len(items))]


random = Random()
ATOMS = [
    'a', 'b', 'c', '.', '[ab]', '[^a]', '\\d', '\\w', '\\b', '^', '$', '(a)', '(b|c)', '(?:ab)',
    '(?P<n>a)?', '(?=a)', '(?!b)', '(?<=a)', '(?<!b)', '(a*)', '(b*)c', '\\1', '[a-c]', 'x',
    '\\s', '\\B', '(?:a|b|)', '(a|ab)(c|bcd)', '\\Z', '\\A', '(?:(a)|b)*', '(?(1)a|b)', 'A',
    '[A-C]', '\\W', '\\S', '\\D', 'a|b',
]
QUANTIFIERS = [
    '', '', '', '*', '+', '?', '{2}', '{1,2}', '{,2}',
]
TEXTS = [
    '', 'a', 'b', 'ab', 'abc', 'aabbcc', 'abcabc', 'cab', 'aaa', 'bbb', 'a b', 'abcd', 'xaxbxc',
    'ABC', 'aAbB', 'a\nb', '\n', 'abab1_ c', 'caabcaab',
]
FLAGS = [0, 0, 0, re.I, re.M, re.S, re.U, re.I | re.U, re.L, re.I | re.M]


def show(m):
    return m and (m.span(), m.groups(), m.lastindex, m.lastgroup)


for i in range(600):
    pattern = ''.join(random.choice(ATOMS) + random.choice(QUANTIFIERS) for _ in range(1 + random.below(5)))
    flags = random.choice(FLAGS)
    try:
        r = re.compile(pattern, flags)
    except Exception, e:
        print repr(pattern), type(e).__name__, e
        continue
    s = random.choice(TEXTS)
    if random.below(3) == 0:
        s = unicode(s)
    print repr(pattern), flags, repr(s), t(lambda: show(r.match(s))), t(lambda: show(r.search(s))),
    print t(lambda: r.findall(s)), t(lambda: r.sub('<\\g<0>>', s)), t(lambda: r.split(s)),
    print t(lambda: show(r.search(s, 1, 4)))
m = re.match(r'(?P<x>a)(b)?', 'ac')
CALLS = [
    'm.group()', 'm.group(0,1,2)', 'm.group("x")', 'm.group(3)', 'm.group("y")', 'm.groups()',
    'm.groups("z")', 'm.groups(default=5)', 'm.groupdict()', 'm.groupdict("q")', 'm.start()',
    'm.start(2)', 'm.end("x")', 'm.span(2)', 'm.regs', 'm.re.pattern', 'm.string', 'm.pos',
    'm.endpos', 'm.lastindex', 'm.lastgroup', 'm.re.groupindex', 'm.re.groups', 'm.re.flags',
    'type(m)', 'type(m.re)', 'm.group(1L)', 'm.group(-1)', 'm.__copy__()', 'm.group(None)',
    're.compile("a").match(5)', 're.compile("a").match(bytearray("ab")).group()',
    're.compile("a").findall(buffer("aba"))',
    're.sub("a", lambda m: m.group().upper(), "banana")', 're.sub("a", "x", "banana", 2)',
    're.subn("a", "x", u"banana")', 're.sub("", "-", "abc")', 're.sub("x*", "-", "abxd")',
    're.split("x*", "axbc")', 're.split("(x)|(y)", "axbyc")', 're.split("x", "axbxc", 1)',
    're.findall("(a)(b)?", "abaab")', '[m.span() for m in re.finditer("a*", "baac")]',
    're.compile("a").scanner("aab").match().span()', 're.escape("a.b*c")', 're.compile("(")',
    're.compile("*")', 're.compile("a{2,1}")', 're.compile("[")', 're.compile("(?<=a*)b")',
    're.match(r"(?i)STRASSE", "strasse").group()', 're.match("(a)|b","b").group(1)',
    're.sub("a", r"\\8", "a")', 're.match("a", "a", 0).end()',
    're.compile("a").match("ba", 1).span()', 're.compile("^a").match("ba", 1)',
    're.compile("a").match(string="a").span()', 're.compile("a").match(pattern="a").span()',
    're.compile("a").match()', 're.compile("a").sub("b")',
    're.compile("a").sub(repl="b", string="aa", count=1)',
    're.compile("a").split("xax", maxsplit=1)', 're.compile("a").findall(string="aba")',
    're.compile("a").findall(source="aba")', 're.match("(?:x|(?:ab)+)*c", "ab"*2000+"c").end()',
    're.match("(?:a|b)*?c", "ab"*5000+"c").end()', 're.match("(.)*", "x"*50000).span(1)',
    're.search("(a|b)*$", "ab"*30000).end()', 'len(re.findall("[^,]+", "a,b,c"*1000))',
    're.match(r"((a)|(b))*", "ab").groups()', 're.purge()', 'repr(re.compile("a"))[:18]',
    're.compile("a") is re.compile("a")', 're.match("a(?#comment)b", "ab").end()',
    're.match("(?x) a b # c", "ab").end()', 're.compile("a").__deepcopy__({})',
    'hasattr(re.compile("a"),"__dict__")',
    're.Scanner([("a", lambda s,t: t.upper()), ("b", None)]).scan("abac")',
    're.match(r"[\\]\\-a]+", "]-a").end()', 're.compile("(?P<a>x)(?P<b>y)").groupindex',
    're.compile("a"*5).match("aaaaa").end()',
    're.match("((((((((((a))))))))))\\10","aa").end()',
]
for call in CALLS:
    print call, t(lambda: eval(call))
for args in (('a', 0, [5]), ('a', 0, [19]), ('a', 0, [19, 97, 1, 1, 1]), ('a', 0, [28, 9, 0, 1, 1])):
    print t(lambda: type(_sre.compile(*args)).__name__)
print _sre.compile('a', 0, [19, 97, 1]).match('a').span(), _sre.getlower(65, 0), _sre.MAGIC, _sre.CODESIZE
