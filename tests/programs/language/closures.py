def counter():
    count = 0

    def step(by=1):
        nonlocal count
        count += by
        return count

    def peek():
        return count

    return step, peek


step, peek = counter()
step(), step(5)
print(peek(), step.__closure__[0].cell_contents, step.__code__.co_freevars, counter.__code__.co_cellvars)

functions = [lambda: i for i in range(3)]
print([f() for f in functions])
functions = [lambda i=i: i for i in range(3)]
print([f() for f in functions])

x = "global"


def outer():
    x = "outer"

    class Inner:
        y = x
        x = "class"

        def method(self):
            return x

    return Inner.y, Inner.x, Inner().method()


print(outer())


def late():
    def use():
        return value

    try:
        use()
    except NameError as error:
        print(type(error).__name__, error)
    value = 1
    print(use())
    del value
    try:
        use()
    except NameError as error:
        print(type(error).__name__, error)


late()


def unbound():
    print(name)
    name = 1


try:
    unbound()
except UnboundLocalError as error:
    print(error)


def deep():
    a = 1

    def one():
        def two():
            def three():
                nonlocal a
                a += 1
                return a

            return three

        return two

    return one()()


print(deep()())


def scopes():
    global made
    made = [x for x in "ab"]
    return locals()


print(scopes(), made)
