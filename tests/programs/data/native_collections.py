from collections import deque, defaultdict, OrderedDict
import _collections as C, sys
def t(f,*a,**k):
    try: print(repr(f(*a,**k)))
    except BaseException as e: print(type(e).__name__, e)
t(deque,1);t(deque,1,2,3);t(deque,maxlen=-1);t(deque,[],'a');t(deque,[],x=1);t(deque,range(5),3)
d=deque([1,2,3])
t(d.pop,1);t(deque().pop);t(deque().popleft);t(lambda:d[5]);t(lambda:d[1:2]);t(lambda:d['a'])
def si(i,v): d[i]=v
t(si,9,1);t(si,'a',1);
def di(i): del d[i]
t(di,9)
t(lambda:d+[1]);t(lambda:d+deque([4]));t(lambda:d*2);t(lambda:2*d);t(lambda:d*'a');t(lambda:d*-1);t(lambda:deque([1,2,3],2)*3)
t(d.index,9);t(d.index,2,2);t(d.index,2,-5,9);t(d.index);t(d.index,1,'a');t(d.insert,1);t(d.insert,0,1);t(deque([1],1).insert,0,1);t(d.insert,'a',1)
t(d.remove,99);t(d.rotate,'a');t(d.rotate);t(d.rotate,1,2);t(d.count,1)
t(lambda:d<[1]);t(lambda:d==[1]);t(hash,d);t(d.__reduce__);t(deque([1],2).__reduce__)
class S(deque): pass
s=S([1,2],3); s.a=1
t(s.__reduce__);t(lambda:s);t(s.copy);t(lambda: s.__copy__()); t(lambda:s+s);t(lambda:s*2)
t(lambda: deque.maxlen); t(lambda:s.maxlen); t(setattr,s,'maxlen',3)
t(iter(d).__reduce__);t(lambda: iter(d));t(lambda: reversed(d));t(iter(d).__length_hint__)
t(type(iter(d)));t(type(iter(d)),d,2);t(type(iter(d)),1);t(type(iter(d)),d,x=1)
d=deque(range(3)); it=iter(d); next(it); d.append(1); t(next,it); t(next,it)
for n in (0,1,31,32,33,63,64,65,200,1000):
    a=deque(range(n)); b=deque(); 
    for i in range(n): b.appendleft(i)
    c=deque(range(n)); c.rotate(n//2); e=deque(range(n)); e.rotate(-n//3)
    f=deque(range(n))
    for i in range(n//2): f.popleft()
    g=deque(range(n))
    for i in range(n//2): g.pop()
    print(n, [sys.getsizeof(x) for x in (a,b,c,e,f,g,deque(range(n),10) , a*2, a+b, a.copy())])
t(d.extend,d);t(d.extendleft,d);t(lambda:d); t(d.extend,1); t(deque.__init__,d,[1],x=1)
d=deque('abc',2); d+='de'; t(lambda:d); t(d.__iadd__,1); t(d.__imul__,2)
t(lambda: deque()==deque([],1)); t(lambda: 3 in deque([1]))
a=deque(); a.append(a); t(lambda:a)
t(deque.__class_getitem__,int)
D=defaultdict
t(D,1);t(D,None,1);t(D,int,{1:2},a=3);t(lambda:D(int).__missing__(1));t(lambda:D().__missing__(1));t(lambda:D()[1]);t(lambda:D(int,a=1).copy());t(D(int,a=1).__reduce__);t(D().__reduce__)
t(lambda:D(int,a=1)|{1:2});t(lambda:{1:2}|D(int,a=1));t(lambda:D(int)|1);t(lambda:D(int)|[(1,2)])
class SD(D): pass
t(lambda:SD(int));t(lambda:SD(int)|{});t(SD(int).copy);
x=D(None); x.default_factory=x.__init__ if 0 else None; t(lambda:x)
x=D(); x.default_factory=lambda:x; 
y=D(list); y[1].append(y); t(lambda:y)
class R:
    def __call__(self): pass
    def __repr__(self): return repr(z)
z=D(R()); t(lambda:z)
t(lambda: sys.getsizeof(z));t(lambda: sys.getsizeof(D(int,a=1)))
tg=C._tuplegetter(1,'doc'); t(lambda:tg);t(tg.__reduce__);t(tg.__get__,(1,2));t(tg.__get__,[1]);t(tg.__get__,(1,));t(tg.__get__,None,int);t(tg.__set__,1,2);t(tg.__delete__,1);t(lambda:tg.__doc__);t(C._tuplegetter);t(C._tuplegetter,'a',1); t(tg.__get__,None); t(tg.__get__,None,None)
t(C._count_elements,{},'abca');t(C._count_elements,1,'a'); m={}; C._count_elements(m,'abca'); t(lambda:m)
O=OrderedDict
for n in (0,1,5,6,10,11,100): print(n,sys.getsizeof(O.fromkeys(range(n))), sys.getsizeof(dict.fromkeys(range(n))), sys.getsizeof(O(((i,i) for i in range(n)))))
t(O,1);t(O,1,2);t(O,[(1,2)],a=3);t(lambda:O(a=1).pop('b'));t(lambda:O(a=1).pop('b',3));t(O().popitem);t(O(a=1,b=2).popitem,False);t(O(a=1).move_to_end,'x');t(O(a=1).move_to_end,'a',1,2)
t(O(a=1).__reduce__)
class SO(O): pass
s=SO(a=1); s.x=3; t(s.__reduce__); t(lambda:s);t(s.copy); t(lambda:sys.getsizeof(s))
o=O(a=1,b=2); t(o.keys);t(o.values);t(o.items);t(lambda:iter(o));t(iter(o).__reduce__);t(reversed(o).__reduce__);t(lambda:iter(o.items()).__reduce__())
it=iter(o); next(it); o['c']=1; t(next,it);
it=iter(o); next(it); o.move_to_end('a'); t(next,it)
it=iter(o); del o['b'] ; t(next,it)
o=O(a=1,b=2,c=3); it=iter(o); dict.__delitem__(o,'a'); t(next,it); t(lambda:o); t(lambda:len(o)); t(lambda: list(o.items()))
o=O(a=1,b=2,c=3); dict.__setitem__(o,'z',1); t(lambda:o); t(lambda:list(o)); t(lambda: o.popitem()); t(lambda:o)
t(lambda:O(a=1,b=2)==O(b=2,a=1));t(lambda:O(a=1,b=2)=={'b':2,'a':1});t(lambda:O(a=1)<O());t(lambda:O(a=1)|{'b':2});t(lambda:{'b':2}|O(a=1));t(lambda:O()|1);t(lambda:O().__ior__([(1,2)]));t(lambda:O().__or__([(1,2)]))
t(O.fromkeys,'ab');t(O.fromkeys,'ab',1);t(O(a=1).setdefault,'b',3);t(O(a=1).setdefault,'a');t(O(a=1).update,1);t(O().update,{},1);t(O.update);t(O(a=1).__sizeof__);t(O().setdefault)
class M(O):
    def __missing__(self,k): return 'missing'
t(M().pop,1);t(lambda:M()[1])
t(lambda:O(a=1).keys()&{'a'}); t(lambda: O(a=1).keys().mapping); t(lambda: reversed(O(a=1).keys()))
a=O();a[1]=a;t(lambda:a)
t(lambda:O.__dict__['__dict__']);t(lambda:O().__dict__); t(O(a=1).__init__,5); t(O(a=1).__init__, [1]); t(O.__init__)
t(O(a=1).pop,'a',k=1); t(O(a=1).pop); t(O(a=1).pop,'x',default=9); t(O(a=1).pop,key='a'); t(O(a=1).move_to_end,key='a',last=False)
