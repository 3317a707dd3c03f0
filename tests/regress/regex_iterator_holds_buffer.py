# Bytes cannot be resized while an iterator over their matches lives.
import re

data = bytearray(b"xaxa")
for make in re.finditer, lambda pattern, data: re.compile(pattern).scanner(data):
    found = make(b"a", data)
    try:
        data.extend(b"x")
    except BufferError as error:
        print("BufferError:", error)
    del found
    data.extend(b"x")
print(data)
