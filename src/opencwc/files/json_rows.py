"""JSON and JSON Lines: an array of objects or of strings, read one element at a time; or one value a line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice

from opencwc.errors import InputError
from opencwc.files.columns import SAMPLE_ROWS, Wanted
from opencwc.files.contents import Contents
from opencwc.files.rows import (
    EMPTY,
    HOLDS_NUL,
    STARTS_CHARACTERS,
    WHITE_SPACE,
    Limits,
    Part,
    part_of_values,
    too_long_message,
)
from opencwc.files.text import Text
from opencwc.finding import Message

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},]|"', re.DOTALL)
_AFTER = re.compile(r"\s*(?:,|(?=\]))")
_DECODER = json.JSONDecoder()
_ROWS_A_PART = 8_000
_VALUE = "value"
_MEMBER = re.compile(r'\s*,?\s*("(?:[^"\\]|\\.)*")\s*:\s*', re.DOTALL)

# One element as Python values by column name, or why it could not be read.
Element = dict[str, str | None] | Message


def read_json(text: Text, wanted: Wanted) -> Contents:
    """Open a JSON file: an array, an object with an array in it such as ``{"rows": [...]}``, or one object, one row."""
    return _contents("json", _elements_of_array(text, wanted.where), wanted, text.limits)


def read_json_lines(text: Text, wanted: Wanted) -> Contents:
    """Open a JSON Lines file: an object or a string a line."""
    return _contents("jsonl", _elements_of_lines(text.data_lines(), text.limits), wanted, text.limits)


def _contents(kind: str, elements: Iterator[Element], wanted: Wanted, limits: Limits) -> Contents:
    sample = list(islice(elements, SAMPLE_ROWS))
    readable = [element for element in sample if not isinstance(element, Message)]
    columns = tuple(dict.fromkeys(key for element in readable for key in element)) or (_VALUE,)
    chosen = wanted.choose(columns, [[element.get(column) for element in readable] for column in columns])
    column = columns[chosen.input]
    id_column = None if chosen.id is None else columns[chosen.id]
    return Contents(
        kind=kind,
        columns=columns,
        column=column,
        id_column=id_column,
        parts=_parts(chain(sample, elements), column, id_column, limits),
    )


def _parts(elements: Iterable[Element], column: str, id_column: str | None, limits: Limits) -> Iterator[Part]:
    inputs: list[str | None] = []
    ids: list[str | None] = []
    problems: dict[int, Message] = {}
    size = 0
    for element in elements:
        found = {} if isinstance(element, Message) else element
        value = found.get(column)
        if isinstance(element, Message):
            problems[len(inputs)] = element
        elif value and "\0" in value:
            problems[len(inputs)], value = HOLDS_NUL, None
        inputs.append(value)
        ids.append(found.get(id_column) if id_column is not None else None)
        size += len(value or "")
        if len(inputs) >= _ROWS_A_PART or size > 4 * limits.max_value_bytes:
            yield part_of_values(inputs, ids, problems, limits)
            inputs, ids, problems, size = [], [], {}, 0
    if inputs:
        yield part_of_values(inputs, ids, problems, limits)


def _elements_of_lines(lines: Iterable[bytes | Message], limits: Limits) -> Iterator[Element]:
    for block in lines:
        if isinstance(block, Message):
            yield block
        else:
            for line in block.decode("utf-8").split("\n")[:-1]:
                yield _element(line, limits)


def _element(source: str, limits: Limits) -> Element:
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
        raise InputError(
            "json_without_array", "The JSON file holds no array of rows.", where=where,
            remedy='Give an array, or {{"rows": [...]}}.',
        )  # fmt: skip
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


def _sole_object(buffer: _Buffer, limits: Limits, where: str) -> Iterator[Element]:
    source, _, _ = buffer.take_element(limits.max_value_bytes)
    element = _element(source, limits)
    if isinstance(element, Message):
        raise InputError(
            "json_unreadable", "The JSON file cannot be read.", where=where,
            remedy='Give an array, or {{"rows": [...]}}, of objects.',
        )  # fmt: skip
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
