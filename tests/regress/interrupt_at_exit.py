"""A signal that came while the interpreter ended was handed to handlers that should not be there any more."""
import _thread
import sys


class AtExit:
    def __del__(self):
        _thread.interrupt_main()
        print("still here")


# In a namespace of its own, so that it does not keep this one alive.
hook = {}
exec("def show(unraisable, print=print):\n    print(unraisable.err_msg, unraisable.exc_value)", hook)
sys.unraisablehook = hook.pop("show")
kept = AtExit()
