def t(f):
    try: print(f())
    except BaseException as e: print(type(e).__name__, e)
def a():
    b=bytearray(b'ab'); b+=b; return b
def c():
    b=bytearray(b'ab'); b.extend(b); return b
def d():
    b=bytearray(b'ab'); b.extend(memoryview(b)); return b
def e():
    b=bytearray(b'ab'); b+=memoryview(b); return b
def f():
    b=bytearray(b'ab'); b[1:1]=memoryview(b); return b
def g():
    b=bytearray(b'ab'); b[0:2]=memoryview(b); return b
def h():
    b=bytearray(b'ab'); b[1:1]=b; return b
def i():
    b=bytearray(b'ab'); b[0:2]=b; return b
class B(bytearray): pass
def j():
    b=B(b'ab'); b.extend(b); b+=B(b'x'); return b
def k():
    b=bytearray(b'ab'); b.extend('x')
def l():
    b=bytearray(b'ab'); b.extend(memoryview(b'abcdef')[::2]); return b
def m():
    b=bytearray(b'ab'); b+=memoryview(b'abcdef')[::2]; return b
import array
def n():
    b=bytearray(b'ab'); b.extend(array.array('i',[1,2])); return b
def o(): return bytes(memoryview(b'abcdef')[::-2]), memoryview(b'abcdef')[1:3].tobytes(), bytes(memoryview(b''))
def p(): return bytes(array.array('i',[1,2])), bytes(bytearray(b'xy'))
for x in (a,c,d,e,f,g,h,i,j,k,l,m,n,o,p): print(x.__name__,end=' '); t(x)

def q():
    b=bytearray(); b+=b; return b
def r():
    b=bytearray(b"a"); b+=b""; return b
def s():
    b=bytearray(b"a"); m=memoryview(b); b+=b""; b.extend(b""); b[1:1]=b""; return b
for x in (q,r,s): print(x.__name__,end=" "); t(x)
