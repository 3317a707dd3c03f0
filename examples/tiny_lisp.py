"""A tiny Lisp: reader, evaluator with tail calls, closures and macros.

usage: tiny_lisp.py [FILE]      (without a file, a demonstration runs)
"""
import functools
import operator
import re
import sys

TOKEN = re.compile(r"""\s*(?:;[^\n]*\s*)*(,@|[('`,)]|"(?:\\.|[^"\\])*"|[^\s('"`,;)]+)""")


class LispError(Exception):
    pass


class Symbol(str):
    """An interned name: equal symbols are identical."""

    table = {}

    def __new__(cls, name):
        return cls.table.setdefault(name, super().__new__(cls, name))

    def __repr__(self):
        return str(self)


QUOTES = {"'": Symbol("quote"), "`": Symbol("quasiquote"), ",": Symbol("unquote"), ",@": Symbol("unquote-splicing")}


def read(text):
    """The expressions in a text, one by one."""
    tokens = TOKEN.findall(text)
    tokens.reverse()

    def expression():
        if not tokens:
            raise LispError("unexpected end of input")
        token = tokens.pop()
        if token == "(":
            items = []
            while tokens and tokens[-1] != ")":
                items.append(expression())
            if not tokens:
                raise LispError("missing )")
            tokens.pop()
            return items
        if token == ")":
            raise LispError("unexpected )")
        if token in QUOTES:
            return [QUOTES[token], expression()]
        return atom(token)

    while tokens:
        yield expression()


def atom(token):
    if token.startswith('"'):
        return token[1:-1].encode().decode("unicode_escape")
    if token in ("#t", "#f"):
        return token == "#t"
    for kind in (int, float):
        try:
            return kind(token)
        except ValueError:
            pass
    return Symbol(token)


def show(value):
    match value:
        case True | False:
            return "#t" if value else "#f"
        case list():
            return "(" + " ".join(map(show, value)) + ")"
        case Symbol():
            return repr(value)
        case str():
            return '"' + value.replace("\\", r"\\").replace('"', r"\"") + '"'
        case Closure():
            return f"#<procedure {value.name}>"
        case None:
            return "#<void>"
        case _ if callable(value):
            return f"#<builtin {value.__name__}>"
        case _:
            return str(value)


class Scope(dict):
    def __init__(self, names=(), values=(), outer=None):
        super().__init__(zip(names, values))
        self.outer = outer

    def find(self, name):
        scope = self
        while scope is not None:
            if name in scope:
                return scope
            scope = scope.outer
        raise LispError(f"undefined: {name}")


class Closure:
    def __init__(self, parameters, body, scope, name="lambda"):
        self.name = name
        self.body = body
        self.scope = scope
        self.rest = None
        if Symbol(".") in parameters:
            dot = parameters.index(Symbol("."))
            parameters, self.rest = parameters[:dot], parameters[dot + 1]
        self.parameters = parameters

    def bind(self, arguments):
        wanted, given = len(self.parameters), len(arguments)
        if given < wanted or (given > wanted and self.rest is None):
            raise LispError(f"{self.name}: expected {wanted} arguments, got {given}")
        scope = Scope(self.parameters, arguments, self.scope)
        if self.rest is not None:
            scope[self.rest] = list(arguments[wanted:])
        return scope

    def __call__(self, *arguments):
        return evaluate([Symbol("begin"), *self.body], self.bind(arguments))


class Macro(Closure):
    pass


def quasi(form, scope):
    match form:
        case [Symbol("unquote"), inner]:
            return evaluate(inner, scope)
        case list():
            result = []
            for item in form:
                if isinstance(item, list) and item and item[0] is QUOTES[",@"]:
                    result.extend(evaluate(item[1], scope))
                else:
                    result.append(quasi(item, scope))
            return result
        case _:
            return form


def evaluate(form, scope):
    while True:
        if isinstance(form, Symbol):
            return scope.find(form)[form]
        if not isinstance(form, list) or not form:
            return form
        match form:
            case [Symbol("quote"), value]:
                return value
            case [Symbol("quasiquote"), value]:
                return quasi(value, scope)
            case [Symbol("if"), test, yes, *no]:
                form = yes if evaluate(test, scope) is not False else no[0] if no else None
                continue
            case [Symbol("define"), [name, *parameters], *body]:
                scope[name] = Closure(parameters, body, scope, name)
                return None
            case [Symbol("define-macro"), [name, *parameters], *body]:
                scope[name] = Macro(parameters, body, scope, name)
                return None
            case [Symbol("define"), name, value]:
                scope[name] = evaluate(value, scope)
                return None
            case [Symbol("set!"), name, value]:
                scope.find(name)[name] = evaluate(value, scope)
                return None
            case [Symbol("lambda"), parameters, *body]:
                return Closure(parameters, body, scope)
            case [Symbol("let"), bindings, *body]:
                values = [evaluate(value, scope) for _, value in bindings]
                scope = Scope([name for name, _ in bindings], values, scope)
                form = [Symbol("begin"), *body]
                continue
            case [Symbol("begin"), *body]:
                if not body:
                    return None
                for step in body[:-1]:
                    evaluate(step, scope)
                form = body[-1]
                continue
        function = evaluate(form[0], scope)
        if isinstance(function, Macro):
            form = function(*form[1:])
            continue
        arguments = [evaluate(argument, scope) for argument in form[1:]]
        if isinstance(function, Closure):
            scope = function.bind(arguments)
            form = [Symbol("begin"), *function.body]
            continue
        if not callable(function):
            raise LispError(f"not a procedure: {show(function)}")
        try:
            return function(*arguments)
        except (TypeError, IndexError, ZeroDivisionError) as error:
            raise LispError(f"{show(form[0])}: {error}") from error


def standard():
    chain = lambda test: lambda *xs: all(map(test, xs, xs[1:]))
    fold = lambda op, unit: lambda *xs: functools.reduce(op, xs, unit)
    names = {
        "+": fold(operator.add, 0), "*": fold(operator.mul, 1),
        "-": lambda x, *rest: functools.reduce(operator.sub, rest, x) if rest else -x,
        "/": operator.truediv, "quotient": operator.floordiv, "remainder": operator.mod,
        "<": chain(operator.lt), ">": chain(operator.gt), "=": chain(operator.eq), "<=": chain(operator.le),
        "not": lambda x: x is False, "eq?": operator.is_, "null?": lambda x: x == [],
        "car": lambda x: x[0], "cdr": lambda x: x[1:], "cons": lambda x, xs: [x, *xs], "list": lambda *xs: list(xs),
        "append": lambda *xs: sum(xs, []), "length": len, "map": lambda f, *xs: list(map(f, *xs)),
        "filter": lambda f, xs: [x for x in xs if f(x) is not False], "apply": lambda f, xs: f(*xs),
        "display": lambda *xs: print(*(x if isinstance(x, str) else show(x) for x in xs)),
    }
    return Scope(map(Symbol, names), names.values())


DEMONSTRATION = r"""
(define (fact n) (if (= n 0) 1 (* n (fact (- n 1)))))
(fact 30)
(define (count n) (if (= n 0) "done" (count (- n 1)))) ; a tail call needs no stack
(count 20000)
(define (compose . fs) (if (null? fs) (lambda (x) x) (lambda (x) ((car fs) ((apply compose (cdr fs)) x)))))
((compose (lambda (x) (* x x)) (lambda (x) (+ x 1))) 6)
(define-macro (while test . body) `(let () (define (loop) (if ,test (begin ,@body (loop)))) (loop)))
(define i 0)
(while (< i 3) (display "i =" i) (set! i (+ i 1)))
(define (primes n) (filter (lambda (k) (null? (filter (lambda (d) (= 0 (remainder k d))) (range 2 k)))) (range 2 n)))
(define (range a b) (if (< a b) (cons a (range (+ a 1) b)) '()))
(primes 40)
(map + '(1 2 3) '(10 20 30))
(list 'a "text \"quoted\"" 2.5 #t '(nested (list)) car fact)
`(1 ,(+ 1 1) ,@(list 3 4) 5)
(car '())
(/ 1 0)
(fact 1 2)
(unknown 1)
(1 2)
"""


def main():
    scope = standard()
    text = open(sys.argv[1], encoding="utf-8").read() if len(sys.argv) > 1 else DEMONSTRATION
    for form in read(text):
        try:
            value = evaluate(form, scope)
            if value is not None:
                print(f"{show(form)[:60]} => {show(value)}")
        except LispError as error:
            print(f"{show(form)[:60]} => error: {error}")
    for damaged in ("(1 2", ")", "'"):
        try:
            list(read(damaged))
        except LispError as error:
            print(f"{damaged!r}: {error}")


if __name__ == "__main__":
    main()
