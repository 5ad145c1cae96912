"""Cases and findings that are found by a part of what they are called, as far as a person may see them.

The texts of the latest findings are held in memory, so that an answer comes while somebody types. Nothing is given from
there: what a person gets is read from the casebook again, for this person and on record.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from threading import Lock
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from opencwc.casebook import tables
from opencwc.casebook.cases import list_rows
from opencwc.casebook.database import Casebook
from opencwc.casebook.findings import findings_numbered
from opencwc.casebook.model import Case, CaseStatus, KeptFinding, Mark, Person
from opencwc.casebook.permissions import may, require
from opencwc.casebook.read_records import giving
from opencwc.convention.measure_terms import fold
from opencwc.language.name_search import alike_words, parts_of

MOST_HELD = 20_000
"""Findings whose texts are held, the latest."""
MOST_CHARACTERS = 300
_FINDING, _RUN, _CASE = tables.finding, tables.run, tables.case


class _Held(NamedTuple):
    """A finding in memory: its run, and what it is found by."""

    id: int
    run: int
    text: str


class FindingTexts:
    """What the latest findings of a casebook are found by."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._held: list[_Held] = []
        self._erased = 0

    def find(self, book: Casebook, person: Person, question: str, most: int) -> list[KeptFinding]:
        """Return the latest findings in which every part of a question stands, or almost, and that a person may see.

        What is above the clearance is left out before anything is looked for, so that nothing tells of it.
        """
        require(person, "read")
        parts = parts_of(question)
        if not parts:
            return []
        self._catch_up(book)
        with book.reading() as connection:
            hidden = _hidden_runs(connection, person)
        texts = [one for one in reversed(self._held) if one.run not in hidden]
        ids = _fitting(texts, [[part] for part in parts], most)
        if not ids:
            words = list(dict.fromkeys(word for one in texts for word in one.text.split()))
            ids = _fitting(texts, [[words[place] for place, _ in alike_words(part, words)] for part in parts], most)
        found = {kept.id: kept for kept in findings_numbered(book, person, ids)}
        return [found[id] for id in ids if id in found and found[id].content]

    def _catch_up(self, book: Casebook) -> None:
        """Take in what was kept since the last look; where a case was erased, begin again without it."""
        with self._lock, book.reading_contents() as connection:  # given to nobody from here
            of_erased = select(func.count()).where(_CASE.c.status == str(CaseStatus.ERASED))
            erased = int(connection.execute(of_erased).scalar_one())
            if erased != self._erased:
                self._held, self._erased = [], erased
            columns = (_FINDING.c.id, _FINDING.c.run, _FINDING.c.subject_id, _FINDING.c.content)
            newer = select(*columns).where(_FINDING.c.id > (self._held[-1].id if self._held else 0))
            rows = connection.execute(newer.order_by(_FINDING.c.id.desc()).limit(MOST_HELD)).all()
            held = [_Held(row.id, row.run, _text(row.subject_id, row.content)) for row in reversed(rows)]
            self._held = [*self._held, *held][-MOST_HELD:]


def _text(subject: str, content: str | None) -> str:
    said = json.loads(content) if content else {}
    return fold(f"{subject} {str(said.get('input', ''))[:MOST_CHARACTERS]}").text


def _fitting(texts: Iterable[_Held], ways: Sequence[Sequence[str]], most: int) -> list[int]:
    """Return the first findings in whose texts one way of saying each part stands, of a run each text once."""
    seen: dict[tuple[int, str], int] = {}
    for one in texts:
        if all(any(way in one.text for way in said) for said in ways):
            seen.setdefault((one.run, one.text), one.id)
            if len(seen) == most:
                break
    return list(seen.values())


def cases_that_fit(book: Casebook, person: Person, fitting: Callable[[Iterable[Case]], list[Case]]) -> list[Case]:
    """Return the cases that fit among those that a person may know of; those alone are given."""
    require(person, "read")
    with giving(book, person) as given:
        found = fitting(case for case in list_rows(given.connection) if may(person, "read", case.mark))
        given.cases(found)
    return found


def _hidden_runs(connection: Connection, person: Person) -> frozenset[int]:
    """Return the runs above a person's clearance."""
    if person.clearance is Mark.HIGHLY_PROTECTED:
        return frozenset()
    above = select(_CASE.c.number).where(_CASE.c.mark > int(person.clearance))
    query = select(_RUN.c.number).where((_RUN.c.mark > int(person.clearance)) | _RUN.c.case_number.in_(above))
    return frozenset(connection.execute(query).scalars())
