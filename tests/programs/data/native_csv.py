import _csv, io
def t(f,*a,**k):
    try: print(repr(f(*a,**k)))
    except BaseException as e: print(type(e).__name__, str(e)[:200])
class W:
    def __init__(self): self.s=''
    def write(self,x): self.s+=x; return len(x)
def w(rows,**k):
    o=W()
    try:
        wr=_csv.writer(o,**k)
        for r in rows: wr.writerow(r)
    except BaseException as e: print(type(e).__name__, str(e)[:200]); return
    print(repr(o.s))
def r(text,**k):
    try: print(list(_csv.reader(text if isinstance(text,list) else text.splitlines(True),**k)))
    except BaseException as e: print(type(e).__name__, str(e)[:200])
D=_csv.Dialect
for k in ({},dict(delimiter=''),dict(delimiter='ab'),dict(delimiter=1),dict(delimiter=None),dict(delimiter='\n'),dict(delimiter='\r'),dict(delimiter=' '),dict(delimiter=' ',skipinitialspace=True),dict(delimiter='"'),dict(delimiter=',',escapechar=','),dict(escapechar=''),dict(escapechar='ab'),dict(escapechar=b'a'),dict(escapechar=' ',skipinitialspace=True),dict(quotechar=''),dict(quotechar='ab'),dict(quotechar=None),dict(quotechar=None,quoting=0),dict(quotechar=None,quoting=3),dict(quotechar=4),dict(quoting='a'),dict(quoting=6),dict(quoting=-1),dict(quoting=True),dict(lineterminator=1),dict(lineterminator=None),dict(lineterminator='xx'),dict(lineterminator='"'),dict(lineterminator=','),dict(strict=5),dict(bad=1),dict(doublequote=0),dict(quotechar=',') ,dict(quotechar='\n'),dict(escapechar='\n'),dict(quotechar=' ',skipinitialspace=True),dict(delimiter='\u20ac'),dict(lineterminator='\\',escapechar='\\')):
    t(D,**k)
d=D(); t(lambda:[getattr(d,n) for n in ('delimiter','doublequote','escapechar','lineterminator','quotechar','quoting','skipinitialspace','strict')])
d=D(quotechar=None,quoting=3,escapechar='\\'); t(lambda:[getattr(d,n) for n in ('delimiter','doublequote','escapechar','lineterminator','quotechar','quoting','skipinitialspace','strict')])
t(lambda:d.__reduce__());t(lambda:d.__reduce_ex__(2));t(setattr,d,'delimiter','x'); t(D,1);t(D,'nope');t(D,D)
class X: delimiter='|'; 
t(lambda:D(X).delimiter);t(lambda:D(X()).delimiter);t(lambda:D(X,delimiter='!').delimiter); t(D,None); t(D,d); t(lambda:D(d) is d); t(lambda:D(d,strict=True) is d); t(lambda:D(dialect=X).delimiter)
t(_csv.register_dialect,1);t(_csv.register_dialect);t(_csv.register_dialect,'a',X);t(_csv.register_dialect,'b',delimiter='x');t(_csv.list_dialects);t(lambda:_csv.get_dialect('b').delimiter);t(_csv.get_dialect,'nope');t(_csv.unregister_dialect,'nope');t(_csv.unregister_dialect,'a');t(_csv.list_dialects);t(_csv.register_dialect,'c',1,2);t(_csv.get_dialect);t(_csv.get_dialect,[]);t(_csv.register_dialect,'d','b');t(_csv.register_dialect,'d','zz');t(_csv.register_dialect,'d',bad=1)
t(_csv.field_size_limit);t(_csv.field_size_limit,5);r('123456,1');r('12345,1');t(_csv.field_size_limit,'a');t(_csv.field_size_limit,131072);t(_csv.field_size_limit,1,2);t(_csv.field_size_limit,None)
t(_csv.reader);t(_csv.reader,1);t(_csv.reader,[],'nope');t(_csv.reader,[],bad=1);t(_csv.writer);t(_csv.writer,1);t(_csv.writer,W(),bad=1)
x=_csv.reader(['a,b\n','c']);t(lambda:x.line_num);t(next,x);t(lambda:x.line_num);t(next,x);t(next,x);t(lambda:x.line_num);t(lambda:x.dialect.delimiter);t(lambda:x);t(lambda:type(x)());t(setattr,x,'line_num',3)
for s in ('','a','a,b','a,b\n','a,"b"','a,"b','a,"b\nc"\nd','a,"b""c"','a,"b"c','"a"b"c",d','a\rb','a\r\nb','a,\n','\n','\n\n',' a, b','"",""','""','"','a"b,c','1,"2",3.5','a,b\0c', 'a\nb\rc\r\nd', '"a\r\nb"', ',', 'é,€,😀','\\,a','"a\\"b"'):
    print(repr(s),end=' '); r(s)
    r(s,strict=True)
    r(s,skipinitialspace=True)
    r(s,doublequote=False)
    r(s,escapechar='\\')
    r(s,quoting=2)
    r(s,quoting=3)
    r(s,quoting=4)
    r(s,quoting=5)
    r(s,quotechar=None,quoting=3)
r([1]);r([b'a']);r([None]);r(['a','b\n','c\rd\n','e']);r(['a\\'],escapechar='\\');r(['a\\\n','b'],escapechar='\\');r(['"a\\\n','b"'],escapechar='\\');r(['a,b\x00\n'])
r('1,a,"3"\n',quoting=2); r('1,,"3"\n',quoting=2); r('1,,""\n',quoting=4);r('1,,""\n',quoting=5); r('a,"b',strict=True); r(['a\nb'])
r(' "a", "b"',skipinitialspace=True); r('a ,  b',delimiter=' '); r('a  b',delimiter=' ',skipinitialspace=True)
rows=[['a','b'],[1,2.5,None],['a,b','c"d','e\nf'],[''],['',''],[],['a\rb'],[None],[' a'],['"'],["it's"],['\\'],['é€😀'],['a\0b'],[1e100,True,b'x'],[-0.0,10**30]]
for k in ({},dict(quoting=1),dict(quoting=2),dict(quoting=3),dict(quoting=3,escapechar='\\'),dict(quoting=4),dict(quoting=5),dict(doublequote=False),dict(doublequote=False,escapechar='\\'),dict(escapechar='\\'),dict(lineterminator='!'),dict(delimiter=' ',skipinitialspace=True),dict(delimiter=' '),dict(quotechar="'"),dict(quotechar=None,quoting=3),dict(quotechar=None,quoting=3,escapechar='\\'),dict(quotechar=None,quoting=3,escapechar='\\',skipinitialspace=True), dict(quoting=3,escapechar='\\',lineterminator='xy')):
    print(k)
    for row in rows: w([row],**k)
w([1]);w([None]);w(['abc']);w([iter([1,2])])
class BadStr:
    def __str__(self): raise OSError
w([[BadStr()]]); w([[[],{}]])
o=W(); wr=_csv.writer(o); t(wr.writerow,['a']);t(wr.writerows,[['a'],['b']]);t(wr.writerows,1);t(wr.writerows,[1]);t(lambda:wr.dialect.delimiter);t(wr.writerow);t(lambda:o.s); t(lambda: wr); t(type(wr))
class BW:
    def write(self,x): raise OSError('w')
t(_csv.writer(BW()).writerow,['a'])
class BI:
    def __iter__(self): return self
    def __next__(self): raise OSError('n')
t(next,_csv.reader(BI())); t(_csv.writer(W()).writerow,BI())
t(lambda:_csv.__version__);t(lambda:_csv.__doc__ and len(_csv.__doc__)); t(lambda:_csv.Error.__module__); t(lambda: _csv.Error.__doc__)
import copy,pickle
t(copy.copy,d)
