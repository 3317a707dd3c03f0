import _pickle as P, io, copyreg, sys, pickle
def t(f,*a,**k):
    try: print(repr(f(*a,**k)))
    except BaseException as e: print(type(e).__name__, str(e)[:300], getattr(e,'__notes__',''), '|', type(e.__cause__).__name__,type(e.__context__).__name__)
class R:
    def __init__(self,v): self.v=v
    def __reduce__(self): return self.v
def rd(v,proto=4): t(P.dumps,R(v),proto)
for v in (1,(),(1,),(1,2),(int,),(int,1),(int,None),(int,()),(int,(),None,1),(int,(),None,None,1),(int,(),None,None,None,1),(int,(),1,2,3,4,5),(1,()),'nope','R',(list,(),None,[1]),(list,(),None,iter([1])),(dict,(),None,None,iter([1])),(dict,(),None,None,iter([(1,2)])),(copyreg.__newobj__,()),(copyreg.__newobj__,(1,)),(copyreg.__newobj__,(int,)),(copyreg.__newobj_ex__,(int,)),(copyreg.__newobj_ex__,(1,2,3)),(copyreg.__newobj_ex__,(int,2,3)),(copyreg.__newobj_ex__,(int,(),3)),(copyreg.__newobj_ex__,(R,(1,),{})),(copyreg.__newobj_ex__,(R,(1,),{'v':1}))):
    print(str(v)[:60],end=' : '); rd(v); rd(v,2); rd(v,0)
t(P.dumps,lambda:0);t(P.dumps,lambda:0,0)
def f():
    class L: pass
    def g(): pass
    return L,g
L,g=f(); t(P.dumps,L);t(P.dumps,L());t(P.dumps,g);t(P.dumps,[L()]);t(P.dumps,{'a':g});t(P.dumps,(1,2,3,g));t(P.dumps,(g,));t(P.dumps,{g});t(P.dumps,frozenset([g])); t(P.dumps,{g:1}); t(P.dumps,[1]*5+[g]); t(P.dumps,{i:i for i in range(3)}|{5:g})
class X:
    pass
x=X(); x.a=g; t(P.dumps,x); t(P.dumps,x,0)
X2=X
class X: pass
t(P.dumps,X2);t(P.dumps,X2())
class Y: pass
Y.__module__='nomod'; t(P.dumps,Y); Y.__module__='sys'; t(P.dumps,Y); Y.__qualname__='Z.Y'; t(P.dumps,Y); Y.__module__=None; t(P.dumps,Y); Y.__module__=5; t(P.dumps,Y)
class É: pass
for i in (3,4,5): t(P.dumps,É,i)
É2=É; É.__module__='é'; sys.modules['é']=sys.modules['__main__'];
for i in (3,): t(P.dumps,É,i)
t(P.dumps,1,6);t(P.dumps,1,-1);t(P.dumps,1,'a');t(P.dumps,1,None);t(P.dumps);t(P.dumps,1,2,3);t(P.dumps,1,protocol=3,fix_imports=False);t(P.dumps,1,buffer_callback=print);t(P.dumps,1,4,buffer_callback=print);t(P.dumps,1,5,buffer_callback=1)
t(P.dump,1,2);t(P.dump,1);t(P.load,1);t(P.load);t(P.loads);t(P.loads,1);t(P.loads,'a');t(P.loads,b'');t(P.loads,b'N');t(P.loads,b'.');t(P.loads,b'N.',x=1)
for b in (b'\x80',b'\x80\x06N.',b'\x80\xffN.',b'\x80\x04\x95',b'\x80\x04\x95\x05\0\0\0\0\0\0\0N.',b'\x80\x04\x95\x01\0\0\0\0\0\0\0N.',b'\x95\xff\xff\xff\xff\xff\xff\xff\xff.',b'(',b'(.',b't.',b'Nt.',b'0.',b'1.',b'N1.',b'2.',b'F1.5\n.',b'Fx\n.',b'F\n.',b'F1.5',b'I1\n.',b'I01\n.',b'I00\n.',b'Ix\n.',b'I\n.',b'I1',b'Inf\n.',b'L1L\n.',b'L1\n.',b'Lx\n.',b'L\n.',b'K.',b'K\x01.',b'M\x01.',b'M\1\2.',b'J\1\2\3.',b'J\1\2\3\xff.',b'G1.',b'G@\x09!\xfbTD-\x18.',b"S'abc'\n.",b"S'abc\n.",b"Sabc\n.",b'S"a\\x41"\n.',b"S\n.",b"S'\n.",b"S''\n.",b"S'\\x'\n.",b"S' a' \n.",b"S'\xff'\n.",b'T\3\0\0\0abc.',b'T\xff\xff\xff\xffabc.',b'T\5\0\0\0abc.',b'U\3abc.',b'U\3ab',b'X\3\0\0\0abc.',b'X\1\0\0\0\xff.',b'X\xff\xff\xff\xff.',b'B\1\0\0\0a.',b'C\1a.',b'C\5a.',b'V abc\\u20ac\n.',b'Vabc',b'V\\u12\n.',b'\x8c\1a.',b'\x8d\1\0\0\0\0\0\0\0a.',b'\x8d\xff\xff\xff\xff\xff\xff\xff\xffa.',b'\x8e\1\0\0\0\0\0\0\0a.',b'\x8e\xff\xff\xff\xff\xff\xff\xff\xffa.',b'\x96\1\0\0\0\0\0\0\0a.',b'\x96\xff\xff\xff\xff\xff\xff\xff\x7fa.',b'\x97.',b'\x98.',b'N\x98.',b'\x8a\1\x05.',b'\x8a\0.',b'\x8a\2\0\x80.',b'\x8b\xff\xff\xff\xff.',b'\x8b\1\0\0\0\5.',b'\x8a\5a.',b'].',b'}.',b').',b'\x8f.',b'(l.',b'(d.',b'(Nd.',b'(NNd.',b'(NNNd.',b'l.',b'd.',b'(\x91.',b'\x91.',b'N\x85.',b'\x85.',b'NN\x86.',b'N\x86.',b'N\x87.',b']Na.',b'a.',b'Na.',b'](Ne.',b'](e.',b'e.',b'(e.',b'(Ne.',b'NNa.',b'N(Ne.',b'}NNs.',b'}Ns.',b's.',b'NNNs.',b'}(NNu.',b'}(Nu.',b'u.',b'}(u.',b'N(NNu.',b'\x8f(N\x90.',b'\x8f(\x90.',b'N(N\x90.',b'\x90.',b'g0\n.',b'gx\n.',b'g\n.',b'g-1\n.',b'h\0.',b'j\0\0\0\0.',b'h',b'Np0\n.',b'Np-1\n.',b'Npx\n.',b'p0\n.',b'Nq\0.',b'q\0.',b'Nr\0\0\0\0.',b'\x94.',b'N\x94.',b'cos\npath\n.',b'cos\n',b'cos\nnope\n.',b'cnope\nx\n.',b'c\n\n.',b'c\xff\nx\n.',b'\x93.',b'N\x93.',b'NN\x93.',b'\x8c\2os\x8c\4path\x93.',b'\x8c\2os\x8c\4nope\x93.',b'\x8c\2os\x8c\6path.x\x93.',b'\x80\x04\x8c\2os\x8c\6path.x\x93.',b'\x80\x04\x8c\2os\x8c\x09path.join\x93.',b'R.',b'NR.',b'NNR.',b'cbuiltins\nint\n)R.',b'cbuiltins\nint\nNR.',b'N)R.',b'b.',b'Nb.',b'NNb.',b'NK\1b.',b'(cbuiltins\nint\no.',b'(o.',b'o.',b'(ibuiltins\nint\n.',b'ibuiltins\nint\n.',b'(ibuiltins\n',b'\x81.',b'N\x81.',b'NN\x81.',b'N)\x81.',b'cbuiltins\nint\n)\x81.',b'cbuiltins\nint\nN\x81.',b'cbuiltins\nint\n)}\x92.',b'cbuiltins\nint\n)N\x92.',b'cbuiltins\nint\nN}\x92.',b'N)}\x92.',b'\x92.',b'Pabc\n.',b'NQ.',b'P\xff\n.',b'\x82\1.',b'\x82\0.',b'\x83\1\0.',b'\x84\1\0\0\0.',b'\x84\xff\xff\xff\xff.',b'\x88.',b'\x89.',b'\xff.',b'\0.',b'~.',b' .',b'\n.',b"'.",b'N0N.',b'(N0.',b'(01.',b'(N(1N.',b'N2\x86.',b'(2.', b'\x80\x04N', b'Ncos'):
    print(b, end=' '); t(P.loads,b)
