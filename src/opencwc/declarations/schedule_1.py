"""Schedule 1: the yearly declarations of facilities, the declaration of transfers, and the notices before a transfer.

A facility is a plant with a `kind`, or the plant site whose line has one. The single small-scale facility declares each
chemical produced, acquired, consumed or stored (VA VI.15, VA VI.16); one for protective purposes from the first gram
(VA VI.10, VA VI.19, VA VI.20); one for research, medical or pharmaceutical purposes where it produces more than
100 g of all Schedule 1 chemicals together (VA VI.11); a laboratory below that declares nothing (VA VI.12).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from opencwc.convention.clauses import in_short
from opencwc.declarations.books import NONE, Books, PlantChemical
from opencwc.declarations.law import Law
from opencwc.declarations.model import Due, Line
from opencwc.declarations.phrases import amount, amount_said, by_reading, place_said
from opencwc.finding import Message
from opencwc.wording.states import state_named

AT_FACILITY = ("produce", "acquire", "consume", "store", "import")
AHEAD = ("produce", "consume", "store")
MOVED = ("import", "export")
PROTECTIVE_PURPOSES = ("protective",)
SAXITOXIN = "1A07"
MEDICAL = ("medical", "diagnostic")


class Facility(NamedTuple):
    """Where Schedule 1 chemicals are made: a plant, or with an empty ``plant`` the whole plant site; and its kind."""

    site: str
    plant: str
    kind: str


def schedule_1(books: Books, law: Law, year: int) -> Iterator[Due]:
    """Yield what is due of Schedule 1 in a year."""
    yield from _of_facilities(books, law, year, planned=False)
    yield from _of_facilities(books, law, year, planned=True)
    yield from _yearly_transfers(books, law, year)
    yield from notices(books, law, year)


def facility_of(books: Books, site: str, plant: str) -> Facility:
    """Return the facility that a plant is, or belongs to; its kind is empty where the register names none."""
    line = books.register.site(site, plant)
    if line is not None and line.kind:
        return Facility(site, plant, line.kind)
    whole = books.register.site(site)
    if whole is not None and whole.kind:
        return Facility(site, "", whole.kind)
    return Facility(site, plant, "")


def _of_facilities(books: Books, law: Law, year: int, *, planned: bool) -> Iterator[Due]:
    """Yield the declarations of facilities: on the year before (VA VI.15, VA VI.19), or on the year to come."""
    of = year + 1 if planned else year - 1
    lines: dict[Facility, list[Line]] = defaultdict(list)
    for line in books.of("S1"):
        activity = line.activity
        dated_plan = planned and activity.date is not None
        if activity.year == of and activity.planned == planned and not dated_plan and activity.is_some:
            lines[facility_of(books, activity.site, activity.plant)].append(line)
    for facility, held in sorted(lines.items()):
        reason = _why_declared(facility, held, law)
        if reason is None:
            continue
        declaration, deadline = ("anticipated", "s1-anticipated") if planned else ("past", "s1-past")
        for (site, plant, key), kg in sorted(_largest(held, AHEAD if planned else AT_FACILITY).items()):
            chemical = books.chemicals[key]
            why = Message(
                f"declare_why_s1_{declaration}",
                {
                    "place": place_said(site, plant), "chemical": books.named(key), "entry": chemical.entry,
                    "kind": Message(f"declare_kind_{facility.kind or 'none'}"), "amount": amount_said(kg),
                    "year": str(of), "reason": reason,
                },
            )  # fmt: skip
            yield Due(
                site, plant, books.name(key, site, plant), chemical.entry, "S1", declaration, of,
                law.due(deadline, year), "",
                True, why, key, kg, (deadline, *_rules_of(facility)),
                books.country(site, plant),
            )  # fmt: skip


def _largest(lines: Iterable[Line], counted: Container[str]) -> dict[PlantChemical, Decimal]:
    """Return of each chemical at each plant the largest of what was made, acquired, used or held of it."""
    sums: dict[PlantChemical, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for activity, chemical in lines:
        if activity.activity in counted:
            plant_chemical = PlantChemical(activity.site, activity.plant, chemical.key)
            sums[plant_chemical][activity.activity] += activity.content
    return {plant_chemical: max(amounts.values()) for plant_chemical, amounts in sums.items()}


def _why_declared(facility: Facility, lines: Iterable[Line], law: Law) -> Message | None:
    """Return why a facility declares, ``None`` where it does not."""
    produced = [line.activity for line in lines if line.activity.activity == "produce"]
    protective = facility.kind == "protective" or any(made.purpose in PROTECTIVE_PURPOSES for made in produced)
    if facility.kind == "sssf":
        return Message("declare_reason_sssf")
    if protective:
        return Message("declare_reason_protective")
    limit = law.kg("s1-other-declare")
    if limit == 0:  # a national rule without a threshold: whatever a facility makes, holds or uses
        return Message("declare_reason_any", {"source": _source(law)})
    whole = sum((made.content for made in produced), NONE)
    if limit is None or whole < limit:
        return None
    if whole == limit and whole > 0:
        if law.reading("exactly-100-g") != "declared":
            return None
        return by_reading(Message("declare_reason_exactly", {"limit": amount(limit)}), ("exactly-100-g",), law)
    if law.has_own_threshold("s1-other-declare"):
        values = {"whole": amount(whole), "limit": amount(limit), "source": _source(law)}
        return Message("declare_reason_above_national", dict(values))
    return Message("declare_reason_above", {"whole": amount(whole), "limit": amount(limit)})


def _rules_of(facility: Facility) -> tuple[str, ...]:
    """Return the threshold that a facility's declaration rests on: none where it declares whatever it produced."""
    return () if facility.kind in ("sssf", "protective") else ("s1-other-declare",)


def _source(law: Law) -> str:
    threshold = law.threshold("s1-other-declare")
    return in_short(threshold.source) if threshold else ""


def _yearly_transfers(books: Books, law: Law, year: int) -> Iterator[Due]:
    """Yield the yearly declaration of transfers of the year before, one a chemical (VA VI.6), whatever the amount."""
    moved: dict[tuple[str, str], dict[str, Decimal]] = {}
    for activity, chemical in books.of("S1"):
        direction = direction_of(books, activity.activity, activity.partner, activity.site, activity.plant)
        if direction and activity.year == year - 1 and not activity.planned and activity.is_some:
            country = books.country(activity.site, activity.plant)
            sums = moved.setdefault((country, chemical.key), {})
            sums[direction] = sums.get(direction, NONE) + activity.content
    for (country, key), sums in sorted(moved.items()):
        chemical = books.chemicals[key]
        imported, exported = (amount_said(sums[way]) if way in sums else amount(NONE) for way in MOVED)
        why = Message(
            "declare_why_s1_transfers",
            {
                "chemical": books.named(key), "entry": chemical.entry, "year": str(year - 1),
                "imported": imported, "exported": exported,
            },
        )  # fmt: skip
        yield Due(
            "", "", books.name(key), chemical.entry, "S1", "aggregate", year - 1, law.due("s1-transfers", year), "",
            False, why, key, sum(sums.values(), NONE), ("s1-transfers",), country,
        )  # fmt: skip


def direction_of(books: Books, activity: str, partner: str, site: str, plant: str) -> str:
    """Return ``import`` or ``export`` where an activity is one; what is acquired from another State is an import."""
    if activity in MOVED:
        return activity
    own = books.country(site, plant)
    return "import" if activity == "acquire" and partner and own and partner != own else ""


class _Notice(NamedTuple):
    site: str
    plant: str
    chemical: str
    day: date
    direction: str
    partner: str
    planned: bool


def notices(books: Books, law: Law, year: int) -> Iterator[Due]:
    """Yield the notices before each dated import or export (VA VI.5; VA VI.5bis for a little saxitoxin)."""
    sums: dict[_Notice, Decimal] = defaultdict(Decimal)
    purposes: dict[_Notice, set[str]] = defaultdict(set)
    unknown: set[_Notice] = set()
    for activity, chemical in books.of("S1"):
        direction = direction_of(books, activity.activity, activity.partner, activity.site, activity.plant)
        if direction and activity.date is not None and activity.is_some:
            notice = _Notice(
                activity.site, activity.plant, chemical.key, activity.date, direction, activity.partner,
                activity.planned,
            )  # fmt: skip
            sums[notice] += activity.content
            purposes[notice].add(activity.purpose)
            if activity.kg is None:
                unknown.add(notice)
    told: dict[tuple[str, str, str, date, date], Due] = {}
    for notice, kg in sorted(sums.items()):
        chemical = books.chemicals[notice.chemical]
        is_little = chemical.entry == SAXITOXIN and law.is_met("s1-saxitoxin", kg) and notice not in unknown
        exempt = is_little and purposes[notice] <= set(MEDICAL)
        deadline = "s1-saxitoxin" if exempt else "s1-notice"
        due = law.due(deadline, notice.day.year, notice.day, notice.direction)
        if due.year != year:
            continue
        why = Message(
            f"declare_why_notice_{notice.direction}{'_saxitoxin' if exempt else ''}",
            {
                "place": place_said(notice.site, notice.plant), "chemical": books.named(notice.chemical),
                "entry": chemical.entry, "amount": amount_said(kg), "date": notice.day.isoformat(),
                "partner": state_named(notice.partner) if notice.partner else Message("declare_no_partner"),
            },
        )  # fmt: skip
        line = Due(
            notice.site, notice.plant, books.name(notice.chemical, notice.site, notice.plant), chemical.entry, "S1",
            "transfer", notice.day.year,
            due, "", False, why, notice.chemical, kg, (deadline,),
            books.country(notice.site, notice.plant), day=notice.day, moved=notice.direction,
        )  # fmt: skip
        told.setdefault((notice.site, notice.plant, notice.chemical, notice.day, due), line)
    yield from told.values()
