"""What `dis` and the positions of code objects show."""
import dis
import opcode

SOURCE = '''
def function(a, *b, c=3):
    """Doc."""
    try:
        for x in b:
            if x is None or a < x:
                continue
            a += f(x, key=c)
    except (ValueError, TypeError) as error:
        raise Other(f"{error!r:>{c}}") from error
    finally:
        close()
    with a as b, c:
        return [y async for y in z] if False else {**a, 1: [q for q in b]}
async def waiting(): return await x
match p:
    case {"k": [1, *rest], **more} if rest: pass
    case A(b=1) | None: pass
type X[T: int] = list[T]
'''
code = compile(SOURCE.replace("[y async for y in z] if False else ", ""), "source", "exec")
code_of_function = next(constant for constant in code.co_consts if hasattr(constant, "co_code"))
dis.dis(code_of_function, depth=0)
dis.dis(code, show_offsets=True, depth=0)
dis.disco(code_of_function, show_caches=True, lasti=8)
print(dis.code_info(code_of_function))


def walk(code):
    yield code
    for constant in code.co_consts:
        if hasattr(constant, "co_code"):
            yield from walk(constant)


for inner in walk(code):
    print(inner.co_qualname, inner.co_stacksize, inner.co_flags, list(inner.co_lines())[:6], list(inner.co_positions())[:4], list(inner.co_branches())[:3])
print(sorted(dis.findlabels(code.co_code)), list(dis.findlinestarts(code)))
print([(i.opname, i.argrepr, i.jump_target, i.starts_line) for i in dis.get_instructions("for a in b: print(a)")])
print([dis.stack_effect(opcode.opmap[name], 2) for name in ("CALL", "BUILD_MAP", "UNPACK_EX", "LOAD_ATTR", "SWAP")])
for wrong in [(0, 300), (opcode.opmap["NOP"], 1), (opcode.opmap["CALL"], None)]:
    try:
        print(dis.stack_effect(*wrong))
    except ValueError as error:
        print(error)
changed = code.replace(co_name="renamed", co_firstlineno=10, co_filename="elsewhere")
print(changed.co_name, changed.co_firstlineno, changed == code, changed.replace(co_name=code.co_name, co_firstlineno=1, co_filename="source") == code)
