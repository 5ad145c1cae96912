"""The text of a table as a stream: line ends become one, and lines come in blocks of bounded size.

Here all text is UTF-8 bytes with ``\\n`` line ends; a byte that has no meaning in the encoding becomes
U+FFFD, so that one bad byte spoils one value and never the file.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator

from opencwc.files.encodings import recognise_encoding
from opencwc.files.rows import STARTS_CHARACTERS, ValueLimits, too_long_message
from opencwc.files.sources import ByteStream
from opencwc.finding import Message

CHUNK_BYTES = 4_000_000
START_BYTES = 1_000_000

_BLANK = b" \t\x0b\x0c\n"
_HOLD_ASCII = frozenset({"utf-8", "cp1252", "latin-1", "cp1251", "koi8-r", "cp1256"})


class Text:
    """The text of a source: ``start`` to look at, then ``chunks`` or ``lines`` to read, once."""

    def __init__(self, stream: ByteStream, max_value_bytes: int) -> None:
        self._stream = stream
        start = stream.peek(START_BYTES)
        self.encoding, mark, self.notes = recognise_encoding(start)
        self.limits = ValueLimits(max_value_bytes, self.encoding)
        self._chunks = _normalise(stream.chunks(), self.encoding, skip=mark)
        self._first = next(self._chunks, b"")
        self.start = self._first[:START_BYTES].decode("utf-8", "ignore")
        self.is_whole = len(start) < START_BYTES and len(self._first) <= START_BYTES

    @property
    def failure(self) -> Message | None:
        """Why the source ended before its end; known once the text has been read."""
        return self._stream.failure

    @property
    def ended_lines(self) -> int:
        """How many lines ``start`` holds; one that was cut short by a failure is none."""
        return self.start.count("\n") + (0 if self.failure and self.is_whole else 1)

    def chunks(self) -> Iterator[bytes]:
        """The whole text as UTF-8 chunks cut anywhere between two characters."""
        yield self._first
        yield from self._chunks

    def lines(self) -> Iterator[bytes | Message]:
        """Blocks of whole lines, each line ended by a newline; a message in place of a line that was not kept."""
        return _whole_lines(self.chunks(), self)

    def data_lines(self) -> Iterator[bytes | Message]:
        """The lines without the blank ones at the end of the file, which are no rows."""
        return _without_blank_end(self.lines())


def _normalise(chunks: Iterable[bytes], encoding: str, *, skip: int) -> Iterator[bytes]:
    """Re-encode to UTF-8 and turn ``\\r\\n`` and ``\\r`` into ``\\n``."""
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    return_waits = False
    for chunk in _of_size(chunks, CHUNK_BYTES):
        data = chunk[skip:]
        skip -= len(chunk) - len(data)
        if not (encoding in _HOLD_ASCII and data.isascii() and not decoder.getstate()[0]):
            data = decoder.decode(data).encode("utf-8")
        if return_waits:
            data = b"\r" + data
        return_waits = data.endswith(b"\r")
        if return_waits:
            data = data[:-1]
        if b"\r" in data:
            data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        if data:
            yield data
    rest = decoder.decode(b"", final=True).encode("utf-8")
    if return_waits or rest:
        yield (b"\n" if return_waits else b"") + rest


def _of_size(chunks: Iterable[bytes], size: int) -> Iterator[bytes]:
    waiting: list[bytes] = []
    got = 0
    for chunk in chunks:
        waiting.append(chunk)
        got += len(chunk)
        if got >= size:
            joined = b"".join(waiting)
            waiting, got = [], 0
            for start in range(0, len(joined), size):
                yield joined[start : start + size]
    if waiting:
        yield b"".join(waiting)


def _whole_lines(chunks: Iterable[bytes], text: Text) -> Iterator[bytes | Message]:
    limit = text.limits.max_value_bytes
    carry = b""
    starts, skipped = "", 0
    for chunk in chunks:
        data = chunk
        if skipped:
            end = data.find(b"\n")
            skipped += len(data) if end < 0 else end
            if end < 0:
                continue
            yield too_long_message(starts, skipped)
            data, skipped = data[end + 1 :], 0
        data = carry + data
        end = data.rfind(b"\n") + 1
        body, carry = data[:end], data[end:]
        if body:
            yield from _without_long_lines(body, limit)
        if len(carry) > limit:
            starts, skipped, carry = _starts(carry), len(carry), b""
    if text.failure:
        # The last line may have lost its end: "CCO" of "CCOP" would be read as another chemical.
        yield Message(text.failure.id, {"starts": starts if skipped else _starts(carry)})
    elif skipped:
        yield too_long_message(starts, skipped)
    elif carry:
        yield carry + b"\n"


def _without_long_lines(body: bytes, limit: int) -> Iterator[bytes | Message]:
    # A line longer than the limit holds a whole window of half the limit without a line end.
    window = max(1, limit // 2)
    if all(body.find(b"\n", at, at + window) >= 0 for at in range(0, len(body) - window, window)):
        yield body
        return
    kept = at = 0
    while at < len(body):
        end = body.index(b"\n", at)
        if end - at > limit:
            if at > kept:
                yield body[kept:at]
            yield too_long_message(_starts(body[at:end]), end - at)
            kept = end + 1
        at = end + 1
    if kept < len(body):
        yield body[kept:]


def _starts(line: bytes) -> str:
    return line[: 4 * STARTS_CHARACTERS].decode("utf-8", "ignore")[:STARTS_CHARACTERS]


def _without_blank_end(lines: Iterable[bytes | Message]) -> Iterator[bytes | Message]:
    blank = 0
    for block in lines:
        if isinstance(block, Message):
            yield from _blank_lines(blank)
            blank = 0
            yield block
            continue
        # What is stripped is copied, four million bytes at a time: the end shows whether there is any need.
        kept = len(block.rstrip(_BLANK)) if block[-2:-1] in _BLANK else len(block) - 1
        if kept:
            yield from _blank_lines(blank)
            end = block.index(b"\n", kept) + 1
            blank = block.count(b"\n", end)
            yield block[:end]
        else:
            blank += block.count(b"\n")


def _blank_lines(count: int) -> Iterator[bytes]:
    while count > 0:
        yield b"\n" * min(count, CHUNK_BYTES)
        count -= CHUNK_BYTES
