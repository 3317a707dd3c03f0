"""Module compression.zstd: frames, dictionaries, options, errors."""
from compression import zstd
from compression.zstd import CompressionParameter as C, DecompressionParameter as D

data = b"".join(b"line %d of a text\n" % i for i in range(5000))
for options in ({}, {C.checksum_flag: 1, C.compression_level: 10}, {C.nb_workers: 2, C.window_log: 15}):
    packed = zstd.compress(data, options=options)
    print(zstd.decompress(packed) == data, len(packed) < len(data) // 4, zstd.get_frame_info(packed).decompressed_size)
c = zstd.ZstdCompressor(level=3)
parts = [c.compress(data[:1000]), c.flush(c.FLUSH_BLOCK), c.compress(data[1000:]), c.flush()]
d = zstd.ZstdDecompressor()
print(b"".join(d.decompress(p) for p in parts) == data, d.eof, d.unused_data, c.last_mode)
d = zstd.ZstdDecompressor(options={D.window_log_max: 25})
print(d.decompress(packed, 10), d.needs_input, len(d.decompress(b"")), d.eof)
samples = [b"key=%d;value=%d\n" % (i, i * i) for i in range(2000)]
trained = zstd.train_dict(samples, 3000)
final = zstd.finalize_dict(trained, samples, 4000, 5)
for how in trained, trained.as_digested_dict, trained.as_prefix, final:
    packed = zstd.compress(samples[7], zstd_dict=how)
    print(zstd.decompress(packed, zstd_dict=how) == samples[7])
print(len(trained) <= 3000, trained.dict_id != 0, zstd.get_frame_info(zstd.compress(b"x", zstd_dict=final)).dictionary_id == final.dict_id)
for action in (lambda: zstd.decompress(b"not zstd"), lambda: zstd.compress(b"", 100), lambda: zstd.compress(b"", options={C.strategy: 99}),
               lambda: zstd.compress(b"", options={D.window_log_max: 20}), lambda: zstd.ZstdDict(b"short"), lambda: d.decompress(b"x"),
               lambda: zstd.ZstdCompressor(1, {}), lambda: c.set_pledged_input_size(-1), lambda: zstd.get_frame_size(packed[:-1]),
               lambda: c.compress(b"", 9), lambda: c.flush(0), lambda: zstd.train_dict([], 10), lambda: C.window_log.bounds()):
    try:
        print(action())
    except Exception as error:
        print(type(error).__name__, error)
