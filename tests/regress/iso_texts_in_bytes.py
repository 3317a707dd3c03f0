# ISO texts are read as UTF-8: lengths count in bytes. What may be left over, and where a fraction needs no point.
from datetime import date, datetime, time

TEXTS = ("20240229\xd6", "20240229\xd6\xab", "20240229ab", "2024W011\u0661", "2024W011-\xd6", "20240229\ud800\ud800", "20240229\u20ac1230",
         "2024-02-29\u20ac12:30", "20240229T12304512", "20240229", "123045123", "12304512345678", "123045123456x78+0130", "12:30:45x+01",
         "12:30\xd6+01:00", "12:30x+01:00", "12:30xy+01:00", "12\0", "12:30\0+01", "12:30:45.+01", "12:30:45.", "12:30:45:1", "12.5", "1230.5",
         "12+01x", "12Zx", "12Z")
for text in TEXTS:
    for cls in date, datetime, time:
        try:
            print(ascii(text), cls.fromisoformat(text))
        except ValueError as e:
            print(ascii(text), ascii(str(e)))
