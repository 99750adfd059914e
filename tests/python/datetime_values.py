# Dates, times, zones: arithmetic, text, comparison, errors.
import copy, datetime, pickle
from datetime import date, time, timedelta, tzinfo


def t(f, *a, **k):
    try:
        print repr(f(*a, **k))
    except Exception as e:
        print type(e).__name__, e


class Zone(tzinfo):
    def __init__(self, minutes=60, name='Z1', dst=0):
        self.minutes, self.label, self.summer = minutes, name, dst

    def utcoffset(self, dt):
        return timedelta(minutes=self.minutes)

    def dst(self, dt):
        return timedelta(minutes=self.summer)

    def tzname(self, dt):
        return self.label

    def __repr__(self):
        return 'Zone(%d)' % self.minutes


D = datetime.datetime
for a in ((1,), (1, 2), (1, 2, 3), (0, 0, 0, 1500), (-1,), (0, -1), (1.5,), (0, 0.5), (0, 0, 2.5),
          (1e9,), (10**9,), ('a',), (0, 0, 0, 0, 90), (0, 0, 0, 0, 0, 25), (0, 0, 0, 0, 0, 0, 2)):
    t(timedelta, *a)
    try:
        print str(timedelta(*a)), timedelta(*a).total_seconds()
    except Exception:
        pass
x, y = timedelta(1, 7200), timedelta(0, 30, 5)
print x + y, x - y, -x, abs(-x), x * 3, 2 * y, x // 7, x / 2, x > y, x == y, bool(timedelta()), cmp(x, y)
t(lambda: x < 1); t(lambda: x == 1); t(lambda: x // 0)
print timedelta.min, timedelta.max, timedelta.resolution, sorted([x, y, -x])
for a in ((2004, 2, 29), (2003, 2, 29), (0, 1, 1), (10000, 1, 1), (2000, 13, 1), (2000, 1, 0), (2000, 1.0, 1), (2000,)):
    t(date, *a)
d = date(2004, 12, 31)
print d, d.isocalendar(), d.weekday(), d.isoweekday(), d.toordinal(), d.timetuple(), d.ctime()
print d.strftime('%d.%m.%y %j %a'), format(d, '%Y'), format(d, ''), d.replace(month=1), d + timedelta(60), d - date(2000, 1, 1)
for n in (1, 2, 365, 366, 146097, 146098, 730120, 3652059):
    print date.fromordinal(n), date.fromordinal(n).toordinal() == n, date.fromordinal(n).isocalendar()
t(date.fromordinal, 0); t(date.fromordinal, 3652060); t(lambda: d < 5); t(lambda: d == 5); t(lambda: d < D(2000, 1, 1))
t(lambda: date.max + timedelta(1)); t(date(1800, 1, 1).strftime, '%Y')
for a in ((), (1, 2), (1, 2, 3, 4), (24,), (0, 60), (0, 0, 60), (0, 0, 0, 10**6), (1, 2, 3, 4, Zone()), (1, 2, 3, 4, 5)):
    t(time, *a)
print time(1, 2, 3, 4, Zone(-90)), time(1, 2, tzinfo=Zone()).utcoffset(), bool(time()), time(12).strftime('%H:%M %z|%Z|%f')
z = D(2010, 3, 4, 5, 6, 7, 890, Zone(120, 'Two', 60))
print z, repr(z), z.isoformat(), z.isoformat(' '), z.utctimetuple(), z.timetuple(), z.tzname(), z.dst()
print z.astimezone(Zone(-330)), z.date(), z.time(), z.timetz(), z.strftime('%Y-%m-%d %H:%M:%S.%f %z %Z %%f')
print z == D(2010, 3, 4, 4, 6, 7, 890, Zone(60)), z - D(2010, 3, 4, 4, 6, 7, 0, Zone(60)), hash(z) == hash(z.astimezone(Zone(0)))
t(lambda: z < D(2010, 1, 1)); t(lambda: z - D(2010, 1, 1)); t(lambda: z < 1); t(D(2010, 1, 1).astimezone, Zone())
t(D, 2000, 1, 1, tzinfo=5); t(D.strptime, '2010-11-12 13:14:15.5', '%Y-%m-%d %H:%M:%S.%f'); t(D.strptime, 'x', '%Y')
print D.utcfromtimestamp(1e9), D.utcfromtimestamp(-0.5), D.utcfromtimestamp(1.9999999), D.fromtimestamp(0, Zone(60))
print D.combine(d, time(1, 2, tzinfo=Zone())), D.min, D.max, D(2000, 1, 31) + timedelta(30, 86399)
t(lambda: D.max + timedelta(1)); t(D.combine, 1, 2)
for v in (x, d, time(1, 2, 3), D(2001, 2, 3, 4, 5, 6, 7)):
    for p in (0, 1, 2):
        assert pickle.loads(pickle.dumps(v, p)) == v
    print v.__reduce__()[1], copy.copy(v) == v, copy.deepcopy(v) == v, {v: 1}[v]
t(Zone(1440).utcoffset and D(2000, 1, 1, tzinfo=Zone(1440)).utcoffset); t(tzinfo().utcoffset, None)
