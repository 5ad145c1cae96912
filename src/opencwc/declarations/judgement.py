"""A register to what is due in a calendar year: each regime in turn, then what is near, and what changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from opencwc.convention import Convention
from opencwc.convention.clauses import in_short
from opencwc.convention.declaration_rules import Profile
from opencwc.declarations.aggregates import aggregates, left_out
from opencwc.declarations.books import Books
from opencwc.declarations.checks import find_faults
from opencwc.declarations.chemicals import Chemicals
from opencwc.declarations.law import Law
from opencwc.declarations.model import (
    Answer,
    Change,
    Chemical,
    Comparison,
    Due,
    LeftOut,
    Line,
    Near,
    Place,
    Problem,
    Register,
)
from opencwc.declarations.other_facilities import near_other_facilities, other_facilities
from opencwc.declarations.schedule_1 import notices, schedule_1
from opencwc.declarations.schedules_2_and_3 import PlantBooks, schedules_2_and_3
from opencwc.finding import Message, Value
from opencwc.wording.states import state_named

MARGIN = Decimal("0.1")
"""How far under a threshold is near: ten per cent of it."""


def judge(
    register: Register, law: Law, year: int, chemicals: Chemicals, margin: Decimal = MARGIN, *, beside: bool = True
) -> Answer:
    """Return what of a register is due in a calendar year, and what the checks find; ``beside`` what is near, and new.

    ``chemicals`` reads what lines are of, under the Convention of the law's day.
    """
    lines, unknown = read_lines(register, chemicals)
    books = Books(register, lines, law)
    due = due_in(books, law, year)
    lacking = lacking_before(books, due, year) if beside else ()
    before = due_in(books, law, year - 1) if beside else due
    changes = (change for change in changes_between(before, due) if _kind_of(change) not in lacking)
    return Answer(
        year=year,
        due=due,
        near=tuple(near_in(books, law, year, margin)) if beside else (),
        changes=tuple(changes),
        problems=(*register.problems, *unknown),
        register=register,
        chemicals={line.activity.row: line.chemical for line in lines},
        profile=None if law.is_treaty else law.profile,
        turned=law.turned,
        faults=find_faults(books, law, year),
        outside=states_outside(register, law.convention, year),
        left_out=_left_out(books, law, year),
        compared=Comparison(lacking=lacking),
    )


def _left_out(books: Books, law: Law, year: int) -> LeftOut:
    """Return what aggregate national data leave out; the Convention alone asks for them, whatever the profile."""
    if not law.in_force_in(year):
        return LeftOut()
    plain = books if law.is_treaty else Books(books.register, books.lines, law.treaty)
    return left_out(plain, law.treaty, year, lambda country: is_bound(law.convention, country, year))


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
            written = "; ".join(filter(None, (activity.chemical, activity.cas)))
            problems.append(Problem(place, read.doubt, text=written))
        lines.append(Line(activity, read))
    return lines, problems


def due_in(books: Books, law: Law, year: int) -> tuple[Due, ...]:
    """Return what is due in a year under a law, the earliest first; with a profile, the treaty's own days beside."""
    due = _due_under(books, law, year) if law.is_treaty else _due_under_both(books, law, year)
    return tuple(sorted(due, key=_order))


def _due_under_both(books: Books, law: Law, year: int) -> Iterator[Due]:
    """Yield what the law of a State, the Convention, or both ask for in a year.

    Aggregate national data are the State's own, so the Convention alone speaks of them. What both ask for, on days of
    two years, is told in each of them.
    """
    plain = Books(books.register, books.lines, law.treaty)
    national = (line for line in _due_around(books, law, year) if line.declaration != "aggregate")
    for line in with_treaty(national, _due_around(plain, law.treaty, year), law):
        if line.due.year == year:
            yield line
        elif line.treaty_due is not None and line.treaty_due.year == year:
            yield line._replace(due=line.treaty_due)


def _due_around(books: Books, law: Law, year: int) -> Iterator[Due]:
    """Yield what is due in a year, and of the years beside it what is due before a day: laws count other times."""
    yield from _due_under(books, law, year)
    for beside in (year - 1, year + 1):
        if law.in_force_in(beside):
            plants = (PlantBooks(books, law, beside, regime) for regime in ("S2", "S3"))
            additional = (line for each in plants for line in each.additional())
            for line in (*additional, *notices(books, law, beside)):
                if is_bound(law.convention, line.country, beside):
                    yield line


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


def states_outside(register: Register, convention: Convention, year: int) -> tuple[str, ...]:
    """Return the States of a register's sites that the Convention does not bind in a year, by code."""
    countries = {site.country for site in register.sites.values() if site.country}
    return tuple(sorted(country for country in countries if not is_bound(convention, country, year)))


def with_treaty(national: Iterable[Due], treaty: Iterable[Due], law: Law) -> Iterator[Due]:
    """Yield the lines of a profile with the treaty's day where it asks the same, then what only the treaty asks.

    Each says who owes it to whom, and until when. What the treaty does not ask for is not inspected by the OPCW.
    """
    rest: dict[tuple[str, ...], list[Due]] = {}
    for line in treaty:
        rest.setdefault(_same(line), []).append(line)
    for line in national:
        alike = sorted(rest.get(_same(line), ()), key=lambda plain: plain.rules != line.rules)
        if alike:
            rest[_same(line)].remove(alike[0])
        yield _told(line, alike[0] if alike else None, law)
    for line in (line for lines in rest.values() for line in lines):
        told = "declare_owed_state" if line.declaration == "aggregate" else "declare_owed_treaty"
        why = Message(told, {"why": line.why, "state": _named(law.profile), "treaty_due": line.due.isoformat()})
        yield line._replace(treaty_due=line.due, why=why, asked_by="treaty")


def _told(line: Due, plain: Due | None, law: Law) -> Due:
    """Return a line that the law of a State asks for, beside that of the treaty where it asks for it too."""
    deadline = next(id for id in line.rules if law.has_deadline(id))
    own = law.has_own_day(deadline, line.moved)
    asked = "both" if plain else "national"
    values: dict[str, Value] = {
        "why": line.why, "state": _named(law.profile), "due": line.due.isoformat(),
        "source": in_short(law.deadline(deadline, line.moved).source),
        "treaty_due": plain.due.isoformat() if plain else "",
    }  # fmt: skip
    return line._replace(
        treaty_due=plain.due if plain else None,
        inspection=plain is not None and plain.inspection,
        why=Message(f"declare_owed_{asked}{'' if own else '_no_day'}", values),
        asked_by=asked,
    )


def _named(profile: Profile) -> Message | str:
    """Return what a State is called, or what a profile of no State calls itself."""
    return state_named(profile.state) if profile.state else Message("by_language", dict(profile.title))


def _same(line: Due) -> tuple[str, ...]:
    """Return what tells a declaration from the others, whatever the law."""
    day = line.day.isoformat() if line.day else ""
    return (line.site, line.plant, line.key, line.regime, line.declaration, str(line.period), day)


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


def lacking_before(books: Books, due: Iterable[Due], year: int) -> tuple[str, ...]:
    """Return which of what is due has nothing of the year before to be compared with: ``past``, ``anticipated``.

    Last year's past declarations rest on rows of the years before the one that is declared on now, those of plans on
    plans of this year.
    """
    kinds = {_yearly(line) for line in due}
    rows = [line.activity for line in books.lines]
    known = {
        "past": any(not row.planned and row.year < year - 1 for row in rows),
        "anticipated": any(row.planned and row.date is None and row.year == year for row in rows),
    }
    return tuple(kind for kind, told in known.items() if kind in kinds and not told)


def _kind_of(change: Change) -> str:
    line = change.now or change.before
    return _yearly(line) if line else ""


def _yearly(line: Due) -> str:
    return "past" if line.declaration == "aggregate" else line.declaration


def _lasting(line: Due) -> tuple[str, ...]:
    return (line.site, line.plant, line.key, line.regime, line.declaration, line.country)
