"""The confined process that reads one document, which is its standard input.

Its first line names the kind of the document or refuses it; then come passages, parts that are not read, and notes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from opencwc.confining.process import Line, Task, serve
from opencwc.confining.rights import Bounds, Protection
from opencwc.files.passages import DocumentLimits, Passage, Reading, Refusal
from opencwc.finding import Message

READ = "read"


class ReadDocument(Task):
    """Reads one document."""

    def __init__(self, question: dict[str, Any], bounds: Bounds) -> None:
        from opencwc.files.readers import load_passage_readers
        from opencwc.files.tesseract import find_tesseract

        load_passage_readers()
        self.limits = DocumentLimits(**question["limits"])
        self.tesseract = find_tesseract() if question["ocr"] else None
        self.programs = self.tesseract is not None
        super().__init__(question, bounds if self.programs else replace(bounds, processes=0))

    def answer(self, protection: Protection) -> Iterator[Line]:
        """Yield the lines of the document."""
        try:
            yield from self._lines()
        except Refusal as refusal:
            yield {"refused": [refusal.message.id, refusal.message.values], "remedy": refusal.remedy}
        except MemoryError:
            yield {"refused": ["reading_memory", {}], "remedy": "reading_remedy_smaller_parts"}
        yield {"done": True}

    def _lines(self) -> Iterator[Line]:
        from opencwc.files.document_reading import read_document

        data = _document(self.limits)
        reading = Reading(
            self.limits,
            self.tesseract,
            announce=lambda: self.say({"ocr": True}),
            announce_file=lambda number, name: self.say({"file": [number, name]}),
            files_to_skip=self.question["files_to_skip"],
        )
        kind, items = read_document(data, self.question["name"], reading)
        del data
        yield from _notes(reading, 0)
        noted = len(reading.notes)
        yield {"kind": kind}
        for item in items:
            yield from _notes(reading, noted)
            noted = len(reading.notes)
            if isinstance(item, Passage):
                yield {"passage": item}
            else:
                yield {"unread": [item.place, *_plain(item.message)]}
        yield from _notes(reading, noted)


def _notes(reading: Reading, noted: int) -> Iterator[Line]:
    for note in reading.notes[noted:]:
        yield {"note": _plain(note)}


def _plain(message: Message) -> list[Any]:
    """Return a message as a line holds it; a value may be a message too."""
    values = message.values.items()
    return [message.id, {key: _plain(value) if isinstance(value, Message) else value for key, value in values}]


def _document(limits: DocumentLimits) -> bytes:
    data = sys.stdin.buffer.read(limits.file_bytes + 1)
    if len(data) > limits.file_bytes:  # it grew while it was opened
        raise Refusal(Message("reading_too_large", {"bytes": limits.file_bytes}), "reading_remedy_smaller_parts")
    return data


if __name__ == "__main__":
    sys.exit(serve({READ: ReadDocument}))
