# Strings that end after an escape; objects all of whose keys are skipped.
import json

for text in (r'"\u0041', r'"\ud834', r'"\ud834\udd1e', r'{"a": "\u0041', r'"\u00', r'"\u', r'"\ud834\u', r'"\ud834\udd', r'"\ud834\udd1', r'"\ud834\udd1x"', r'"\u004x"', r'"\ud834\u0041', r'"\ud834\udd1e"'):
    try:
        print(ascii(json.loads(text)))
    except json.JSONDecodeError as error:
        print(text, error)
for indent in (None, 0, 2):
    for value in ({b"k": 1}, {b"k": 1, "a": 2}, {"a": 2, b"k": 1}, {}, [{b"k": {}}]):
        print(json.dumps(value, skipkeys=True, indent=indent), json.dumps(value, skipkeys=True, indent=indent, separators=(";", "=")))
