"""ESC N, which takes one character from G2, before and after something is designated to it."""
import codecs

inputs = [
    b"ab\x1bNdef",
    b"ab\x1bN\xe4ef",
    b"ab\x1bN",
    b"\x1bN\x1b(B",
    b"\x1b.F\x1bNd",
    b"\x1b.A\x1bNd\x1bN\xe4",
    b"\x1b.A\x1bNd\n\x1bNe",
]
for data in inputs:
    for errors in "strict", "replace", "ignore":
        try:
            print(data, errors, ascii(data.decode("iso2022_jp_2", errors)))
        except UnicodeDecodeError as error:
            print(data, errors, error)

for name in "iso2022_jp", "iso2022_jp_2", "iso2022_jp_ext", "iso2022_kr", "hz", "euc_jp":
    decoder, encoder = codecs.getincrementaldecoder(name)(), codecs.getincrementalencoder(name)()
    print(name, hex(decoder.getstate()[1]), hex(encoder.getstate()))
    decoder.decode(b"a\n")
    decoder.reset()
    print(name, hex(decoder.getstate()[1]))
