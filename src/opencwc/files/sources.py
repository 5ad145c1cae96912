"""A source of bytes: a file or a pipe, decompressed on the way, never read further ahead than one chunk."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from opencwc.errors import InputError
from opencwc.finding import Message

if TYPE_CHECKING:
    from zlib import _Decompress as _Inflater

RAW_BYTES = 256 * 1024
INFLATED_BYTES = 1024 * 1024
# Four bytes of zstandard can stand for 128 KiB: a slice this small bounds what one step can give to 32 MiB.
ZSTD_SLICE = 1024
MAX_SPOOLED_BYTES = 4_000_000_000

ENDS_EARLY = Message("file_ends_early")
DAMAGED = Message("file_damaged")


class ByteStream:
    """The decompressed bytes of a source, in chunks.

    ``failure`` is set once the chunks are exhausted, if the compressed stream ended early or was damaged.
    """

    def __init__(self, raw: BinaryIO, *, name: str, path: Path | None, size: int | None, ours: bool) -> None:
        self.name = name
        self.size = size
        self.consumed = 0
        self.failure: Message | None = None
        self.compression = ""
        self._raw = raw
        self._path = path
        self._ours = ours
        self._spooled: Path | None = None
        self._raw_ahead = self._read_raw()
        self._source = self._decompressed()
        self._ahead: list[bytes] = []

    def peek(self, size: int) -> bytes:
        """The first ``size`` bytes (fewer at the end of the source); ``chunks`` will still give them."""
        got = sum(map(len, self._ahead))
        while got < size and (chunk := next(self._source, b"")):
            self._ahead.append(chunk)
            got += len(chunk)
        self._ahead = [b"".join(self._ahead)]
        return self._ahead[0][:size]

    def chunks(self) -> Iterator[bytes]:
        """Every byte of the source, in chunks of bounded size."""
        for ahead in self._ahead:
            if ahead:
                yield ahead
        self._ahead = []
        yield from self._source

    def as_file(self) -> Path:
        """A plain file on disk with these bytes: the source itself, or a temporary copy that ``close`` removes."""
        if self._path is not None and self.size is not None and not self.compression:
            return self._path
        if self._spooled is None:
            self._spooled = self._spool()
        return self._spooled

    def close(self) -> None:
        """Close what was opened here and remove the temporary copy."""
        if self._ours:
            self._raw.close()
        if self._spooled is not None:
            self._spooled.unlink(missing_ok=True)

    def _spool(self) -> Path:
        handle, name = tempfile.mkstemp(prefix="opencwc-")
        copied = 0
        try:
            with os.fdopen(handle, "wb") as copy:
                for chunk in self.chunks():
                    copied += len(chunk)
                    self._refuse_bomb(copied)
                    copy.write(chunk)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        return Path(name)

    def _refuse_bomb(self, copied: int) -> None:
        if copied > MAX_SPOOLED_BYTES:
            raise InputError("file_unpacks_too_large", where=self.name, bytes=MAX_SPOOLED_BYTES)

    def _read_raw(self) -> bytes:
        data = read_chunk(self._raw, RAW_BYTES, self.name)
        self.consumed += len(data)
        return data

    def _raw_chunks(self) -> Iterator[bytes]:
        while self._raw_ahead:
            yield self._raw_ahead
            self._raw_ahead = self._read_raw()

    def _decompressed(self) -> Iterator[bytes]:
        for compression, magic, decompress in _COMPRESSIONS:
            if self._raw_ahead.startswith(magic):
                self.compression = compression
                return self._noting_failure(decompress(self._raw_chunks()))
        return self._raw_chunks()

    def _noting_failure(self, chunks: Iterator[bytes | Message]) -> Iterator[bytes]:
        for chunk in chunks:
            if isinstance(chunk, Message):
                self.failure = chunk
                return
            yield chunk


def open_source(source: Path | BinaryIO, name: str) -> ByteStream:
    """Open a path or a binary stream for reading.

    Raises:
        InputError: there is no such file, it is a directory, it is empty, or it may not be read.

    """
    if not isinstance(source, (str, os.PathLike)):
        stream = ByteStream(source, name=name, path=None, size=None, ours=False)
    else:
        stream = _open_path(Path(source), name)
    if not stream.peek(1):
        stream.close()
        if stream.failure:
            raise InputError("compressed_file_damaged", where=name)
        raise InputError("file_empty", where=name)
    return stream


def _open_path(path: Path, name: str) -> ByteStream:
    raw, status = open_file(path, name)
    size = status.st_size if stat.S_ISREG(status.st_mode) else None
    return ByteStream(raw, name=name, path=path, size=size, ours=True)


def open_file(path: Path, where: str) -> tuple[BinaryIO, os.stat_result]:
    """Open a file, and return what kind of file it is; raise InputError where that cannot be done."""
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise InputError("folder_in_place_of_file", where=where)
        return path.open("rb", buffering=RAW_BYTES), status
    except FileNotFoundError as error:
        raise InputError("no_such_file_check_spelling", where=where) from error
    except PermissionError as error:
        raise InputError("file_may_not_be_read", where=where) from error
    except (OSError, ValueError) as error:
        raise InputError("file_cannot_be_opened", where=where, reason=str(error)) from error


def read_chunk(source: BinaryIO, size: int, where: str) -> bytes:
    """Read up to ``size`` bytes; raise InputError where the disk does not give them."""
    try:
        return source.read(size) or b""
    except OSError as error:
        raise InputError("reading_stopped", where=where, reason=str(error.strerror or error)) from error


def _gunzip(raw: Iterator[bytes]) -> Iterator[bytes | Message]:
    """Inflate the members of a gzip stream; last, a message where it ends early or is damaged (RFC 1952)."""
    member = zlib.decompressobj(wbits=31)
    for chunk in raw:
        data = chunk
        while data:
            if member.eof:
                data = data.lstrip(b"\0")  # padding between members, as tar and tape leave it
                if not data:
                    break
                member = zlib.decompressobj(wbits=31)
            before = member.copy()
            try:
                out = member.decompress(data, INFLATED_BYTES)
            except zlib.error:
                yield from _salvage(before, data)
                yield DAMAGED
                return
            data = member.unused_data if member.eof else member.unconsumed_tail
            if out:
                yield out
    if not member.eof:
        if out := member.flush():
            yield out
        yield ENDS_EARLY


def _salvage(member: _Inflater, data: bytes) -> Iterator[bytes]:
    """What stands before the damage: zlib gives nothing of a stretch that it finds damaged at its end."""
    with contextlib.suppress(zlib.error):
        for at in range(len(data)):
            if out := member.decompress(data[at : at + 1]):
                yield out


def _unzstd(raw: Iterator[bytes]) -> Iterator[bytes | Message]:
    """Decompress the frames of a zstandard stream; last, a message where it ends early or is damaged (RFC 8878)."""
    import zstandard

    decompressor = zstandard.ZstdDecompressor()
    frame = decompressor.decompressobj()
    begun = False
    for chunk in raw:
        for start in range(0, len(chunk), ZSTD_SLICE):
            data = chunk[start : start + ZSTD_SLICE]
            while data:
                if frame.eof:
                    frame = decompressor.decompressobj()
                try:
                    out = frame.decompress(data)
                except zstandard.ZstdError:
                    yield DAMAGED
                    return
                begun = not frame.eof
                data = frame.unused_data if frame.eof else b""
                if out:
                    yield out
    if begun:
        yield ENDS_EARLY


_Decompress = Callable[[Iterator[bytes]], Iterator["bytes | Message"]]
_COMPRESSIONS: tuple[tuple[str, bytes, _Decompress], ...] = (
    ("gzip", b"\x1f\x8b", _gunzip),
    ("zstd", b"\x28\xb5\x2f\xfd", _unzstd),
)
