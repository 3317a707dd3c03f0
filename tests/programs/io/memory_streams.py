"""BytesIO and StringIO: positions, truncation, views, states, closed streams."""
import copy
import io


def show(call, *args, **kwargs):
    try:
        print(repr(call(*args, **kwargs)))
    except Exception as error:
        print(type(error).__name__, error)


b = io.BytesIO(b'abc\ndef\n')
for args in [(-1,), (1, 5), (-100, 1), (-100, 2)]:
    show(b.seek, *args)
show(b.read, 1.5)
show(b.truncate, -1)
show(b.readline, 2)
show(b.read, None)
show(b.write, 'x')

b = io.BytesIO(b'abc')
view = b.getbuffer()
show(b.write, b'abcdef')
show(b.truncate, 1)
show(b.close)
view[0] = 120
show(b.getvalue)
print(type(view.obj).__name__)
del view
show(b.__setstate__, (b'ab', 1, {'q': 5}))
show(b.__getstate__)
print(b.q)

b = io.BytesIO()
b.seek(5)
b.write(b'')
show(b.getvalue)
b.write(b'x')
show(b.getvalue)
b.close()
show(b.read)
print(b.closed)

for newline in ('\n', '\r', '\r\n', '', None):
    s = io.StringIO('a\r\nb\nc\rd', newline)
    show(s.getvalue)
    print(list(s), s.newlines)
s = io.StringIO('abc')
s.seek(5)
s.write('é')
show(s.getvalue)
s.seek(1)
s.write('xyz')
show(s.getvalue)
s.truncate(2)
s.seek(0)
show(s.read)
show(s.seek, 1, 1)
show(s.__getstate__)
show(io.StringIO, 'a', 'x')
show(copy.copy(io.StringIO('text')).getvalue)
show(io.StringIO().write, b'x')
