import collections
from collections import ChainMap, Counter, OrderedDict, UserDict, defaultdict, deque, namedtuple

P = namedtuple("P", "x y", defaults=[0])
p = P(1)
print(p, p._replace(y=5), p._asdict(), P._fields, p.x + p[1], P(*"ab") == ("a", "b"), P.__doc__)
d = defaultdict(list)
d["a"].append(1); d["b"]
print(d, d.default_factory, dict(d))
c = Counter("mississippi")
print(c, c.most_common(2), c["z"], c - Counter("miss"), c & Counter("ssx"), +Counter(a=-1, b=2), c.total(), sorted(c.elements())[:3])
q = deque([1, 2, 3], maxlen=3)
q.append(4); q.appendleft(0); q.rotate(1)
print(q, q.pop(), q.popleft(), q.index(0), q * 2, deque("abc")[-1], list(reversed(q)))
o = OrderedDict(a=1, b=2, c=3)
o.move_to_end("a"); o.move_to_end("c", last=False)
print(o, o.popitem(last=False), list(reversed(o)), o == {"a": 1, "b": 2})
chain = ChainMap({"a": 1}, {"a": 2, "b": 3})
chain["c"] = 4
print(chain, chain["a"], chain["b"], chain.new_child({"z": 0})["a"], dict(chain), chain.parents)


class Upper(UserDict):
    def __setitem__(self, key, value):
        super().__setitem__(key.upper(), value)


print(Upper(a=1), collections.UserList([1])[0], collections.UserString("a") + "b")
for call in (lambda: namedtuple("X", "a a"), lambda: namedtuple("X", "class"), lambda: P(), lambda: deque([], 5).pop(), lambda: deque(maxlen=-1), lambda: OrderedDict().popitem(), lambda: P(1)._replace(z=1)):
    try:
        call()
    except Exception as error:
        print(type(error).__name__, error)
import bisect, heapq
h = [5, 1, 4]
heapq.heapify(h)
heapq.heappush(h, 0)
print(h, heapq.heappop(h), heapq.nlargest(2, h), list(heapq.merge([1, 3], [2])), bisect.bisect([1, 2, 2, 3], 2), bisect.bisect_left([1, 2, 2], 2))
