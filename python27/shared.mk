# Modules over large libraries, loaded when imported (modules/shared.def lists them too).
python27_SHARED := pyexpat readline _sqlite3 gdbm
pyexpat_SRCS := python27/modules/pyexpat.c
pyexpat_LIBS := -lexpat
readline_SRCS := python27/modules/readline.c
readline_LIBS := -lreadline
_sqlite3_SRCS := python27/modules/_sqlite3.c python27/modules/sqlite_connection.c \
  python27/modules/sqlite_cursor.c
_sqlite3_LIBS := -lsqlite3
gdbm_SRCS := python27/modules/gdbm.c
gdbm_LIBS := -lgdbm
