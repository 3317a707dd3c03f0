import operator as o
def t(f,*a,**k):
    try: print(repr(f(*a,**k)))
    except BaseException as e: print(type(e).__name__, e)
t(o.itemgetter); t(o.itemgetter,a=1); t(o.itemgetter(1)); t(o.itemgetter(1),1,2);t(o.itemgetter(1),k=1);t(o.itemgetter(1,2));t(o.itemgetter(1),())
t(lambda: o.itemgetter(1)); t(lambda: o.itemgetter(1,2).__reduce__());t(lambda: o.itemgetter((1,2)).__reduce__())
t(o.attrgetter); t(o.attrgetter,1); t(o.attrgetter,a=1); t(lambda:o.attrgetter('a.b')); t(lambda:o.attrgetter('a.b','c').__reduce__());t(o.attrgetter('a'),k=1);t(o.attrgetter('a'));t(o.attrgetter('a.b'),1)
t(o.methodcaller); t(o.methodcaller,1); t(o.methodcaller,name='x'); t(lambda:o.methodcaller('a',1,k=2)); t(lambda:o.methodcaller('a',1,k=2).__reduce__());t(lambda:o.methodcaller('a',1).__reduce__());t(o.methodcaller('a'));t(o.methodcaller('a'),1,2);t(o.methodcaller('a'),k=1);t(o.methodcaller('nope'),1)
t(o.index,True);import _operator
t(_operator._compare_digest,'é','a');t(_operator._compare_digest,'a',b'a');t(_operator._compare_digest,b'a',bytearray(b'a'))
t(o.concat,1,2);t(o.iconcat,1,2);t(o.indexOf,1,2);t(o.countOf,1,2);t(o.indexOf,[1],2);t(o.contains,1,1);t(o.length_hint,[],'a');t(o.length_hint,1,-5);t(o.call);t(o.add,1);t(o.concat,[1],1);t(o.call,dict,a=1)
print(o.itemgetter.__doc__)
a=[]; m=o.methodcaller('x',a,k=1); a.append(m); t(lambda: m)
a=[]; m=o.itemgetter(a); a.append(m); t(lambda: m)
