"""The records of a WARC, one after the other, each with its place in the file: read within bounds, whatever it holds.

A web archive is read here and not by `warcio`, since its bytes are evidence: what is written again is what was read,
and a header or a member that unpacks without end is told instead of filling the memory.
"""

from __future__ import annotations

import zlib
from base64 import b16encode, b32encode
from collections.abc import Iterator
from hashlib import new as new_hash
from typing import Any, BinaryIO, NamedTuple

MOST_RECORDS = 1_000_000
MOST_BYTES = 4_000_000_000
"""Records of one archive that are read, and bytes that they unpack to."""
INDEXED = ("response", "resource", "revisit")
_CHUNK = 1 << 16
_LONGEST_HEAD = 1 << 16
_HASHES = {"sha1": "sha1", "sha-1": "sha1", "sha256": "sha256", "sha-256": "sha256", "sha512": "sha512", "md5": "md5"}


class Damaged(Exception):
    """The rest of an archive that makes no sense."""


class TooLarge(Exception):
    """An archive that holds more than is read."""


class Record(NamedTuple):
    """A record as it stands: its fields, its block, and where in the file it or the member that holds it begins."""

    fields: tuple[tuple[str, str], ...]
    block: Block
    offset: int

    def field(self, name: str) -> str:
        """Return a field by its name, empty where there is none."""
        return field_of(self.fields, name)

    @property
    def kind(self) -> str:
        """What kind of record it is: ``response``, ``resource``, ``request`` ..."""
        return self.field("WARC-Type")

    @property
    def url(self) -> str:
        """The address that it is of."""
        return self.field("WARC-Target-URI").strip("<>")


def field_of(fields: tuple[tuple[str, str], ...], name: str) -> str:
    """Return a field by its name in whatever letters, empty where there is none."""
    return next((value for key, value in fields if key.lower() == name.lower()), "")


def read_records(file: BinaryIO, most: int = MOST_BYTES) -> Iterator[Record]:
    """Yield the records of a WARC, packed or not, that unpacks to at most so many bytes; what is not read is skipped.

    Raises:
        Damaged: the rest makes no sense, or there is no record.
        TooLarge: it holds more records or bytes than are read.

    """
    stream, number = _Unpacked(file, most), 0
    while stream.goes_on():
        number += 1
        if number > MOST_RECORDS:
            raise TooLarge
        offset = stream.offset
        fields = _fields(stream)
        length = field_of(fields, "Content-Length")
        if not (length.isascii() and length.isdecimal()) or len(length) > 15:
            raise Damaged
        block = Block(stream, int(length))
        yield Record(fields, block, offset)
        for _ in block.chunks():
            pass
        if stream.take(4) != b"\r\n\r\n":
            raise Damaged
    if not number:
        raise Damaged


class Block:
    """What a record holds; it is read once, in pieces."""

    def __init__(self, stream: _Unpacked, length: int) -> None:
        self.length = length
        self._stream, self._left = stream, length

    def chunks(self) -> Iterator[bytes]:
        """Yield what is not read yet; the first piece holds the whole head of an answer of HTTP, if there is one.

        Raises:
            Damaged: the archive ends within it.

        """
        while self._left:
            chunk = self._stream.take(min(self._left, _CHUNK))
            if not chunk:
                raise Damaged
            self._left -= len(chunk)
            yield chunk


class _Unpacked:
    """The bytes of a file, unpacked member by member where it is gzip."""

    def __init__(self, file: BinaryIO, most: int) -> None:
        self._most = most
        file_start = file.read(2)
        self._file, self._raw, self._at = file, file_start, len(file_start)
        self._packed = file_start == b"\x1f\x8b"
        self._unpacker: Any = None
        self._ready, self._count = bytearray(), 0
        self._member = 0

    @property
    def offset(self) -> int:
        """Where in the file the next byte stands, or the member that holds it begins."""
        return self._member if self._packed else self._at - len(self._raw) - len(self._ready)

    def goes_on(self) -> bool:
        """Tell whether there is a further byte."""
        return bool(self._ready) or self._fill()

    def take(self, size: int) -> bytes:
        """Return so many bytes, fewer where the file ends before."""
        while len(self._ready) < size and self._fill():
            pass
        return self._cut(min(size, len(self._ready)))

    def take_head(self) -> bytes:
        """Return all up to an empty line, and that."""
        while (end := self._ready.find(b"\r\n\r\n")) < 0:
            if len(self._ready) > _LONGEST_HEAD or not self._fill():
                raise Damaged
        return self._cut(end + 4)

    def _cut(self, size: int) -> bytes:
        taken = bytes(self._ready[:size])
        del self._ready[:size]
        return taken

    def _fill(self) -> bool:
        """Unpack some more; tell whether there was any."""
        try:
            piece = self._unpack() if self._packed else self._read()
        except (zlib.error, OSError, EOFError, ValueError) as error:
            raise Damaged from error
        self._ready += piece
        self._count += len(piece)
        if self._count > self._most:
            raise TooLarge
        return bool(piece)

    def _read(self) -> bytes:
        piece = self._raw or self._file.read(_CHUNK)
        self._at += 0 if self._raw else len(piece)
        self._raw = b""
        return piece

    def _unpack(self) -> bytes:
        while True:
            if not self._raw:
                self._raw = self._file.read(_CHUNK)
                self._at += len(self._raw)
            if not self._raw:
                if self._unpacker is not None:
                    raise EOFError
                return b""
            if self._unpacker is None:
                self._unpacker = zlib.decompressobj(zlib.MAX_WBITS + 16)
                self._member = self._at - len(self._raw)
            piece: bytes = self._unpacker.decompress(self._raw, _CHUNK)
            self._raw = self._unpacker.unconsumed_tail
            if self._unpacker.eof:
                self._raw, self._unpacker = self._unpacker.unused_data, None
            if piece:
                return piece


def _fields(stream: _Unpacked) -> tuple[tuple[str, str], ...]:
    first, *lines = stream.take_head()[:-4].decode("utf-8", "replace").split("\r\n")
    if not first.startswith("WARC/1."):
        raise Damaged
    fields: list[tuple[str, str]] = []
    for line in lines:
        name, colon, value = line.partition(":")
        if line[:1] in (" ", "\t") and fields:
            fields[-1] = (fields[-1][0], f"{fields[-1][1]} {line.strip()}")
        elif not colon:
            raise Damaged
        else:
            fields.append((name.strip(), " ".join(value.split())))
    return tuple(fields)


def status_and_type(head: bytes) -> tuple[int, str]:
    """Return the status and the media type that an answer of HTTP begins with; 0 and empty where it is none.

    >>> status_and_type(b"HTTP/1.1 200 OK\\r\\nContent-Type: text/html\\r\\n\\r\\n<p>")
    (200, 'text/html')
    """
    first, *lines = head.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
    words = first.split()
    status = (
        int(words[1]) if len(words) > 1 and words[1].isascii() and words[1].isdecimal() and len(words[1]) < 5 else 0
    )
    return status, field_of(
        tuple((name, rest.strip()) for name, _, rest in (line.partition(":") for line in lines)), "Content-Type"
    )


class Digests:
    """Holds the bytes of a record against the digests that its fields name."""

    def __init__(self, record: Record) -> None:
        self._is_http = "application/http" in record.field("Content-Type").lower()
        self._block = _Digest(record.field("WARC-Block-Digest"))
        self._payload = _Digest("" if record.kind == "revisit" else record.field("WARC-Payload-Digest"))
        self._first = True

    def take(self, chunk: bytes) -> None:
        """Take in the next piece of the block."""
        self._block.take(chunk)
        if self._first and self._is_http:
            head, found, chunk = chunk.partition(b"\r\n\r\n")
            if not found or b"\ntransfer-encoding:" in head.lower():  # which some write a digest of, some without
                self._payload = _Digest("")
        self._first = False
        self._payload.take(chunk)

    @property
    def hold(self) -> bool:
        """Whether both are those of what was taken in; one of a kind that is not known here is not judged."""
        return self._block.holds and self._payload.holds


class _Digest:
    """One digest as WARC writes it: its kind, and its value in hexadecimal or base 32."""

    def __init__(self, said: str) -> None:
        kind, _, self._value = said.strip().partition(":")
        known = _HASHES.get(kind.strip().lower())
        self._hash = new_hash(known, usedforsecurity=False) if known and self._value else None

    def take(self, chunk: bytes) -> None:
        if self._hash is not None:
            self._hash.update(chunk)

    @property
    def holds(self) -> bool:
        if self._hash is None:
            return True
        made, value = self._hash.digest(), self._value.strip().upper().rstrip("=")
        return value in (b16encode(made).decode(), b32encode(made).decode().rstrip("="))
