# A bound of a slice may empty the sequence it is for: the length is looked at afterwards.
class X:
    def __init__(self, l, i): self.l=l; self.i=i
    def __index__(self):
        del self.l[:]
        return self.i
def forms(l):
    for a in (None,0,5,X(l,0),X(l,5)):
        for b in (None,10,X(l,10),X(l,20)):
            for c in (None,1,2,-1,X(l,1),X(l,2),X(l,-1)):
                yield a,b,c
import itertools
n=len(list(forms([])))
for k in range(n):
    l=[object() for i in range(10)]
    s=slice(*next(itertools.islice(forms(l),k,None)))
    l[s]
for k in range(n):
    l=[object() for i in range(10)]
    s=slice(*next(itertools.islice(forms(l),k,None)))
    try: l[s]=[]
    except ValueError: pass
for k in range(n):
    l=[object() for i in range(10)]
    s=slice(*next(itertools.islice(forms(l),k,None)))
    del l[s]
import array
for k in range(n):
    l=array.array('i',range(10))
    s=slice(*next(itertools.islice(forms(l),k,None)))
    try: del l[s]
    except ValueError: pass
for k in range(n):
    l=bytearray(range(10))
    s=slice(*next(itertools.islice(forms(l),k,None)))
    l[s]
print('ok')
