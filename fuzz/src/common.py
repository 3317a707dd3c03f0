import gc, io, signal, sys

sys.set_int_max_str_digits(0)


class TooLong(BaseException):
    """Some inputs ask for exponential work; that is theirs to ask."""


def stop(signum, frame):
    raise TooLong


signal.signal(signal.SIGVTALRM, stop)


def guarded(work, *args):
    """The result, or None after an exception that a program may get. SystemError is none of them."""
    signal.setitimer(signal.ITIMER_VIRTUAL, 3)
    try:
        return work(*args)
    except SystemError:
        raise
    except (Exception, TooLong):
        return None
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
