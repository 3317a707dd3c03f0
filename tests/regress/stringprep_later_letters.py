# The tables of stringprep are Unicode 3.2's: letters that have got a small form since are not mapped.
import stringprep

mapped = 0
for code in range(0x110000):
    c = chr(code)
    b2, b3 = stringprep.map_table_b2(c), stringprep.map_table_b3(c)
    if (b2, b3) != (c, c):
        mapped += 1
print(mapped)
for c in "A\u0130\u10a0\u13bc\u2132\u2183\ua7b2\U00010400\U00010426":
    print(ascii(c), ascii(stringprep.map_table_b2(c)), ascii(stringprep.map_table_b3(c)))
