"""Deeply nested sources were parsed and compiled as if every thread had the main thread's stack."""
import threading

SOURCES = {
    "signs": "-" * 2400 + "1",
    "parentheses": "(" * 190 + "1" + ")" * 190,
    "attributes": "a" + ".b" * 2490,
    "branches": "if a: pass" + "\nelif a: pass" * 2400,
    "powers": "a" + "**a" * 2000,
    "displays": "{1:" * 190 + "1" + "}" * 190,
    "products": "a" + "*a" * 200000,
    "short": "a = 1",
}
results = {}


def compile_all():
    for name, source in SOURCES.items():
        try:
            compile(source, "source", "exec")
            results[name] = "compiled"
        except (RecursionError, MemoryError):
            results[name] = "too deep"


for size in (96 * 1024, 16 * 1024 * 1024):
    threading.stack_size(size)
    thread = threading.Thread(target=compile_all)
    thread.start()
    thread.join()
    print(results["short"] if size > 1 << 20 else "survived", results["products"])
