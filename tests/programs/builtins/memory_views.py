"""Views: indexing, slices, casts, many dimensions, comparison, errors, buffers of Python classes."""
m=memoryview(b'abcdef')
m2=memoryview(bytearray(b'abcdefgh')).cast('H')
import array
for code in ['m[()]','m.cast("B",[2,3])[0]','m.cast("B",[2,3])[0,1]','m.cast("B",[2,3])[0:1]','m.cast("B",[2,3])[0,1,2]','m.cast("B",[2,3])[0,5]','m.cast("B",[2,3])[5,0]','m.cast("B",[2,3])[(0,"a")]','m.cast("B",[2,3])[0:1,0:1]','iter(m.cast("B",[2,3]))','list(m.cast("B",[2,3]))','m.cast("B",[2,3]).tolist()','m.cast("B",[])','m[0:1].cast("B",[])[()]','m[0:1].cast("B",[])[0]','m[0:1].cast("B",[])[...]','m[...]','m[0:1].cast("B",[]).tolist()','len(m[0:1].cast("B",[]))','m==b"abcdef"','m==m2','m<m2','m.hex(":",2)','m.hex(":")','m.contiguous','m[::2].contiguous','m[::2].tobytes()','m[::2].cast("H")','m.strides','m.suboffsets','m.shape','m.format','m.nbytes','m[::2].nbytes','m[::-1].tolist()','next(reversed(m))','98 in m','m.cast("?")[0]','m.cast("c")[0]','m[0:4].cast("e").tolist()','m[0:4].cast("f").tolist()','m.cast("@B")','m[0:4].cast("@I").format', 'm.cast("B",shape=None)','m[0:4].cast("@F")', 'm.cast("H",[3]).index(5)','m.index("a")','m.index(97,-1)','m.index(97,-6,2)','m.count("x")','m2.cast("H")','m.cast("H",["a"])','m.cast("H",5)','m.cast("H",[1]*65)','m.cast("H",[2**70])','m.cast("B",[2**62,4])','list(iter(m))','bytes(m[::2])','bytearray(m.cast("B",[2,3]))','m[0:1].cast("B",[]).tobytes()','repr(m2)[:12]','m.cast("B",[2,3]).hex()','m.cast("B",[2,3]).strides','m.cast("B",[2,3]).f_contiguous','m.cast("B",[2,3]).tobytes("F")','m.cast("B",[2,3]).count(1)','m.cast("B",[2,3]).index(1)','hash(m.cast("H"))','hash(m.cast("c"))==hash(b"abcdef")','m.__release_buffer__(m)','m.__buffer__(0)','m.__buffer__(1)','bytes.__buffer__(b"a",0)', 'bytearray(b"a").__buffer__(1)','memoryview(array.array("f",[1,2]))==memoryview(array.array("d",[1,2]))','memoryview(array.array("w","ab"))[0]','memoryview(array.array("w","ab")).tolist()','memoryview(array.array("w","ab"))==array.array("w","ab")', 'm.obj','m2[0:2].obj','m2[True]','m2[2**100]','m[2**62]','m.__len__()','m.__exit__()','m.readonly','m.cast("H").__sizeof__()','type(m).__module__','m._from_flags(b"",5).format','m2.toreadonly()[0]','memoryview(m2.toreadonly()).readonly','m2.toreadonly().__setitem__(0,1)','m2.__setitem__(slice(0,2),m2[2:4])','m2.tolist()','m.cast("B",[2,3]).__setitem__((0,0),1)','m2.cast("B").cast("B",[2,4]).__setitem__((0,0),1)','m2.cast("B").cast("B",[2,4]).__setitem__(0,1)','m2.cast("B").cast("B",[2,4]).__setitem__(slice(0,1),1)','m2.cast("B").cast("B",[2,4]).__setitem__((slice(0,1),0),1)','m2.__setitem__("a",1)','m2.__setitem__(0,2**80)','m2.__setitem__(0,-1)','m2.cast("B").cast("d").__setitem__(0,"x")','m2.cast("B").cast("?").__setitem__(0,"x")','m2.cast("B").cast("c").__setitem__(0,"x")','m2.cast("B").cast("c").__setitem__(0,b"xy")','m2.cast("B").cast("P").__setitem__(0,-1)','m2.cast("B").cast("e").__setitem__(0,1e6)','m2.cast("B").cast("f").__setitem__(0,1e300)','m2.cast("B").cast("b").__setitem__(0,200)','m2.cast("B").cast("n").__setitem__(0,2**64)','m2.cast("B").cast("l").__setitem__(0,1.0)']:
    try:
        r=eval(code)
        print(code,'->',r if not isinstance(r,memoryview) else (r.shape,r.format))
    except BaseException as e: print(code,'->',type(e).__name__,e)
class B:
    def __buffer__(self, flags): print('buf', flags); return memoryview(b'xyz')
    def __release_buffer__(self, mv): print('rel', mv.readonly, bytes(mv))
b=B(); x=memoryview(b); print(x.obj is b, x[0], type(x.obj)); x.release()
class C:
    def __buffer__(self, flags): return 5
try: memoryview(C())
except Exception as e: print(repr(e))
ba=bytearray(b'abc'); mm=memoryview(ba)
try: ba.append(1)
except Exception as e: print(repr(e))
with mm as q: pass
try: mm[0]
except Exception as e: print(repr(e))
ba.append(1)
m3=memoryview(b'abc'); m4=m3[1:]; m5=memoryview(m3)
try: m3.release(); print('released', m4[0], m5[0])
except Exception as e: print(repr(e))
