"""The checkpoints that were signed, in a file outside the database: what a database put back to an earlier day misses.

A line is added for each transaction of each casebook, in the order of the commits: the log is held (``flock``) from
before the commit until the line stands. The line is on the disk before the commit, so that a full disk stops the
transaction and not its trace; it counts only once its first byte, a ``-`` until then, has become ``{``.

A process that dies in between, or whose commit fails, leaves a pending line. Whether its transaction was committed is
in the database alone: who opens the casebook next, or writes to it, settles the line. It counts from then on, or its
first byte becomes ``~`` and it is none. So a log without gaps is what a sound house has, and a gap is a fault.
"""

from __future__ import annotations

import io
import json
import mmap
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO

from msgspec import Struct, structs

from opencwc.casebook.chain import canonical
from opencwc.casebook.durable_files import sync_folder
from opencwc.errors import StorageError

LOG_FILE = "checkpoints.log"
_PAUSE = 0.005
_TAIL = 1 << 16


class LoggedCheckpoint(Struct, frozen=True):
    """One line; ``sha256`` is that of statement and signature together, in hex as ``link`` is.

    ``restored`` says that the casebook went back to a backup here: what stood behind that is no longer expected of it.
    """

    casebook: str
    number: int
    sha256: str
    seq: int
    link: str
    restored: bool = False

    def line(self) -> bytes:
        """Return the line as it stands in the file."""
        fields = structs.asdict(self)
        if not self.restored:
            del fields["restored"]
        return canonical(fields).encode() + b"\n"


class DamagedLine(Struct, frozen=True):
    """A line that cannot be read, counted from 1."""

    number: int


class PendingLine(Struct, frozen=True):
    """A line that was written before its commit and is not settled yet: it may stand for a checkpoint or for none."""

    entry: LoggedCheckpoint


IsKept = Callable[[LoggedCheckpoint], bool]
"""Tells whether the database has a checkpoint, and has it as a line says."""


@dataclass(frozen=True)
class CheckpointLog:
    """The log in a folder, and how many seconds to wait for a process that holds it."""

    folder: Path
    wait: float = 15.0

    @property
    def path(self) -> Path:
        """The file of the log."""
        return self.folder / LOG_FILE

    @contextmanager
    def locked(self, entry: LoggedCheckpoint) -> Iterator[None]:
        """Hold the log alone; where the block ends well, the line stands at its end, else it stays pending.

        A commit that fails may still be found committed once the database is opened anew: the line is settled then.

        Raises:
            StorageError: the log cannot be written, or another process does not let go of it.

        """
        with self._told("checkpoint_log_not_writable"):
            descriptor, start = self._prepare(entry)
        try:
            yield
            with self._told("checkpoint_log_lacks_recorded"):
                os.pwrite(descriptor, b"{", start)
        finally:
            os.close(descriptor)

    def all(self, casebook: str) -> Iterator[LoggedCheckpoint | DamagedLine | PendingLine]:
        """Yield the lines of a casebook in their order, pending ones too, and every line that cannot be read.

        A line that was not written whole is none. `StorageError` where the log cannot be read.
        """
        with self._opened() as file:
            for number, line in enumerate(file, 1):
                if _counts(line):
                    entry = _read(line)
                    if entry is None:
                        yield DamagedLine(number)
                    elif entry.casebook == casebook:
                        yield entry
                elif (entry := _read_pending(line)) is not None and entry.casebook == casebook:
                    yield PendingLine(entry)

    def has_abandoned(self) -> bool:
        """Tell whether a line of any casebook is pending whose writer is gone: while one is at work, it says no."""
        with self._opened() as file, _shared(file) as is_free, _mapped(file) as data:
            return is_free and next(_pending_places(data), None) is not None

    def settle(self, casebook: str, is_kept: IsKept) -> int:
        """Settle the pending lines of a casebook, and return the number on its last line, 0 where it has none.

        Whoever asks holds the head of the casebook's chain, so that none of its transactions is under way.

        Raises:
            StorageError: the log cannot be read or written, or another process does not let go of it.

        """
        with self._told("checkpoint_log_not_writable"):
            try:
                file = self.path.open("r+b")
            except FileNotFoundError:
                return 0
            with file:
                self._lock(file.fileno())
                with _mapped(file) as data:
                    for place in _pending_places(data):
                        entry = _read_pending(data[place : data.find(b"\n", place) + 1])
                        if entry is not None and entry.casebook == casebook:
                            os.pwrite(file.fileno(), b"{" if is_kept(entry) else b"~", place)
                os.fsync(file.fileno())
        return self.last_number(casebook)

    def last_number(self, casebook: str) -> int:
        """Return the number on a casebook's last line, 0 where it has none: a database may not stand before it."""
        with self._opened() as file:
            tail = max(0, file.seek(0, os.SEEK_END) - _TAIL)
            last = next(_backwards(file, tail, casebook), None)  # mostly its end is enough
            last = last or next(_backwards(file, 0, casebook), None)
        return last.number if last else 0

    def newest(self, casebook: str, most: int) -> list[LoggedCheckpoint]:
        """Return the last lines of a casebook, the newest first: at most so many, and as far as the log's end has them.

        Only the last 64 KiB are read, however long the log is.
        """
        with self._opened() as file:
            return list(islice(_backwards(file, max(0, file.seek(0, os.SEEK_END) - _TAIL), casebook), most))

    @contextmanager
    def _opened(self) -> Iterator[IO[bytes]]:
        """Give the file of the log, an empty one where there is none yet."""
        with self._told("checkpoint_log_unreadable"):
            try:
                file: IO[bytes] = self.path.open("rb")
            except FileNotFoundError:
                file = io.BytesIO()
            with file:
                yield file

    def _prepare(self, entry: LoggedCheckpoint) -> tuple[int, int]:
        new = not self.path.exists()
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            self._lock(descriptor)
            start = _end_without_dropped(descriptor, entry.casebook)
            os.ftruncate(descriptor, start)
            try:
                written, pending = 0, b"-" + entry.line()[1:]
                while written < len(pending):
                    written += os.pwrite(descriptor, pending[written:], start + written)
                os.fsync(descriptor)
                if new:
                    sync_folder(self.folder)
            except OSError:
                os.ftruncate(descriptor, start)
                raise
        except BaseException:
            os.close(descriptor)
            raise
        return descriptor, start

    def _lock(self, descriptor: int) -> None:
        if os.name != "posix":
            return
        import fcntl

        until = time.monotonic() + self.wait
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > until:
                    raise StorageError("checkpoint_log_held", where=str(self.path)) from None
                time.sleep(_PAUSE)
            else:
                return

    @contextmanager
    def _told(self, code: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StorageError(code, where=str(self.path), reason=str(error.strerror)) from error


def _backwards(file: IO[bytes], start: int, casebook: str) -> Iterator[LoggedCheckpoint]:
    """Yield the lines of a casebook that can be read, from the end of the log back to a place in it."""
    file.seek(start)
    for line in reversed(file.read().splitlines(keepends=True)):
        entry = _read(line) if _counts(line) else None
        if entry is not None and entry.casebook == casebook:
            yield entry


def _counts(line: bytes) -> bool:
    return line.endswith(b"\n") and not line.startswith((b"-", b"~"))


def _read(line: bytes) -> LoggedCheckpoint | None:
    try:
        entry = LoggedCheckpoint(**json.loads(line))
        return entry if entry.line() == line else None
    except (ValueError, TypeError):
        return None


def _read_pending(line: bytes) -> LoggedCheckpoint | None:
    return _read(b"{" + line[1:]) if line.startswith(b"-") else None


@contextmanager
def _shared(file: IO[bytes]) -> Iterator[bool]:
    """Hold a log with others that only read it, and tell whether that could be had at once."""
    if os.name != "posix" or isinstance(file, io.BytesIO):
        yield True
        return
    import fcntl

    try:
        fcntl.flock(file.fileno(), fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        yield False
    else:
        yield True


@contextmanager
def _mapped(file: IO[bytes]) -> Iterator[mmap.mmap | bytes]:
    """Give what stands in a file without reading it all."""
    if not file.seek(0, os.SEEK_END):
        yield b""
        return
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        yield data


def _pending_places(data: mmap.mmap | bytes) -> Iterator[int]:
    """Yield where pending lines begin."""
    if data[:1] == b"-":
        yield 0
    place = data.find(b"\n-")
    while place >= 0:
        yield place + 1
        place = data.find(b"\n-", place + 1)


def _end_without_dropped(descriptor: int, casebook: str) -> int:
    """Return where the log ends but for what a process left that died: a torn line, and what was not committed.

    Whoever asks holds the head of the casebook's chain and has settled its lines: one that is pending still was never
    committed. A pending line of another casebook stays, for that one to settle.
    """
    end = os.fstat(descriptor).st_size
    while end:
        start = max(0, end - 65536)
        tail = os.pread(descriptor, end - start, start)
        if not tail.endswith(b"\n"):
            end = start + tail.rfind(b"\n") + 1
            continue
        begin = start + tail.rfind(b"\n", 0, len(tail) - 1) + 1
        line = tail[begin - start :]
        if not line.startswith(b"-") or ((entry := _read_pending(line)) and entry.casebook != casebook):
            return end
        end = begin
    return end
