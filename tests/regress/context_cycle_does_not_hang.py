"""Raising while the exceptions being handled form a cycle of contexts searched that cycle for ever."""


class Error(Exception):
    def __repr__(self):
        return self.args[0]


a, b, c, d = (Error(name) for name in "abcd")
a.__context__, b.__context__, c.__context__ = c, a, b
try:
    try:
        raise c
    except Error:
        raise d
except Error as error:
    chain = []
    while error not in chain:
        chain.append(error)
        error = error.__context__
    print(chain, error)
