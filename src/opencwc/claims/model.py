"""The records of the verb: a statement of the record, a sentence, what it claims, and what the record says of it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, NamedTuple

from msgspec import Struct

from opencwc.finding import Message
from opencwc.reports.model import Span

Relation = Literal["", "agrees", "differs", "not_in_record"]
Aspect = Literal["number", "date", "place", "actor", "attribution", "agent"]
ASPECTS: tuple[Aspect, ...] = ("number", "date", "place", "actor", "attribution", "agent")
Part = Literal["number", "date", "place", "actor", "attribution", "agent", "contrary"]
"""In what a claim differs: an aspect, or that it says the contrary of the same (refused, not granted)."""
PARTS: tuple[Part, ...] = (*ASPECTS, "contrary")


class Statement(Struct, frozen=True):
    """A statement of the record: what an official report, a register or an earlier finding says, and since when.

    ``made`` knows its offset from UTC; ``row`` counts the statements of the record from 1.
    """

    id: str
    made: datetime
    text: str
    source: str = ""
    lang: str = ""
    row: int = 0


class Difference(NamedTuple):
    """In what a claim differs from its statement, and the words of each that differ."""

    aspect: Part
    claimed: tuple[Span, ...] = ()
    recorded: tuple[Span, ...] = ()


class ClaimRecord(NamedTuple):
    """A claim laid out: who is heard saying it, what it says, when, where, with what and how much of it."""

    who: tuple[str, ...] = ()
    what: str = ""
    when: tuple[str, ...] = ()
    where: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()


class Claim(Struct, frozen=True):
    """A sentence of a report: how likely it can be checked, and what the record says of it.

    ``id`` is the row of its report and its number there, such as ``3-2``; ``span`` is its place in `Report.whole`.
    Without a ``matched`` statement the relation is ``not_in_record``, or empty where the sentence claims nothing that
    could be checked. ``chance`` is how likely the relation is the right one.
    The spans of ``differences`` count from the beginning of the sentence and of the statement.
    """

    report: str
    sentence: str
    span: Span
    lang: str
    checkworthy: float
    record: ClaimRecord = ClaimRecord()
    matched: str = ""
    relation: Relation = ""
    chance: float = 0.0
    differences: tuple[Difference, ...] = ()
    why: tuple[Message, ...] = ()
    id: str = ""

    @property
    def row(self) -> int:
        """The row of its report."""
        return int(self.id.partition("-")[0])

    @property
    def differs_in(self) -> tuple[Aspect, ...]:
        """The aspects in which it differs, in the order of `ASPECTS`; none where it only says the contrary."""
        return tuple(aspect for aspect in ASPECTS if aspect in self.parts)

    @property
    def parts(self) -> tuple[Part, ...]:
        """In what it differs, the contrary too."""
        return tuple(one.aspect for one in self.differences)
