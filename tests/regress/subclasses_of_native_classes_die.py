# Classes made from native ones die with their last instance, alone or in a cycle.
import io,collections,functools,struct,_thread,sys,gc,random,decimal,re,itertools,zoneinfo,array,weakref,pickle,csv,zlib,hashlib,socket,typing,sqlite3
bases=[io.BytesIO,io.StringIO,io.FileIO,io.RawIOBase,io.IOBase,collections.deque,collections.defaultdict,functools.partial,struct.Struct,random.Random,decimal.Decimal,decimal.Context,itertools.chain,array.array,socket.socket,typing.Generic,zoneinfo.ZoneInfo,sqlite3.Row,io.TextIOWrapper,io.BufferedReader]
args={io.FileIO:('/dev/null',),functools.partial:(len,),struct.Struct:('i',),array.array:('i',),zoneinfo.ZoneInfo:('UTC',),io.TextIOWrapper:None,io.BufferedReader:None,sqlite3.Row:None}
for b in bases:
    def make():
        class S(b): pass
        a=args.get(b,())
        if a is None:
            if b is sqlite3.Row:
                c=sqlite3.connect(':memory:'); c.row_factory=S; x=c.execute('select 1').fetchone(); c.close()
            else: x=S(io.BytesIO(b'x'))
        else: x=S(*a)
        n=sys.getrefcount(S)
        l=[ (S(*a) if a is not None else S(io.BytesIO(b''))) if b is not sqlite3.Row else None for _ in range(50)]
        del l
        assert sys.getrefcount(S)==n,(b,n,sys.getrefcount(S))
        x.cycle=x; x.cls=S
        return weakref.ref(S)
    try: r=make()
    except (TypeError,AttributeError) as e: print(b,e); continue
    gc.collect(); gc.collect()
    print(b.__name__, r() is None)
