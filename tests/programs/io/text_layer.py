"""TextIOWrapper: newlines, positions, encodings, errors, reconfiguration."""
import io


def text(data, **options):
    return io.TextIOWrapper(io.BytesIO(data), **options)


data = b'one\r\ntwo\nthree\rfour'
for newline in (None, '', '\n', '\r', '\r\n'):
    t = text(data, encoding='ascii', newline=newline)
    print(repr(newline), t.readlines(), t.newlines)

content = 'añb€c\U0001F40D\r\nzweite Zeile\nüber\n'
for encoding in ('utf-8', 'utf-16', 'utf-16-le', 'utf-32', 'utf-8-sig'):
    t = text(content.encode(encoding), encoding=encoding)
    t._CHUNK_SIZE = 3
    places = []
    while True:
        places.append(t.tell())
        c = t.read(1)
        if not c:
            break
    whole = []
    for place in places:
        t.seek(place)
        whole.append(t.read())
    print(encoding, all(whole[0][i:] == w for i, w in enumerate(whole)), len(whole))

for errors in ('strict', 'ignore', 'replace', 'backslashreplace', 'surrogateescape'):
    try:
        print(errors, ascii(text(b'a\xffb\xc3', encoding='utf-8', errors=errors).read()))
    except UnicodeDecodeError as error:
        print(errors, error)

raw = io.BytesIO()
t = io.TextIOWrapper(raw, encoding='utf-16', newline='\r\n')
t.write('a\n')
t.reconfigure(newline='\n', write_through=True)
t.write('b\n')
t.flush()
print(raw.getvalue())
t.reconfigure(encoding='ascii', errors='replace')
t.write('\xe9')
t.flush()
print(raw.getvalue()[-1:])
print(t.encoding, t.errors, t.line_buffering, t.write_through)
inner = t.detach()
for call in (t.read, t.detach, lambda: t.encoding):
    try:
        print(call())
    except ValueError as error:
        print(error)

t = text(b'x\ny\n', encoding='latin-1')
next(t)
try:
    t.tell()
except OSError as error:
    print(error)
print(list(t), t.tell())
for bad in (dict(newline='x'), dict(encoding='nope'), dict(encoding='hex'), dict(errors=5)):
    try:
        text(b'', **bad)
    except Exception as error:
        print(type(error).__name__, error)
d = io.IncrementalNewlineDecoder(None, translate=True)
print(repr(d.decode('a\r')), d.getstate(), repr(d.decode('\nb\r', final=True)), d.newlines)
