"""zlib, bz2, lzma, gzip: there and back, in pieces, broken streams, copies."""
import bz2
import gzip
import io
import lzma
import zlib


def show(call, *args, **kwargs):
    try:
        print(repr(call(*args, **kwargs)))
    except Exception as error:
        print(type(error).__name__, error)


data = b''.join(b'%d bottles of beer\n' % i for i in range(2000))
for module in (zlib, bz2, lzma, gzip):
    packed = module.compress(data)
    print(module.__name__, module.decompress(packed) == data, len(packed) < len(data) // 2)
for level in range(-1, 10):
    for wbits in (-15, 15, 31, 9):
        assert zlib.decompress(zlib.compress(data, level, wbits), wbits) == data
print(zlib.crc32(b'abc'), zlib.adler32(b'abc'), zlib.crc32(b'c', zlib.crc32(b'ab')))

c = zlib.compressobj(9, zdict=b'bottles of beer')
packed = c.compress(data[:100]) + c.flush(zlib.Z_SYNC_FLUSH)
twin = c.copy()
one = packed + c.compress(b'one') + c.flush()
two = packed + twin.compress(b'two') + twin.flush()
for packed in (one, two):
    d = zlib.decompressobj(zdict=b'bottles of beer')
    print(d.decompress(packed + b'rest')[-5:], d.eof, d.unused_data)
show(zlib.decompressobj().decompress, one)
d = zlib.decompressobj()
packed = zlib.compress(data)
print(d.decompress(packed, 10), len(d.unconsumed_tail) > 0, d.eof)
rest = d.decompress(d.unconsumed_tail) + d.flush()
print(data[10:] == rest, d.eof)
show(zlib.decompress, packed[:-1])
show(zlib.decompress, packed[:-1] + b'z')
show(zlib.decompress, b'xx')
show(zlib.decompress, b'\x07', -15)
show(zlib.compress, b'', 10)
show(zlib.compressobj, wbits=7)
show(c.compress, b'x')

for make, compress in ((zlib._ZlibDecompressor, zlib.compress), (bz2.BZ2Decompressor, bz2.compress),
                       (lzma.LZMADecompressor, lzma.compress)):
    d = make()
    packed = compress(data) + b'tail'
    out = d.decompress(packed[:50], 20)
    packed = packed[50:]
    while not d.eof:
        if d.needs_input:
            out += d.decompress(packed[:100], 300)
            packed = packed[100:]
        else:
            out += d.decompress(b'', 300)
    print(out == data, (d.unused_data + packed)[-4:], d.needs_input)
    show(d.decompress, b'')
for module in (bz2, lzma):
    show(module.decompress, b'not compressed at all')
for options in (dict(format=lzma.FORMAT_ALONE), dict(check=lzma.CHECK_SHA256), dict(preset=9 | lzma.PRESET_EXTREME),
                dict(format=lzma.FORMAT_RAW, filters=[{'id': lzma.FILTER_DELTA, 'dist': 4}, {'id': lzma.FILTER_LZMA2}]),
                dict(filters=[{'id': lzma.FILTER_X86}, {'id': lzma.FILTER_LZMA2, 'dict_size': 1 << 20}])):
    packed = lzma.compress(data, **options)
    raw = {k: v for k, v in options.items() if options.get('format') == lzma.FORMAT_RAW}
    print(lzma.decompress(packed, **raw) == data)
show(lzma.LZMACompressor, filters=[{'id': 99}])
show(lzma.LZMACompressor, filters=[{'id': lzma.FILTER_LZMA2, 'foo': 1}])
show(lzma.LZMADecompressor(memlimit=1).decompress, lzma.compress(b'x'))
with gzip.open(io.BytesIO(gzip.compress(data) * 2), 'rt') as f:
    print(sum(1 for line in f))
