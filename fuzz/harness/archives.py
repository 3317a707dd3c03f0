import zipfile, zlib

MOST = 1 << 18


def inflate(wbits, data):
    half = len(data) // 2
    stream = zlib.decompressobj(wbits)
    first = stream.decompress(data[:half], MOST)
    copy = stream.copy()
    rest = stream.decompress(stream.unconsumed_tail + data[half:], MOST)
    again = copy.decompress(copy.unconsumed_tail + data[half:], MOST)
    assert rest == again, (first, rest, again)
    stream.flush(64)


def deflate(level, data):
    assert zlib.decompress(zlib.compress(data, level)) == data


def unzip(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for info in archive.infolist()[:8]:
            with guarded(archive.open, info) or io.BytesIO() as file:
                guarded(file.read, MOST)
                guarded(file.seek, 1)
                guarded(file.read1, 100)


def check(data):
    if not data:
        return
    kind, data = data[0], data[1:]
    if kind < 100:
        guarded(inflate, (15, -15, 31, 47, -9, 9)[kind % 6], data)
    elif kind < 120:
        guarded(deflate, kind % 10, data)
    else:
        guarded(unzip, data)
