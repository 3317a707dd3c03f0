import io
import os
import tempfile
from pathlib import Path

with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "a" / "file.txt"
    path.parent.mkdir()
    print(path.write_text("first\nsecond é\r\nthird", encoding="utf-8", newline=""), path.read_bytes(), path.stat().st_size, path.exists(), path.suffix, path.with_suffix(".md").name)
    with open(path, encoding="utf-8") as f:
        print(f.readline(), f.read(3), f.tell(), list(f), f.closed, f.mode, f.encoding, f.newlines)
    with open(path, "r+b") as f:
        f.seek(-5, 2)
        print(f.read(), f.seek(0), f.write(b"FIRST"), f.tell(), f.truncate(8), f.fileno() > 2)
    with open(path, "a") as f:
        print("appended", 1, file=f)
    print(path.read_text(), [p.name for p in sorted(Path(folder).rglob("*"))], os.listdir(folder), path.relative_to(folder), os.path.getsize(path))
    for action in (lambda: open(folder), lambda: open(path, "x"), lambda: open(path, "q"), lambda: open(path, "rb", encoding="utf-8"), lambda: path.read_text("ascii") if path.write_bytes(b"\xff") else 0, lambda: (path.parent).rmdir(), lambda: open("/no/such")):
        try:
            action()
        except Exception as error:
            print(type(error).__name__, str(error).replace(folder, "TMP"))
    path.rename(path.with_name("moved"))
    print(sorted(e.name for e in os.scandir(path.parent)), os.path.splitext("a/b.tar.gz"), os.path.join("a", "/b"), os.path.normpath("a/../b//c"), Path("a/b") / "c", Path("/x/y").parts)
s = io.StringIO("a\nb\n")
print(s.readlines(), s.getvalue(), s.write("c"), s.seek(0), s.read(), io.BytesIO(b"xyz").read(2), [*io.StringIO("1\r2\r\n3", newline=None)])
raw = io.BytesIO()
text = io.TextIOWrapper(raw, encoding="utf-16", newline="\r\n", write_through=True)
text.write("é\n")
print(raw.getvalue(), io.BufferedReader(io.BytesIO(b"peeked")).peek()[:2], io.IncrementalNewlineDecoder(None, True).decode("a\r\n"))
try:
    s.close(); s.read()
except ValueError as error:
    print(error)
