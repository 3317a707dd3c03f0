"""Module compression.zstd: a compressor that goes away while its threads work; dictionaries that are wrong."""
import random
from compression.zstd import CompressionParameter, ZstdCompressor, ZstdDecompressor, ZstdDict, compress, decompress, finalize_dict, train_dict

size = 1 << 20
dictionary = ZstdDict(random.randbytes(1 << 10) * (1 << 10), is_raw=True)
options = {CompressionParameter.compression_level: 10, CompressionParameter.nb_workers: 1, CompressionParameter.job_size: size}
for how in dictionary, dictionary.as_digested_dict, dictionary.as_prefix:
    data = random.randbytes(1 << 10) * ((size >> 10) + 64)
    c = ZstdCompressor(options=options, zstd_dict=how)
    c.compress(data)
    del c
    c = ZstdCompressor(options=options, zstd_dict=how)
    print(decompress(c.compress(data) + c.flush(), zstd_dict=how) == data)
broken = ZstdDict(0xEC30A437.to_bytes(4, "little") + b"abcdefghijklmnopqrstuvwxyz")
for action in (lambda: ZstdCompressor(zstd_dict=broken.as_digested_dict), lambda: ZstdDecompressor(broken), lambda: ZstdDecompressor(broken.as_undigested_dict),
               lambda: ZstdCompressor(zstd_dict=(broken, 3)), lambda: ZstdCompressor(zstd_dict=(broken, 1.0)), lambda: ZstdDecompressor((broken, 2**70)),
               lambda: ZstdDict(b"12345678abcd"), lambda: ZstdDict(b"12345678", True), lambda: train_dict([b"a" * 10] * 3, 2**62),
               lambda: finalize_dict(dictionary, [b"a" * 10] * 3, 2**62, 3)):
    try:
        print(action())
    except Exception as error:
        print(type(error).__name__, error)
