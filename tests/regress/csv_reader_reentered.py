# The iterator under a CSV reader reads from that reader.
import csv
class R:
    n=0
    def __iter__(s): return s
    def __next__(s):
        s.n+=1
        if s.n==1:
            try: print('inner', next(s.reader))
            except StopIteration: pass
            return "a,b"
        if s.n==2: return "x"
        raise StopIteration
it=R(); it.reader=csv.reader(it)
try: print(next(it.reader))
except csv.Error as e: print(e)
print(it.reader.line_num)
try: print(next(it.reader))
except BaseException as e: print(repr(e))
