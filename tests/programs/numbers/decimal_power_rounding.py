# Powers with other exponents than integers, in every rounding: the last of the guard digits shows.
from decimal import *
import random
random.seed(5)
R=(ROUND_HALF_EVEN,ROUND_UP,ROUND_DOWN,ROUND_CEILING,ROUND_FLOOR,ROUND_05UP,ROUND_HALF_UP,ROUND_HALF_DOWN)
for x,y in (('1.000001','1e-10'),('1.000001','1e-22'),('1.000001','1e-23'),('1.000001','1e-24'),('1.000001','1e-25'),('0.9999999','1e-10'),('0.9999999','1e-21'),('0.9999999','1e-22'),('0.9999999','1e-23'),('0.9999999','1e-24'),('4','0.5'),('4','-0.5'),('1e-20','0.5'),('8','1.5'),('1e100','1e-3'),('1.000001','-1e-10'),('1e999','1e-25'),('9','0.5000000')):
    for r in R:
        for p in (7,16):
            c=Context(prec=p,rounding=r)
            z=c.power(Decimal(x),Decimal(y)); print(x,y,r,p,z,[s.__name__ for s in c.flags if c.flags[s]])
for emax,emin,p in ((9,-9,12),(9,-9,13),(9,-9,14),(9,-9,11)):
    for x in ('1E-20','10E-21','1E-22','1E-19','10E-19','1E-18','1e-17','4e-19','2e-19','25e-21'):
        for r in R:
            c=Context(prec=p,rounding=r,Emax=emax,Emin=emin)
            try: z=c.power(Decimal(x),Decimal('0.5')); print(emax,p,x,r,z,[s.__name__ for s in c.flags if c.flags[s]])
            except Exception as e: print(emax,p,x,r,type(e))
for i in range(300):
    p=random.randrange(1,30)
    c=Context(prec=p,rounding=random.choice(R))
    x=Decimal(random.randrange(1,10**random.randrange(1,30))).scaleb(random.randrange(-30,10))
    y=Decimal(random.randrange(1,10**random.randrange(1,12))).scaleb(random.randrange(-14,-1))*random.choice((1,-1))
    try: z=c.power(x,y); print(p,x,y,z,[s.__name__ for s in c.flags if c.flags[s]])
    except Exception as e: print(p,x,y,type(e))
for x, y, m in ((Decimal("1.23E+123456791"), 10123898, 17291065), (Decimal("12E+999999"), 7, 13), (Decimal("-3E+20"), 3, 1000), (Decimal(0), 5, 7)):
    print(Context(prec=20, Emax=10**9, Emin=-10**9).power(x, y, m))
