def conditions(a, b, c):
    while a:
        if b and not c:
            continue
        if a is None or b is not None:
            break
        a = (a and b) or c
    else:
        return not (a == b)
    return a < b < c


def reversed_loop(a):
    while True:
        a -= 1
        if a:
            continue
        return


def nested(rows):
    for row in rows:
        for cell in row:
            if cell:
                break
        else:
            continue
        yield row


def matching(x):
    match x:
        case [1, 2, *rest] if rest:
            return rest
        case {"k": v, **others}:
            return v, others
        case str() | int():
            return 0
        case Point(x=0, y=y):
            return y
        case _:
            pass
