"""Dates and times of the Gregorian calendar, with or without a time zone.

    timedelta   a duration: days, seconds, microseconds
    date        a day
    time        a time of day
    datetime    both
    tzinfo      base class of time zones, which a program defines
"""
import math as _math
import time as _time

MINYEAR = 1
MAXYEAR = 9999
_MAX_ORDINAL = 3652059  # of the last day of MAXYEAR
_MAX_DELTA_DAYS = 999999999

_DAYS_BEFORE = (0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)
_MONTH_NAMES = ('', 'Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct',
                'Nov', 'Dec')
_DAY_NAMES = ('Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun')


def _is_leap(year):
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _days_before_year(year):
    year -= 1
    return year * 365 + year // 4 - year // 100 + year // 400


def _days_in_month(year, month):
    if month == 2:
        return 29 if _is_leap(year) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def _days_before_month(year, month):
    return _DAYS_BEFORE[month] + (month > 2 and _is_leap(year))


def _ymd_to_ordinal(year, month, day):
    return _days_before_year(year) + _days_before_month(year, month) + day


def _ordinal_to_ymd(n):
    n -= 1
    n400, n = divmod(n, 146097)
    n100, n = divmod(n, 36524)
    n4, n = divmod(n, 1461)
    n1, n = divmod(n, 365)
    year = n400 * 400 + n100 * 100 + n4 * 4 + n1 + 1
    if n1 == 4 or n100 == 4:  # the last day of a leap year
        return year - 1, 12, 31
    month = (n + 50) >> 5  # at most one too large
    if _days_before_month(year, month) > n:
        month -= 1
    return year, month, n - _days_before_month(year, month) + 1


def _integer(value):
    if isinstance(value, (int, long)):
        return int(value)
    if isinstance(value, float):
        raise TypeError('integer argument expected, got float')
    try:
        convert = value.__int__
    except AttributeError:
        raise TypeError('an integer is required')
    converted = convert()
    if not isinstance(converted, (int, long)):
        raise TypeError('__int__ method should return an integer')
    return int(converted)


def _check_date(year, month, day):
    year, month, day = _integer(year), _integer(month), _integer(day)
    if not MINYEAR <= year <= MAXYEAR:
        raise ValueError('year is out of range')
    if not 1 <= month <= 12:
        raise ValueError('month must be in 1..12')
    if not 1 <= day <= _days_in_month(year, month):
        raise ValueError('day is out of range for month')
    return year, month, day


def _check_time(hour, minute, second, microsecond):
    hour, minute = _integer(hour), _integer(minute)
    second, microsecond = _integer(second), _integer(microsecond)
    if not 0 <= hour <= 23:
        raise ValueError('hour must be in 0..23')
    if not 0 <= minute <= 59:
        raise ValueError('minute must be in 0..59')
    if not 0 <= second <= 59:
        raise ValueError('second must be in 0..59')
    if not 0 <= microsecond <= 999999:
        raise ValueError('microsecond must be in 0..999999')
    return hour, minute, second, microsecond


def _check_tzinfo(tz):
    if tz is not None and not isinstance(tz, tzinfo):
        raise TypeError('tzinfo argument must be None or of a tzinfo subclass, not type '
                        "'%s'" % type(tz).__name__)


def _cannot_compare(a, b):
    names = []
    for x in (a, b):
        kind = type(x)
        module = 'datetime.' if kind.__module__ == 'datetime' else ''
        names.append(module + kind.__name__)
    raise TypeError("can't compare %s to %s" % tuple(names))


def _offset(name, minutes):
    """What a method of a time zone returned, as minutes or None."""
    if minutes is None:
        return None
    if not isinstance(minutes, timedelta):
        raise TypeError("tzinfo.%s() must return None or a timedelta, not '%s'" %
                        (name, type(minutes).__name__))
    days = minutes._days
    if days < -1 or days >= 1:
        total = days * 1440 + minutes._seconds // 60
        raise ValueError('tzinfo.%s() returned %d; must be in -1439 .. 1439' % (name, total))
    whole, rest = divmod(minutes._seconds, 60)
    if rest or minutes._microseconds:
        raise ValueError('tzinfo.%s() must return a whole number of minutes' % name)
    total = days * 1440 + whole
    if not -1440 < total < 1440:
        raise ValueError('tzinfo.%s() returned %d; must be in -1439 .. 1439' % (name, total))
    return total


def _zone_name(tz, arg):
    if tz is None:
        return None
    name = tz.tzname(arg)
    if name is not None and not isinstance(name, (str, unicode)):
        raise TypeError("tzinfo.tzname() must return None or a string, not '%s'" %
                        type(name).__name__)
    return name


def _format_offset(minutes, sep=':'):
    sign = '-' if minutes < 0 else '+'
    return '%s%02d%s%02d' % (sign, abs(minutes) // 60, sep, abs(minutes) % 60)


def _format_time(hour, minute, second, microsecond):
    text = '%02d:%02d:%02d' % (hour, minute, second)
    return text + '.%06d' % microsecond if microsecond else text


def _strftime(object, format, timetuple, zone_arg):
    """strftime() with %z, %Z and %f, which the C library does not know."""
    if timetuple[0] < 1900:
        raise ValueError('year=%d is before 1900; the datetime strftime() methods require '
                         'year >= 1900' % timetuple[0])
    out = []
    i = 0
    while i < len(format):
        c = format[i]
        i += 1
        if c != '%' or i == len(format):
            out.append(c)
            continue
        c = format[i]
        i += 1
        if c == 'f':
            out.append('%06d' % getattr(object, 'microsecond', 0))
        elif c == 'z':
            minutes = None
            if hasattr(object, 'utcoffset'):
                minutes = object._utcoffset()
            if minutes is not None:
                out.append(_format_offset(minutes, ''))
        elif c == 'Z':
            name = object.tzname() if hasattr(object, 'tzname') else None
            if name is not None:
                out.append(name.replace('%', '%%'))
        else:
            out.append('%' + c)
    return _time.strftime(''.join(out), timetuple)


def _round_half_away(x):
    return int(_math.floor(x + 0.5)) if x >= 0 else int(_math.ceil(x - 0.5))


class timedelta(object):
    """Difference between two datetime values."""
    __slots__ = '_days', '_seconds', '_microseconds', '_hash'

    def __new__(cls, days=0, seconds=0, microseconds=0, milliseconds=0, minutes=0, hours=0,
                weeks=0):
        total = 0
        fraction = 0.0
        for name, value, factor in (('microseconds', microseconds, 1),
                                    ('milliseconds', milliseconds, 1000),
                                    ('seconds', seconds, 1000000),
                                    ('minutes', minutes, 60000000),
                                    ('hours', hours, 3600000000),
                                    ('days', days, 86400000000),
                                    ('weeks', weeks, 604800000000)):
            if isinstance(value, (int, long)):
                total += value * factor
            elif isinstance(value, float):
                part, whole = _math.modf(value)
                total += int(whole) * factor
                if part:
                    part, whole = _math.modf(part * factor)
                    total += int(whole)
                    fraction += part
            else:
                raise TypeError('unsupported type for timedelta %s component: %s' %
                                (name, type(value).__name__))
        if fraction:
            total += _round_half_away(fraction)
        return cls._from_microseconds(total)

    @classmethod
    def _from_microseconds(cls, total):
        seconds, microseconds = divmod(total, 1000000)
        days, seconds = divmod(seconds, 86400)
        if abs(days) > _MAX_DELTA_DAYS:
            raise OverflowError('days=%d; must have magnitude <= 999999999' % days)
        self = object.__new__(cls)
        self._days = int(days)
        self._seconds = int(seconds)
        self._microseconds = int(microseconds)
        self._hash = -1
        return self

    def _to_microseconds(self):
        return (self._days * 86400 + self._seconds) * 1000000 + self._microseconds

    days = property(lambda self: self._days, doc='Number of days.')
    seconds = property(lambda self: self._seconds,
                       doc='Number of seconds (>= 0 and less than 1 day).')
    microseconds = property(lambda self: self._microseconds,
                            doc='Number of microseconds (>= 0 and less than 1 second).')

    def total_seconds(self):
        """Total seconds in the duration."""
        return self._to_microseconds() / 1e6

    def __repr__(self):
        name = 'datetime.timedelta' if type(self) is timedelta else type(self).__name__
        if self._microseconds:
            return '%s(%d, %d, %d)' % (name, self._days, self._seconds, self._microseconds)
        if self._seconds:
            return '%s(%d, %d)' % (name, self._days, self._seconds)
        return '%s(%d)' % (name, self._days)

    def __str__(self):
        minutes, seconds = divmod(self._seconds, 60)
        hours, minutes = divmod(minutes, 60)
        text = '%d:%02d:%02d' % (hours, minutes, seconds)
        if self._days:
            text = '%d day%s, %s' % (self._days, '' if abs(self._days) == 1 else 's', text)
        return text + '.%06d' % self._microseconds if self._microseconds else text

    def __add__(self, other):
        if not isinstance(other, timedelta):
            return NotImplemented
        return timedelta._from_microseconds(self._to_microseconds() +
                                            other._to_microseconds())
    __radd__ = __add__

    def __sub__(self, other):
        if not isinstance(other, timedelta):
            return NotImplemented
        return timedelta._from_microseconds(self._to_microseconds() -
                                            other._to_microseconds())

    def __rsub__(self, other):
        if not isinstance(other, timedelta):
            return NotImplemented
        return other - self

    def __neg__(self):
        return timedelta._from_microseconds(-self._to_microseconds())

    def __pos__(self):
        return timedelta._from_microseconds(self._to_microseconds())

    def __abs__(self):
        return -self if self._days < 0 else +self

    def __mul__(self, other):
        if not isinstance(other, (int, long)):
            return NotImplemented
        return timedelta._from_microseconds(self._to_microseconds() * other)
    __rmul__ = __mul__

    def __floordiv__(self, other):
        if not isinstance(other, (int, long)):
            return NotImplemented
        if not other:
            raise ZeroDivisionError('integer division or modulo by zero')
        return timedelta._from_microseconds(self._to_microseconds() // other)
    __div__ = __floordiv__

    def __eq__(self, other):
        return isinstance(other, timedelta) and self._key() == other._key()

    def __ne__(self, other):
        return not (isinstance(other, timedelta) and self._key() == other._key())

    def __lt__(self, other):
        return self._compare(other) < 0

    def __le__(self, other):
        return self._compare(other) <= 0

    def __gt__(self, other):
        return self._compare(other) > 0

    def __ge__(self, other):
        return self._compare(other) >= 0

    def _compare(self, other):
        if not isinstance(other, timedelta):
            _cannot_compare(self, other)
        return cmp(self._key(), other._key())

    def _key(self):
        return self._days, self._seconds, self._microseconds

    def __hash__(self):
        if self._hash == -1:
            self._hash = hash(self._key())
        return self._hash

    def __nonzero__(self):
        return bool(self._days or self._seconds or self._microseconds)

    def __reduce__(self):
        return self.__class__, self._key()


timedelta.min = timedelta(-_MAX_DELTA_DAYS)
timedelta.max = timedelta(_MAX_DELTA_DAYS, 86399, 999999)
timedelta.resolution = timedelta(microseconds=1)


class tzinfo(object):
    """Abstract base class for time zone info objects."""
    __slots__ = ()

    def tzname(self, dt):
        """The zone's name at dt."""
        raise NotImplementedError('a tzinfo subclass must implement tzname()')

    def utcoffset(self, dt):
        """Difference to UTC at dt, positive east of it."""
        raise NotImplementedError('a tzinfo subclass must implement utcoffset()')

    def dst(self, dt):
        """What summer time adds at dt."""
        raise NotImplementedError('a tzinfo subclass must implement dst()')

    def fromutc(self, dt):
        """The time in this zone of dt, which is in UTC and bears this zone."""
        if not isinstance(dt, datetime):
            raise TypeError('fromutc() argument must be a datetime instance')
        if dt._tzinfo is not self:
            raise ValueError('fromutc: dt.tzinfo is not self')
        offset = dt._utcoffset()
        if offset is None:
            raise ValueError('fromutc: non-None utcoffset() result required')
        dst = dt._dst()
        if dst is None:
            raise ValueError('fromutc: non-None dst() result required')
        delta = offset - dst
        if delta:
            dt += timedelta(minutes=delta)
            dst = dt._dst()
            if dst is None:
                raise ValueError('fromutc: tz.dst() gave inconsistent results; cannot convert')
        return dt + timedelta(minutes=dst) if dst else dt

    def __reduce__(self):
        getinitargs = getattr(self, '__getinitargs__', None)
        args = getinitargs() if getinitargs else ()
        getstate = getattr(self, '__getstate__', None)
        state = getstate() if getstate else getattr(self, '__dict__', None) or None
        return (type(self), args) if state is None else (type(self), args, state)


class date(object):
    """date(year, month, day) --> date object"""
    __slots__ = '_year', '_month', '_day', '_hash'

    def __new__(cls, year, month=None, day=None):
        if month is None and day is None and isinstance(year, str) and len(year) == 4 and \
                1 <= ord(year[2]) <= 12:  # of a pickle
            year, month, day = ord(year[0]) << 8 | ord(year[1]), ord(year[2]), ord(year[3])
        elif month is None or day is None:
            raise TypeError("Required argument '%s' (pos %d) not found" %
                            (('month', 2) if month is None else ('day', 3)))
        year, month, day = _check_date(year, month, day)
        self = object.__new__(cls)
        self._year, self._month, self._day = year, month, day
        self._hash = -1
        return self

    @classmethod
    def fromtimestamp(cls, timestamp):
        """The local date of a POSIX time."""
        t = _time.localtime(timestamp)
        return cls(t[0], t[1], t[2])

    @classmethod
    def today(cls):
        """The current local date."""
        return cls.fromtimestamp(_time.time())

    @classmethod
    def fromordinal(cls, ordinal):
        """The date of a day number; day 1 is January 1 of year 1."""
        ordinal = _integer(ordinal)
        if ordinal < 1:
            raise ValueError('ordinal must be >= 1')
        if ordinal > _MAX_ORDINAL:
            raise ValueError('year is out of range')
        return cls(*_ordinal_to_ymd(ordinal))

    year = property(lambda self: self._year)
    month = property(lambda self: self._month)
    day = property(lambda self: self._day)

    def __repr__(self):
        return 'datetime.date(%d, %d, %d)' % (self._year, self._month, self._day) \
            if type(self) is date else \
            '%s(%d, %d, %d)' % (type(self).__name__, self._year, self._month, self._day)

    def ctime(self):
        """As C's ctime() writes it."""
        return '%s %s %2d 00:00:00 %04d' % (_DAY_NAMES[self.weekday()],
                                            _MONTH_NAMES[self._month], self._day, self._year)

    def strftime(self, format):
        """The date by a format."""
        if not isinstance(format, (str, unicode)):
            raise TypeError('must be string, not %s' % type(format).__name__)
        return _strftime(self, str(format), self.timetuple(), self)

    def __format__(self, format):
        if not isinstance(format, (str, unicode)):
            raise ValueError('__format__ expects str or unicode, not %s' %
                             type(format).__name__)
        return self.strftime(format) if format else str(self)

    def isoformat(self):
        """'YYYY-MM-DD'"""
        return '%04d-%02d-%02d' % (self._year, self._month, self._day)

    def __str__(self):
        return self.isoformat()

    def timetuple(self):
        """As time.localtime() gives it."""
        return _time.struct_time((self._year, self._month, self._day, 0, 0, 0,
                                  self.weekday(), self._yearday(), -1))

    def _yearday(self):
        return _days_before_month(self._year, self._month) + self._day

    def toordinal(self):
        """The day's number."""
        return _ymd_to_ordinal(self._year, self._month, self._day)

    def replace(self, year=None, month=None, day=None):
        """The same with other values for some parts."""
        return date(self._year if year is None else year,
                    self._month if month is None else month,
                    self._day if day is None else day)

    def weekday(self):
        """0 is Monday."""
        return (self.toordinal() + 6) % 7

    def isoweekday(self):
        """1 is Monday."""
        return self.weekday() + 1

    def isocalendar(self):
        """(year, week, day of week) of ISO 8601."""
        year = self._year
        first = _iso_first_monday(year)
        week, day = divmod(date.toordinal(self) - first, 7)
        if week < 0:
            year -= 1
            week, day = divmod(date.toordinal(self) - _iso_first_monday(year), 7)
        elif week >= 52 and date.toordinal(self) >= _iso_first_monday(year + 1):
            year += 1
            week = 0
        return year, week + 1, day + 1

    # ------------------------------------------------------- comparison

    def _date_key(self):
        return self._year, self._month, self._day

    def _compare(self, other):
        if isinstance(other, date) and not isinstance(other, datetime):
            return cmp(self._date_key(), other._date_key())
        _cannot_compare(self, other)

    def _comparable(self, other):
        if isinstance(other, datetime):
            return False
        return isinstance(other, date)

    def __eq__(self, other):
        if self._comparable(other):
            return self._compare(other) == 0
        return NotImplemented if hasattr(other, 'timetuple') and \
            not isinstance(other, date) else False

    def __ne__(self, other):
        if self._comparable(other):
            return self._compare(other) != 0
        return NotImplemented if hasattr(other, 'timetuple') and \
            not isinstance(other, date) else True

    def __lt__(self, other):
        if hasattr(other, 'timetuple') and not isinstance(other, date):
            return NotImplemented
        return self._compare(other) < 0

    def __le__(self, other):
        if hasattr(other, 'timetuple') and not isinstance(other, date):
            return NotImplemented
        return self._compare(other) <= 0

    def __gt__(self, other):
        if hasattr(other, 'timetuple') and not isinstance(other, date):
            return NotImplemented
        return self._compare(other) > 0

    def __ge__(self, other):
        if hasattr(other, 'timetuple') and not isinstance(other, date):
            return NotImplemented
        return self._compare(other) >= 0

    def __hash__(self):
        if self._hash == -1:
            self._hash = hash(self._state())
        return self._hash

    # ------------------------------------------------------- arithmetic

    def __add__(self, other):
        if not isinstance(other, timedelta):
            return NotImplemented
        ordinal = self.toordinal() + other._days
        if not 1 <= ordinal <= _MAX_ORDINAL:
            raise OverflowError('date value out of range')
        return date(*_ordinal_to_ymd(ordinal))
    __radd__ = __add__

    def __sub__(self, other):
        if isinstance(other, timedelta):
            return self + timedelta(-other._days)
        if isinstance(other, date) and not isinstance(other, datetime):
            return timedelta(self.toordinal() - other.toordinal())
        return NotImplemented

    def _state(self):
        return chr(self._year >> 8) + chr(self._year & 255) + chr(self._month) + chr(self._day)

    def __reduce__(self):
        return self.__class__, (self._state(),)


def _iso_first_monday(year):
    """The day number of the Monday of week 1."""
    first = _ymd_to_ordinal(year, 1, 1)
    weekday = (first + 6) % 7
    return first - weekday + (7 if weekday > 3 else 0)


date.min = date(1, 1, 1)
date.max = date(9999, 12, 31)
date.resolution = timedelta(1)


class time(object):
    """time([hour[, minute[, second[, microsecond[, tzinfo]]]]]) --> a time object"""
    __slots__ = '_hour', '_minute', '_second', '_microsecond', '_tzinfo', '_hash'

    def __new__(cls, hour=0, minute=0, second=0, microsecond=0, tzinfo=None):
        if isinstance(hour, str) and len(hour) == 6 and ord(hour[0]) < 24 and second == 0:
            # Of a pickle; the second argument is the time zone.
            if minute != 0:
                tzinfo = minute
                if not isinstance(tzinfo, globals()['tzinfo']):
                    raise TypeError('bad tzinfo state arg')
            hour, minute, second, microsecond = _time_from_state(hour)
        hour, minute, second, microsecond = _check_time(hour, minute, second, microsecond)
        _check_tzinfo(tzinfo)
        self = object.__new__(cls)
        self._hour, self._minute = hour, minute
        self._second, self._microsecond = second, microsecond
        self._tzinfo = tzinfo
        self._hash = -1
        return self

    hour = property(lambda self: self._hour)
    minute = property(lambda self: self._minute)
    second = property(lambda self: self._second)
    microsecond = property(lambda self: self._microsecond)
    tzinfo = property(lambda self: self._tzinfo)

    def _utcoffset(self):
        return None if self._tzinfo is None else _offset('utcoffset',
                                                         self._tzinfo.utcoffset(None))

    def utcoffset(self):
        """What the time zone says, with None as the datetime."""
        minutes = self._utcoffset()
        return None if minutes is None else timedelta(minutes=minutes)

    def dst(self):
        """What the time zone says, with None as the datetime."""
        minutes = None if self._tzinfo is None else _offset('dst', self._tzinfo.dst(None))
        return None if minutes is None else timedelta(minutes=minutes)

    def tzname(self):
        """The time zone's name, with None as the datetime."""
        return _zone_name(self._tzinfo, None)

    def _key(self):
        return self._hour, self._minute, self._second, self._microsecond

    def _compare(self, other):
        if not isinstance(other, time):
            _cannot_compare(self, other)
        if self._tzinfo is other._tzinfo:
            return cmp(self._key(), other._key())
        mine, theirs = self._utcoffset(), other._utcoffset()
        if mine == theirs:
            return cmp(self._key(), other._key())
        if mine is None or theirs is None:
            raise TypeError("can't compare offset-naive and offset-aware times")
        return cmp(_micros_of_day(self, mine), _micros_of_day(other, theirs))

    def __eq__(self, other):
        return isinstance(other, time) and self._compare(other) == 0

    def __ne__(self, other):
        return not isinstance(other, time) or self._compare(other) != 0

    def __lt__(self, other):
        return self._compare(other) < 0

    def __le__(self, other):
        return self._compare(other) <= 0

    def __gt__(self, other):
        return self._compare(other) > 0

    def __ge__(self, other):
        return self._compare(other) >= 0

    def __hash__(self):
        if self._hash == -1:
            offset = self._utcoffset()
            if not offset:
                self._hash = hash(self._state())
            else:
                self._hash = hash(timedelta(microseconds=_micros_of_day(self, offset)))
        return self._hash

    def __nonzero__(self):
        # Midnight is false, in UTC where there is a time zone.
        if self._second or self._microsecond:
            return True
        return self._hour * 60 + self._minute != (self._utcoffset() or 0)

    def __repr__(self):
        name = 'datetime.time' if type(self) is time else type(self).__name__
        text = '%s(%d, %d' % (name, self._hour, self._minute)
        if self._microsecond:
            text += ', %d, %d' % (self._second, self._microsecond)
        elif self._second:
            text += ', %d' % self._second
        if self._tzinfo is not None:
            text += ', tzinfo=%r' % self._tzinfo
        return text + ')'

    def isoformat(self):
        """'HH:MM:SS[.mmmmmm][+HH:MM]'"""
        text = _format_time(*self._key())
        minutes = self._utcoffset()
        return text if minutes is None else text + _format_offset(minutes)

    def __str__(self):
        return self.isoformat()

    def strftime(self, format):
        """The time by a format; the date is January 1, 1900."""
        if not isinstance(format, (str, unicode)):
            raise TypeError('must be string, not %s' % type(format).__name__)
        return _strftime(self, str(format), (1900, 1, 1, self._hour, self._minute,
                                             self._second, 0, 1, -1), None)

    def __format__(self, format):
        if not isinstance(format, (str, unicode)):
            raise ValueError('__format__ expects str or unicode, not %s' %
                             type(format).__name__)
        return self.strftime(format) if format else str(self)

    def replace(self, hour=None, minute=None, second=None, microsecond=None, tzinfo=True):
        """The same with other values for some parts."""
        return time(self._hour if hour is None else hour,
                    self._minute if minute is None else minute,
                    self._second if second is None else second,
                    self._microsecond if microsecond is None else microsecond,
                    self._tzinfo if tzinfo is True else tzinfo)

    def _state(self):
        return _time_state(self._hour, self._minute, self._second, self._microsecond)

    def __reduce__(self):
        if self._tzinfo is None:
            return self.__class__, (self._state(),)
        return self.__class__, (self._state(), self._tzinfo)


def _micros_of_day(t, offset):
    return ((t._hour * 60 + t._minute - offset) * 60 + t._second) * 1000000 + t._microsecond


def _time_state(hour, minute, second, microsecond):
    return (chr(hour) + chr(minute) + chr(second) + chr(microsecond >> 16) +
            chr(microsecond >> 8 & 255) + chr(microsecond & 255))


def _time_from_state(s):
    hour, minute, second, a, b, c = map(ord, s)
    return hour, minute, second, a << 16 | b << 8 | c


time.min = time(0, 0, 0)
time.max = time(23, 59, 59, 999999)
time.resolution = timedelta(microseconds=1)


class datetime(date):
    """datetime(year, month, day[, hour[, minute[, second[, microsecond[,tzinfo]]]]])"""
    __slots__ = '_hour', '_minute', '_second', '_microsecond', '_tzinfo'

    def __new__(cls, year, month=None, day=None, hour=0, minute=0, second=0, microsecond=0,
                tzinfo=None):
        if isinstance(year, str) and len(year) == 10 and 1 <= ord(year[2]) <= 12 and \
                day is None:  # of a pickle; the second argument is the time zone
            state = year
            if month is not None:
                tzinfo = month
                if not isinstance(tzinfo, globals()['tzinfo']):
                    raise TypeError('bad tzinfo state arg')
            year, month, day = (ord(state[0]) << 8 | ord(state[1]), ord(state[2]),
                                ord(state[3]))
            hour, minute, second, microsecond = _time_from_state(state[4:])
        elif month is None or day is None:
            raise TypeError("Required argument '%s' (pos %d) not found" %
                            (('month', 2) if month is None else ('day', 3)))
        year, month, day = _check_date(year, month, day)
        hour, minute, second, microsecond = _check_time(hour, minute, second, microsecond)
        _check_tzinfo(tzinfo)
        self = object.__new__(cls)
        self._year, self._month, self._day = year, month, day
        self._hour, self._minute = hour, minute
        self._second, self._microsecond = second, microsecond
        self._tzinfo = tzinfo
        self._hash = -1
        return self

    hour = property(lambda self: self._hour)
    minute = property(lambda self: self._minute)
    second = property(lambda self: self._second)
    microsecond = property(lambda self: self._microsecond)
    tzinfo = property(lambda self: self._tzinfo)

    @classmethod
    def _from_timestamp(cls, convert, timestamp, tz):
        if isinstance(timestamp, (str, unicode)) or not hasattr(timestamp, '__float__'):
            raise TypeError('a float is required')
        timestamp = float(timestamp)
        fraction, whole = _math.modf(timestamp)
        us = _round_half_away(fraction * 1e6)
        if us < 0:
            whole -= 1
            us += 1000000
        if us == 1000000:
            whole += 1
            us = 0
        t = convert(whole)
        return cls(t[0], t[1], t[2], t[3], t[4], min(t[5], 59), us, tz)

    @classmethod
    def fromtimestamp(cls, timestamp, tz=None):
        """The local time, or that in a zone, of a POSIX time."""
        _check_tzinfo(tz)
        result = cls._from_timestamp(_time.localtime if tz is None else _time.gmtime,
                                     timestamp, tz)
        return result if tz is None else tz.fromutc(result)

    @classmethod
    def utcfromtimestamp(cls, timestamp):
        """The UTC time of a POSIX time."""
        return cls._from_timestamp(_time.gmtime, timestamp, None)

    @classmethod
    def now(cls, tz=None):
        """The current time, local or in a zone."""
        return cls.fromtimestamp(_time.time(), tz)

    @classmethod
    def utcnow(cls):
        """The current time in UTC."""
        return cls.utcfromtimestamp(_time.time())

    @classmethod
    def combine(cls, date, time):
        """A date and a time as one."""
        for name, value, kind in (('1', date, _date_class), ('2', time, _time_class)):
            if not isinstance(value, kind):
                raise TypeError('combine() argument %s must be datetime.%s, not %s' %
                                (name, kind.__name__, type(value).__name__))
        return cls(date.year, date.month, date.day, time.hour, time.minute, time.second,
                   time.microsecond, time.tzinfo)

    @classmethod
    def strptime(cls, string, format):
        """What a text by a format stands for."""
        import _strptime
        for number, value in ((1, string), (2, format)):
            if not isinstance(value, (str, unicode)):
                raise TypeError('strptime() argument %d must be string, not %s' %
                                (number, type(value).__name__))
        t, fraction = _strptime._strptime(str(string), str(format))
        return cls(*(tuple(t[:6]) + (fraction,)))

    def date(self):
        """The day alone."""
        return _date_class(self._year, self._month, self._day)

    def time(self):
        """The time of day, without the zone."""
        return _time_class(self._hour, self._minute, self._second, self._microsecond)

    def timetz(self):
        """The time of day with the zone."""
        return _time_class(self._hour, self._minute, self._second, self._microsecond,
                           self._tzinfo)

    def replace(self, year=None, month=None, day=None, hour=None, minute=None, second=None,
                microsecond=None, tzinfo=True):
        """The same with other values for some parts."""
        return datetime(self._year if year is None else year,
                        self._month if month is None else month,
                        self._day if day is None else day,
                        self._hour if hour is None else hour,
                        self._minute if minute is None else minute,
                        self._second if second is None else second,
                        self._microsecond if microsecond is None else microsecond,
                        self._tzinfo if tzinfo is True else tzinfo)

    def _utcoffset(self):
        return None if self._tzinfo is None else _offset('utcoffset',
                                                         self._tzinfo.utcoffset(self))

    def _dst(self):
        return None if self._tzinfo is None else _offset('dst', self._tzinfo.dst(self))

    def utcoffset(self):
        """What the time zone says."""
        minutes = self._utcoffset()
        return None if minutes is None else timedelta(minutes=minutes)

    def dst(self):
        """What the time zone says."""
        minutes = self._dst()
        return None if minutes is None else timedelta(minutes=minutes)

    def tzname(self):
        """The time zone's name."""
        return _zone_name(self._tzinfo, self)

    def astimezone(self, tz):
        """The same moment in another zone."""
        if not isinstance(tz, tzinfo):
            raise TypeError('astimezone() argument 1 must be datetime.tzinfo, not %s' %
                            type(tz).__name__)
        mine = self._tzinfo
        if mine is None:
            raise ValueError('astimezone() cannot be applied to a naive datetime')
        if tz is mine:
            return self
        offset = self._utcoffset()
        if offset is None:
            raise ValueError('astimezone() cannot be applied to a naive datetime')
        return tz.fromutc((self - timedelta(minutes=offset)).replace(tzinfo=tz))

    def timetuple(self):
        """As time.localtime() gives it."""
        dst = self._dst()
        return self._struct(-1 if dst is None else 1 if dst else 0)

    def utctimetuple(self):
        """As time.gmtime() gives it."""
        offset = self._utcoffset()
        moment = self
        if offset:
            moment = self.replace(tzinfo=None) - timedelta(minutes=offset)
        return moment._struct(0)

    def _struct(self, dst):
        return _time.struct_time((self._year, self._month, self._day, self._hour,
                                  self._minute, self._second, self.weekday(),
                                  self._yearday(), dst))

    def ctime(self):
        """As C's ctime() writes it."""
        return '%s %s %2d %02d:%02d:%02d %04d' % (
            _DAY_NAMES[self.weekday()], _MONTH_NAMES[self._month], self._day, self._hour,
            self._minute, self._second, self._year)

    def isoformat(self, sep='T'):
        """'YYYY-MM-DDTHH:MM:SS[.mmmmmm][+HH:MM]'"""
        if not isinstance(sep, str) or len(sep) != 1:
            raise TypeError('isoformat() argument 1 must be char, not %s' %
                            type(sep).__name__)
        text = date.isoformat(self) + sep + _format_time(self._hour, self._minute,
                                                         self._second, self._microsecond)
        minutes = self._utcoffset()
        return text if minutes is None else text + _format_offset(minutes)

    def __str__(self):
        return self.isoformat(' ')

    def __repr__(self):
        name = 'datetime.datetime' if type(self) is datetime else type(self).__name__
        parts = [self._year, self._month, self._day, self._hour, self._minute]
        if self._second or self._microsecond:
            parts.append(self._second)
        if self._microsecond:
            parts.append(self._microsecond)
        text = '%s(%s' % (name, ', '.join(map(str, parts)))
        if self._tzinfo is not None:
            text += ', tzinfo=%r' % self._tzinfo
        return text + ')'

    # ------------------------------------------------------- comparison

    def _key(self):
        return (self._year, self._month, self._day, self._hour, self._minute, self._second,
                self._microsecond)

    def _comparable(self, other):
        return isinstance(other, datetime)

    def _compare(self, other):
        if not isinstance(other, datetime):
            _cannot_compare(self, other)
        if self._tzinfo is other._tzinfo:
            return cmp(self._key(), other._key())
        mine, theirs = self._utcoffset(), other._utcoffset()
        if mine == theirs:
            return cmp(self._key(), other._key())
        if mine is None or theirs is None:
            raise TypeError("can't compare offset-naive and offset-aware datetimes")
        difference = self - other
        return -1 if difference._days < 0 else 1 if difference else 0

    def __hash__(self):
        if self._hash == -1:
            offset = self._utcoffset()
            if offset is None:
                self._hash = hash(self._state())
            else:
                self._hash = hash(timedelta(self.toordinal(), self._hour * 3600 +
                                            (self._minute - offset) * 60 + self._second,
                                            self._microsecond))
        return self._hash

    # ------------------------------------------------------- arithmetic

    def _since_start(self):
        return timedelta(self.toordinal(), self._hour * 3600 + self._minute * 60 +
                         self._second, self._microsecond)

    def __add__(self, other):
        if not isinstance(other, timedelta):
            return NotImplemented
        total = self._since_start() + other
        if not 1 <= total._days <= _MAX_ORDINAL:
            raise OverflowError('date value out of range')
        year, month, day = _ordinal_to_ymd(total._days)
        minutes, second = divmod(total._seconds, 60)
        hour, minute = divmod(minutes, 60)
        return datetime(year, month, day, hour, minute, second, total._microseconds,
                        self._tzinfo)
    __radd__ = __add__

    def __sub__(self, other):
        if isinstance(other, timedelta):
            return self + -other
        if not isinstance(other, datetime):
            return NotImplemented
        difference = self._since_start() - other._since_start()
        if self._tzinfo is other._tzinfo:
            return difference
        mine, theirs = self._utcoffset(), other._utcoffset()
        if mine == theirs:
            return difference
        if mine is None or theirs is None:
            raise TypeError("can't subtract offset-naive and offset-aware datetimes")
        return difference + timedelta(minutes=theirs - mine)

    def _state(self):
        return date._state(self) + _time_state(self._hour, self._minute, self._second,
                                               self._microsecond)

    def __reduce__(self):
        if self._tzinfo is None:
            return self.__class__, (self._state(),)
        return self.__class__, (self._state(), self._tzinfo)


_date_class = date
_time_class = time
datetime.min = datetime(1, 1, 1)
datetime.max = datetime(9999, 12, 31, 23, 59, 59, 999999)
datetime.resolution = timedelta(microseconds=1)
