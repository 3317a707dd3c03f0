from itertools import *
import itertools, sys
def t(f,*a,**k):
    try: print(repr(f(*a,**k)))
    except BaseException as e: print(type(e).__name__, e)
def l(f,*a,**k):
    try: print(list(islice(f(*a,**k),20)))
    except BaseException as e: print(type(e).__name__, e)
def tt(f): t(f)
for c in (accumulate,batched,chain,combinations,combinations_with_replacement,compress,count,cycle,dropwhile,filterfalse,groupby,islice,pairwise,permutations,product,repeat,starmap,takewhile,tee,zip_longest):
    print(c.__name__); t(c) if c not in (chain,product,count,zip_longest) else 0; t(c,1); t(c,[1],x=2); t(c,1,2,3,4,5)
    t(lambda: c.__text_signature__)
l(accumulate,[1,2,3]);l(accumulate,[1,2,3],max);l(accumulate,[1,2,3],initial=100);l(accumulate,[],initial=100);l(accumulate,[1,2],None);t(accumulate,[1],[2]); l(accumulate,iterable=[1,2],func=lambda a,b:a*b)
l(batched,'ABCDEFG',3);t(batched,'a',0);t(batched,'a',-1);t(batched,'a','b');l(batched,'ABCDEFG',3,strict=True);l(batched,'ABCDEF',3,strict=True); t(batched,'a',1<<70)
l(chain,'ab',[1]);l(chain.from_iterable,['ab','cd']);t(chain.from_iterable,1);l(chain,1);l(chain,[1],2);t(chain.from_iterable)
l(combinations,'abcd',2);l(combinations,'abc',4);t(combinations,'a',-1);l(combinations,'abc',0);t(combinations,'a','b');t(combinations,'a',None)
l(combinations_with_replacement,'abc',2);t(combinations_with_replacement,'a',-1);l(combinations_with_replacement,'',2);l(combinations_with_replacement,'',0)
l(compress,'abcdef',[1,0,1,0,1,1]);l(compress,data='ab',selectors=[1,1])
l(count,5);l(count,5,2);l(count,1.5,0.5);l(count,-3,-1);l(count,sys.maxsize-2);l(count,sys.maxsize-2,2);t(count,'a');t(count,1,'a');l(count,start=3,step=0);l(count,1<<70);l(count,0,1<<70);l(count,2j)
for c in (count(),count(5),count(5,2),count(1.5),count(5,1.0),count(5,0),count(-5),count(1<<70),count(sys.maxsize),count(5,True),count(True),count(step=3),count(sys.maxsize,1)): t(lambda:c); next(c); t(lambda:c)
t(count,1,2,3)
c=count(sys.maxsize); next(c); t(lambda:c); t(next,c);t(lambda:c)
c=count(-sys.maxsize-1,-1); next(c); t(lambda:c); t(next,c)
l(cycle,'abc');l(cycle,'');t(cycle)
l(dropwhile,lambda x:x<3,[1,2,3,4,1]);l(takewhile,lambda x:x<3,[1,2,3,4,1]);l(filterfalse,lambda x:x<3,[1,2,3,4,1]);l(filterfalse,None,[0,1,2]);l(filterfalse,bool,[0,1,2])
print([(k,list(g)) for k,g in groupby('aabbbc')]);print([(k,list(g)) for k,g in groupby('aabbbc',key=None)]);print([k for k,g in groupby([1,3,2,4],lambda x:x%2)])
g=groupby('aab'); a=next(g); b=next(g); print(list(a[1]),list(b[1])); t(itertools._grouper);t(itertools._grouper,1,2); t(itertools._grouper,g,'z')
l(islice,'abcdef',2);l(islice,'abcdef',2,4);l(islice,'abcdef',2,None);l(islice,'abcdef',None,None,2);l(islice,'abcdef',0,None,3);t(islice,'a',-1);t(islice,'a','x');t(islice,'a',-1,2);t(islice,'a',0,-1);t(islice,'a',0,1,0);t(islice,'a',0,1,-1);t(islice,'a',0,1,'x');t(islice,'a','x',3);t(islice,'a',1<<70);l(islice,'abc',None);t(islice,1,2); t(islice,'a',1,2,3,4); t(islice, 'a', None, 'x')
l(pairwise,'abcd');l(pairwise,'a');l(pairwise,'')
l(permutations,'abc');l(permutations,'abc',2);l(permutations,'abc',None);l(permutations,'abc',4);t(permutations,'a',-1);t(permutations,'a','b');l(permutations,'abc',0);t(permutations,'a',1.0)
l(product,'ab','cd');l(product,'ab',repeat=2);l(product);l(product,repeat=0);l(product,'ab',repeat=0);t(product,'a',repeat=-1);l(product,'ab','');t(product,'a',repeat='x');t(product,'a',repeat=1<<62);t(product,'a',x=1);t(product,'a',repeat=1,y=2); l(product,'ab',repeat=3)
l(repeat,1,3);l(repeat,1,-3);t(repeat,1,'x');r=repeat(5,3);t(lambda:r);next(r);t(lambda:r);t(lambda:repeat(1));t(r.__length_hint__);t(repeat(1).__length_hint__);l(repeat,object=1,times=2);l(repeat,1,times=2);t(repeat,1,times=None);t(repeat,times=3)
l(starmap,pow,[(2,3),(3,2)]);l(starmap,pow,[[2,3]]);l(starmap,pow,[1])
a,b=tee([1,2,3]); print(list(a),list(b)); t(tee,[1],-1);t(tee,1);t(tee,[],0);t(tee,[],'x');a,=tee([1,2],1);t(lambda:a);c=a.__copy__();print(list(a),list(c)); t(type(a)); t(type(a),1); t(type(a),[1,2]);  t(itertools._tee_dataobject,[1],[2],None);t(itertools._tee_dataobject,iter([1]),[2],None); t(tee,a,2)
l(zip_longest,'abc','x');l(zip_longest,'abc','x',fillvalue=0);l(zip_longest);t(zip_longest,x=1);l(zip_longest,'ab');t(zip_longest,1);t(zip_longest,'a',fillvalue=1,x=2)
import copy,pickle
for o in (count(),chain(),repeat(1),product('a'),cycle([1]),accumulate([1])):
    t(copy.copy,o);t(pickle.dumps,o); 
print([sys.getsizeof(x) for x in (count(),chain(),repeat(1),product('ab','cd'),product(repeat=0),cycle([1]),accumulate([1]),combinations('abc',2),combinations_with_replacement('abc',2),permutations('abc'),permutations('abc',2),zip_longest('a'),islice('a',1),groupby(''),pairwise(''),batched('',1),a,starmap(1,[]),compress('',''),takewhile(1,''))])
class C(chain): pass
l(C,'a'); t(C,x=1)
class C(count):
    pass
t(lambda:C(1)); t(chain,x=1); t(lambda: chain.from_iterable.__doc__); t(cycle,[],x=1); t(groupby,[],1,2);t(groupby,iterable=[]);t(compress,1,2);t(takewhile,1);t(takewhile,1,2,3);t(takewhile,1,x=2); t(pairwise,x=1);t(starmap,x=1,y=2);t(islice,'a',x=1);t(filterfalse,None,[],x=1)
class B(islice):
    def __init__(self,*a,**k): pass
t(B,'a',1,x=2)
t(lambda: tuple.__class_getitem__); t(chain.__class_getitem__,int)
