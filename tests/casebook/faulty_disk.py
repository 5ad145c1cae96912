"""A disk that fails when it is told to, below the SQLite that Python uses and below Python's own files.

SQLite reaches its files through a table of functions that a program may replace (its VFS). Here it is the usual one but
for writing, cutting and syncing, in the very library that ``sqlite3`` is linked to. What Python writes itself goes
through ``os.pwrite`` and ``os.fsync``. All of them are counted, so that any one can be made to fail, or to lie.
"""

from __future__ import annotations

import _sqlite3
import ctypes
import errno
import os
import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ctypes import CFUNCTYPE, POINTER, c_char_p, c_int, c_int64, c_void_p
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

import pytest

_OPEN = CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, c_int, POINTER(c_int))  # the name is kept: no copy of it
_WRITE = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int, c_int64)
_TRUNCATE = CFUNCTYPE(c_int, c_void_p, c_int64)
_SYNC = CFUNCTYPE(c_int, c_void_p, c_int)

# SQLite's codes: a write, a cut and a sync that failed, and a disk that is full.
_IOERR_WRITE, _IOERR_TRUNCATE, _IOERR_FSYNC, _FULL = 10 | 3 << 8, 10 | 6 << 8, 10 | 4 << 8, 13


class _Methods(ctypes.Structure):
    _fields_ = (
        ("version", c_int), ("close", c_void_p), ("read", c_void_p), ("write", c_void_p), ("truncate", c_void_p),
        ("sync", c_void_p), ("others", c_void_p * 13),
    )  # fmt: skip


class _Vfs(ctypes.Structure):
    _fields_ = (
        ("version", c_int), ("file_size", c_int), ("longest_path", c_int), ("next", c_void_p), ("name", c_char_p),
        ("data", c_void_p), ("open", c_void_p), ("others", c_void_p * 15),
    )  # fmt: skip


class Fault(Enum):
    """What happens at the chosen point."""

    BROKEN = "EIO"
    FULL = "ENOSPC"
    SHORT = "half of it, then ENOSPC"

    @property
    def error(self) -> int:
        return errno.EIO if self is Fault.BROKEN else errno.ENOSPC


@dataclass
class FaultyDisk:
    """Counts the changes below a folder, fails at one of them, and remembers those that a lying sync left unsynced.

    ``stays`` has all that come after fail as well. ``lies_of`` are endings of files whose syncs do nothing.
    """

    fault: Fault = Fault.BROKEN
    point: int = 0
    stays: bool = False
    lies_of: tuple[str, ...] = ()
    count: int = 0
    failed: bool = False
    synced: dict[str, bytes] = field(default_factory=dict)
    unsynced: list[tuple[str, int, bytes | None]] = field(default_factory=list)
    _kept: list[Any] = field(default_factory=list)
    _names: dict[int, str] = field(default_factory=dict)
    _methods: dict[int, _Methods] = field(default_factory=dict)

    def arm(self, fault: Fault, point: int, *, stays: bool) -> None:
        """Have the change of that number, from 1, fail."""
        self.fault, self.point, self.stays, self.count, self.failed = fault, point, stays, 0, False

    def disarm(self) -> None:
        self.point, self.lies_of = 0, ()

    def lie(self, folder: Path, *endings: str) -> None:
        """Have the syncs of these files do nothing from now on; what stands there now is on the disk."""
        files = [file for file in folder.rglob("*") if file.name.endswith(endings)]
        self.synced = {str(file): file.read_bytes() for file in files}
        self.unsynced, self.lies_of = [], endings

    def power_cut(self, folder: Path, image: Path, kept: Callable[[], bool]) -> None:
        """Copy the folder as a disk has it that lost power: of what was never synced, only what ``kept`` says."""
        shutil.copytree(folder, image, ignore=shutil.ignore_patterns("*-shm"))
        contents = {name: bytearray(data) for name, data in self.synced.items()}
        for name, offset, data in self.unsynced:
            content = contents.setdefault(name, bytearray())
            if not kept():
                continue
            if data is None:
                del content[offset:]
                continue
            content.extend(bytes(max(0, offset - len(content))))
            content[offset : offset + len(data)] = data
        for name, content in contents.items():
            (image / Path(name).relative_to(folder)).write_bytes(content)

    def _fails(self) -> bool:
        self.count += 1
        now = self.point > 0 and (self.count == self.point or (self.stays and self.count > self.point))
        self.failed = self.failed or now
        return now

    def _remember(self, name: str, offset: int, data: bytes | None) -> None:
        if self.lies_of and name.endswith(self.lies_of):
            self.unsynced.append((name, offset, data))

    # ---- what SQLite writes

    def _open(self, usual: Any, _: int, name: int | None, file: int, flags: int, out: Any) -> int:
        code = usual.call(usual.address, name, file, flags, out)
        if code == 0 and name:
            self._names[file] = os.fsdecode(ctypes.string_at(name))
            methods = c_void_p.from_address(file)
            methods.value = ctypes.addressof(self._failing(methods.value or 0))
        return int(code)

    def _failing(self, address: int) -> _Methods:
        if address not in self._methods:
            usual = _Methods.from_address(address)
            mine = self._methods[address] = _Methods.from_buffer_copy(usual)
            write, cut = _WRITE(usual.write), _TRUNCATE(usual.truncate)
            calls = (
                _WRITE(lambda *given: self._write(write, *given)),
                _TRUNCATE(lambda *given: self._truncate(cut, *given)),
                _SYNC(lambda file, flags: _IOERR_FSYNC if self._fails() else 0),
            )
            mine.write, mine.truncate, mine.sync = (ctypes.cast(call, c_void_p).value for call in calls)
            self._kept += calls
        return self._methods[address]

    def _write(self, usual: Any, file: int, data: int, size: int, offset: int) -> int:
        fails = self._fails()
        if fails and self.fault is not Fault.SHORT:
            return _FULL if self.fault is Fault.FULL else _IOERR_WRITE
        written = size // 2 if fails else size
        self._remember(self._names[file], offset, ctypes.string_at(data, written))
        code = int(usual(file, data, written, offset))
        return _FULL if fails else code

    def _truncate(self, usual: Any, file: int, size: int) -> int:
        if self._fails():
            return _IOERR_TRUNCATE
        self._remember(self._names[file], size, None)
        return int(usual(file, size))

    # ---- what Python writes

    def pwrite(self, descriptor: int, data: bytes, offset: int) -> int:
        if self._fails():
            if self.fault is not Fault.SHORT or len(data) < 2:
                raise OSError(self.fault.error, os.strerror(self.fault.error))
            data = data[: len(data) // 2]
        self._remember(_name_of(descriptor), offset, bytes(data))
        return _PWRITE(descriptor, data, offset)

    def ftruncate(self, descriptor: int, size: int) -> None:
        self._remember(_name_of(descriptor), size, None)
        _FTRUNCATE(descriptor, size)

    def fsync(self, descriptor: int) -> None:
        if self._fails():
            raise OSError(errno.EIO, os.strerror(errno.EIO))


_PWRITE, _FTRUNCATE = os.pwrite, os.ftruncate


def _name_of(descriptor: int) -> str:
    return str(Path(f"/proc/self/fd/{descriptor}").readlink())


@dataclass
class _Usual:
    address: int
    call: Any


@contextmanager
def faulty_disk() -> Iterator[FaultyDisk]:
    """Put a disk that can fail below every casebook that is opened within; nothing waits for the true disk."""
    library = ctypes.CDLL(getattr(_sqlite3, "__file__", None))  # whatever SQLite this Python is linked to, or holds
    library.sqlite3_vfs_find.restype = c_void_p
    library.sqlite3_vfs_register.argtypes = (c_void_p, c_int)
    library.sqlite3_vfs_unregister.argtypes = (c_void_p,)
    address = library.sqlite3_vfs_find(None)
    vfs = _Vfs.from_buffer_copy(_Vfs.from_address(address))
    usual = _Usual(address, _OPEN(vfs.open))
    disk = FaultyDisk()
    opening = _OPEN(lambda *given: disk._open(usual, *given))
    vfs.name, vfs.open, vfs.next = b"faulty", ctypes.cast(opening, c_void_p).value, None
    assert library.sqlite3_vfs_register(ctypes.addressof(vfs), 1) == 0
    try:
        with pytest.MonkeyPatch.context() as patch:
            for name in ("pwrite", "ftruncate", "fsync"):
                patch.setattr(os, name, getattr(disk, name))
            yield disk
    finally:
        library.sqlite3_vfs_unregister(ctypes.addressof(vfs))


def some_of(seed: int, share: float) -> Callable[[], bool]:
    """Return what says yes to that share of what it is asked, by chance."""
    chance = random.Random(seed)
    return lambda: chance.random() < share
