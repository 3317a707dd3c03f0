"""Operations of decimal contexts: results and flags."""
import decimal as d
D=d.Decimal
seed=[3]
def rnd(n):
    seed[0]=(seed[0]*6364136223846793005+1442695040888963407)&((1<<64)-1)
    return (seed[0]>>33)%n
def digits(n):
    s=''
    while len(s)<n:
        k=rnd(6)
        if k==0: s+='9'*(1+rnd(20))
        elif k==1: s+='0'*(1+rnd(20))
        elif k==2: s+='5'
        else: s+=str(rnd(10**9))
    return s[:n]
def num():
    k=rnd(30)
    if k==0: return D('NaN')
    if k==1: return D('sNaN12')
    if k==2: return D('Infinity')
    if k==3: return D('-Infinity')
    if k==4: return D('0E%d'%(rnd(60)-30))
    if k==5: return D('-0')
    if k==6: return D(rnd(10))
    n=1+rnd([3,12,30,70][rnd(4)])
    e=[0,0,rnd(10)-5,rnd(60)-30,rnd(2000)-1000,-n,-n+1,rnd(400)-200][rnd(8)]
    return D('%s%sE%d'%('-' if rnd(2) else '',digits(n),e))
R=[d.ROUND_UP,d.ROUND_DOWN,d.ROUND_CEILING,d.ROUND_FLOOR,d.ROUND_HALF_UP,d.ROUND_HALF_DOWN,d.ROUND_HALF_EVEN,d.ROUND_05UP]
bins='add subtract multiply divide divide_int remainder remainder_near divmod compare compare_signal compare_total compare_total_mag max max_mag min min_mag next_toward quantize rotate scaleb shift same_quantum copy_sign logical_and'.split()
uns='abs minus plus sqrt logb next_minus next_plus normalize to_integral to_integral_exact number_class to_sci_string to_eng_string logical_invert is_normal is_subnormal'.split()
trans='exp ln log10'.split()
def show(x):
    return repr(x)
for i in range(1500):
    which='bbbuuftp'[i%8]
    prec=[1,2,3,9,16,19,20,28,38,50,rnd(100)+1][rnd(11)]
    em=[999999,10,50,400,10**18-1][rnd(5)]
    if em==10**18-1: em=999999999999999999
    c=d.Context(prec=prec,rounding=R[rnd(8)],Emin=-em,Emax=em,clamp=rnd(2) if rnd(4)==0 else 0,traps=[],flags=[])
    a=num();b=num()
    if which=='b': op=bins[rnd(len(bins))]
    elif which=='u': op=uns[rnd(len(uns))]
    elif which=='t': op=trans[rnd(3)]; a=num() if rnd(3) else D(digits(1+rnd(20))).scaleb(-rnd(25))
    elif which=='p': op='power'
    elif which=='f': op='fma'
    try:
        if which=='b': r=getattr(c,op)(a,b)
        elif which in 'ut': r=getattr(c,op)(a)
        elif which=='p':
            if rnd(3): b=D(rnd(40)-20)
            elif rnd(2): b=D(digits(1+rnd(4))).scaleb(-rnd(4))
            r=c.power(a,b)
        elif which=='f': r=c.fma(a,b,num())
    except Exception as e: r=type(e).__name__+str(e)
    fl=''.join('1' if c.flags[s] else '0' for s in (d.InvalidOperation,d.DivisionByZero,d.Overflow,d.Underflow,d.Subnormal,d.Inexact,d.Rounded,d.Clamped))
    print(i,op,prec,c.rounding[6:],em,c.clamp,show(a),show(b),'=>',show(r),fl)
