def first():
    return {}["missing"]


def second():
    try:
        first()
    except KeyError:
        return [1, 2][10] + undefined_name


second()
