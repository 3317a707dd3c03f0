"""The child of a fork kept no count of the import lock, and thought that the parent's event loop ran in it."""
import _imp
import asyncio
import os
import warnings

warnings.simplefilter("ignore", DeprecationWarning)


def in_child(check):
    pid = os.fork()
    if pid == 0:
        try:
            check()
        except BaseException as error:
            print("child:", error, flush=True)
            os._exit(1)
        os._exit(0)
    print("exit", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)


def release():
    for _ in range(2):
        _imp.release_lock()
    assert not _imp.lock_held()


for _ in range(2):
    _imp.acquire_lock()
in_child(release)
release()


def no_loop():
    try:
        asyncio.get_running_loop()
    except RuntimeError as error:
        print(error, flush=True)
    assert asyncio.run(asyncio.sleep(0, "a loop of its own")) == "a loop of its own"


async def main():
    in_child(no_loop)
    assert asyncio.current_task() is not None


asyncio.run(main())
