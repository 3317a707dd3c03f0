# A local time that a change of the clocks leaves out, or has twice, as a moment.
import os
import time
from datetime import datetime, timezone

os.environ["TZ"] = "EST5EDT,M3.2.0,M11.1.0"
time.tzset()
for fold in 0, 1:
    for hour in 1, 2, 3:
        spring = datetime(2021, 3, 14, hour, 30, fold=fold)
        autumn = datetime(2021, 11, 7, hour - 1, 30, fold=fold)
        for moment in spring, autumn:
            print(fold, moment, moment.timestamp(), moment.astimezone(timezone.utc), moment.astimezone())
