def good():
    return 1


def bad(:
    return 2
