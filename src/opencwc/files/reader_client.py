"""Reading a document in a confined process: what comes back are bounded lines of JSON, trusted for nothing more.

The time counted is that in which nothing came, not that which the caller spends on the passages. A process that
dies, hangs or uses too much leaves what it had read, and a part that is not read.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import asdict
from typing import BinaryIO

from opencwc.confining.process import Line
from opencwc.confining.rights import Bounds
from opencwc.confining.sandbox import Sandbox, TaskRequest
from opencwc.errors import InputError
from opencwc.files.passages import DocumentLimits, Item, Passage, Refusal, Unread
from opencwc.files.reader_process import READ
from opencwc.finding import Message, Value

PROGRAM = ("-m", "opencwc.files.reader_process")
_LONGEST_PLACE = 2_000
_MOST_NOTES = 2_000
_MOST_STARTS = 4
"""Of processes over one archive: a file at which one ends is left out, and another goes on behind it."""
_OTHER_FILE = "reading_remedy_save_again"


class ConfinedDocument:
    """A document that another process reads."""

    def __init__(self, file: BinaryIO, name: str, limits: DocumentLimits, *, ocr: bool) -> None:
        self.notes: list[Message] = []
        self._name, self._limits = name, limits
        self._closed = False
        self._ocr_pages = 0
        self._last_place = ""
        self._ocr, self._file = ocr, os.dup(file.fileno())
        self._files_begun, self._starts = 0, 0
        self._start()
        try:
            self.kind = self._wait_for_kind()
        except BaseException:
            self.close()
            raise

    def _start(self) -> None:
        """Start a process over the document, which goes on behind the last file that was begun."""
        limits = self._limits
        self._starts += 1
        question = {"name": self._name[-300:], "ocr": self._ocr, "files_to_skip": self._files_begun}
        request = TaskRequest(
            READ,
            {**question, "limits": asdict(limits)},
            limits.seconds,
            Bounds(limits.memory, int(limits.seconds) + 5, open_files=64),
            network_must_be_cut=False,
        )
        with os.fdopen(os.dup(self._file), "rb") as file:
            self._sandbox = Sandbox(
                PROGRAM,
                request,
                file,
                longest_line=12 * limits.passage_characters + 20_000,
                environment=("PATH", "TESSDATA_PREFIX"),  # of Tesseract
                count_caller=False,
            )
        self._lines = self._sandbox.lines(poll=None)

    def items(self) -> Iterator[Item]:
        """Yield what the process reads, to its end or to where it broke off."""
        try:
            while True:
                begun = self._files_begun
                try:
                    yield from self._items_of_process()
                except InputError:
                    if self._closed:
                        return
                    yield Unread(self._last_place, self._why_it_ended())
                else:
                    return
                if self._files_begun == begun or self._starts == _MOST_STARTS:
                    return
                self._sandbox.stop()
                self._start()
        finally:
            self.close()

    def _items_of_process(self) -> Iterator[Item]:
        for line in self._lines:
            if (item := self._item(line or {})) is not None:
                self._last_place = item.place
                yield item

    def close(self) -> None:
        """End the process and all it has started."""
        if not self._closed:
            self._closed = True
            self._sandbox.stop()
            os.close(self._file)

    def _wait_for_kind(self) -> str:
        try:
            answer = self._first_answer()
        except InputError as error:
            raise Refusal(self._why_it_ended(), _OTHER_FILE).as_error(self._name) from error
        match answer:
            case {"kind": str(kind)}:
                return kind[:20]
            case {"refused": [id_, values], "remedy": remedy}:
                raise Refusal(_message(id_, values), _message(remedy, {}).id).as_error(self._name)
        raise Refusal(Message("reading_broke_off"), _OTHER_FILE).as_error(self._name)

    def _first_answer(self) -> Line:
        for line in self._lines:
            if line and not line.keys().isdisjoint(("kind", "refused")):
                return line
            self._item(line or {})
        return {}

    def _item(self, line: Line) -> Item | None:
        """Return what a line holds; one of a shape that was not agreed on ends the reading."""
        if not line or line.get("done"):  # nothing came in time, or nothing is left
            return None
        match line:
            case {"passage": [str(place), str(text)]} if len(text) <= self._limits.passage_characters:
                return Passage(place[:_LONGEST_PLACE], text)
            case {"unread": [str(place), str(id_), dict(values)]}:
                return Unread(place[:_LONGEST_PLACE], _message(id_, values))
            case {"note": [str(id_), dict(values)]}:
                note = _message(id_, values)
                if note not in self.notes and len(self.notes) < _MOST_NOTES:
                    self.notes.append(note)
            case {"file": [int(number), str(name)]}:
                self._files_begun, self._last_place = number, name[:_LONGEST_PLACE]
            case {"kind": str()}:  # of a process that goes on
                pass
            case {"ocr": True}:
                self._ocr_pages += 1
                if self._ocr_pages <= self._limits.ocr_pages:
                    self._sandbox.allow(1.5 * self._limits.ocr_page_seconds)
            case _:
                raise InputError("reading_lines_not_understood")
        return None

    def _why_it_ended(self) -> Message:
        if self._sandbox.out_of_time:
            return Message("reading_too_long", {"seconds": round(self._limits.seconds)})
        return Message("reading_broke_off")


def _message(id_: object, values: object) -> Message:
    """Return a message about reading; its values are texts and numbers only."""
    name = str(id_)
    if not name.startswith(("reading_", "note_")):
        return Message("reading_broke_off")
    pairs = list(values.items())[:10] if isinstance(values, dict) else []
    return Message(
        name[:60],
        {str(key)[:40]: _value(value) for key, value in pairs},
    )


def _value(value: object) -> Value:
    match value:
        case int():
            return value
        case [str(id_), dict(values)]:
            return _message(id_, {key: inner for key, inner in values.items() if isinstance(inner, (int, str))})
    return str(value)[:500]
