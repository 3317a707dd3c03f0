"""hashlib and hmac: known answers, parameters, errors."""
import hashlib
import hmac


def show(call, *args, **kwargs):
    try:
        print(repr(call(*args, **kwargs)))
    except Exception as error:
        print(type(error).__name__, error)


for name in sorted(hashlib.algorithms_guaranteed):
    h = hashlib.new(name, b'The quick brown fox')
    extra = (20,) if name.startswith('shake') else ()
    c = h.copy()
    c.update(b' jumps' * 1000)
    print(name, h.digest_size, h.block_size, h.hexdigest(*extra)[:40], c.hexdigest(*extra)[:40])
print(hashlib.blake2b(b'x', digest_size=20, key=b'key', salt=b'salt', person=b'me', fanout=2, depth=3, leaf_size=4,
                      node_offset=5, node_depth=1, inner_size=32, last_node=True).hexdigest())
print(hashlib.blake2s(b'y' * 200, digest_size=8, key=b'k' * 32, node_offset=1 << 40).hexdigest())
for bad in (dict(digest_size=0), dict(key=b'x' * 65), dict(salt=b'x' * 17), dict(fanout=256), dict(depth=0),
            dict(leaf_size=1 << 32), dict(node_offset=-1), dict(inner_size=65)):
    show(hashlib.blake2b, **bad)
show(hashlib.sha256, 'text')
show(hashlib.shake_128(b'').hexdigest, 4)
for name in ('md5', 'sha1', 'sha256', 'sha512', 'sha3_256'):
    print(name, hmac.new(b'key' * 40, b'message', name).hexdigest(), hmac.digest(b'k', b'm', name).hex()[:16])
print(hashlib.pbkdf2_hmac('sha256', b'password', b'salt', 10, 40).hex())
print(hashlib.scrypt(b'password', salt=b'NaCl', n=16, r=8, p=2, dklen=32).hex())
print(hmac.compare_digest('a', 'a'), hmac.compare_digest(b'a', b'b'))
show(hashlib.pbkdf2_hmac, 'sha1', b'', b'', 0)
show(hashlib.scrypt, b'', salt=b'', n=3, r=1, p=1)
