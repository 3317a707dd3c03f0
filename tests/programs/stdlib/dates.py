from datetime import UTC, date, datetime, time, timedelta, timezone

d = date(2026, 2, 28)
print(d + timedelta(days=1), d.replace(year=2024) + timedelta(1), d.isocalendar(), d.weekday(), d.strftime("%a %d %b %Y %j %U"), date.fromisoformat("2026-W09-6"), d.toordinal(), date.max - d)
t = datetime(2026, 3, 29, 1, 30, 15, 123456, tzinfo=UTC)
print(t, repr(t), t.isoformat("T", "milliseconds"), t.timestamp(), t.astimezone(timezone(timedelta(hours=5, minutes=30), "IST")), t.timetz(), datetime.fromtimestamp(0, UTC))
print(datetime.strptime("21/Nov/2026:14:05:06 +0200", "%d/%b/%Y:%H:%M:%S %z"), datetime.fromisoformat("2026-01-02T03:04:05.6Z"), t - datetime(2026, 1, 1, tzinfo=UTC), time(1, 2) < time(1, 3), t.date() == date(2026, 3, 29))
delta = timedelta(days=-1, hours=5, microseconds=7)
print(delta, repr(delta), delta.total_seconds(), abs(delta), delta * 2.5, delta // timedelta(hours=1), divmod(delta, timedelta(hours=7)), timedelta(weeks=1) / 3, sum([timedelta(1)] * 2, timedelta()))
print(f"{t:%H:%M %p %y} {d:%d.%m}", min(d, date.today()) == d, hash(d) == hash(date(2026, 2, 28)), datetime.combine(d, time(5)), t.utcoffset(), str(timezone(timedelta(minutes=-90))), date(1, 1, 1), datetime.min)
for action in (lambda: date(2026, 2, 30), lambda: date(0, 1, 1), lambda: datetime(2026, 1, 1) - t, lambda: datetime(2026, 1, 1) < t, lambda: date.max + timedelta(1), lambda: timedelta(days=10**10), lambda: datetime.strptime("x", "%Y"),
               lambda: date.fromisoformat("2026-13-01"), lambda: time(25), lambda: d + 1, lambda: timezone(timedelta(days=2)), lambda: d < t):
    try:
        print(action())
    except Exception as error:
        print(type(error).__name__, error)
import calendar
print(calendar.month(2026, 2), calendar.isleap(2024), calendar.monthrange(2026, 2))
