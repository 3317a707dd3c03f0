import struct


def use(form, data):
    layout = struct.Struct(form)
    if layout.size > 1 << 16:
        return
    piece = (data + bytes(layout.size))[:layout.size]
    values = layout.unpack(piece)
    buffer = bytearray(layout.size + 3)
    layout.pack_into(buffer, 2, *values)
    assert layout.pack(*values) == buffer[2:-1]
    if layout.size:
        list(struct.iter_unpack(form, data[:len(data) // layout.size * layout.size]))
        layout.unpack_from(data, -layout.size)


def check(data):
    form, _, data = data.partition(b"\n")
    guarded(use, form, data)
    guarded(struct.unpack, form, data)
    guarded(struct.pack, form, *data[:20])
