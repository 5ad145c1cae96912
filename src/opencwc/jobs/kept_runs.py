"""Runs of which something is kept for pages: who may see one, what is kept of it, and the list of them.

Nothing is shown from memory before the casebook has said, for this person and at this moment, that it may be seen.
"""

from __future__ import annotations

import gc
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from threading import Lock
from typing import Any, Generic, NamedTuple, TypeVar

from msgspec import Struct, structs
from sqlalchemy import Connection, func, select

from opencwc.casebook import tables
from opencwc.casebook.cases import case_numbered
from opencwc.casebook.database import Casebook
from opencwc.casebook.findings import corrected_verdicts
from opencwc.casebook.model import Case, Mark, Person
from opencwc.casebook.permissions import may, require
from opencwc.casebook.read_records import giving
from opencwc.casebook.run_pages import JOINED, PAGES, pages_of
from opencwc.casebook.runs import (
    Source,
    decoded_run,
    read_source,
    run_named,
    source_row,
    stretch_of_source,
)
from opencwc.errors import NotFoundError
from opencwc.files.sections import Stretch

MOST_LISTED = 50
KEPT_IN_MEMORY = 4
"""Files of pages that are held ready, the latest asked for."""
Kept = TypeVar("Kept")
_loaded: OrderedDict[tuple[str, str], Any] = OrderedDict()
_lock = Lock()


class Shelf(NamedTuple):
    """Where runs of a verb stand: what one of them is called in an error, and the address of their list."""

    verb: str
    named: str
    place: str


class Listed(Struct, frozen=True):
    """A run in the list of all: its number, its case, when, of which files, and how many came out how.

    ``asked`` is the question that it was made for, ``maker`` who made its findings. ``pages`` is the source of its
    pages.
    """

    number: int
    case: str
    at: str
    files: str
    counts: Mapping[str, int]
    mark: str
    asked: Mapping[str, Any]
    maker: Mapping[str, Any]
    pages: str = ""


@dataclass(frozen=True)
class ShownRun(Generic[Kept]):
    """A run that somebody may see: the run as the casebook has it, its case, and what was kept of it."""

    run: Mapping[str, Any]
    case: Case
    kept: Kept

    @property
    def number(self) -> int:
        """The number of the run with the findings."""
        return int(self.run["number"])


def shown_run(
    book: Casebook, person: Person, number: int, shelf: Shelf, unpack: Callable[[bytes], Kept]
) -> ShownRun[Kept]:
    """Return a run with what is kept of it; one that the person may not see is answered as not there.

    Raises:
        NotFoundError: there is no such run, or it was not brought to its end.

    """

    def whole(source: Source, parts: Iterator[bytes]) -> Kept:
        with _passed_over_by_the_collector():
            return unpack(b"".join(parts))

    return _shown_run(book, person, number, shelf, whole)


def opened_run(
    book: Casebook, person: Person, number: int, shelf: Shelf, opened: Callable[[Stretch, int], Kept]
) -> ShownRun[Kept]:
    """Return the same of a file that is read in parts, as they are asked for; ``opened`` takes what reads a stretch.

    Raises:
        NotFoundError: there is no such run, or it was not brought to its end.

    """

    def lazily(source: Source, parts: Iterator[bytes]) -> Kept:
        return opened(partial(stretch_of_source, book, source.id), source.size)

    return _shown_run(book, person, number, shelf, lazily)


def _shown_run(
    book: Casebook, person: Person, number: int, shelf: Shelf, opened: Callable[[Source, Iterator[bytes]], Kept]
) -> ShownRun[Kept]:
    require(person, "read")
    missing = NotFoundError("no_such_kept_run", run_kind=shelf.named, number=number, place=shelf.place)
    with giving(book, person) as given:
        try:
            run = run_named(given.connection, number)
        except NotFoundError:
            raise missing from None
        case = case_numbered(given.connection, run["case_number"])
        mark = max(case.mark, Mark[run["mark"].upper()], _mark_of_joined(given.connection, run))
        if run["verb"] != shelf.verb or not may(person, "read", mark):
            raise missing
        given.runs([number])
    where = pages_of(run["tally"])
    if not where:
        raise NotFoundError("run_pages_not_kept", where=f"/casebook?run={number}", run_kind=shelf.named, number=number)
    return ShownRun(run, case, _kept(book, person, where, opened))


def _mark_of_joined(connection: Connection, run: Mapping[str, Any]) -> Mark:
    """Return the highest mark of the earlier runs that the pages of a run hold: it may have been raised since."""
    marks = select(func.max(tables.run.c.mark)).where(tables.run.c.number.in_(run["checked"].get(JOINED, ())))
    return Mark(connection.execute(marks).scalar() or 0)


def _kept(book: Casebook, person: Person, source: str, opened: Callable[[Source, Iterator[bytes]], Kept]) -> Kept:
    with book.reading() as connection:
        kept = source_row(connection, source)
    if kept is None or kept.erased:
        raise NotFoundError("run_pages_erased")
    parts = read_source(book, person, source)  # on record also where it is held ready
    key = (str(book.engine.url), source)
    with _lock:
        if key in _loaded:
            _loaded.move_to_end(key)
            loaded: Kept = _loaded[key]
            return loaded
    ready = opened(kept, parts)
    with _lock:
        _loaded[key] = ready
        while len(_loaded) > KEPT_IN_MEMORY:
            _loaded.popitem(last=False)
    return ready


@contextmanager
def _passed_over_by_the_collector() -> Iterator[None]:
    """Keep what is loaded from the collector of cycles: it has none, and going through millions of it takes seconds.

    It is freed by its count of references all the same.
    """
    gc.collect()  # so that no cycle is passed over with it
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        gc.enable()


class RunAtHand(NamedTuple):
    """A run of which something is kept: its number, its case, and what changes with all that is done in the case."""

    number: int
    case: str
    stamp: tuple[str, int]


def runs_at_hand(book: Casebook, person: Person, verb: str, limit: int) -> list[RunAtHand]:
    """Return which runs of a verb a person may open, the latest first, without anything of what is in them."""
    require(person, "read")
    table, case, clearance = tables.run, tables.case, int(person.clearance)
    others = table.alias()
    last = select(func.max(others.c.number)).where(others.c.case_number == case.c.number).scalar_subquery()
    query = (
        select(table.c.number, case.c.name, case.c.status, last)
        .join(case, case.c.number == table.c.case_number)
        .where(
            table.c.verb == verb, table.c.state == "done", table.c.tally.contains(f'"{PAGES}"'),
            table.c.mark <= clearance, case.c.mark <= clearance,
        )
        .order_by(table.c.number.desc())
        .limit(limit)
    )  # fmt: skip
    with book.reading() as connection:
        return [RunAtHand(number, name, (status, newest)) for number, name, status, newest in connection.execute(query)]


def list_runs(book: Casebook, person: Person, verb: str, limit: int = MOST_LISTED) -> list[Listed]:
    """Return the runs of a verb of which something is kept for pages, as far as a person may see them, latest first."""
    require(person, "read")
    table, case, clearance = tables.run, tables.case, int(person.clearance)
    of_case = select(table, case.c.name).join(case, case.c.number == table.c.case_number)
    query = of_case.where(
        table.c.verb == verb, table.c.state == "done", table.c.tally.contains(f'"{PAGES}"'),
        table.c.mark <= clearance, case.c.mark <= clearance,
    )  # fmt: skip
    query = query.order_by(table.c.number.desc()).limit(limit)
    with giving(book, person) as given:
        runs = [decoded_run(row) for row in given.connection.execute(query).mappings()]
        given.runs(run["number"] for run in runs)
    return [
        Listed(
            run["number"], run["name"], run["started_at"], str(run["checked"].get("file", "")),
            run["tally"].get("by_verdict", {}), str(Mark(run["mark"])), run["asked"], run["maker"],
            pages_of(run["tally"]),
        )
        for run in runs
    ]  # fmt: skip


def as_decided(book: Casebook, person: Person, runs: Sequence[Listed]) -> list[Listed]:
    """Return runs with their counts as they stand now: what people corrected counts as what is right."""
    counts = {run.number: Counter(run.counts) for run in runs}
    for run, proposed, right in corrected_verdicts(book, person, [*counts]):
        counts[run].subtract([proposed])
        counts[run].update([right])
    return [structs.replace(run, counts=+counts[run.number]) for run in runs]
