"""Reading in a thread of its own, watched from the one that takes what is read.

A call into a library, which loads one page of a PDF, can take any time and memory, and nothing ends it but the end of
the process. So it is left behind: what was read until then is given, and that the rest is not read. The thread reads
only while somebody waits for what it reads: while a passage is judged, no page fills the memory unseen.
"""

from __future__ import annotations

import contextlib
import queue
import sys
import time
from collections.abc import Generator, Iterator
from pathlib import Path
from threading import Event, Semaphore, Thread

from opencwc.files.passages import Item, Reading, Unread
from opencwc.finding import Message

LOOK_SECONDS = 0.05


class WatchedItems:
    """Gives what a reader gives until it takes too long or, beside what the process had, too much memory."""

    def __init__(self, items: Iterator[Item], reading: Reading) -> None:
        self._items, self._reading = items, reading
        self._read: queue.SimpleQueue[Item | BaseException | None] = queue.SimpleQueue()
        self._wanted = Semaphore(0)
        self._left = Event()
        self._last_place = ""

    def __iter__(self) -> Generator[Item]:
        """Yield the items; once."""
        most = memory_used() + self._reading.limits.memory
        Thread(target=self._work, daemon=True, name="document").start()
        try:
            while (item := self._next(most)) is not None:
                self._last_place = item.place
                yield item
        finally:
            self._left.set()

    def _next(self, most: int) -> Item | None:
        """Return the next item; ``None`` after the last."""
        self._wanted.release()
        while not self._left.is_set():
            if memory_used() > most:
                self._left.set()
                return self._unread("reading_too_much_memory", bytes=self._reading.limits.memory)
            try:
                item = self._read.get(timeout=LOOK_SECONDS)
            except queue.Empty:
                if time.monotonic() > self._reading.ends:
                    self._left.set()
                    return self._unread("reading_too_long", seconds=round(self._reading.limits.seconds))
                continue
            if isinstance(item, BaseException):
                raise item
            return item
        return None

    def _unread(self, why: str, **values: int) -> Unread:
        return Unread(self._last_place, Message(why, dict(values)))

    def _work(self) -> None:
        try:
            while self._is_wanted():
                self._read.put(next(self._items, None))
        except BaseException as error:
            self._read.put(error)

    def _is_wanted(self) -> bool:
        """Wait until somebody wants the next item; ``False`` where nobody does any more."""
        while not self._left.is_set():
            if self._wanted.acquire(timeout=LOOK_SECONDS):
                return True
        return False


def memory_used() -> int:
    """Return the most memory that this process had at any time, in bytes; 0 on Windows, where nobody tells.

    Linux counts into getrusage(2) what the process held before it became this program: that of whoever started it.
    """
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/status").read_bytes().splitlines():
            if line.startswith(b"VmHWM:"):
                return int(line.split()[1]) * 1024
    try:
        import resource
    except ImportError:
        return 0
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
