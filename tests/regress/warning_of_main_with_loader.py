# A loader that does not know the module, or its source, is no error for a warning.
import importlib.machinery
import sys
import warnings


class Loader:
    def __init__(self, result):
        self.result = result

    def get_source(self, name):
        print("asked for", name)
        if isinstance(self.result, Exception):
            raise self.result
        return self.result


warnings.simplefilter("always")
warnings.simplefilter("ignore", DeprecationWarning)
sys.stderr = sys.stdout
warnings.warn_explicit("eggs", UserWarning, "bar", 1, module_globals=globals())
for result in ImportError("a"), OSError("b"), "one\ntwo":
    for spec in None, importlib.machinery.ModuleSpec("spec", None):
        loader = Loader(result)
        if spec:
            spec.loader = loader
        try:
            warnings.warn_explicit("eggs", UserWarning, "bar", 2, module_globals={"__name__": "m", "__spec__": spec, "__loader__": loader})
        except OSError as error:
            print(repr(error))
