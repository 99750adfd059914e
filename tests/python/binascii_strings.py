"""binascii and cStringIO."""

import binascii
import cStringIO


def t(f):
    try: return repr(f())
    except Exception, e: return '%s %s' % (type(e).__name__, e)
seed = 3
def rnd(n):
    global seed
    seed = (seed * 1103515245 + 12345) & 0x7fffffff
    return (seed >> 8) % n
def data(): return ''.join(chr(rnd(256) if rnd(3) else 65+rnd(4)) for _ in range(rnd(60)))
def text(): return ''.join(rnd(5) and chr(32+rnd(95)) or '= \n\r\t_.'[rnd(7)] for _ in range(rnd(200)))
for i in range(40):
    d = data(); x = text()
    print repr(d), t(lambda: binascii.hexlify(d)), t(lambda: binascii.b2a_base64(d)), t(lambda: binascii.a2b_base64(binascii.b2a_base64(d)) == d), t(lambda: binascii.b2a_uu(d[:45])), t(lambda: binascii.a2b_uu(binascii.b2a_uu(d[:45])) == d[:45]), t(lambda: binascii.b2a_hqx(d)), t(lambda: binascii.a2b_hqx(binascii.b2a_hqx(d)+':')), t(lambda: binascii.rlecode_hqx(d)), t(lambda: binascii.rledecode_hqx(binascii.rlecode_hqx(d))==d), t(lambda: binascii.crc32(d)), t(lambda: binascii.crc32(d, 77)), t(lambda: binascii.crc_hqx(d, 0))
    for k in range(8):
        print t(lambda: binascii.b2a_qp(x, k&1, k>>1&1, k>>2&1)),
    print t(lambda: binascii.b2a_qp(d)), t(lambda: binascii.a2b_qp(x)), t(lambda: binascii.a2b_qp(x, 1)), t(lambda: binascii.a2b_base64(x)), t(lambda: binascii.a2b_uu(x)), t(lambda: binascii.a2b_hqx(x)), t(lambda: binascii.unhexlify(x)), t(lambda: binascii.rledecode_hqx(d+'\x90\x04'))
for e in ['binascii.unhexlify("4")','binascii.unhexlify("zz")','binascii.hexlify(u"ab")','binascii.hexlify(buffer("a"))','binascii.a2b_base64("a")','binascii.a2b_base64("YQ=")','binascii.a2b_base64("YQ==YQ==")','binascii.a2b_base64("=YQ==")','binascii.b2a_uu("x"*46)','binascii.Error.__mro__','binascii.Error.__module__','binascii.a2b_hqx("!")','binascii.rledecode_hqx("\\x90")','binascii.rledecode_hqx("a\\x90")','binascii.crc32("a",-1)','binascii.crc32()','"abc".encode("hex")','"a b".encode("quopri") if 0 else 0','binascii.rledecode_hqx("")','binascii.a2b_qp("=")','binascii.b2a_uu("")','binascii.a2b_uu("")','binascii.a2b_uu(" \\n")']:
    print e, t(lambda: eval(e))
def c(src):
    S = cStringIO.StringIO; o = S(); i = S('line1\nline2\n\nend')
    for part in src.split(';'):
        part = part.strip()
        try: r = eval(part)
        except Exception, e: print part, type(e).__name__, e, '|',
        else: print part, repr(r) if not hasattr(r,'getvalue') else '', '|',
    print
for s in ['o.write("abc");o.getvalue();o.tell();o.seek(1);o.write("X");o.getvalue();o.getvalue(True);o.read();o.reset();o.read(2);o.read(5);o.seek(10);o.write("q");o.getvalue();o.truncate(2);o.getvalue();o.tell();o.close();o.write("a");o.closed','i.readline();i.readline(3);i.readlines();i.read();i.seek(0);list(i);i.seek(0);i.next();i.tell();i.seek(-3,2);i.read();i.seek(0);i.readlines(8);i.getvalue();i.write("a");i.truncate(3);i.getvalue();i.isatty();i.flush();i.close();i.read();i.closed','o.writelines(["a","b",5])','o.writelines(5)','o.write(5)','o.write(u"abc");o.write(u"\\xe9");o.getvalue()','o.softspace;o.write(buffer("x"));o.getvalue()','S(5)','S(u"abc").read()','type(o);type(i);cStringIO.InputType;cStringIO.OutputType','o.seek(-5);o.tell();o.truncate(-1)','i.read(None);i.read(-1)','i.seek(3);i.read(0);i.readline(0);i.readline(-1)','o.next()','iter(o) is o','S("").read();S("").readline();list(S(""))','o.foo','o.seek("a")','o.seek(5);o.getvalue();o.write("z");o.getvalue()','i.seek(100);i.read();i.tell();i.readline()','i.readlines(1)']:
    c(s)
o = cStringIO.StringIO(); print >>o, 'a', 5; print >>o, 'b',; print >>o, 'c'; print repr(o.getvalue())
