"""Methods and operators of str, unicode and bytearray on the same texts."""

def t(f):
    try:
        return repr(f())
    except Exception, e:
        return '%s: %s' % (type(e).__name__, e)


TEXTS = [
    '', 'a', 'Hello World', '  x y  ', 'a,b,,c,', 'tab\there\n', 'l1\nl2\r\nl3\rend',
    'Title Case', "it's", '-12', 'banana',
]
WIDE = [u'\xe9\xc9', u'\u01c5abc', u'\u0661\u0662', u'\xbd', u'a\u2028b\x85c\x1dd', u'\xdf', u'\U00010400',
        u'\u3000x\u3000', u'\xb2']
CALLS = [
    's.capitalize()', 's.lower()', 's.upper()', 's.swapcase()', 's.title()', 's.isalpha()',
    's.isdigit()', 's.isalnum()', 's.isspace()', 's.islower()', 's.isupper()', 's.istitle()',
    's.strip()', 's.lstrip()', 's.rstrip()', 's.strip("a ")', 's.strip("ab\\n")', 's.split()',
    's.split(None,1)', 's.rsplit(None,1)', 's.split("a")', 's.split("a",1)', 's.rsplit("a",1)',
    's.split(",")', 's.rsplit("an",1)', 's.splitlines()', 's.splitlines(True)',
    's.expandtabs()', 's.expandtabs(3)', 's.expandtabs(0)', 's.center(11)', 's.center(10,"*")',
    's.ljust(12,".")', 's.rjust(12)', 's.zfill(6)', 's.find("a")', 's.find("an",2)',
    's.rfind("an")', 's.rfind("",-1)', 's.find("",100)', 's.count("a")', 's.count("")',
    's.count("aa")', 's.count("a",1,-1)', 's.replace("a","xy")', 's.replace("a","")',
    's.replace("","-")', 's.replace("","-",2)', 's.replace("an","AN",1)',
    's.replace("a","b",0)', 's.partition(" ")', 's.rpartition(" ")', 's.partition("an")',
    's.rpartition("an")', 's.startswith("a")', 's.endswith(("a","c"))', 's.startswith("",5)',
    's.endswith("",0,0)', 's.index("a")', 's.rindex("z")', 's*3', 's+"x"', '"x"+s', 's[::-1]',
    's[1:3]', 's[-2:]', 's[::2]', 's[5:2]', 's<"b"', 's=="abc"', '"a" in s', '"" in s',
    's.join(["1","2","3"])', 's.join([])', 's.join("ab")', 'len(s)', 'hash(s)', 'repr(s)',
    'list(s)', 'sorted(s)', 'max(s or "q")', 's % ()',
    's.translate(None,"a") if not isinstance(s,unicode) else 0', 's.index("")', 's[0]', 's[-1]',
    's[100]', 's["a"]', 's*-1', 's.startswith("h",-5,100)', 's.__getnewargs__()',
    's.__add__("q")', 's.__contains__("a")', 's.__mul__(2)', 's.__rmul__(2)',
    's.__getslice__(1,2)', 's.__eq__(5)', 's.__mod__(())', 'cmp(s,"b")', 's.__len__()', 's > 5',
    's != None', 'buffer(s)[:2] if isinstance(s,str) else 0', 'ord(s)', 'tuple(s)',
    'set(s)=={1}', 'bool(s)', 's.decode("ascii")', 'isinstance(s, basestring)', 'str(s)',
    'unicode(s)',
]

for call in CALLS:
    for kind in (str, unicode, bytearray):
        print call, kind.__name__, ' '.join(t(lambda: eval(call, {'s': kind(x)})) for x in TEXTS)
    print call, ' '.join(t(lambda: eval(call, {'s': x})) for x in WIDE)


def properties(u):
    return (u.isalpha(), u.isdigit(), u.isdecimal(), u.isnumeric(), u.isspace(), u.isupper(),
            u.islower(), u.istitle(), u.upper(), u.lower(), u.title(),
            len((u'a' + u + u'b').splitlines()))


total = 0
for i in xrange(0, 0x3000):
    total = (total * 31 + hash(properties(unichr(i)))) & 0xffffffffffff
print total
