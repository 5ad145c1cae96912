"""What each facility may produce of Schedule 1 chemicals in a year, and how many facilities of a kind a State has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from opencwc.convention.clauses import in_short
from opencwc.declarations.books import NONE
from opencwc.declarations.checks.base import CheckedBooks, row_of
from opencwc.declarations.model import Fault, Line, Place
from opencwc.declarations.phrases import amount, place_said
from opencwc.declarations.schedule_1 import Facility, facility_of
from opencwc.finding import Message, Value
from opencwc.wording.states import state_named

LIMIT_OF_KIND = {
    "protective": "s1-protective",
    "research": "s1-other-most",
    "medical": "s1-other-most",
    "pharmaceutical": "s1-other-most",
}
AT_ONE_FACILITY = {"sssf": "VA VI.8", "protective": "VA VI.10"}
"""The kinds of facility of which a State has one, and the paragraph that says so."""


def facility_limit(checked: CheckedBooks) -> Iterator[Fault]:
    """Find facilities outside the single small-scale facility that produced, or plan, more than they may in a year.

    Applies s1-protective (VA VI.10) and s1-other-most (VA VI.11) to the sum of all Schedule 1 chemicals.
    """
    for (facility, year, planned), lines in sorted(_produced(checked).items()):
        rule = LIMIT_OF_KIND.get(facility.kind, "")
        limit, whole = checked.law.kg(rule) if rule else None, _sum(lines)
        if limit is not None and whole > limit:
            yield _fault(checked, facility, year, lines, rule, f"check_facility{_ahead(planned)}")


def laboratory_limit(checked: CheckedBooks) -> Iterator[Fault]:
    """Find laboratories that produced more than 100 g of Schedule 1 chemicals in a year, or any for protection.

    Applies s1-laboratory (VA VI.12), which speaks of less than 100 g; exactly 100 g lies between it and VA VI.11, and
    is asked. A facility whose kind the register does not name is taken as a laboratory, and asked, not called broken.
    """
    rule = "s1-laboratory"
    limit = checked.law.kg(rule)
    for (facility, year, planned), lines in sorted(_produced(checked).items()):
        if facility.kind not in ("laboratory", "") or limit is None:
            continue
        whole, ahead = _sum(lines), _ahead(planned)
        protective = [line for line in lines if line.activity.purpose == "protective"]
        if protective and facility.kind:
            yield _fault(checked, facility, year, protective, rule, "check_laboratory_protective")
            continue
        if whole < limit:
            continue
        named = "check_laboratory" if facility.kind else "check_facility_without_kind"
        named = "check_laboratory_exactly" if whole == limit and facility.kind else f"{named}{ahead}"
        fault = _fault(checked, facility, year, lines, rule, named)
        yield fault if facility.kind and whole > limit else fault._replace(gravity="ask")


def single_facility(checked: CheckedBooks) -> Iterator[Fault]:
    """Find States with more than one single small-scale facility, or more than one other facility for protection.

    Reads VA VI.8 and VA VI.10. A plant and the plant site that it belongs to are one facility.
    """
    found: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for (site, plant), line in checked.books.register.sites.items():
        if line.kind in AT_ONE_FACILITY and checked.law.in_force_in(checked.year):
            found[checked.books.register.country(site, plant), line.kind].setdefault(site, line.row)
    for (country, kind), sites in sorted(found.items()):
        if len(sites) < 2:
            continue
        said: dict[str, Value] = {
            "state": state_named(country) if country else Message("check_state_unnamed"), "sites": tuple(sorted(sites)),
        }  # fmt: skip
        yield Fault(
            Place("sites", max(sites.values()), "kind"), "", "broken", checked.subject("", "", "", checked.year - 1),
            Message(f"check_single_{kind}", said), {"count": Decimal(len(sites))}, "", AT_ONE_FACILITY[kind],
            "treaty",
        )  # fmt: skip


def _produced(checked: CheckedBooks) -> dict[tuple[Facility, int, bool], list[Line]]:
    """Return what each facility produced, or plans to, of all Schedule 1 chemicals, by year."""
    produced: dict[tuple[Facility, int, bool], list[Line]] = defaultdict(list)
    for line in checked.done(checked.books.of("S1")):
        activity = line.activity
        if activity.activity == "produce":
            facility = facility_of(checked.books, activity.site, activity.plant)
            produced[facility, activity.year, activity.planned].append(line)
    return produced


def _sum(lines: list[Line]) -> Decimal:
    return sum((line.activity.content for line in lines), NONE)


def _ahead(planned: bool) -> str:
    return "_planned" if planned else ""


def _fault(
    checked: CheckedBooks,
    facility: Facility,
    year: int,
    lines: list[Line],
    rule: str,
    says: str,
) -> Fault:
    largest = max(lines, key=lambda line: line.activity.content)
    threshold, whole, limit = checked.law.threshold(rule), _sum(lines), checked.law.kg(rule) or NONE
    said: dict[str, Value] = {
        "place": place_said(facility.site, facility.plant), "amount": amount(whole), "limit": amount(limit),
        "year": str(year), "kind": Message(f"declare_kind_{facility.kind or 'none'}"),
        "source": in_short(threshold.source) if threshold else "",
    }  # fmt: skip
    fault = Fault(
        row_of(largest.activity, "quantity"), "", "broken", checked.subject(facility.site, facility.plant, "", year),
        Message(says, said), {"kg": whole, "limit": limit},
    )  # fmt: skip
    return checked.by_threshold(fault, rule)
