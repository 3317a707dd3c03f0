"""An asynchronous job queue: priorities, dependencies, retries with back-off, timeouts, cancellation.

The clock is simulated, so that the demonstration is quick and always comes out the same.
"""
import asyncio
import heapq
import itertools
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import Enum


class Status(Enum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"


class TemporaryError(Exception):
    """Worth another try."""


class SimulatedLoop(asyncio.SelectorEventLoop):
    """An event loop whose time jumps to the next timer instead of waiting for it."""

    def __init__(self):
        super().__init__()
        self._now = 0.0

    def time(self):
        return self._now

    def _run_once(self):
        if not self._ready and self._scheduled:
            self._now = max(self._now, self._scheduled[0].when())
        super()._run_once()


@dataclass(order=True)
class Job:
    priority: int
    number: int = field(default_factory=itertools.count(1).__next__)
    name: str = field(compare=False, default="")
    work: Callable[[], Awaitable] = field(compare=False, default=None, repr=False)
    after: list["Job"] = field(compare=False, default_factory=list, repr=False)
    attempts: int = field(compare=False, default=3, repr=False)
    timeout: float = field(compare=False, default=10.0, repr=False)
    status: Status = field(compare=False, default=Status.WAITING)
    result: object = field(compare=False, default=None)


class Queue:
    def __init__(self, workers):
        self.workers = workers
        self.jobs = []
        self.ready = []
        self.changed = asyncio.Condition()
        self.active = 0

    def log(self, text):
        print(f"{asyncio.get_running_loop().time():6.2f}s  {text}")

    def add(self, name, work, *, priority=5, after=(), **options):
        job = Job(priority, name=name, work=work, after=list(after), **options)
        self.jobs.append(job)
        return job

    @asynccontextmanager
    async def slot(self, job):
        self.active += 1
        job.status = Status.RUNNING
        try:
            yield self.active
        finally:
            self.active -= 1
            async with self.changed:
                self.changed.notify_all()

    async def attempt(self, job):
        for attempt in range(1, job.attempts + 1):
            try:
                async with asyncio.timeout(job.timeout):
                    job.result = await job.work()
            except TemporaryError as error:
                pause = 0.5 * 2 ** (attempt - 1)
                self.log(f"{job.name}: attempt {attempt} failed ({error})")
                if attempt < job.attempts:
                    await asyncio.sleep(pause)
            except TimeoutError:
                self.log(f"{job.name}: no answer within {job.timeout:g}s")
                break
            except Exception as error:
                self.log(f"{job.name}: {type(error).__name__}: {error}")
                break
            else:
                job.status = Status.DONE
                self.log(f"{job.name}: done -> {job.result!r}")
                return
        job.status = Status.FAILED

    def promote(self):
        """Moves jobs whose dependencies are settled to the heap."""
        for job in self.jobs:
            if job.status is not Status.WAITING or job in self.ready:
                continue
            states = {other.status for other in job.after}
            if states & {Status.FAILED, Status.SKIPPED}:
                job.status = Status.SKIPPED
                self.log(f"{job.name}: skipped")
                return self.promote()
            if states <= {Status.DONE}:
                heapq.heappush(self.ready, job)

    async def worker(self, number):
        while True:
            async with self.changed:
                self.promote()
                while not self.ready:
                    if not self.active and not any(job.status is Status.WAITING for job in self.jobs):
                        self.changed.notify_all()
                        return number
                    await self.changed.wait()
                    self.promote()
                job = heapq.heappop(self.ready)
                job.status = Status.RUNNING
            async with self.slot(job) as active:
                self.log(f"{job.name}: starts on worker {number} ({active} active)")
                await self.attempt(job)

    async def run(self):
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self.worker(n), name=f"worker-{n}") for n in range(1, self.workers + 1)]
        return [task.result() for task in tasks]


def takes(seconds, result=None, failures=0):
    """Work that needs some time and fails at first."""
    left = failures

    async def work():
        nonlocal left
        await asyncio.sleep(seconds)
        if left > 0:
            left -= 1
            raise TemporaryError("connection reset")
        return result

    return work


async def broken():
    await asyncio.sleep(0.1)
    return {}["missing"]


async def numbers(count):
    for n in range(count):
        await asyncio.sleep(0.25)
        yield n


async def add_up():
    return sum([n async for n in numbers(5) if n % 2 == 0])


async def main():
    queue = Queue(workers=2)
    fetch = queue.add("fetch", takes(1.0, "page", failures=1))
    parse = queue.add("parse", takes(0.5, ["a", "b"]), after=[fetch])
    queue.add("urgent", takes(0.2, 42), priority=1)
    queue.add("sum", add_up, priority=3)
    slow = queue.add("slow", takes(60), timeout=2.0)
    bad = queue.add("bad", broken, priority=2)
    queue.add("report", takes(0.1, "sent"), after=[parse, slow])
    queue.add("store", takes(0.1, "stored"), after=[parse])
    queue.add("never", takes(0.1), after=[bad])
    queue.add("flaky", takes(0.3, failures=9), attempts=2, priority=9)
    print("workers ended:", await queue.run())
    for job in sorted(queue.jobs):
        print(f"  {job}")

    task = asyncio.create_task(asyncio.sleep(100), name="endless")
    await asyncio.sleep(0)
    task.cancel("enough")
    try:
        await task
    except asyncio.CancelledError as error:
        print(f"cancelled: {error}, {task.cancelled()}")


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=SimulatedLoop) as runner:
        runner.run(main())
