"""Who was given what: one record for each answer that holds what is marked, written before the answer goes out.

Whatever gives contents to a person reads them in `giving`, and says there of what they are. What one answer holds in
all becomes one record ``access``; the face over HTTP opens an `Answer` for each request and ends it before the first
byte, a command has one that records as it reads, and a call from Python leaves a record of its own. A record names
numbers only, so that it can outlast what it tells of.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Connection, RowMapping, select, union

from opencwc.casebook import tables
from opencwc.casebook.chain import canonical
from opencwc.casebook.database import Casebook
from opencwc.casebook.model import Case, Mark, Person
from opencwc.casebook.read_sinks import CASEBOOK
from opencwc.casebook.transaction import now
from opencwc.errors import StorageError

KINDS = ("cases", "runs", "counts", "findings", "sources", "submissions", "registers")
"""What can be given. ``runs`` are runs with what was asked and checked, ``counts`` runs of which findings were counted.

A case is given as its sheet: title, comments, requests. A source is named by the number of the record that kept it.
"""
WHOLE = "whole_runs"
"""Runs of which every finding is given, as a stream gives them."""
_OF_CASES = "of_cases"
_NAMED = frozenset({*KINDS, WHOLE, _OF_CASES})
MOST_SPANS = 200
"""Runs of numbers that a record names of each kind; of more it says how many there are."""
BY_PYTHON = "python"
_BY = re.compile(rf"{BY_PYTHON}|opencwc( [a-z0-9-]+)*|[A-Z]+ /[a-z0-9_./{{}}-]*")
"""By what is read: a call, a command without its arguments, a route with the names of its parameters."""


class Thing(NamedTuple):
    """What is given: its mark, its case (0 where it is in none or in several), and of a finding its run."""

    mark: Mark
    case: int
    run: int = 0


Things = dict[tuple[str, int], Thing]
"""By kind and number."""


@dataclass
class Answer:
    """What is under way to a person: ``by`` says by which route or command.

    Until ``begun`` what is read waits for `complete`; from then on it is recorded at once, before it is handed on.
    """

    by: str
    begun: bool = False
    waiting: Things = field(default_factory=dict)
    recorded: Things = field(default_factory=dict)
    _reader: tuple[Casebook, Person] | None = None

    def take(self, book: Casebook, person: Person, things: Mapping[tuple[str, int], Thing]) -> None:
        """Take in what was read for the answer, as far as it is to be recorded and is not on record for it already."""
        least = book.audit.least
        if least is None:
            return
        fresh = {key: thing for key, thing in things.items() if thing.mark >= least and not self._has(*key, thing)}
        self.waiting |= fresh
        self._reader = (book, person)
        if self.begun:
            self.complete()

    def complete(self) -> None:
        """Record what waits; the answer may go out then.

        Raises:
            StorageError: it could not be recorded, and nothing must be given.

        """
        self.begun = True
        if self.waiting and self._reader is not None:
            waiting, self.waiting = self.waiting, {}
            _record(*self._reader, self.by, waiting)
            self.recorded |= waiting

    def drop(self) -> None:
        """Forget what waits: it is not given after all. What is read from now on is recorded at once."""
        self.begun = True
        self.waiting = {}

    @property
    def given(self) -> str:
        """What waits, as a text from which `give_again` takes it; empty where nothing does."""
        return canonical([[*key, *thing] for key, thing in self.waiting.items()]) if self.waiting else ""

    def give_again(self, book: Casebook, person: Person, given: str) -> None:
        """Take in what an answer gave that is given again as it was."""
        things = json.loads(given) if given else []
        self.take(book, person, {(kind, number): Thing(Mark(mark), *rest) for kind, number, mark, *rest in things})

    def _has(self, kind: str, number: int, thing: Thing) -> bool:
        known = self.recorded if self.begun else self.waiting
        if kind == "counts" and ("runs", number) in known:
            return True
        return (kind, number) in known or (kind == "findings" and (WHOLE, thing.run) in known)


_UNDER_WAY: ContextVar[Answer | None] = ContextVar("answer_under_way", default=None)


def answer_under_way() -> Answer:
    """Return the answer that is under way, a new one of a call from Python where none is."""
    return _UNDER_WAY.get() or Answer(BY_PYTHON, begun=True)


def begin_answer(answer: Answer | None) -> None:
    """Have what is read in this context from now on go into an answer, or each read be one of its own."""
    _UNDER_WAY.set(answer)


@contextmanager
def answering_by(command: str) -> Iterator[None]:
    """Record what is read by a command as it is read, each thing once."""
    before = _UNDER_WAY.set(Answer(command, begun=True))
    try:
        yield
    finally:
        _UNDER_WAY.reset(before)


class Giving:
    """Contents that are read for a person, and of what they are."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.things: Things = {}
        self.told = False

    def cases(self, cases: Iterable[Case]) -> None:
        """Say that these cases are given: their title, and what was said of them."""
        self._add("cases", {case.number: Thing(case.mark, case.number) for case in cases})

    def runs(self, numbers: Iterable[int], kind: str = "runs") -> None:
        """Say that these runs are given, or with ``counts`` how many findings of them there are."""
        self._add(kind, self._runs(numbers))

    def findings(self, rows: Iterable[RowMapping]) -> None:
        """Say that findings are given, whole or by what was decided on them; a row has their ``id`` and ``run``."""
        run_of = {int(row["id"]): int(row["run"]) for row in rows}
        marks = self._runs(run_of.values())
        self._add("findings", {id: marks[run]._replace(run=run) for id, run in run_of.items()})

    def sources(self, identities: Iterable[str]) -> None:
        """Say that the bytes of sources are given, or what was kept of a run in one."""
        self._add("sources", _sources(self.connection, list(identities)))

    def submission(self, seq: int, mark: Mark, case: int) -> None:
        """Say that a submission is given."""
        self._add("submissions", {seq: Thing(mark, case)})

    def register(self, number: int, mark: Mark, case: int) -> None:
        """Say that a register is given."""
        self._add("registers", {number: Thing(mark, case)})

    def nothing(self) -> None:
        """Say that what was read is not given."""
        self.told = True

    def _add(self, kind: str, things: Mapping[int, Thing]) -> None:
        self.told = True
        self.things |= {(kind, number): thing for number, thing in things.items()}

    def _runs(self, numbers: Iterable[int]) -> dict[int, Thing]:
        wanted, run, case = sorted(set(numbers)), tables.run, tables.case
        columns = (run.c.number, run.c.mark, run.c.case_number, case.c.mark)
        found: dict[int, Thing] = {}
        for start in range(0, len(wanted), 500):
            some = select(*columns).join(case, case.c.number == run.c.case_number)
            for number, mark, held_in, of_case in self.connection.execute(
                some.where(run.c.number.in_(wanted[start : start + 500]))
            ):
                found[number] = Thing(Mark(max(mark, of_case)), held_in)
        return found


@contextmanager
def giving(book: Casebook, person: Person) -> Iterator[Giving]:
    """Read contents for a person, in one state of the casebook; what is given goes on record before it is handed on.

    Raises:
        RuntimeError: contents were read, and nobody said of what they are.
        StorageError: it could not be recorded.

    """
    read: set[str] = set()
    with book.reading_contents(read) as connection:
        given = Giving(connection)
        yield given
    if read and not given.told:
        raise RuntimeError(f"contents of {', '.join(sorted(read))} were read, and not of what they are")
    if given.things:
        answer_under_way().take(book, person, given.things)


def give_whole_run(book: Casebook, person: Person, run: int) -> None:
    """Say that every finding of a run is about to be given, as far as the person may see it: for what streams them."""
    with giving(book, person) as given:
        given.runs([run], WHOLE)


def _sources(connection: Connection, identities: Sequence[str]) -> dict[int, Thing]:
    """Return sources by the number of the record that kept them, each with the highest mark of it and of its cases."""
    source, case = tables.source, tables.case
    kept = select(source.c.id, source.c.seq, source.c.mark).where(source.c.id.in_(identities))
    held = [
        select(column.label("id"), case.c.number, case.c.mark)
        .join(case, case.c.number == column.table.c.case_number)
        .where(column.in_(identities))
        for column in (
            tables.run.c.source_id, tables.submission_version.c.source_id, tables.submission_version.c.amounts_id,
            tables.register_version.c.source_id, tables.register_version.c.rows_id, tables.custody_step.c.source_id,
        )
    ]  # fmt: skip
    cases: dict[str, dict[int, int]] = {}
    for id, number, mark in connection.execute(union(*held)):
        cases.setdefault(id, {})[number] = mark
    found: dict[int, Thing] = {}
    for id, seq, mark in connection.execute(kept):
        of = cases.get(id, {})
        found[seq] = Thing(Mark(max([mark, *of.values()])), next(iter(of)) if len(of) == 1 else 0)
    return found


def _record(book: Casebook, person: Person, by: str, things: Things) -> None:
    """Write what is given to every sink, those outside first: a record that says too much is better than none."""
    body, case = _body(by, things)
    told = {"at": now(), "kind": "access", "actor": person.id, "case": case, "body": body}
    try:
        if book.audit.sinks != (CASEBOOK,):
            book.audit.send_outside({**told, "casebook": book.id})
        if CASEBOOK in book.audit.sinks:
            book.write(person.id, lambda writer: writer.record("access", body, case))
    except StorageError as error:
        raise StorageError("read_not_recorded", where=error.where, reason=error.what) from error
    except OSError as error:
        raise StorageError("read_not_recorded", reason=str(error.strerror or error)) from error


def _body(by: str, things: Things) -> tuple[dict[str, Any], int | None]:
    """Return what a record says of things, and the case that it stands in: none where they are of several."""
    body: dict[str, Any] = {"by": by, "mark": str(max(thing.mark for thing in things.values()))}
    many: dict[str, int] = {}
    cases = sorted({thing.case for thing in things.values() if thing.case})
    named = {kind: sorted(number for of, number in things if of == kind) for kind in (*KINDS, WHOLE)}
    named["counts"] = [number for number in named["counts"] if ("runs", number) not in things]
    if len(cases) > 1:
        named[_OF_CASES] = cases
    for kind, numbers in named.items():
        if not numbers:
            continue
        spans = spans_of(numbers)
        body[kind] = spans[:MOST_SPANS]
        if len(spans) > MOST_SPANS:
            many[kind] = len(numbers)
    if many:
        body["in_all"] = many
    return body, cases[0] if len(cases) == 1 else None


def names_numbers_only(body: Mapping[str, Any]) -> bool:
    """Tell whether the body of a record of a read holds no text: by what, the mark, and numbers of what was given."""
    return all(_is_number_or_word(name, value) for name, value in body.items())


def _is_number_or_word(name: str, value: object) -> bool:
    if name == "by":
        return isinstance(value, str) and _BY.fullmatch(value) is not None
    if name == "mark":
        return value in [str(mark) for mark in Mark]
    if name == "in_all":
        return isinstance(value, dict) and _NAMED.issuperset(value) and _are_numbers(value.values())
    if isinstance(value, list):
        return name in _NAMED and all(isinstance(span, list) and _are_numbers(span) for span in value)
    return value is None or isinstance(value, int)  # as earlier versions wrote it


def _are_numbers(values: Iterable[object]) -> bool:
    return all(isinstance(value, int) for value in values)


def spans_of(numbers: Iterable[int]) -> list[list[int]]:
    """Return rising numbers as pairs of first and last.

    >>> spans_of([1, 2, 3, 7])
    [[1, 3], [7, 7]]
    """
    spans: list[list[int]] = []
    for number in numbers:
        if spans and spans[-1][1] == number - 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return spans
