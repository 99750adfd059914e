"""The names of DB-API 2.0 over the module _sqlite3, and the conversions of dates that every
program gets: values of datetime.date and datetime.datetime are kept as ISO 8601 text."""
import collections
import datetime
import time

from _sqlite3 import *

apilevel = "2.0"
threadsafety = 1
paramstyle = "qmark"

version_info = tuple(int(part) for part in version.split("."))
sqlite_version_info = tuple(int(part) for part in sqlite_version.split("."))

Date = datetime.date
Time = datetime.time
Timestamp = datetime.datetime
Binary = buffer
collections.Sequence.register(Row)


def DateFromTicks(ticks):
    return Date(*time.localtime(ticks)[:3])


def TimeFromTicks(ticks):
    return Time(*time.localtime(ticks)[3:6])


def TimestampFromTicks(ticks):
    return Timestamp(*time.localtime(ticks)[:6])


def _date_from(text):
    return datetime.date(*map(int, text.split("-")))


def _timestamp_from(text):
    day, clock = text.split(" ")
    clock, _, fraction = clock.partition(".")
    fields = map(int, day.split("-")) + map(int, clock.split(":"))
    # Digits past the sixth are dropped, missing ones are zeros.
    return datetime.datetime(*(fields + [int((fraction + "000000")[:6])]))


register_adapter(datetime.date, lambda day: day.isoformat())
register_adapter(datetime.datetime, lambda moment: moment.isoformat(" "))
register_converter("date", _date_from)
register_converter("timestamp", _timestamp_from)
