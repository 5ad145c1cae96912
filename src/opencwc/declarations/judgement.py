"""A register to what is due in a calendar year: each regime in turn, then what is near, and what changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from opencwc.convention import Convention
from opencwc.declarations.aggregates import aggregates
from opencwc.declarations.books import Books
from opencwc.declarations.checks import find_faults
from opencwc.declarations.chemicals import Chemicals
from opencwc.declarations.law import Law
from opencwc.declarations.model import Answer, Change, Chemical, Due, Line, Near, Place, Problem, Register
from opencwc.declarations.other_facilities import near_other_facilities, other_facilities
from opencwc.declarations.schedule_1 import schedule_1
from opencwc.declarations.schedules_2_and_3 import PlantBooks, schedules_2_and_3
from opencwc.finding import Message

MARGIN = Decimal("0.1")
"""How far under a threshold is near: ten per cent of it."""


def judge(register: Register, law: Law, year: int, chemicals: Chemicals, margin: Decimal = MARGIN) -> Answer:
    """Return what of a register is due in a calendar year, and what is told beside it.

    ``chemicals`` reads what lines are of, under the Convention of the law's day.
    """
    lines, unknown = read_lines(register, chemicals)
    books = Books(register, lines, law)
    due = due_in(books, law, year)
    before = due_in(books, law, year - 1)
    return Answer(
        year=year,
        due=due,
        near=tuple(near_in(books, law, year, margin)),
        changes=tuple(changes_between(before, due)),
        problems=(*register.problems, *unknown),
        register=register,
        chemicals={line.activity.row: line.chemical for line in lines},
        faults=find_faults(books, law, year),
    )


def read_lines(register: Register, chemicals: Chemicals) -> tuple[list[Line], list[Problem]]:
    """Return the lines of a register whose chemical is known, and what is to be said of the others."""
    lines: list[Line] = []
    problems: list[Problem] = []
    for activity in register.activities:
        read = chemicals.read(activity.chemical, activity.cas)
        place = Place("activities", activity.row, "chemical" if activity.chemical else "cas")
        if not isinstance(read, Chemical):
            said = activity.chemical or activity.cas
            problems.append(Problem(place, Message("declare_chemical_unknown", {"text": said, "why": read}), True))
            continue
        if read.doubt is not None:
            problems.append(Problem(place, read.doubt))
        lines.append(Line(activity, read))
    return lines, problems


def due_in(books: Books, law: Law, year: int) -> tuple[Due, ...]:
    """Return what is due in a year under a law, the earliest first; with a profile, the treaty's own days beside."""
    national = tuple(_due_under(books, law, year))
    if not law.is_treaty:
        plain = Books(books.register, books.lines, law.treaty)
        national = tuple(_with_treaty(national, tuple(_due_under(plain, law.treaty, year))))
    return tuple(sorted(national, key=_order))


def _due_under(books: Books, law: Law, year: int) -> Iterator[Due]:
    if not law.in_force_in(year):
        return
    for line in (
        *schedule_1(books, law, year),
        *schedules_2_and_3(books, law, year),
        *other_facilities(books, law, year),
        *aggregates(books, law, year),
    ):
        if is_bound(law.convention, line.country, year):
            yield line


def is_bound(convention: Convention, country: str, year: int) -> bool:
    """Tell whether the Convention binds a State in a year; one that is not named, or not known, is taken as bound."""
    state = convention.state(country) if country else None
    if state is None:
        return True
    return state.in_force is not None and state.in_force.holds_on(date(year, 12, 31))


def _with_treaty(national: Iterable[Due], treaty: Iterable[Due]) -> Iterator[Due]:
    """Yield the lines of a profile with the treaty's day where it asks the same, then what only the treaty asks."""
    rest = {_same(line): line for line in treaty}
    for line in national:
        plain = rest.pop(_same(line), None)
        yield line._replace(treaty_due=plain.due if plain else None)
    for line in rest.values():
        yield line._replace(treaty_due=line.due)


def _same(line: Due) -> tuple[str, ...]:
    day = line.due.isoformat() if line.declaration == "transfer" else ""
    return (line.site, line.plant, line.key, line.regime, line.declaration, str(line.period), day and str(line.amount))


def _order(line: Due) -> tuple[str, ...]:
    return (
        line.due.isoformat(), line.regime, line.site, line.plant, line.declaration, line.chemical.casefold(), line.key,
    )  # fmt: skip


def near_in(books: Books, law: Law, year: int, margin: Decimal) -> Iterator[Near]:
    """Yield what lies just under a threshold."""
    for regime in ("S2", "S3"):
        yield from PlantBooks(books, law, year, regime).near(margin)
    yield from near_other_facilities(books, law, year, margin)


def changes_between(before: Iterable[Due], now: Iterable[Due]) -> Iterator[Change]:
    """Yield what is new, gone, or in another range against what was due a year before."""
    yearly = ("past", "anticipated", "aggregate")
    old = {_lasting(line): line for line in before if line.declaration in yearly}
    new = {_lasting(line): line for line in now if line.declaration in yearly}
    for key, line in new.items():
        if key not in old:
            yield Change("new", line, None)
        elif old[key].range != line.range:
            yield Change("range", line, old[key])
    for key, line in old.items():
        if key not in new:
            yield Change("gone", None, line)


def _lasting(line: Due) -> tuple[str, ...]:
    return (line.site, line.plant, line.key, line.regime, line.declaration, line.country)
