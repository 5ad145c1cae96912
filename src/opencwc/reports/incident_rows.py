"""Facts that a register of incidents gives in columns of their own: a row is an incident and is not read as news."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, get_args

from opencwc.files.days import read_day
from opencwc.language.gazetteer import the_gazetteer
from opencwc.language.numerals import digits
from opencwc.reports.agents import find_agents
from opencwc.reports.model import (
    Agents,
    Casualties,
    Count,
    Date,
    IncidentRow,
    Kind,
    Nature,
    Place,
    Report,
    Stage,
    Stance,
    Told,
)

_KINDS: Final[dict[str, Kind]] = {kind: kind for kind in get_args(Kind) if kind}
_SAID: Final[dict[bool, tuple[Stage, Stance]]] = {True: ("alleged", "asserts"), False: ("reported", "asserts")}
"""How far what a register lists is known, and what it says of it; a use of weapons is alleged until a body confirms."""
_NUMBER = re.compile(r"\d+(?:\.0+)?")


def told_by_columns(report: Report, lang: str, given: IncidentRow) -> Told:
    """Return what a row of a register tells; a kind that is none is ``other``, a date that cannot be read is empty."""
    kind = _KINDS.get(given.kind.strip().lower(), "other")
    stage, stance = _SAID[kind == "alleged_use"]
    return Told(
        report,
        lang,
        Nature(kind, stage, stance),
        _date(given.date),
        _place(given),
        _agents(report, lang, given.agents),
        Casualties(_count(given.killed), _count(given.affected)),
    )


def one_incident(one: Told, other: Told) -> bool:
    """Tell whether two rows list one incident: of one kind, on one day, at one place, with no other chemical."""
    kinds, days = (one.nature.kind, other.nature.kind), (one.date.text, other.date.text)
    places = tuple((told.place.country, told.place.name.casefold()) for told in (one, other))
    agents = set(one.agents.names), set(other.agents.names)
    return (
        kinds[0] == kinds[1]
        and days[0] == days[1] != ""
        and one.date.precision == "day"
        and places[0] == places[1]
        and bool(places[0][1])
        and (not all(agents) or bool(agents[0] & agents[1]))
    )


def _date(text: str) -> Date:
    read = read_day(text)
    if read.day is not None and read.other is None:
        return Date(read.day.isoformat(), "day")
    return Date(f"{read.year:04}", "year") if read.year else Date()


def _place(given: IncidentRow) -> Place:
    """Return the place as the register names it; the gazetteer says in which country, where no column does."""
    gazetteer = the_gazetteer()
    name = " ".join(given.place.split())
    country = given.country.strip()
    code = country.upper() if re.fullmatch("[A-Za-z]{3}", country) else ""
    if country and not code:
        named = (spot for found in gazetteer.named(country) for spot in found.spots)
        code = next((spot.country for spot in named if spot.sort == "state"), "")
    spots = [spot for part in name.split(", ") for found in gazetteer.named(part) for spot in found.spots]
    there = [spot for spot in spots if not code or spot.country == code]
    countries = {spot.country for spot in there}
    if not code and len(countries) == 1:
        code = countries.pop()
    return Place(code, name, there[0].point if there and code else None)


def _agents(report: Report, lang: str, text: str) -> Agents:
    """Return the chemicals of a cell; one that no list has stands as it is written."""
    found = list(dict.fromkeys(name for cell in re.split(r"[;•|\n]", text) for name in _of_cell(report, lang, cell)))
    return Agents(tuple(found))


def _of_cell(report: Report, lang: str, cell: str) -> Iterator[str]:
    plain = " ".join(re.sub(r"[({\[][^)}\]]*[)}\]]", " ", cell).split())
    if plain:
        told = Report(report.id, report.published, "", "", lang, "", plain)
        yield from find_agents(told, lang, Nature("other")).names or (plain.lower(),)


def _count(text: str) -> Count:
    """Return the sum of the numbers of some cells; none where no cell has one."""
    numbers = [int(float(cell)) for cell in digits(text).split("+") if _NUMBER.fullmatch(cell.strip())]
    return Count(sum(numbers)) if numbers else Count()
