# Shared libraries that are no extension modules: what is wrong with them is told as an ImportError.
import _imp
import os
import sys
import tempfile
from importlib.machinery import ExtensionFileLoader, ModuleSpec
from importlib.util import module_from_spec


def attempt(name, origin, *args):
    try:
        print(_imp.create_dynamic(ModuleSpec(name, None, origin=origin), *args))
    except ImportError as error:
        print(str(error).replace(folder, "FOLDER"), error.name, str(error.path).replace(folder, "FOLDER"))
    except Exception as error:
        print(type(error).__name__, error)


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    attempt("absent", f"{folder}/absent.so")
    attempt("absent", "absent.so")
    with open("text.so", "w") as file:
        file.write("no machine code\n" * 100)
    attempt("package.text", f"{folder}/text.so", None)
    attempt("a\0b", "/x")
    attempt("a", "/x\0y")
    attempt("\ud800", "/x")
    attempt("x", "/\ud800")
    attempt("x", None)
    attempt(1, "/x")
    attempt("x", 5)
    for call in (
        lambda: _imp.create_dynamic(folder),
        lambda: _imp.create_dynamic(),
        lambda: _imp.create_dynamic(1, 2, 3),
        lambda: _imp.create_dynamic(spec=1),
    ):
        try:
            call()
        except (AttributeError, TypeError) as error:
            print(type(error).__name__, error)
    spec = ModuleSpec("text", ExtensionFileLoader("text", f"{folder}/text.so"), origin=f"{folder}/text.so")
    try:
        module_from_spec(spec)
    except ImportError as error:
        print(str(error).replace(folder, "FOLDER"))
    sys.path.insert(0, folder)
    os.rename("text.so", "text.cpython-314-x86_64-linux-gnu.so")
    try:
        import text
    except ImportError as error:
        print(str(error).replace(folder, "FOLDER"))
    os.chdir("/")
print(_imp.exec_dynamic(1), _imp.exec_dynamic(sys))
