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
