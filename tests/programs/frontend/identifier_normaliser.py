"""Identifiers are normalised by whatever `unicodedata.normalize` is."""
import ast
import unicodedata

original = unicodedata.normalize


def show(function):
    unicodedata.normalize = function
    try:
        print(ascii(ast.dump(ast.parse("\u03d5 = a.\u03d5"))))
    except Exception as error:
        print(type(error).__name__, error)
    finally:
        unicodedata.normalize = original


for function in (original, lambda *args: None, lambda *args: "x", lambda form, name: form + name, lambda *args: b"x",
                 lambda *args: 1 / 0, str.__add__, lambda: 1):
    show(function)
