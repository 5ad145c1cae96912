"""Processes of this machine that work for one run: they never outlive it, and what one of them loses is done again."""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from threading import Thread
from typing import Generic, TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")
MOST_TRIES = 3
"""How often a task is begun before the run stops: one that kills every worker must not do so for ever."""


class WorkerPool:
    """Processes that are each made ready once, by ``prepare(*given)``."""

    def __init__(self, jobs: int, prepare: Callable[..., None], *given: object) -> None:
        context = get_context("spawn")
        self._ends = context.Pipe(duplex=False)
        self._pool = ProcessPoolExecutor(jobs, context, _begin, (self._ends[0], prepare, given))

    def submit(self, work: Callable[[Task], Result], task: Task) -> Future[Result]:
        """Give a task to whichever process is free next."""
        return self._pool.submit(work, task)

    def close(self) -> None:
        """End the processes: the run is over, or was stopped, and those still busy leave at once."""
        self._ends[1].close()
        self._pool.shutdown(cancel_futures=True)
        self._ends[0].close()


def on_one_thread() -> None:
    """Let NumPy's products use one thread, in a process that has a core of its own."""
    import numpy as np  # noqa: F401  # only what is loaded can be limited
    from threadpoolctl import threadpool_limits

    threadpool_limits(1)


def result_of(future: Future[Result]) -> Result:
    """Wait for a result in short stretches: the system may tell another thread of Ctrl-C, and this one must look."""
    while not future.done():
        wait([future], timeout=0.2)
    return future.result()


def in_order(
    make_pool: Callable[[], WorkerPool], work: Callable[[Task], Result], tasks: Iterable[Task], ahead: int
) -> Iterator[Result]:
    """Yield the result of each task, in the order of the tasks, while up to ``ahead`` others are worked on.

    A process that dies (killed, or out of memory) takes no task with it: what was not finished is given to new ones.
    Raises `BrokenProcessPool` where a task was begun too often.
    """
    going: deque[_Going[Task, Result]] = deque()
    coming = iter(tasks)
    pool = make_pool()
    try:
        while True:
            while len(going) <= ahead and (task := next(coming, None)) is not None:
                going.append(_Going(task, _submitted(pool, work, task)))
            if not going:
                return
            try:
                done = result_of(going[0].future)
            except (BrokenProcessPool, CancelledError):
                going[0].tries += 1
                if going[0].tries == MOST_TRIES:
                    raise
                pool.close()
                pool = make_pool()
                for one in going:
                    if not one.future.done() or one.future.cancelled() or one.future.exception() is not None:
                        one.future = pool.submit(work, one.task)
                continue
            going.popleft()
            yield done
    finally:
        pool.close()


@dataclass
class _Going(Generic[Task, Result]):
    """A task that is being worked on, and how often whoever did so died."""

    task: Task
    future: Future[Result]
    tries: int = 0


def _submitted(pool: WorkerPool, work: Callable[[Task], Result], task: Task) -> Future[Result]:
    """Submit a task; a pool that is broken already says so when the result is asked for, as any other does."""
    try:
        return pool.submit(work, task)
    except BrokenProcessPool as error:
        failed: Future[Result] = Future()
        failed.set_exception(error)
        return failed


def _begin(end: Connection, prepare: Callable[..., None], given: tuple[object, ...]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches every process; the first one stops the others
    Thread(target=_leave_with_parent, args=(end,), daemon=True).start()
    prepare(*given)


def _leave_with_parent(end: Connection) -> None:
    """Wait for the other end of a pipe to close, whatever closed it, and leave: an orphan waits for work forever."""
    end.poll(None)
    os._exit(1)
