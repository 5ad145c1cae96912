"""Named sections in one file, each of which is read by itself and in parts: a ZIP archive whose members are not packed.

So opening a large file costs as much as opening a small one, and what is read is what is asked for. Whoever has the
bytes elsewhere (in parts in a database) gives a function that reads a stretch of them.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from typing import Any, TypeAlias
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

import numpy as np
from numpy.typing import NDArray

Stretch: TypeAlias = Callable[[int, int], bytes]
"""Returns the bytes from one place of a file to before another."""
_LOCAL_HEADER = 30
"""Bytes before the name of a member, which its content follows where nothing else was put between."""
_LONGEST_UNPACKED = 1 << 28


class SectionWriter:
    """Writes sections; the same ones give the same bytes."""

    def __init__(self) -> None:
        self._file = io.BytesIO()
        self._archive = ZipFile(self._file, "w", ZIP_STORED)

    def add(self, name: str, content: bytes) -> None:
        """Add a section; its name is in ASCII."""
        self._archive.writestr(ZipInfo(name), content)

    def add_array(self, name: str, values: NDArray[Any]) -> None:
        """Add numbers, or texts of one width, as they stand in memory, the low byte first."""
        self.add(name, np.ascontiguousarray(values, values.dtype.newbyteorder("<")).tobytes())

    def add_packed(self, name: str, content: bytes) -> None:
        """Add a section that is read as a whole, packed."""
        self.add(name, zlib.compress(content))

    def content(self) -> bytes:
        """Return the whole file."""
        self._archive.close()
        return self._file.getvalue()


class Sections:
    """The sections of a file. Raises `ValueError` where it is none, or has not the section that is asked for."""

    def __init__(self, stretch: Stretch, size: int) -> None:
        self._stretch = stretch
        try:
            with ZipFile(_Stretches(stretch, size)) as archive:
                members = archive.infolist()
        except (BadZipFile, NotImplementedError, UnicodeDecodeError) as error:
            raise ValueError("no file of sections") from error
        if any(one.compress_type != ZIP_STORED or one.file_size != one.compress_size for one in members):
            raise ValueError("packed members")
        self._sizes = {one.filename: one.file_size for one in members}
        self._starts = {one.filename: one.header_offset + _LOCAL_HEADER + len(one.filename) for one in members}
        if any(start + self._sizes[name] > size for name, start in self._starts.items()):
            raise ValueError("members beyond the end")

    def has(self, name: str) -> bool:
        """Tell whether there is a section of a name."""
        return name in self._sizes

    def size(self, name: str) -> int:
        """Return how many bytes a section has."""
        if name not in self._sizes:
            raise ValueError(f"no section {name}")
        return self._sizes[name]

    def read(self, name: str, start: int = 0, end: int | None = None) -> bytes:
        """Return the bytes of a section, or those from one place of it to before another."""
        size = self.size(name)
        end = size if end is None else end
        if not 0 <= start <= end <= size:
            raise ValueError(f"beyond section {name}")
        if start == end:
            return b""
        at = self._starts[name]
        return self._stretch(at + start, at + end)

    def array(self, name: str, kind: str, start: int = 0, end: int | None = None) -> NDArray[Any]:
        """Return the values of a section of a NumPy type, or those from one place of it to before another."""
        width = np.dtype(kind).newbyteorder("<")
        if self.size(name) % width.itemsize:
            raise ValueError(f"section {name} breaks off")
        some = self.read(name, start * width.itemsize, None if end is None else end * width.itemsize)
        return np.frombuffer(some, width)

    def packed(self, name: str) -> bytes:
        """Return a packed section."""
        return unpacked(self.read(name))


def unpacked(content: bytes) -> bytes:
    """Return what was packed by zlib; raise `ValueError` where it is nothing of the kind, or beyond all bounds."""
    stream = zlib.decompressobj()
    try:
        whole = stream.decompress(content, _LONGEST_UNPACKED)
    except zlib.error as error:
        raise ValueError("not packed") from error
    if not stream.eof:
        raise ValueError("breaks off, or is too long")
    return whole


class _Stretches(io.RawIOBase):
    """A file whose bytes a function gives."""

    def __init__(self, stretch: Stretch, size: int) -> None:
        super().__init__()
        self._stretch, self._size, self._at = stretch, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if start + offset < 0:
            raise OSError("before the beginning")
        self._at = start + offset
        return self._at

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer)
        some = self._stretch(min(self._at, self._size), min(self._at + len(view), self._size))
        view[: len(some)] = some
        self._at += len(some)
        return len(some)
