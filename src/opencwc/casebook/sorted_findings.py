"""Findings one by one in another order than by number: those of one verdict, entry, status or case together."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import replace

from msgspec import Struct

from opencwc.casebook.cases import names_of_cases
from opencwc.casebook.database import Casebook
from opencwc.casebook.findings import PAGE, Page, count_findings, list_findings
from opencwc.casebook.model import NO_LIST, Filter, KeptFinding, Person, Status
from opencwc.errors import InputError
from opencwc.verbs import verdicts_by_gravity

FINDING_ORDERS = ("", "verdict", "entry", "status", "case")
"""What findings can be sorted by; by nothing else, they stand by their numbers."""


class SortedPage(Struct, frozen=True):
    """A page of findings, and where the next one begins (``""`` on the last)."""

    findings: list[KeptFinding]
    next: str


def list_sorted(
    book: Casebook, person: Person, wanted: Filter, *, order: str = "", after: str = "", limit: int = PAGE
) -> SortedPage:
    """Return a page of findings in an order, with a ``-`` before it the other way round.

    The findings of one value of it stand by their numbers. ``after`` is the ``next`` of the page before.
    """
    name = order.removeprefix("-")
    if name not in FINDING_ORDERS:
        raise InputError("unit_order_unknown", order=name, known=FINDING_ORDERS[1:])
    filters = _filters(book, person, wanted, name) if name else [wanted]
    if order.startswith("-"):
        filters.reverse()
    place, _, number = after.partition(".")
    began = (int(place), int(number)) if place.isdecimal() and number.isdecimal() else (0, 0)
    found: list[KeptFinding] = []
    for at, one in enumerate(filters[began[0] :], began[0]):
        page = list_findings(book, person, one, after=began[1] if at == began[0] else 0, limit=limit - len(found))
        found += page.findings
        if page.next is not None or (len(found) == limit and at + 1 < len(filters)):
            return SortedPage(found, _next(page, at))
    return SortedPage(found, "")


def _next(page: Page, at: int) -> str:
    return f"{at}.{page.next}" if page.next is not None else f"{at + 1}.0"


def _filters(book: Casebook, person: Person, wanted: Filter, name: str) -> list[Filter]:
    """Return the filter once for each value that it finds, in their order."""
    if name == "case":
        names = [wanted.case] if wanted.case else sorted(case.name for case in names_of_cases(book, person))
        return [replace(wanted, case=case) for case in names]
    counts = count_findings(book, person, wanted)
    if name == "verdict":
        return [replace(wanted, verdict=(verdict,)) for verdict in _by_gravity(counts.verdict)]
    if name == "status":
        return [replace(wanted, status=(status,)) for status in _statuses(list(counts.status))]
    entries = [entry.split(" ", 1) for entry in sorted(counts.entry)]
    named = [replace(wanted, list=list_id, entry=entry) for list_id, entry in entries]
    without = counts.all > sum(counts.entry.values()) and not wanted.list
    return [*named, *([replace(wanted, list=NO_LIST)] if without else [])]


def _by_gravity(found: Container[str]) -> list[str]:
    return [verdict for verdict in verdicts_by_gravity() if verdict in found]


def _statuses(names: Sequence[str]) -> list[Status]:
    return [status for status in Status if str(status) in names]
