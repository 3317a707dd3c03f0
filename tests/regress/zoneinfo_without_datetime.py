# Zones are of the `tzinfo` that `datetime` has, even where its native module is kept out.
import sys

sys.modules["_datetime"] = None
import datetime
import zoneinfo

zone = zoneinfo.ZoneInfo("UTC")
print(isinstance(zone, datetime.tzinfo), datetime.datetime(2025, 10, 26, 2, 0, tzinfo=zone))
