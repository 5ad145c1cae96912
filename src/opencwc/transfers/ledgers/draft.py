"""A ledger while it is read field by field, once the whole file has streamed past, and the problems of its lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from opencwc.files.frames import problem_of
from opencwc.files.rows import EMPTY
from opencwc.finding import Item, Message
from opencwc.transfers.ledgers.layout import Layout
from opencwc.transfers.ledgers.row_stream import Array, StreamedRows

_MOST_PROBLEMS = 60_000
_AMONG_MANY = Message("ledger_problem_among_many")
"""The problem that stands for all further ones."""


class LineProblems:
    """The different problems of a ledger, and which one each line has."""

    def __init__(self, rows: int) -> None:
        self.messages: list[Message] = []
        self.of_rows = np.zeros(rows, np.uint16)
        self._numbers: dict[str, int] = {}

    def number(self, message: Message) -> int:
        """Return the number of a problem, from 1; where there are too many different ones, that of a general one."""
        key = repr(message)
        if key not in self._numbers:
            if len(self.messages) >= _MOST_PROBLEMS and message != _AMONG_MANY:
                return self.number(_AMONG_MANY)
            self.messages.append(message)
            self._numbers[key] = len(self.messages)
        return self._numbers[key]

    def say(self, rows: Array, message: Message) -> None:
        """Say one problem of some rows (places, or a mask)."""
        places = np.flatnonzero(rows) if rows.dtype == bool else rows
        if len(places):
            self.say_each(places, np.full(len(places), self.number(message), np.uint16))

    def say_each(self, places: Array, numbers: Array) -> None:
        """Say a problem of each of some rows; a row that has one already has both."""
        before = self.of_rows[places]
        self.of_rows[places] = np.where(before == 0, numbers, before)
        both = np.flatnonzero((before > 0) & (numbers > 0))
        if not len(both):
            return
        pairs = before[both].astype(np.uint32) << 16 | numbers[both].astype(np.uint32)
        keys, at = np.unique(pairs, return_inverse=True)
        joined = [self._joined(int(key) >> 16, int(key) & 0xFFFF) for key in keys]
        self.of_rows[places[both]] = np.array(joined, np.uint16)[at]

    def say_texts(self, numbers: Array, messages: Mapping[int, Message], skip: Array) -> None:
        """Say the problems that texts have of the rows in which they stand, by the numbers of the texts."""
        if not messages:
            return
        by_text = np.zeros(int(numbers.max(initial=0)) + 1, np.uint16)
        for at, message in messages.items():
            if at < len(by_text):
                by_text[at] = self.number(message)
        by_row = by_text[numbers]
        by_row[skip] = 0
        places = np.flatnonzero(by_row)
        if len(places):
            self.say_each(places, by_row[places])

    def settled(self) -> tuple[tuple[Message, ...], Array]:
        """Return the messages that lines have, in the order in which they are first met, and their numbers by line."""
        used, first = np.unique(self.of_rows, return_index=True)
        order = [int(used[at]) for at in np.argsort(first) if used[at]]
        renumbered = np.zeros(len(self.messages) + 1, np.uint16)
        renumbered[order] = np.arange(1, len(order) + 1)
        return tuple(self.messages[number - 1] for number in order), renumbered[self.of_rows]

    def _joined(self, first: int, second: int) -> int:
        parts: list[Item] = []
        for message in (self.messages[first - 1], self.messages[second - 1]):
            problems = message.values["problems"] if message.id == "ledger_problems" else (message,)
            parts += [part for part in problems if part not in parts] if isinstance(problems, tuple) else []
        return self.number(Message("ledger_problems", {"problems": tuple(parts)}))


SPREADSHEETS = ("xlsx", "xlsb", "xls", "ods")
MOST_SHOWN = 80
"""Characters of a text that a problem shows."""


@dataclass
class LedgerDraft:
    """What the fields of a ledger are read from, and what is said of its lines on the way.

    ``file_kind`` is the kind of the file; ``notes`` are said of the ledger as a whole.
    """

    file_kind: str
    layout: Layout
    rows: StreamedRows
    notes: list[Message] = field(default_factory=list)

    @cached_property
    def problems(self) -> LineProblems:
        """The problems of the lines."""
        return LineProblems(self.rows.rows)

    @cached_property
    def unread(self) -> Array:
        """Of each row, whether it could not be read or holds nothing; that is its problem then."""
        unread = np.zeros(self.rows.rows, bool)
        for at, problem in self.rows.row_problems.items():
            unread[at] = True
            self.problems.say(np.array([at]), problem_of(problem))
        for places in self.rows.blank_rows:
            fresh = places[~unread[places]]
            unread[fresh] = True
            self.problems.say(fresh, EMPTY)
        if ends := [problem for problem in self.rows.row_problems.values() if '"file_' in problem]:
            self.notes.append(problem_of(ends[0]))
        return unread

    def read_by_text(
        self, numbers: Array, readings: Sequence[tuple[object, Message | None]], nothing: np.generic
    ) -> Array:
        """Return the value of each row by the number of its text, and say the problems of the texts.

        ``readings`` are the value and the problem of each text. Rows that could not be read, and texts without a value,
        have ``nothing``, which also gives the type.
        """
        values = np.full(max(1, len(readings)), nothing)
        for at, (value, _) in enumerate(readings):
            values[at] = nothing if value is None else value
        of_rows: Array = values[numbers]
        of_rows[self.unread] = nothing
        problems = {at: message for at, (_, message) in enumerate(readings) if message is not None}
        self.problems.say_texts(numbers, problems, self.unread)
        return of_rows

    def note(self, message: Message) -> None:
        """Say something of the whole ledger, once."""
        if message not in self.notes:
            self.notes.append(message)
