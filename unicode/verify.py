"""Prints the digests that src/oracle.rs recomputes from our tables: run under CPython 3.14, paste what differs."""
import ctypes
import struct
import zlib

api = ctypes.pythonapi


def digest(name, row):
    crc = 0
    for start in range(0, 0x110000, 4096):
        crc = zlib.crc32(b"".join(row(cp) for cp in range(start, start + 4096)), crc)
    print(f'    ("{name}", 0x{crc:08x}),')


def text(s):
    return bytes([len(s)]) + b"".join(struct.pack("<I", ord(c)) for c in s)


def predicates(cp):
    c = chr(cp)
    cased = (c + "a").title()[-1] == "a"
    before = (c + "\u03a3").lower()[-1] == "\u03c2"
    ignorable = not before and ("a" + c + "\u03a3").lower()[-1] == "\u03c2"
    return bytes([c.isalpha(), c.isdecimal(), c.isdigit(), c.isnumeric(), c.isspace(),
                  len(("x" + c + "x").splitlines()) == 2, c.isprintable(), c.islower(), c.isupper(), cased, ignorable,
                  c.isidentifier(), ("a" + c).isidentifier(), c.isalnum()])


if __name__ == "__main__":
    digest("predicates", predicates)
    digest("lower", lambda cp: text(chr(cp).lower()))
    digest("upper", lambda cp: text(chr(cp).upper()))
    digest("title", lambda cp: text(chr(cp).title()))
    digest("fold", lambda cp: text(chr(cp).casefold()))
    for what in ("Lower", "Upper", "Title"):
        f = getattr(api, f"_PyUnicode_To{what}case")
        f.restype, f.argtypes = ctypes.c_uint32, [ctypes.c_uint32]
        digest("simple " + what.lower(), lambda cp: struct.pack("<I", f(cp)))
    digest("digits", lambda cp: struct.pack("<bb", api._PyUnicode_ToDecimalDigit(cp), api._PyUnicode_ToDigit(cp)))
    import unicodedata as ud
    for version, db in (("16", ud), ("3.2", ud.ucd_3_2_0)):
        def fields(cp):
            c = chr(cp)
            number = db.numeric(c, None)
            return "|".join([db.category(c), db.bidirectional(c), str(db.combining(c)), db.east_asian_width(c),
                             str(db.mirrored(c)), str(db.decimal(c, -1)), str(db.digit(c, -1)), db.decomposition(c)]
                            ).encode() + (b"" if number is None else struct.pack("<d", number))

        def normal(cp):
            out = b""
            for form in ("NFD", "NFKD", "NFC", "NFKC"):
                for s in (chr(cp), "a\u0301" + chr(cp) + "\u0323\u0300"):
                    out += text(db.normalize(form, s)) + bytes([db.is_normalized(form, s)])
            return out

        digest("database " + version, fields)
        digest("normal forms " + version, normal)
        digest("names " + version, lambda cp: db.name(chr(cp), "").encode() + b";")
