# SQLite through DB-API: types, parameters, transactions, callbacks, errors.
import sqlite3


def attempt(f, *args):
    try:
        return f(*args)
    except (sqlite3.Error, sqlite3.Warning, ValueError, TypeError, IndexError) as e:
        return type(e).__name__, str(e)


con = sqlite3.connect(':memory:')
cur = con.cursor()
cur.execute('create table item (id integer primary key, name text, price real, data blob, stamp date)')
print cur.description, cur.rowcount, cur.lastrowid
cur.execute('insert into item(name, price, data) values (?, ?, ?)', (u'caf\xe9', 2.5, buffer('\0\1\2')))
print cur.rowcount, cur.lastrowid
cur.executemany('insert into item(name, price) values (:name, :price)',
                [{'name': 'tea', 'price': 1}, {'name': None, 'price': 2 ** 40}])
print cur.rowcount, con.total_changes
cur.execute('select id, name as "title [text]", price, data from item order by id')
print [column[0] for column in cur.description]
for row in cur:
    print [str(value) if isinstance(value, buffer) else value for value in row]
print cur.execute('select name from item where price > ?', [1]).fetchmany(5), cur.fetchone()

print attempt(cur.execute, 'select * from missing_table')
print attempt(cur.execute, 'selekt 1')
print attempt(cur.execute, 'select ?', ())
print attempt(cur.execute, 'select ?', {'a': 1})
print attempt(cur.execute, 'select :a', {})
print attempt(cur.execute, 'select ?', (object(),))
print attempt(cur.execute, 'select :who', {'who': object})[0]
print attempt(cur.execute, 'select ?', ('\xff',))[0]
print attempt(cur.execute, 'select 1; select 2')
print attempt(cur.execute, 'select 1; -- only a comment') is cur
print attempt(cur.execute, 1)
print attempt(cur.executemany, 'select 1', [()])
print attempt(cur.execute, 'insert into item(id) values (1)')[0]

con.commit()
cur.execute('delete from item')
con.rollback()
print con.execute('select count(*) from item').fetchone()
try:
    with con:
        con.execute('delete from item')
        raise KeyError
except KeyError:
    print con.execute('select count(*) from item').fetchone()


class Longest(object):
    def __init__(self):
        self.best = ''

    def step(self, value):
        self.best = max(self.best, value or '', key=len)

    def finalize(self):
        return self.best


con.create_function('twice', 1, lambda x: x and x * 2)
con.create_function('broken', 0, lambda: 1 / 0)
con.create_aggregate('longest', 1, Longest)
con.create_collation('backwards', lambda a, b: -cmp(a, b))
print con.execute('select twice(price), twice(name), twice(null) from item order by id').fetchall()
print attempt(con.execute, 'select broken()')
print con.execute('select longest(name) from item').fetchone()
print con.execute('select name from item order by name collate backwards').fetchall()
print attempt(con.create_collation, 'b\xe4d', cmp)[0], attempt(con.create_collation, 'x', 1)
con.set_authorizer(lambda action, table, column, db, source:
                   sqlite3.SQLITE_DENY if column == 'price' else sqlite3.SQLITE_OK)
print attempt(con.execute, 'select price from item')
con.close()
print attempt(con.execute, 'select 1')

con = sqlite3.connect(':memory:', detect_types=sqlite3.PARSE_DECLTYPES | sqlite3.PARSE_COLNAMES)
con.row_factory = sqlite3.Row
con.execute('create table day (d date, t timestamp, what point)')


class Point(object):
    def __init__(self, x, y):
        self.x, self.y = x, y

    def __conform__(self, protocol):
        if protocol is sqlite3.PrepareProtocol:
            return '%d;%d' % (self.x, self.y)


sqlite3.register_converter('point', lambda text: tuple(map(int, text.split(';'))))
moment = sqlite3.Timestamp(2020, 2, 29, 12, 30, 1, 250)
con.execute('insert into day values (?, ?, ?)', (sqlite3.Date(2020, 2, 29), moment, Point(3, 4)))
row = con.execute('select d, t, what, date("now") > "2000" as "later [point2]" from day').fetchone()
print row.keys(), len(row), row[0], row['T'], row['what'], row[-1], tuple(row)[:1] == (row['d'],)
print attempt(row.__getitem__, slice(1, 2)), attempt(row.__getitem__, 'nope'), attempt(row.__getitem__, 9)
con.text_factory = str
print con.execute('select "a" || ?', (u'\xe9',)).fetchone()[0].encode('hex')
for line in con.iterdump():
    print line
print sqlite3.complete_statement('select 1;'), sqlite3.complete_statement('select')
print issubclass(sqlite3.IntegrityError, sqlite3.DatabaseError), sqlite3.Connection.Error is sqlite3.Error
