"""Is a source whole? What prompts ask, and the errors of sources that are not."""
import codeop
import warnings

warnings.simplefilter("error", SyntaxWarning)
SOURCES = [
    "", "\n", "# comment", "a = 1", "a = 1\n", "if a:", "if a:\n  b", "if a:\n  b\n", "if a:\n  b\n\n", "if a: b", "else:", "def f(",
    "def f():", "def f():\n  pass", "'''", "'''\nabc", "'abc", "a = (", "(\n", "[1,", "{'a':", "a \\", "a \\\n", "\\", "f'{", "f'''{", "f'''{a",
    "@decorator", "@decorator\n", "class A:\n  x = 1", "try:\n  a", "try:\n  a\nexcept", "try:\n  a\nexcept:", "match a:", "match a:\n case 1:", "a b",
    ")", "a = 1\nb = 2", "for a in b: c\nelse:", "lambda", "lambda x:", "a +", "not", "await x", "async def f():", "import", "from a import (",
    "from a import", "return", "a = '\\d'", "1 is 1", "x = 0777", "\x00", "if 1:\n\ta\n        b", "if 1:\n  a\n b", "raise = 2", "a = $",
]
for symbol in ("single", "exec", "eval"):
    print(symbol)
    for source in SOURCES:
        try:
            result = codeop.compile_command(source, "<input>", symbol)
            shown = "more" if result is None else "whole"
        except (SyntaxError, OverflowError, ValueError) as error:
            shown = f"{type(error).__name__} {error.args}"
        print(f"  {source!r}: {shown}")

compiler = codeop.Compile()
compiler("from __future__ import annotations", "first", "exec")
code = compiler("x: undefined", "second", "exec")
print(bool(code.co_flags & 0x1000000))
