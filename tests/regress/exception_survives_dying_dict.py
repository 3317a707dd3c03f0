class A:
    pass


def with_dict():
    a = A()
    a.x = 1
    a.__dict__
    return a


def convert():
    try:
        len(with_dict())
    except TypeError as error:
        print(error)


convert()


for convert in (int, float):
    try:
        convert(with_dict())
    except TypeError as error:
        print(error)
