"""A ledger while it is read field by field, once the whole file has streamed past."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from opencwc.files.frames import problem_of
from opencwc.files.rows import EMPTY
from opencwc.finding import Message
from opencwc.transfers.ledgers.layout import Layout
from opencwc.transfers.ledgers.line_problems import LineProblems
from opencwc.transfers.ledgers.row_stream import StreamedRows
from opencwc.transfers.ledgers.text_columns import Array

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
        for at, said in self.rows.row_problems.items():
            unread[at] = True
            self.problems.say(np.array([at]), problem_of(said))
        for places in self.rows.blank_rows:
            fresh = places[~unread[places]]
            unread[fresh] = True
            self.problems.say(fresh, EMPTY)
        if ends := [said for said in self.rows.row_problems.values() if '"file_' in said]:
            self.notes.append(problem_of(ends[0]))
        return unread

    def note(self, message: Message) -> None:
        """Say something of the whole ledger, once."""
        if message not in self.notes:
            self.notes.append(message)
