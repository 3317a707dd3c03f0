# Where files of the library were mended: what each of them does now.
import abc
import configparser
import gettext
import io
import logging
import plistlib
import tarfile
import unittest
import xml.etree.ElementTree as ET
import zipfile
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
