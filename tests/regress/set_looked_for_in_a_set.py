# A set that is looked for in a set counts as a frozenset, also where the look-up is specialised.
def look(sets, key):
    return key in sets


sets = {frozenset("ab"), frozenset()}
for key in [frozenset("ab"), {"a", "b"}, {"a"}, set()] * 20:
    found = look(sets, key)
print(look(sets, {"a", "b"}), look(frozenset(sets), {"b"}), found)
try:
    look(sets, [])
except TypeError as error:
    print(error)
