"""JSON and JSON Lines: an array of objects or of strings, read one element at a time; or one value a line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple

from opencwc.errors import InputError
from opencwc.files.columns import SAMPLE_ROWS, WantedColumns
from opencwc.files.frames import frame_of_rows, name_columns
from opencwc.files.rows import (
    EMPTY,
    HOLDS_NUL,
    STARTS_CHARACTERS,
    Part,
    PartBuilder,
    ValueLimits,
    too_long_message,
)
from opencwc.files.tables import FrameContents, RowContents, TableFile
from opencwc.files.text_stream import Text
from opencwc.files.white_space import WHITE_SPACE
from opencwc.finding import Message

if TYPE_CHECKING:
    import polars as pl

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},]|"', re.DOTALL)
_AFTER = re.compile(r"\s*(?:,|(?=\]))")
_DECODER = json.JSONDecoder()
_ROWS_A_PART = 8_000
_START_OF_FRAME, _ROWS_A_FRAME = 2_000, 20_000
_VALUE = "value"
_MEMBER = re.compile(r'\s*,?\s*("(?:[^"\\]|\\.)*")\s*:\s*', re.DOTALL)

# One element as Python values by column name, or why it could not be read.
Element = dict[str, str | None] | Message


def read_rows(file: TableFile, wanted: WantedColumns) -> RowContents:
    """Open JSON: an array, an object with an array in it such as ``{"rows": [...]}``, or one object, one row.

    JSON Lines hold an object or a string a line.
    """
    elements, limits = _elements_of(file), file.text.limits
    sample = list(islice(elements, SAMPLE_ROWS))
    readable = [element for element in sample if not isinstance(element, Message)]
    columns = tuple(dict.fromkeys(key for element in readable for key in element)) or (_VALUE,)
    chosen = wanted.choose(columns, [[element.get(column) for element in readable] for column in columns])
    column = columns[chosen.input]
    id_column = None if chosen.id is None else columns[chosen.id]
    beside = tuple(columns[at] for at in chosen.beside)
    parts = _parts(chain(sample, elements), _Keys(column, id_column, beside), limits)
    return RowContents(
        kind=file.kind, columns=columns, column=column, id_column=id_column, parts=parts, reads=chosen.columns
    )


class _Keys(NamedTuple):
    """The members of an object that are the input, the id and the other columns that are read."""

    input: str
    id: str | None
    beside: tuple[str, ...]


def read_frame(file: TableFile) -> FrameContents:
    """Open JSON with all the columns that its first elements have."""
    elements = _elements_of(file)
    start = list(islice(elements, _START_OF_FRAME))
    keys = tuple(dict.fromkeys(key for element in start if not isinstance(element, Message) for key in element))
    if not keys:
        raise InputError("json_without_rows", where=file.name)
    header, _ = name_columns(keys, headed=True)

    def parts(columns: tuple[str, ...]) -> Iterator[pl.DataFrame]:
        rest = chain(start, elements)
        while piece := list(islice(rest, _ROWS_A_FRAME)):
            problems = {at: element for at, element in enumerate(piece) if isinstance(element, Message)}
            rows = [None if isinstance(element, Message) else [element.get(key) for key in keys] for element in piece]
            yield frame_of_rows(rows, header, columns, problems)

    return FrameContents(file.kind, header, file.text.notes, parts)


def _elements_of(file: TableFile) -> Iterator[Element]:
    text = file.text
    if file.kind == "jsonl":
        return _elements_of_lines(text.data_lines(), text.limits)
    return _elements_of_array(text, file.name)


def _parts(elements: Iterable[Element], keys: _Keys, limits: ValueLimits) -> Iterator[Part]:
    rows, size = PartBuilder(), 0
    for element in elements:
        if isinstance(element, Message):
            rows.add(None, None, element)
        else:
            value = element.get(keys.input)
            problem = HOLDS_NUL if value and "\0" in value else None
            beside = [element.get(key) for key in keys.beside]
            row_id = None if keys.id is None else element.get(keys.id)
            rows.add(None if problem else value, row_id, problem, beside)
            size += 0 if problem else len(value or "")
            size += sum(len(cell or "") for cell in beside)
        if len(rows.inputs) >= _ROWS_A_PART or size > 4 * limits.max_value_bytes:
            yield rows.part(limits)
            rows, size = PartBuilder(), 0
    if rows.inputs:
        yield rows.part(limits)


def _elements_of_lines(lines: Iterable[bytes | Message], limits: ValueLimits) -> Iterator[Element]:
    for block in lines:
        if isinstance(block, Message):
            yield block
        else:
            for line in block.decode("utf-8").split("\n")[:-1]:
                yield _element(line, limits)


def _element(source: str, limits: ValueLimits) -> Element:
    source = source.strip(WHITE_SPACE)
    if not source:
        return EMPTY
    if "\0" in source:
        return HOLDS_NUL
    if len(source) > limits.max_value_bytes:
        return too_long_message(source, len(source.encode()))
    try:
        value = json.loads(source)
    except (ValueError, RecursionError):
        return Message("row_bad_json", {"starts": source[:STARTS_CHARACTERS]})
    return _as_cells(value, source)


def _as_cells(value: object, source: str) -> Element:
    if isinstance(value, dict):
        return {_text(key) or "": _text(cell) for key, cell in value.items()}
    if isinstance(value, str):
        return {_VALUE: _text(value)}
    if value is None:
        return EMPTY
    return Message("row_bad_json", {"starts": source[:STARTS_CHARACTERS]})


def _text(cell: object) -> str | None:
    if cell is None:
        return None
    text = cell if isinstance(cell, str) else json.dumps(cell, ensure_ascii=False)
    # JSON can spell half a surrogate pair, which no UTF-8 text can hold.
    return text.encode("utf-8", "replace").decode("utf-8") if not text.isascii() else text


def _elements_of_array(text: Text, where: str) -> Iterator[Element]:
    buffer = _Buffer(text)
    buffer.skip_space()
    if buffer.peek() == "{" and not _enter_first_array(buffer):
        yield from _sole_object(buffer, text.limits, where)
        return
    if buffer.peek() != "[":
        raise InputError("json_without_array", where=where)
    buffer.advance(1)
    yield from _elements(buffer, text)


def _elements(buffer: _Buffer, text: Text) -> Iterator[Element]:
    while True:
        buffer.skip_space()
        if buffer.peek() == "]":
            return
        if (parsed := buffer.take_parsed(text.limits.max_value_bytes)) is not None:
            yield _as_cells(*parsed)
            continue
        source, size, is_whole = buffer.take_element(text.limits.max_value_bytes)
        if not is_whole:
            starts = source.strip()[:STARTS_CHARACTERS]
            yield Message(text.failure.id if text.failure else "record_cut", {"starts": starts})
            return
        if size > text.limits.max_value_bytes:
            yield too_long_message(source, size)
        else:
            yield _element(source, text.limits)
        if buffer.peek() == ",":
            buffer.advance(1)


def _enter_first_array(buffer: _Buffer) -> bool:
    """Move to the first array that is a member of the object; stay where there is none within the first stretch."""
    at = 1
    while member := _MEMBER.match(buffer.text, at):
        at = member.end()
        if buffer.text[at : at + 1] == "[":
            buffer.advance(at)
            return True
        try:
            _, at = _DECODER.raw_decode(buffer.text, at)
        except (ValueError, RecursionError):
            return False
    return False


def _sole_object(buffer: _Buffer, limits: ValueLimits, where: str) -> Iterator[Element]:
    source, _, _ = buffer.take_element(limits.max_value_bytes)
    element = _element(source, limits)
    if isinstance(element, Message):
        raise InputError("json_unreadable", where=where)
    yield element


class _Buffer:
    """The text not yet read, refilled a chunk at a time."""

    def __init__(self, text: Text) -> None:
        self._chunks = text.chunks()
        self.text = next(self._chunks, b"").decode("utf-8").lstrip("\ufeff")
        self._at = 0

    def peek(self) -> str:
        return self.text[self._at : self._at + 1]

    def advance(self, characters: int) -> None:
        self._at += characters

    def skip_space(self) -> None:
        while True:
            while self.peek() and self.peek() in WHITE_SPACE:
                self._at += 1
            if self.peek() or not self._refill():
                return

    def take_parsed(self, limit: int) -> tuple[object, str] | None:
        """An element that is valid JSON and stands whole in the buffer, with how it starts; passes the comma after."""
        try:
            value, end = _DECODER.raw_decode(self.text, self._at)
        except (ValueError, RecursionError):
            return None
        after = _AFTER.match(self.text, end)
        if after is None or end - self._at > limit:
            return None
        starts = self.text[self._at : min(end, self._at + STARTS_CHARACTERS)]
        self._at = after.end()
        return value, starts

    def take_element(self, limit: int) -> tuple[str, int, bool]:
        """Up to the comma or bracket that ends an element: its text (cut at ``limit``), its size, whether it ended.

        Brackets are counted outside strings, so an element that is no valid JSON ends where it should.
        """
        kept, size, depth = "", 0, 0
        scanned = self._at
        while True:
            token = _TOKEN.search(self.text, scanned)
            while token is not None and token[0] != '"':
                mark = token[0]
                if depth == 0 and mark in ",]}":
                    kept += self.text[self._at : token.start()]
                    size += token.start() - self._at
                    self._at = token.start() + (mark == "}")
                    return kept[: limit + 1], size, True
                depth += (mark in "[{") - (mark in "]}")
                scanned = token.end()
                token = _TOKEN.search(self.text, scanned)
            # No token left, or a string that is still open: keep from where the scan must resume.
            resume = len(self.text) if token is None else token.start()
            size += resume - self._at
            kept = (kept + self.text[self._at : resume])[: limit + 1]
            self._at = scanned = resume
            grown = len(self.text) - resume
            if grown > limit and token is not None:
                self._skip_string()
                size += grown
                scanned = self._at
            elif not self._refill():
                return kept + self.text[self._at :][:limit], size, False
            else:
                scanned = self._at

    def _skip_string(self) -> None:
        """Pass a string longer than any value may be, without keeping it."""
        self._at += 1
        while True:
            end = re.compile(r'(?:[^"\\]|\\.)*"', re.DOTALL).match(self.text, self._at)
            if end:
                self._at = end.end()
                return
            odd = (len(self.text) - len(self.text.rstrip("\\"))) % 2
            self.text, self._at = self.text[len(self.text) - odd :], 0
            if not self._refill():
                return

    def _refill(self) -> bool:
        chunk = next(self._chunks, None)
        if chunk is None:
            return False
        self.text = self.text[self._at :] + chunk.decode("utf-8")
        self._at = 0
        return True
