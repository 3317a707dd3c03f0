import json

data = {"name": "Krait", "n": [1, 2.5, -0.0, 1e100, 10**20], "t": True, "none": None, "nested": {"a": [], "b": {}}, "text": 'quote " \\ \n \u2028 é 😀', 1: "int", None: 1, 2.5: 2}
text = json.dumps(data)
print(text)
print(json.loads(text)["text"] == data["text"], json.dumps(data, indent=2, ensure_ascii=False), json.dumps({"b": 1, "a": 2}, sort_keys=True, separators=(",", ":")))
print(json.loads('[1, 1.0, "\\u00e9\\ud83d\\ude00", null, true, NaN, -Infinity, 1E3]'), json.loads('{"a": 1, "a": 2}'), json.loads(b'"x"'), json.loads(' "y" '))
print(json.loads("[1.10]", parse_float=str), json.loads('{"a": {"b": 1}}', object_hook=lambda d: list(d.items())), json.loads('{"a": 1}', object_pairs_hook=tuple))
for bad in ("", "[1,]", '{"a" 1}', "{'a': 1}", '"abc', "[1 2]", "nul", '{"a": 1,}', '"\\x"', '"\x01"', "[1] x", "01", "-", '{"a":', '"\\u12"'):
    try:
        print(json.loads(bad))
    except json.JSONDecodeError as error:
        print(repr(bad), "->", error, error.pos, error.lineno, error.colno)
for bad in ({1, 2}, {(1,): 2}, float("nan"), object):
    try:
        print(json.dumps(bad, allow_nan=False))
    except (TypeError, ValueError) as error:
        print(type(error).__name__, error)
loop = []
loop.append(loop)
try:
    json.dumps(loop)
except ValueError as error:
    print(error)


class Encoder(json.JSONEncoder):
    def default(self, o):
        return sorted(o) if isinstance(o, set) else super().default(o)


print(json.dumps({"s": {3, 1}}, cls=Encoder), json.dumps([1j], default=str), json.JSONDecoder().raw_decode("[1] rest"))
