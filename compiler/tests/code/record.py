"""Writes NAME.out beside each NAME.py given, as CPython 3.14 compiles it: python3.14 record.py *.py"""
import dis
import sys


def dump(code, out):
    out.append(f"== {code.co_qualname} flags={code.co_flags:#x} stack={code.co_stacksize} consts={len(code.co_consts)} "
               f"names={' '.join(code.co_names)} locals={' '.join(code.co_varnames)} "
               f"cells={' '.join(code.co_cellvars)} free={' '.join(code.co_freevars)}")
    data = code.co_code
    skip = 0
    for offset in range(0, len(data), 2):
        op, arg = data[offset:offset + 2]
        if skip:
            skip -= 1
            continue
        out.append(f"{offset:4} {dis.opname[op]} {arg}")
        skip = dis._inline_cache_entries.get(dis.opname[op], 0)
    out.append("lines " + code.co_linetable.hex())
    out.append("exceptions " + code.co_exceptiontable.hex())
    for const in code.co_consts:
        if hasattr(const, "co_code"):
            dump(const, out)


if __name__ == "__main__":
    for path in sys.argv[1:]:
        if path.endswith("record.py"):
            continue
        with open(path, encoding="utf-8") as f:
            code = compile(f.read(), path.rpartition("/")[2], "exec", dont_inherit=True, optimize=0)
        out = []
        dump(code, out)
        with open(path[:-2] + "out", "w", encoding="utf-8") as f:
            f.write("\n".join(out) + "\n")
