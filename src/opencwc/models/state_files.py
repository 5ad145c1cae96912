"""The small files that models keep in the settings folder: locked while read and written, replaced as a whole."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def locked(handle: int) -> Iterator[None]:
    """Hold an open file against other processes; on Windows its first byte."""
    try:
        import fcntl
    except ImportError:
        import msvcrt

        os.lseek(handle, 0, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_LOCK, 1)  # type: ignore[attr-defined]
        try:
            yield
        finally:
            os.lseek(handle, 0, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)  # type: ignore[attr-defined]
        return
    fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(handle, fcntl.LOCK_UN)


@contextmanager
def lock_file(path: Path) -> Iterator[None]:
    """Hold a lock of its own for as long as several files are changed together."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        with locked(handle):
            yield
    finally:
        os.close(handle)


def replace_text(path: Path, text: str) -> None:
    """Write a file as a whole: a reader sees the old one or the new one, and never a half."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def append_line(path: Path, line: str) -> None:
    """Append a line to a file for the owner's eyes, and return when it is on the disk; its folder is made if needed."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        if hasattr(os, "fchmod"):
            os.fchmod(handle, 0o600)
        written = f"{line}\n".encode()
        if os.write(handle, written) != len(written):
            raise OSError("the disk is full")
        os.fsync(handle)
    finally:
        os.close(handle)
