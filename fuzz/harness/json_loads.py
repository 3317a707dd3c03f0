import json, json.decoder, json.encoder, json.scanner

assert json.decoder.c_scanstring and json.scanner.c_make_scanner and json.encoder.c_make_encoder


def round_trip(value):
    text = json.dumps(value)
    assert json.dumps(json.loads(text)) == text
    json.dumps(value, indent=1, ensure_ascii=False, sort_keys=True)
    if isinstance(value, str):
        assert json.decoder.py_scanstring(text, 1) == json.decoder.c_scanstring(text, 1)


def check(data):
    if not data:
        return
    options = {}
    if data[0] & 1:
        options["object_pairs_hook"] = list
    if data[0] & 2:
        options["strict"] = False
    if data[0] & 4:
        options["parse_float"] = options["parse_int"] = str
    text = data[1:] if data[0] & 8 else data[1:].decode("utf-8", "surrogateescape")
    value = guarded(lambda: json.loads(text, **options))
    if value is not None:
        guarded(round_trip, value)
