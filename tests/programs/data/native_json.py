import json, _json
from json import decoder, scanner, encoder
def t(f,*a,**k):
    try: print(repr(f(*a,**k)))
    except BaseException as e: print(type(e).__name__, str(e)[:200], getattr(e,'__notes__',''))
s=_json.scanstring
t(s,'abc"',0);t(s,'"abc"',1);t(s,'"abc',1);t(s,'"a\\nb"',1);t(s,'"a\nb"',1);t(s,'"a\nb"',1,False);t(s,'"\\x"',1);t(s,'"\\u12"',1);t(s,'"\\u12g4"',1);t(s,'"\\ud834\\udd20"',1);t(s,'"\\ud834x"',1);t(s,'"\\ud834\\u0041"',1);t(s,'"\\',1);t(s,'"\\ud834\\u',1);t(s,'"\\ud834\\u"',1);t(s,b'"a"',1);t(s,'"a"',-1);t(s,'"a"',100);t(s);t(s,'"a"','1');t(s,'"a"',1,True,4); t(s,'"a"',1<<70); t(s,'"\\u 123"',1); t(s,'"\\ud834\\ud834\\udd20"',1)
t(s,'"abc\\u123',1); t(s,'\U0001f600é"',0); t(s,'"a\\"b\\\\c\\/\\b\\f\\n\\r\\t"',1)
e=_json.encode_basestring_ascii
t(e,'aé\u20ac\U0001f600"\\\n\x00\x7f\x1f\t');t(e,1);t(_json.encode_basestring,'aé\u20ac\U0001f600"\\\n\x00\x7f\x1f\t\u2028');t(_json.encode_basestring,1);t(_json.encode_basestring,b'1');t(e,'\ud800')
class S(str): pass
t(e,S('x')); 
for x in ['','  ','1','-','-1','0','01','-0','1.5','1.','1.e5','1e5','1E+5','1e','1e+','.5','-.5','-Infinity','-Inf','Infinity','NaN','nul','null','true','fals','[','[1','[1,','[1,]','[1 2]','[]',' [ ] ','{','{}','{"a"','{"a":','{"a":1','{"a":1,','{"a":1,}','{"a":1 "b"}','{1:2}','{"a" 1}','{,}','[,]','"abc','"\\u"','1 2','[1]x','{"a":[1,2,{"b":null}]}','tru','t','N','I','-I','"\x01"','[1\n,\n2','\ufeff1','{"a":1,"a":2}','1'*5000, '1e400','-1e-400','123456789012345678901234567890','[1,,2]','{"a":,}','{"a":1,,}','{"a":1]','[1}','--1','+1','1e1.5','0x1','1_000','  "x"  ', "'a'", '{"a": 1, "b": 2 ', '[ ', '{ ', '{"a" : 1 , "b" : [ ] }']:
    t(json.loads,x)
d=json.JSONDecoder(object_hook=lambda o:('h',o)); t(d.decode,'{"a":{"b":1}}')
d=json.JSONDecoder(object_pairs_hook=lambda o:('p',o)); t(d.decode,'{"a":{"b":1},"a":2}')
d=json.JSONDecoder(parse_float=lambda x:('f',x),parse_int=lambda x:('i',x),parse_constant=lambda x:('c',x)); t(d.decode,'[1.5,2,NaN,-Infinity,1e5,Infinity]')
d=json.JSONDecoder(strict=False); t(d.decode,'"\x01"')
sc=_json.make_scanner(json.JSONDecoder()); t(sc,'1',0);t(sc,'1',5);t(sc,'1',-1);t(sc,1,0);t(sc,'1');t(sc,string='[1]',idx=0); t(sc,'',0); t(_json.make_scanner,1); t(_json.make_scanner); t(lambda:sc.strict); t(lambda:sc.parse_float); t(lambda: sc)
json.loads('['*1000+']'*1000)
D=json.dumps
for o in (1,1.5,True,None,'a',[1,2],(1,2),{},[],{'a':1},{1:2,1.5:3,True:4,None:5},float('nan'),float('inf'),-float('inf'),1e16,1e-7,1<<100,{'a':[1,{'b':2}]},'\u20ac',b'x',{(1,2):3},object,{1,2},[object],{'a':object},[[object]]):
    t(D,o)
t(D,{(1,):1},skipkeys=True);t(D,[float('nan')],allow_nan=False);t(D,{'b':1,'a':2},sort_keys=True);t(D,[1,{'a':2}],indent=2);t(D,[1,{'a':2,'b':[]}],indent='--');t(D,'é',ensure_ascii=False);t(D,[1,2],separators=(',',':'))
t(D,{1:1,'a':2},sort_keys=True)
a=[];a.append(a);t(D,a); a={};a['a']=a;t(D,a);
t(D,object(),default=lambda o:'X');t(D,[object()],default=lambda o:[1,2]);t(D,object(),default=lambda o:o); t(D,{'a':object()},default=lambda o:1/0)
class I(int):
    def __repr__(self): return 'IREPR'
class F(float):
    def __repr__(self): return 'FREPR'
class L(list):
    pass
class Di(dict):
    def items(self): return [('z',1)]
class B(Di):
    def items(self): return [1]
t(D,I(5));t(D,F(5.5));t(D,L([1]));t(D,Di(a=1));t(D,B(a=1));t(D,{I(3):1,F(2.5):2,S('k'):S('v')}); t(D,float('nan'),indent=1)
t(D,{'a':1},check_circular=False)
m=_json.make_encoder
t(m);t(m,1,2,3,4,5,6,7,8,9);t(m,None,None,None,None,'a','b',False,False,True); t(m,{},None,None,None,1,'b',False,False,True)
enc=m(None,lambda o:'D',encoder.encode_basestring_ascii,None,': ',', ',False,False,True)
t(enc,[1,{'a':object()}],0);t(enc,1);t(enc,obj=1,_current_indent_level=0);t(enc,'a',0); t(enc, [], 'x')
enc=m(None,lambda o:'D',lambda s: 'Q'+s,None,': ',', ',False,False,True); t(enc,['a',{'b':'c'}],0)
enc=m(None,lambda o:'D',lambda s: 5,None,': ',', ',False,False,True); t(enc,['a',{'b':'c'}],0)
enc=m({},lambda o:'D',encoder.encode_basestring,' ',': ',', ',False,False,True); t(enc,['é',{'b':'c'},[],{}],0); t(enc,['é',{'b':'c'}],1)
t(lambda:enc.markers);t(lambda:enc.indent);t(lambda:enc.sort_keys)
t(json.loads,b'\xff');t(json.loads,b'[1]');t(json.loads,bytearray(b'[1]'));t(json.loads,1)
class Sc: strict=True; object_hook=None; object_pairs_hook=None; parse_float=float; parse_int=int
t(_json.make_scanner,Sc)
