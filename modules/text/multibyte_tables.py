#!/usr/bin/env python3.14
"""Writes src/multibyte/tables.bin: what CPython's codecs for Chinese, Japanese and Korean report, compactly.

    python3.14 multibyte_tables.py

For each codec: what single bytes mean, then every two- and three-byte sequence as runs of (code, first character, length),
where sequences that a related codec decodes alike are left out; then what encodes otherwise than the inverse. Numbers are
LEB128. The whole is deflated.
"""
import os
import sys
import zlib

# A codec, the one it is described by its differences from, and how codes of the two correspond.
CODECS = [
    ("gb2312", None, ""), ("gbk", "gb2312", ""), ("gb18030", "gbk", ""), ("big5", None, ""), ("cp950", "big5", ""),
    ("big5hkscs", "big5", ""), ("euc_kr", None, ""), ("cp949", "euc_kr", ""), ("johab", None, ""), ("euc_jp", None, ""),
    ("euc_jis_2004", "euc_jp", ""), ("euc_jisx0213", "euc_jis_2004", ""), ("shift_jis", "euc_jp", "sjis"),
    ("cp932", "shift_jis", ""), ("shift_jis_2004", "shift_jis", ""), ("shift_jisx0213", "shift_jis_2004", ""),
]
INVALID, LEAD = 0x110000, 0x110001


def euc_of_sjis(code):
    """The EUC code of a Shift JIS one."""
    if code < 0x8000:
        return None
    a, b = code >> 8, code & 0xFF
    if b < 0x40 or b == 0x7F or b > 0xFC:
        return None
    row = (a - (0x81 if a < 0xA0 else 0xC1)) * 2
    cell = b - 0x40 - (b > 0x7F)
    return (0xA1 + row + cell // 94) << 8 | (0xA1 + cell % 94)


def decode(codec, data):
    try:
        return data.decode(codec)
    except UnicodeDecodeError as e:
        return LEAD if e.reason.startswith("incomplete") else INVALID


def sequences(codec):
    """Single bytes, and what longer sequences mean."""
    singles, found = [], {}
    for a in range(256):
        one = decode(codec, bytes([a]))
        singles.append(one if isinstance(one, int) else ord(one))
        if one != LEAD:
            continue
        for b in range(256):
            two = decode(codec, bytes([a, b]))
            if isinstance(two, str):
                if len(two) <= 2 and not (len(two) == 2 and b < 0x80 and two[1] == chr(b)):
                    found[a << 8 | b] = two
            elif two == LEAD and a == 0x8F:
                for c in range(256):
                    three = decode(codec, bytes([a, b, c]))
                    if isinstance(three, str) and len(three) <= 2:
                        found[a << 16 | b << 8 | c] = three
    return singles, found


def number(out, n):
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    out.append(n)


def signed(out, n):
    number(out, n << 1 if n >= 0 else (-n << 1) - 1)


def code_of(data):
    return int.from_bytes(data, "big")


def encodings(codec):
    made = {}
    for c in range(0x110000):
        if 0xD800 <= c < 0xE000:
            continue
        try:
            data = chr(c).encode(codec)
        except UnicodeEncodeError:
            continue
        if len(data) <= 3:
            made[chr(c)] = code_of(data)
    return made


def main():
    out, known = bytearray(), {}
    for name, base, way in CODECS:
        singles, found = sequences(name)
        known[name] = found
        start = 0
        while start < 256:
            end = start
            first = singles[start]
            while end < 256 and singles[end] == (first if first >= INVALID else first + end - start):
                end += 1
            number(out, end - start)
            number(out, first)
            start = end
        expected = known.get(base, {})
        if way == "sjis":
            expected = {code: expected[euc_of_sjis(code)] for code in range(0x8000, 0x10000)
                        if euc_of_sjis(code) in expected}
        changes = []
        for code in sorted(set(found) | set(expected)):
            if found.get(code) != expected.get(code):
                changes.append((code, found.get(code)))
        runs = []
        for code, text in changes:
            if runs and text and len(text) == 1 and runs[-1][1] is not None and len(runs[-1][1]) == 1 \
                    and runs[-1][0] + runs[-1][2] == code and ord(runs[-1][1]) + runs[-1][2] == ord(text):
                runs[-1][2] += 1
            elif runs and text is None and runs[-1][1] is None and runs[-1][0] + runs[-1][2] == code:
                runs[-1][2] += 1
            else:
                runs.append([code, text, 1])
        number(out, len(runs))
        last_code = last_char = 0
        for code, text, length in runs:
            number(out, code - last_code)
            last_code = code + length
            # The length, and whether it is nothing, a character or a pair of them.
            number(out, length * 3 + (0 if text is None else len(text)))
            for c in text or "":
                signed(out, ord(c) - last_char)
                last_char = ord(c) + length
        inverse = {}
        for a, c in enumerate(singles):
            if c < INVALID:
                inverse.setdefault(chr(c), a)
        for code in sorted(found):
            inverse.setdefault(found[code], code)
        made = encodings(name)
        pairs = {text: code for text, code in inverse.items() if len(text) == 2}
        for text, code in pairs.items():
            assert text.encode(name) == code.to_bytes(2, "big") or text.encode(name) == code.to_bytes(3, "big"), text
        inverse = {text: code for text, code in inverse.items() if len(text) == 1}
        other = sorted((c, made.get(c, 0)) for c in set(made) | set(inverse) if made.get(c) != inverse.get(c))
        number(out, len(other))
        last = 0
        for c, code in other:
            number(out, ord(c) - last)
            last = ord(c)
            number(out, code)
        if name == "gb18030":
            ranges = []
            for index in range(39420):
                data = bytes([0x81 + index // 12600, 0x30 + index // 1260 % 10, 0x81 + index // 10 % 126, 0x30 + index % 10])
                text = decode(name, data)
                if isinstance(text, int):
                    continue
                if ranges and ranges[-1][0] + ranges[-1][2] == index and ranges[-1][1] + ranges[-1][2] == ord(text):
                    ranges[-1][2] += 1
                else:
                    ranges.append([index, ord(text), 1])
            number(out, len(ranges))
            for row in ranges:
                for n in row:
                    number(out, n)
        print(name, len(found), "runs", len(runs), "other", len(other), len(out), file=sys.stderr)
    packed = zlib.compress(bytes(out), 9)
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "src", "multibyte", "tables.bin"), "wb") as f:
        f.write(packed)
    print(len(out), len(packed), file=sys.stderr)


main()
