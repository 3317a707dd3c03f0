"""Decimals from texts and back."""
import _decimal as d
D=d.Decimal
seed=[7]
def rnd(n):
    seed[0]=(seed[0]*6364136223846793005+1442695040888963407)&((1<<64)-1)
    return (seed[0]>>33)%n
al='0123456789.eE+-_ nNaAsSiIfFtyINFN'
for i in range(800):
    s=''.join(al[rnd(len(al))] if rnd(3)==0 else str(rnd(10)) for _ in range(rnd(14)))
    if rnd(10)==0: s=['nan','sNaN','-inf','Infinity','+Infinit','nan12','snan0012','NaN-','inf1'][rnd(9)]
    out=[]
    for f in (D,d.Context(prec=5,traps=[]).create_decimal):
        try:
            r=f(s); out.append(repr(r)); out.append(r.to_eng_string()); out.append(repr(r.as_tuple())); 
            if r.is_finite() and abs(r.adjusted())<50: out.append((int(r),hash(r),float(r),r.as_integer_ratio(),round(r),round(r,2) if r.adjusted()<20 else 0))
        except Exception as e: out.append(type(e).__name__+str(e))
    print(repr(s),out)
for x in [0.1,1e300,5e-324,-2.5,1e22,3.0,2**60*1.0,float('inf'),float('nan'),-0.0]:
    print(D(x),hash(D(x))==hash(x) if x==x else 0,D(x)==x, d.Context(prec=6).create_decimal_from_float(x))
