import base64
import binascii
import copy
import hashlib
import pickle
import struct
import zlib
from array import array

print(struct.pack("<hIqf?3s", -2, 7, 2**40, 1.5, True, b"ab"), struct.unpack(">Hb", b"\x01\x02\xff"), struct.calcsize("@bi"), list(struct.iter_unpack("<H", b"\1\0\2\0")))
print(binascii.hexlify(b"\x00\xff"), base64.b64encode(b"krait!?"), base64.b64decode("a3JhaXQ="), binascii.crc32(b"x"), zlib.crc32(b"x"), zlib.decompress(zlib.compress(b"a" * 50)), base64.b85encode(b"hi"))
print(hashlib.sha256(b"abc").hexdigest(), hashlib.md5(b"").hexdigest(), hashlib.new("sha1", b"x").hexdigest(), hashlib.blake2b(b"k", digest_size=8).hexdigest())
a = array("i", [1, 2, 3])
a.append(4)
print(a, a.tobytes(), a.itemsize, a[1:3], sum(a), array("d", [0.5]).tolist())


class Node:
    def __init__(self, value, next=None):
        self.value, self.next = value, next

    def __eq__(self, other):
        return isinstance(other, Node) and self.value == other.value


loop = Node([1, {"k": (2, 3)}])
loop.next = loop
again = pickle.loads(pickle.dumps(loop))
print(again == loop, again.next is again, again is not loop)
for protocol in range(6):
    print(protocol, pickle.loads(pickle.dumps([1, "é", b"x", 2.5, None, {1, 2}, 10**30, (), frozenset()], protocol)), len(pickle.dumps(("abc", 123), protocol)))
deep = copy.deepcopy(loop)
print(deep.next is deep, deep.value is not loop.value, copy.copy(loop).value is loop.value)
for action in (lambda: struct.pack("<h", 99999), lambda: struct.unpack("<i", b"abc"), lambda: struct.pack("z", 1), lambda: pickle.dumps(lambda: 0), lambda: pickle.loads(b"x"), lambda: base64.b64decode("abc"), lambda: binascii.unhexlify("abc"), lambda: zlib.decompress(b"no"), lambda: array("i", ["a"]), lambda: hashlib.new("nope")):
    try:
        action()
    except Exception as error:
        print(type(error).__name__, str(error).split(" at 0x")[0])
