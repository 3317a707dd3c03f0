#! /usr/bin/env python3
"""Profiling with the native profiler: the interface of module profile."""

__all__ = ["run", "runctx", "Profile"]

import _lsprof
import importlib.machinery
import importlib.util
import io
import profile as _pyprofile


def run(statement, filename=None, sort=-1):
    return _pyprofile._Utils(Profile).run(statement, filename, sort)


def runctx(statement, globals, locals, filename=None, sort=-1):
    return _pyprofile._Utils(Profile).runctx(statement, globals, locals, filename, sort)


run.__doc__ = _pyprofile.run.__doc__
runctx.__doc__ = _pyprofile.runctx.__doc__


class Profile(_lsprof.Profiler):
    """Profile(timer=None, timeunit=None, subcalls=True, builtins=True)

    Collects statistics of calls while it is enabled. A timer other than the
    built-in one may give floats (seconds), or ints together with timeunit,
    the length of one unit in seconds.
    """

    def print_stats(self, sort=-1):
        import pstats

        keys = sort if isinstance(sort, tuple) else (sort,)
        pstats.Stats(self).strip_dirs().sort_stats(*keys).print_stats()

    def dump_stats(self, file):
        import marshal

        with open(file, "wb") as out:
            self.create_stats()
            marshal.dump(self.stats, out)

    def create_stats(self):
        self.disable()
        self.snapshot_stats()

    def snapshot_stats(self):
        """Fill self.stats from what has been collected, as pstats reads it."""
        entries = self.getstats()
        # Functions of one label (a lambda made twice, say) are counted together.
        callers = {}
        self.stats = {}
        for entry in entries:
            name = label(entry.code)
            total, own = entry.callcount, entry.callcount - entry.reccallcount
            row = (own, total, entry.inlinetime, entry.totaltime)
            known = callers.setdefault(name, {})
            if name in self.stats:
                row = tuple(a + b for a, b in zip(self.stats[name], row))
            self.stats[name] = (*row, known)
        for entry in entries:
            caller = label(entry.code)
            for callee in entry.calls or ():
                own = callee.callcount - callee.reccallcount
                # Unlike a function's own row, all calls come first here: so pstats prints them.
                row = (callee.callcount, own, callee.inlinetime, callee.totaltime)
                known = callers.setdefault(label(callee.code), {})
                if caller in known:
                    row = tuple(a + b for a, b in zip(known[caller], row))
                known[caller] = row

    def run(self, cmd):
        import __main__

        return self.runctx(cmd, __main__.__dict__, __main__.__dict__)

    def runctx(self, cmd, globals, locals):
        with self:
            exec(cmd, globals, locals)
        return self

    def runcall(self, func, /, *args, **kw):
        """Call func with the profiler enabled; gives its result."""
        with self:
            return func(*args, **kw)

    def __enter__(self):
        self.enable()
        return self

    def __exit__(self, *exc_info):
        self.disable()


def label(code):
    """How pstats names a function: file, line, name."""
    if isinstance(code, str):
        return ("~", 0, code)
    return (code.co_filename, code.co_firstlineno, code.co_name)


def main():
    import os
    import pstats
    import runpy
    import sys
    from optparse import OptionParser

    parser = OptionParser(usage="cProfile.py [-o output_file_path] [-s sort] [-m module | scriptfile] [arg] ...")
    parser.allow_interspersed_args = False
    parser.add_option("-o", "--outfile", dest="outfile", help="Save stats to <outfile>", default=None)
    parser.add_option(
        "-s",
        "--sort",
        dest="sort",
        type="choice",
        help="Sort order when printing to stdout, based on pstats.Stats class",
        default=2,
        choices=sorted(pstats.Stats.sort_arg_dict_default),
    )
    parser.add_option("-m", dest="module", action="store_true", help="Profile a library module", default=False)
    if not sys.argv[1:]:
        parser.print_usage()
        sys.exit(2)
    options, args = parser.parse_args()
    sys.argv[:] = args
    if options.outfile is not None:
        # The program may change the working directory.
        options.outfile = os.path.abspath(options.outfile)
    if not args:
        parser.print_usage()
        return parser
    if options.module:
        statement = "run_module(modname, run_name='__main__')"
        globs = {"run_module": runpy.run_module, "modname": args[0]}
    else:
        progname = args[0]
        sys.path.insert(0, os.path.dirname(progname))
        with io.open_code(progname) as program:
            statement = compile(program.read(), progname, "exec")
        spec = importlib.machinery.ModuleSpec(name="__main__", loader=None, origin=progname)
        module = importlib.util.module_from_spec(spec)
        # The program's main module must be the one that pickle and friends look into.
        sys.modules["__main__"] = module
        globs = module.__dict__
        # Without a spec multiprocessing finds the program by its file.
        globs.update({"__spec__": None, "__file__": spec.origin, "__name__": spec.name, "__package__": None, "__cached__": None})
    try:
        runctx(statement, globs, None, options.outfile, options.sort)
    except BrokenPipeError as exc:
        # The reader went away; nothing more can be written, not even at exit.
        sys.stdout = None
        sys.exit(exc.errno)
    return parser


if __name__ == "__main__":
    main()
