import sys
code = """
class _C:
    res = [__class__ for x in [1]]
"""
code2="""
class _C:
    res = [(lambda: __class__)() for x in [1]]
"""
code3="""
class _C:
    __class__ = 2
    res = [(lambda: __class__)() for x in [1]]
"""
code4="""
class _C:
    __class__ = 2
    def f(self): return __class__
    res = [__class__ for x in [1]]
"""
for n,c in enumerate([code,code2,code3,code4]):
    for i in range(300):
        try: exec(c, {}, {})
        except NameError as e: m=str(e)
        except Exception as e: m=repr(e)
        else: m='ok'
        junk=[object() for i in range(5)]
    print(n, m)
