import _functools as F, functools
def t(f,*a,**k):
    try: print(repr(f(*a,**k)))
    except BaseException as e: print(type(e).__name__, e)
P=F.partial
Ph=F.Placeholder
t(P);t(P,1);t(P,print,Ph);t(P,print,a=Ph);t(P(print,Ph,1));t(P(lambda *a:a,Ph,1),5,6)
t(lambda:P(P(print,Ph,1),2).args);t(lambda:P(P(print,Ph,1,Ph,3),2).args)
t(P(print,1).__reduce__);t(P(print,1,a=2).__reduce__)
p=P(print)
t(p.__setstate__,1);t(p.__setstate__,(1,2,3,4));t(p.__setstate__,(print,(1,),{},{}));t(p.__setstate__,(print,(Ph,),{},{}));t(p.__setstate__,(print,(1,),None,None)); t(lambda:p)
t(F.reduce);t(F.reduce,lambda a,b:a+b,[]);t(F.reduce,lambda a,b:a+b,5);t(F.reduce,None,[],3)
t(F.reduce, 1,2,3,4); t(F.reduce, function=1)
k=F.cmp_to_key(lambda a,b:a-b)
t(lambda:k);t(lambda:k(1)<k(2));t(lambda:k(1)<3);t(k);t(k,1,2);t(k,obj=1);t(k,x=1);t(lambda:k.obj);t(lambda:k(5).obj);t(hash,k(1));t(F.cmp_to_key);t(F.cmp_to_key,mycmp=1)
t(F._PlaceholderType);t(F._PlaceholderType,1);t(F._PlaceholderType,a=1);t(Ph.__reduce__)
L=F._lru_cache_wrapper
CI=functools._CacheInfo
t(L);t(L,1,2,3,4);t(L,print,2,3,4);t(L,print,'a',3,4)
w=L(print,2,False,CI)
t(lambda:w.cache_info());t(lambda:w.__reduce__());t(lambda:w.__copy__() is w);t(lambda:w.__deepcopy__(1) is w);t(w.cache_clear);t(w);
def f(*a,**k): pass
t(lambda:L(f,2,False,CI).__reduce__())
w=functools.lru_cache(f); t(w.__reduce__)
t(lambda: w); t(lambda: w.__get__(None)); t(lambda: w.__get__(1,2))
t(w,[])
t(lambda: P.__class_getitem__(int))
class S(P): pass
t(lambda: S(print,1,x=2)); s=S(print,1); s.a=3; t(s.__reduce__); t(lambda: S(s,5)); t(lambda: P(s,5).args)
p=P(print); p.__setstate__((p,(),{},{})); t(lambda: p); p.__setstate__((print,(),{},{}))
import sys
t(lambda: p.func); 
def sa(): p.func=1
t(sa)
t(lambda: p.__dict__); t(lambda: p.keywords)
t(delattr,p,'__dict__')
t(lambda:P(print,Ph,1).__call__())
t(lambda: p.__get__(None)); t(lambda: p.__get__(3)); 
