"""format(Decimal, ...) with many specifications."""
import _decimal as d, sys
D=d.Decimal
seed=[5]
def rnd(n):
    seed[0]=(seed[0]*6364136223846793005+1442695040888963407)&((1<<64)-1)
    return (seed[0]>>33)%n
def ch(x): return x[rnd(len(x))]
vals=[D('0'),D('-0'),D('1'),D('1.5'),D('-2.5'),D('123456789.987654321'),D('1E10'),D('1E-10'),D('0E5'),D('0E-8'),D('99999.5'),D('NaN'),D('-Infinity'),D('sNaN5'),D('1234567'),D('-0.00001234'),D('9.995'),D('1E+3'),D('-1234.5678E20')]
for i in range(1500):
    sp=''
    if rnd(3)==0:
        if rnd(2): sp+=ch(['*','é','x','0'])
        sp+=ch('<>=^')
    if rnd(4)==0: sp+=ch('+- ')
    if rnd(8)==0: sp+='z'
    if rnd(10)==0: sp+='#'
    if rnd(5)==0: sp+='0'
    if rnd(3)==0: sp+=str(rnd(30))
    if rnd(4)==0: sp+=ch(',_')
    if rnd(2)==0: sp+='.'+str(rnd(12))
    if rnd(2)==0: sp+=ch('eEfFgGn%')
    if rnd(60)==0: sp+=ch('sxd,')
    v=ch(vals)
    try: r=format(v,sp)
    except Exception as e: r=type(e).__name__+':'+str(e)
    print(repr(v),ascii(sp),ascii(r))
