"""The SQL text that builds a database anew: Connection.iterdump()."""


def _name(identifier):
    return '"%s"' % identifier.replace('"', '""')


def _text(value):
    return "'%s'" % value.replace("'", "''")


def _rows(cursor, table):
    """An INSERT statement for each row, made by the database itself."""
    columns = [row[1] for row in cursor.execute("PRAGMA table_info(%s)" % _name(table))]
    values = ",".join("'||quote(%s)||'" % _name(column).replace("'", "''") for column in columns)
    query = "SELECT 'INSERT INTO %s VALUES(%s)' FROM %s;" % (
        _name(table).replace("'", "''"), values, _name(table))
    for row in cursor.execute(query):
        yield "%s;" % row[0]


def _iterdump(connection):
    cursor = connection.cursor()
    yield "BEGIN TRANSACTION;"
    tables = cursor.execute(
        "SELECT name, type, sql FROM sqlite_master "
        "WHERE sql NOT NULL AND type == 'table' ORDER BY name").fetchall()
    for name, _, sql in tables:
        if name == "sqlite_sequence":
            yield 'DELETE FROM "sqlite_sequence";'
        elif name == "sqlite_stat1":
            yield 'ANALYZE "sqlite_master";'
        elif name.startswith("sqlite_"):
            continue
        elif sql.startswith("CREATE VIRTUAL TABLE"):
            yield ("INSERT INTO sqlite_master(type,name,tbl_name,rootpage,sql)"
                   "VALUES('table',%s,%s,0,%s);" % (_text(name), _text(name), _text(sql)))
            continue
        else:
            yield "%s;" % sql
        for line in _rows(cursor, name):
            yield line
    for _, _, sql in cursor.execute(
            "SELECT name, type, sql FROM sqlite_master "
            "WHERE sql NOT NULL AND type IN ('index', 'trigger', 'view')").fetchall():
        yield "%s;" % sql
    yield "COMMIT;"
