"""What has to be asked back of an operator: a finding or a problem of the register as a question with its figures.

Whatever finds something (the reader of a register, the forms, a check, a model) makes a `Question`; letters are written
from them and answers are held against them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from opencwc.declarations.forms.composition import Lacking
from opencwc.declarations.forms.form_fields import column_for, column_named
from opencwc.declarations.model import Answer, Place, Register
from opencwc.declarations.phrases import FIELD_LABELS, in_words
from opencwc.finding import Message

TRADE_WITHOUT_ROW = Place("activities", 0, "quantity")
"""The place of a difference with a ledger that no row of the register tells of."""


class Shown(NamedTuple):
    """A figure that a question shows: what it is, and what stands in the register."""

    label: Message | str
    value: str


class Question(NamedTuple):
    """What an operator is asked: of which plant site, about which cell of the register, what was found, and the rule.

    ``id`` stays the same as long as cell, value and message do. ``place`` is the cell that an answer corrects; a row of
    0 in ``sites`` is that of the plant site or plant, whether or not the table has a line of it; one in ``activities``
    is a line that is missing, whose other cells are ``adds``.
    """

    id: str
    site: str
    plant: str
    subject: Message | str
    says: Message
    rule: str
    place: Place
    now: str = ""
    figures: tuple[Shown, ...] = ()
    adds: tuple[tuple[str, str], ...] = ()

    @property
    def to_authority(self) -> bool:
        """Whether it is for the Authority itself: of trade that no row and no site of the register tells of."""
        return not self.site and self.place == TRADE_WITHOUT_ROW and not self.adds


def make_question(
    site: str,
    place: Place,
    says: Message,
    *,
    plant: str = "",
    subject: Message | str = "",
    rule: str = "",
    now: str = "",
    figures: Iterable[Shown] = (),
) -> Question:
    """Return a question; ``now`` is what stands in the cell of ``place``."""
    told = "\0".join((site, plant, place.table, str(place.row), place.field, says.id, now))
    id = f"q-{hashlib.sha256(told.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"
    return Question(id, site, plant, subject or site, says, rule, place, now, tuple(figures))


def questions_of(
    answer: Answer,
    rows: Mapping[str, Mapping[int, Mapping[str, str]]],
    lacking: Iterable[Lacking] = (),
    points: Iterable[Question] = (),
) -> tuple[Question, ...]:
    """Return what is to be asked of a judged register; each question once, and one only of each cell.

    That is ``points`` (faults of the checks and unusual figures), then the problems of the reading, then what the forms
    lack. ``rows`` are the rows of the register as they stand, by table, row and field (`raw_rows`).
    """
    asked = {question.id: question for question in points}
    asked |= {question.id: question for question in questions_of_problems(answer, rows, asked.values())}
    asked |= {question.id: question for question in _of_lacking(answer.register, lacking)}
    return tuple(asked.values())


def questions_of_problems(
    answer: Answer, rows: Mapping[str, Mapping[int, Mapping[str, str]]], points: Iterable[Question] = ()
) -> list[Question]:
    """Return the question of each problem, in their order.

    Where ``points`` ask about the same cell, or say the same of the row, it is theirs.
    """
    of_rows: dict[tuple[str, int], list[Question]] = {}
    for point in points:
        of_rows.setdefault(point.place[:2], []).append(point)
    return [
        next((point for point in of_rows.get(asked.place[:2], ()) if _is_same(point, asked)), asked)
        for asked in _of_problems(answer, rows)
    ]


def _is_same(point: Question, asked: Question) -> bool:
    return point.place.row > 0 and (point.place == asked.place or point.says == asked.says)


def _of_problems(answer: Answer, rows: Mapping[str, Mapping[int, Mapping[str, str]]]) -> Iterator[Question]:
    for problem in answer.problems:
        cells = rows.get(problem.place.table, {}).get(problem.place.row, {})
        chemical = cells.get("chemical") or cells.get("cas")
        shown = [Shown(field_label(name), text) for name, text in cells.items() if text]
        yield make_question(
            cells.get("site", ""), problem.place, problem.says, plant=cells.get("plant", ""),
            subject=in_words(chemical) if chemical else cells.get("name", ""),
            now=cells.get(problem.place.field, ""), figures=shown,
        )  # fmt: skip


def _of_lacking(register: Register, lacking: Iterable[Lacking]) -> Iterator[Question]:
    from opencwc.declarations.forms.checking import field_named

    for held in lacking:
        column = column_for(held.field.name)
        if not held.site or not column:
            continue
        line = register.site(held.site, held.plant)
        says = Message("form_missing", {"field": field_named(held.field.name), "rule": held.field.rule})
        place = Place("sites", line.row if line else 0, column)
        yield make_question(
            held.site, place, says, plant=held.plant,
            subject=in_words(held.chemical) if held.chemical else held.plant or held.site, rule=held.field.rule, now="",
        )  # fmt: skip


def field_label(name: str) -> Message | str:
    """Return what a field of the register is called; a column of the operator's own keeps its name."""
    return Message(FIELD_LABELS[name]) if name in FIELD_LABELS else column_named(name)
