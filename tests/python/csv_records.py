# Reading and writing of comma separated values.
import csv, StringIO


def t(f, *a, **k):
    try:
        print repr(f(*a, **k))
    except Exception as e:
        print type(e).__name__, e


def read(text, **k):
    return list(csv.reader(text.splitlines(True), **k))


def write(rows, **k):
    out = StringIO.StringIO()
    csv.writer(out, **k).writerows(rows)
    return out.getvalue()


for text in ('a,b,c\n', 'a,"b,c",d\r\n', '"a""b",c\n', 'a,"b\nc",d\ne\n', ',\n', '\n\na\n', 'a b, c\n', "'a,b',c\n",
             'a\\,b,c\n', '"a"b,c\n', '"a\n', 'a,b', '1,2.5,"x"\n', 'a\rb\n', 'a\0b\n'):
    for k in ({}, {'quotechar': "'"}, {'escapechar': '\\'}, {'skipinitialspace': True}, {'strict': True},
              {'quoting': csv.QUOTE_NONE}, {'quoting': csv.QUOTE_NONNUMERIC}, {'doublequote': False}, {'delimiter': ' '}):
        t(read, text, **k)
rows = [['a', 'b,c', 'd"e', "f'g", 'h\ni', ''], [1, 2.5, None, 10**20, u'u'], [''], []]
for k in ({}, {'quoting': csv.QUOTE_ALL}, {'quoting': csv.QUOTE_NONNUMERIC}, {'quoting': csv.QUOTE_NONE},
          {'quoting': csv.QUOTE_NONE, 'escapechar': '!'}, {'doublequote': False}, {'doublequote': False, 'escapechar': '!'},
          {'delimiter': ';', 'lineterminator': '|'}, {'dialect': 'excel-tab'}):
    for r in rows:
        t(write, [r], **k)
t(write, [5]); t(csv.writer, 5); t(csv.reader, 5); t(csv.reader, [], delimiter=''); t(csv.reader, [], delimiter='ab')
t(csv.reader, [], quoting=9); t(csv.reader, [], quoting='x'); t(csv.reader, [], quotechar=None, quoting=csv.QUOTE_ALL)
t(csv.reader, [], lineterminator=None); t(csv.reader, [], nonsense=1); t(csv.get_dialect, 'nope'); t(csv.unregister_dialect, 'nope')
csv.register_dialect('mine', delimiter=':', quoting=csv.QUOTE_ALL)
d = csv.get_dialect('mine')
print d.delimiter, d.doublequote, d.escapechar, repr(d.lineterminator), d.quotechar, d.quoting, d.skipinitialspace, d.strict
print sorted(csv.list_dialects()), write([[1, 'x']], dialect='mine'), csv.field_size_limit(10), csv.field_size_limit()
t(read, 'a' * 20); csv.field_size_limit(131072)
r = csv.reader(['a\n', '"b\n', 'c"\n']); print next(r), r.line_num, next(r), r.line_num
print list(csv.DictReader(['x,y\n', '1,2\n', '3\n', '4,5,6\n']))[0]['y']
t(list, csv.reader([1])); t(list, csv.reader([u'a,b']))
