"""Tokens as `tokenize` gives them: positions, lines, line ends, errors, and how much is read for each."""
import io
import tokenize

SOURCES = {
    "blocks": "if a:\n\tb # c\n\n\t# d\n\tif e:\n\t\tf\ng\n",
    "brackets": "x = [\n  1, # one\n\n  2]; y\n",
    "strings": "a = 'b' r\"c\" b'd' '''e\n\nf''' u'g'\\\n 'h'\n",
    "f-strings": "f'a{b!r:>{c}}d{{e}}' f'''{\nx\n:y}''' rf'\\{z}' f\"{f'{n}'}\" t'{u=}'\n",
    "names": "é_ß = ª１ + 名前.x\n",
    "numbers": "1_0 0x_f 1.5e-3j .5 0b1 0o7 1if 2else 0xfor x\n",
    "operators": "a:=b->c**=d//e...f<>g!=h@i\n",
    "carriage returns": "a\r\nif b:\r\n  '''c\r\nd'''\r\n(\r\n)\r\n",
    "lone returns": "a\rb\n",
    "no end": "a\n  ",
    "no end of comment": "a\n# b",
    "form feed": "a\n\x0cb\n  \x0cc\n",
    "continuation": "a \\\n + b\n  \\\n  \nif x:\n  \\\n  y\n",
    "odd characters": "a ? $ ` ! €\n",
    "empty": "",
}
ERRORS = ["(a\n", "'abc\n", "'''abc\n", "f'{a\n", "f'''{a\nb", "a \\ b\n", "\\\n", "a\\\n", "if x:\n    a\n  b\n", "if x:\n\ta\n        b\n", "a\0b\n", "\x01\n",
          "x\r\n'a\r\n", "f'}'\n", "0777 08\n", "f'{a!'\n"]
for name, source in SOURCES.items():
    print(name)
    try:
        for token in tokenize.generate_tokens(io.StringIO(source, newline="").readline):
            print("  ", *token[:4], ascii(token.line))
    except SyntaxError as error:
        print("  ", type(error).__name__, error.args)
for source in ERRORS:
    tokens = []
    try:
        for token in tokenize.tokenize(io.BytesIO(source.encode()).readline):
            tokens.append(tokenize.tok_name[token.exact_type])
    except (tokenize.TokenError, SyntaxError) as error:
        print(ascii(source), tokens, type(error).__name__, ascii(error.args))
    else:
        print(ascii(source), tokens)

lines = ["def f(a,\n", "  b):\n", "  '''one\n", "  two'''\n", "  pass\n", "x\n"]
reader = iter(lines)
read = []


def readline():
    line = next(reader, "")
    read.append(line)
    return line


for token in tokenize.generate_tokens(readline):
    print(len(read), tokenize.tok_name[token.type], ascii(token.string))


def failing():
    if len(read) > 9:
        raise ZeroDivisionError("no more")
    read.append("")
    return "(a\n"


try:
    for token in tokenize.generate_tokens(failing):
        print(token.string.strip(), end=" ")
except ZeroDivisionError as error:
    print(error)
print(tokenize.untokenize(tokenize.generate_tokens(io.StringIO(SOURCES["f-strings"]).readline)) == SOURCES["f-strings"])
print(tokenize.detect_encoding(io.BytesIO(b"#!x\n# coding: latin-1\n").readline))
