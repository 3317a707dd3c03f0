import _pickle as P, io, sys, copyreg
def t(f,*a,**k):
    try: print(repr(f(*a,**k)))
    except BaseException as e: print(type(e).__name__, str(e)[:300], getattr(e,'__notes__',''))
f=io.BytesIO()
t(P.Pickler);t(P.Pickler,1);t(P.Pickler,f,9);t(P.Pickler,f,1,2,3,4);t(P.Pickler,f,x=1);t(P.Pickler,f,3,buffer_callback=print)
p=P.Pickler(f)
t(lambda:p.bin);t(lambda:p.fast);t(lambda:p.memo);t(lambda:p.dispatch_table);t(lambda:p.persistent_id);t(p.persistent_id,1);t(p.dump,1);t(lambda:f.getvalue());t(p.clear_memo);t(lambda:p.memo.copy());t(lambda:p.memo.__reduce__());t(p.memo.clear)
t(setattr,p,'memo',1);t(setattr,p,'memo',{1:2});t(setattr,p,'memo',{1:(1,2)});t(setattr,p,'memo',{1:('a',2)});t(setattr,p,'memo',{});t(delattr,p,'memo');t(setattr,p,'fast',1);t(lambda:p.fast);t(setattr,p,'bin',0);t(lambda:p.bin); t(lambda: p)
t(setattr,p,'dispatch_table',{});t(lambda:p.dispatch_table);t(delattr,p,'dispatch_table');t(lambda:p.dispatch_table)
t(setattr,p,'persistent_id',lambda o:None);t(lambda:p.persistent_id(1));t(delattr,p,'persistent_id');t(lambda:p.persistent_id)
t(P.Unpickler);t(P.Unpickler,1);t(P.Unpickler,f,1);t(P.Unpickler,f,x=1)
u=P.Unpickler(io.BytesIO(P.dumps([1,[2]])))
t(lambda:u.memo);t(lambda:u.persistent_load);t(u.load);t(lambda:u.memo.copy());t(u.memo.__reduce__);t(u.load);t(setattr,u,'memo',1);t(setattr,u,'memo',{'a':1});t(setattr,u,'memo',{-1:1});t(delattr,u,'memo');t(u.memo.clear);t(u.find_class,'os','path');t(u.find_class,'os','nope');t(u.find_class,1,2);t(u.persistent_load,1);t(setattr,u,'persistent_load',lambda x:('pl',x));t(u.persistent_load,1)
class PP(P.Pickler):
    def persistent_id(self,o): return 'é' if o=='x' else None
class UU(P.Unpickler):
    def persistent_load(self,i): return ('P',i)
for pr in (0,1,2,4):
    b=io.BytesIO()
    try: PP(b,pr).dump(['x',1]); print(b.getvalue()); b.seek(0); print(UU(b).load())
    except Exception as e: print(type(e),e,getattr(e,'__notes__',''))
class NP(P.Pickler):
    def __init__(self): pass
class NU(P.Unpickler):
    def __init__(self): pass
t(NP().dump,1);t(NU().load);t(lambda:NP().memo);t(lambda:NU().memo); t(NP().clear_memo)
class RO(P.Pickler):
    def reducer_override(self,o):
        if o==5: return NotImplemented
        if isinstance(o,list): return 1
        return (int,(7,))
class Re(P.Pickler):
    def persistent_id(self,o):
        if o==1: self.dump(2)
b=io.BytesIO(); t(Re(b).dump,[1]); 
class Re2(P.Pickler):
    def persistent_id(self,o):
        if o==1: self.clear_memo()
b=io.BytesIO(); t(Re2(b).dump,[1]); 
class Re3(P.Pickler):
    def persistent_id(self,o):
        if o==1: self.memo; self.memo={}
b=io.BytesIO(); t(Re3(b).dump,[1]); 
class RU(P.Unpickler):
    def find_class(self,m,n): return self.load()
t(RU(io.BytesIO(P.dumps(int))).load)
PB=P.PickleBuffer
t(PB,1);b=PB(b'abc');t(lambda:b);t(b.raw);t(lambda:memoryview(b));t(b.release);t(b.release);t(b.raw);t(lambda:memoryview(b));t(lambda:PB(memoryview(b'abcd')[::2]).raw());t(lambda:PB(b));t(hash,PB(b'a')) if 0 else None; t(lambda:PB(b'a')==PB(b'a'));t(lambda: sys.getsizeof(b))
t(lambda:PB(bytearray(b'abc')).raw().readonly); t(lambda: PB(memoryview(b'abcdef').cast('B',(2,3))).raw())
for pr in (4,5): t(P.dumps,PB(b'abc'),pr); t(P.dumps,PB(bytearray(b'abc')),pr)
t(P.dumps,PB(memoryview(b'abcd')[::2]),5)
l=[]; d=P.dumps([PB(b'abc'),PB(bytearray(b'x'))],5,buffer_callback=l.append); print(d,l); t(P.loads,d,buffers=l); t(P.loads,d,buffers=[b'a']);t(P.loads,d,buffers=1);t(P.loads,d,buffers=None);t(P.loads,d,buffers=[b'abc',bytearray(b'x')]); t(P.loads,d,buffers=[1,2])
t(P.dumps,PB(b'abc'),5,buffer_callback=lambda b:True);t(P.dumps,PB(b'abc'),5,buffer_callback=lambda b:False)
t(P.loads,b"U\1\xff.",encoding='latin1');t(P.loads,b"U\1\xff.",encoding='bytes');t(P.loads,b"U\1\xff.",encoding='ascii',errors='replace');t(P.loads,b"U\1\xff.",encoding='nope');t(P.loads,b'N.',encoding=1);t(P.loads,b'N.',fix_imports=1)
for o in (None,True,False,0,255,256,65535,65536,-1,2**31-1,-2**31,2**31,-2**31-1,2**255,-2**255-1,10**700,0.0,1.5,float('inf'),float('nan'),-0.0,b'',b'a',b'a'*256,bytearray(),bytearray(b'a'),'','a','é\u20ac😀\n\\\0\r\x1a','\ud800','a'*256,(),(1,),(1,2),(1,2,3),(1,2,3,4),[],[1],[1,2],{},{1:2},{1:2,3:4},set(),{1},frozenset(),frozenset([1]),Ellipsis,NotImplemented,type(None),type(...),type(NotImplemented),int,len,[].append,str.join,slice(1,2),range(3),1j,object(),complex,copyreg.__newobj__,io.BytesIO,OSError('a'),list(range(1001))[-3:]*400,dict.fromkeys(range(1001)).__len__,iter([1]),dict.fromkeys,io.BytesIO(b'a'), sys.float_info, classmethod, memoryview, bytes.maketrans):
    for pr in range(6):
        try: r=P.dumps(o,pr); print(pr,r if len(r)<200 else (len(r),hash(r)*0,r[:60],r[-60:])); P.loads(r)
        except Exception as e: print(pr,type(e),str(e)[:150],getattr(e,'__notes__',''))
a=[];a.append(a);b={};b[1]=b;c=([],);c[0].append(c);d=({},1,2,3);d[0][1]=d;
class H:
    pass
h=H(); h.a=h; h.s={h}; 
class FH(frozenset): pass
e=H(); fz=frozenset([e]); e.x=fz
class Sl:
    __slots__=('a','b')
s=Sl();s.a=1
class GN:
    def __getnewargs__(self): return (1,)
    def __new__(cls,*a): return object.__new__(cls)
class GNE:
    def __getnewargs_ex__(self): return (1,),{'k':2}
    def __new__(cls,*a,**k): return object.__new__(cls)
class St:
    def __getstate__(self): return 5
    def __setstate__(self,s): self.v=s
class ML(list): pass
class MD(dict): pass
class MI(int): pass
ml=ML([1,2]); ml.x=1
class Nested:
    class In: 
        def m(self): pass
class SS:
    def __reduce__(self): return (SS,(),1,None,None,setst)
def setst(o,s): o.q=s
for o in (a,b,c,d,h,fz,s,GN(),GNE(),St(),ml,MD(a=1),MI(5),Nested.In,Nested.In(),Nested.In().m,SS(),[1]*3,[a,a],'ab'*2,OSError(1,'x')):
    for pr in range(6):
        try: r=P.dumps(o,pr); print(pr,r); x=P.loads(r)
        except Exception as e: print(pr,type(e),str(e)[:150],getattr(e,'__notes__',''))
f=io.BytesIO(); p=P.Pickler(f,4); p.fast=True; t(p.dump,[[1],[1]]); print(f.getvalue()); t(p.dump,a)
big=b'x'*70000; r=P.dumps([big,1,'y'*70000,bytearray(big)],5); print(len(r),[i for i in range(len(r)) if r[i]==0x95])
class FW:
    def __init__(self): self.w=[]
    def write(self,b): self.w.append((type(b).__name__,len(b)))
w=FW(); P.dump([big,1,'y'*70000,bytearray(big)]+['a%d'%i for i in range(20000)],w,5); print(w.w); w=FW(); P.dump([big,1]+['a%d'%i for i in range(20000)],w,3); print(w.w)
class FR:
    def __init__(self,b): self.b=io.BytesIO(b); self.l=[]
    def read(self,n): self.l.append(n); return self.b.read(n)
    def readline(self): self.l.append('l'); return self.b.readline()
for pr in (0,2,4,5):
    fr=FR(P.dumps([1,'abc',2.5,big[:5],(1,2)],pr)); print(P.load(fr),fr.l)
copyreg.add_extension('__main__','H',0x1234); print(P.dumps(H,2),P.loads(P.dumps(H,2)),P.loads(P.dumps(H,4))); 
t(P.loads,memoryview(b'N.'));t(P.loads,b'N.garbage'); 
def dd(o): return (str,('dt',))
copyreg.dispatch_table[Sl]=dd; t(lambda:P.loads(P.dumps(Sl())))
b=io.BytesIO(); p=P.Pickler(b); p.dispatch_table={H:lambda o:(str,('own',))}; p.dump(H()); print(P.loads(b.getvalue())); 
t(P.loads,b'c__builtin__\nxrange\n.');t(P.loads,b'cUserDict\nUserDict\n.');t(P.loads,b'c__builtin__\nxrange\n.',fix_imports=False)
