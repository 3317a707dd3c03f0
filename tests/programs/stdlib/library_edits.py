# Where files of the library were mended: what each of them does now.
import _pyio
import abc
import configparser
import email.message
import email.policy
import gettext
import hmac
import io
import logging
import os
import plistlib
import tarfile
import tempfile
import unittest
import warnings
import xml.etree.ElementTree as ET
import zipfile
import zipimport
from code import InteractiveConsole
from contextlib import ExitStack, redirect_stderr
from unittest import mock
from xml.dom.minidom import parseString
from xml.sax.saxutils import XMLGenerator

for delimiter in (" ",), (" ", "="), ("\t",):
    for text in "foo bar=baz", "foo = bar=baz", "foo\t \t=\t \tbar", "foo", "foo bar baz\tx":
        for missing in False, True:
            parser = configparser.ConfigParser(delimiters=delimiter, allow_no_value=missing)
            try:
                parser.read_string("[all]\n" + text)
                print(repr(delimiter), repr(text), missing, parser.items("all"))
            except configparser.Error as error:
                print(repr(delimiter), repr(text), missing, type(error).__name__)

out = io.StringIO()
xml = XMLGenerator(out)
uri = 'http://example.org/?a="1"&b=<2>'
for prefix in "p", "":
    xml.startPrefixMapping(prefix, uri)
    xml.startElementNS((uri, "doc"), "doc", {})
    xml.endElementNS((uri, "doc"), "doc")
    xml.endPrefixMapping(prefix)
print(out.getvalue())
dom = parseString("<!DOCTYPE a [<!ELEMENT a (b)*><!ELEMENT b (#PCDATA)>]><a> <b>x</b>\xa0</a>")
print([node.isWhitespaceInElementContent for node in dom.documentElement.childNodes if node.nodeType == node.TEXT_NODE])
element = ET.XML("<html>\xa0<body><p>text</p>\xa0</body></html>")
ET.indent(element)
print(ET.tostring(element))
print(ET.canonicalize("<a> \xa0x\xa0 </a>", strip_text=True))
root = ET.XML("<r><a i='1'/><b/><a i='2'/><c><a i='3'/></c></r>")
print([[e.get("i") for e in root.findall(path)] for path in (".//a[1]", ".//a[last()]", ".//a[2]", ".//a[last()-1]", ".//*[1]")])

for form in plistlib.FMT_XML, plistlib.FMT_BINARY:
    print(plistlib.loads(plistlib.dumps({1: "a", "z": "b", "a": "c"}, fmt=form, skipkeys=True, sort_keys=True)))

logger = logging.Logger("own")
calls = []


class Once(logging.Handler):
    def emit(self, record):
        calls.append("once")
        logger.removeHandler(self)


class Always(logging.Handler):
    def emit(self, record):
        calls.append("always")


logger.addHandler(Once())
logger.addHandler(Always())
logger.error("first")
logger.error("second")
print(calls)
with redirect_stderr(io.StringIO()) as errors:
    logging.FileHandler("/nonexistent/a.log", delay=True).handle(logging.makeLogRecord({"msg": "lost"}))
print(errors.getvalue().splitlines()[0], "FileNotFoundError" in errors.getvalue())

data = io.BytesIO()
with tarfile.open(fileobj=data, mode="w") as archive:
    archive.addfile(tarfile.TarInfo("./mine/"))
    folder = tarfile.TarInfo("folder")
    folder.type = tarfile.DIRTYPE
    archive.addfile(folder)
data.seek(0)
with tarfile.open(fileobj=data) as archive:
    print([archive.getmember(name).name for name in ("./mine/", "folder", "folder/")])


class Base(unittest.TestCase, metaclass=abc.ABCMeta):
    @abc.abstractmethod
    def test(self): ...


class Derived(Base):
    def test(self): ...


loader = unittest.TestLoader()
print([loader.loadTestsFromTestCase(cls).countTestCases() for cls in (Base, Derived)])
with mock.patch("builtins.open", mock.mock_open()), ExitStack() as stack:
    print(stack.enter_context(open("nothing")) is not None)

for rule in "!n + 1", "!n < 3", "2 * !n + 1", "!!n", "!(n == 1)", "n != 1 && !n":
    print(rule, [gettext.c2py(rule)(n) for n in range(4)])

with zipfile.ZipFile(io.BytesIO(), "w") as archive:
    with archive.open("member", "w"):
        try:
            archive.mkdir("folder")
        except ValueError as error:
            print("ValueError:", error)
    archive.mkdir("folder")
    print(archive.namelist())
try:
    archive.mkdir("folder")
except ValueError as error:
    print("ValueError:", error)

console = InteractiveConsole()
with redirect_stderr(io.StringIO()) as errors:
    print(console.runsource("-" * 100_000 + "1"))
print(errors.getvalue().split(":")[0] in ("MemoryError", "RecursionError"))

# A small member that unpacks to much comes in pieces, whatever packed it.
for method in zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        archive.writestr("zeros", bytes(1 << 21))
    with zipfile.ZipFile(file) as archive, archive.open("zeros") as member:
        sizes = [len(member.read1(100)), len(member._readbuffer) < 1 << 20]
        print(method, sizes, len(member.read()), member.read(1))


def tar_of(*members):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for name, kind, target in members:
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, target
            archive.addfile(info)
    file.seek(0)
    return tarfile.open(fileobj=file)


with tempfile.TemporaryDirectory() as folder:
    for name, kind, target in (
        ("a/../b", tarfile.REGTYPE, ""),
        ("../not there/b", tarfile.REGTYPE, ""),
        (".", tarfile.SYMTYPE, "elsewhere"),
        ("a/..", tarfile.LNKTYPE, "elsewhere"),
    ):
        for filter in tarfile.tar_filter, tarfile.data_filter:
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, target
            try:
                print(name, filter.__name__, filter(info, folder).name)
            except tarfile.FilterError as error:
                print(name, filter.__name__, type(error).__name__)
    # A second name for a link is one for the file that the link means.
    with tar_of(("f", tarfile.REGTYPE, ""), ("deep/l", tarfile.SYMTYPE, "../f"), ("h", tarfile.LNKTYPE, "deep/l")) as archive:
        archive.extractall(folder, filter="data")
    print(os.path.islink(f"{folder}/h"), os.path.samefile(f"{folder}/h", f"{folder}/f"))

    name = f"{folder}/bad.zip"
    with zipfile.ZipFile(name, "w") as archive:
        archive.writestr("\u20ac.py", "")
    with open(name, "rb+") as file:
        data = file.read().replace("\u20ac".encode(), b"\xff\xff\xff")
        file.seek(0)
        file.write(data)
    try:
        zipimport.zipimporter(name)
    except zipimport.ZipImportError as error:
        print(str(error).replace(folder, "FOLDER"), error.path == name)


class Small:
    digest_size = 4

    def __init__(self, data=b""):
        self.data = data

    def update(self, data):
        self.data += data

    def digest(self):
        return self.data[:4]


with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    hmac.HMAC(b"key", digestmod=Small)
    Small.block_size = 8
    hmac.digest(b"key", b"text", Small)
    print([str(warning.message) for warning in caught])
try:
    hmac.digest("key", b"text", Small)
except TypeError as error:
    print(error)

message = email.message.EmailMessage()
message.set_content("\u65e5\u672c", charset="shift_jis")
print(message["content-type"], message.get_content())
broken = email.message_from_string("Content-Type: multipart/mixed\n\nno parts", policy=email.policy.default)
outer = email.message.EmailMessage()
outer.make_mixed()
outer.attach(broken)
print(outer.get_body(("plain",)))


class Target:
    def doctype(self, *args):
        print(args)


for text in "<!DOCTYPE a>", '<!DOCTYPE a [<!ENTITY e "v">]>', '<!DOCTYPE a PUBLIC "p" "s">', "<!DOCTYPE a SYSTEM 's'>":
    parser = ET.XMLParser(target=Target())
    parser.feed(text + "<a/>")


class Short(_pyio.IOBase):
    data = b"abcdef"

    def peek(self, size):
        return self.data

    def read(self, size):
        piece, self.data = self.data[:2], self.data[2:]
        return piece[:size]


print(Short().readline(3))
