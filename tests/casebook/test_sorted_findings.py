"""Findings one by one in the order of a verdict, an entry, a status or a case, page by page."""

from __future__ import annotations

from itertools import pairwise, product

import pytest

from opencwc.casebook.database import Casebook
from opencwc.casebook.decisions import decide
from opencwc.casebook.findings import list_findings
from opencwc.casebook.model import NO_LIST, Filter, KeptFinding, Outcome
from opencwc.casebook.sorted_findings import FINDING_ORDERS, list_sorted
from opencwc.errors import InputError
from opencwc.verbs import verdicts_by_gravity

from .test_units import PHOSPHITE, RITA, SARIN, THIODIGLYCOL, keep


@pytest.fixture
def filled(book: Casebook) -> Casebook:
    keep(book, THIODIGLYCOL, "CCO", "CC(", SARIN, case="b-second")
    keep(book, PHOSPHITE, "CCO", case="a-first")
    return book


def value_of(finding: KeptFinding, order: str) -> str:
    if order == "verdict":
        return f"{verdicts_by_gravity().index(finding.verdict):02d}"
    if order == "entry":
        return f"{finding.list} {finding.entry}" if finding.list else "~"
    return str({"case": finding.case, "status": int(finding.status)}[order])


def all_pages(book: Casebook, order: str, wanted: Filter, limit: int) -> list[KeptFinding]:
    found, after = [], ""
    while True:
        page = list_sorted(book, RITA, wanted, order=order, after=after, limit=limit)
        found += page.findings
        if not page.next:
            return found
        assert len(page.findings) == limit
        after = page.next


@pytest.mark.parametrize("order", FINDING_ORDERS[1:])
def test_pages_of_any_size_hold_every_finding_once_in_its_order(filled: Casebook, order: str) -> None:
    every = list_findings(filled, RITA, Filter()).findings
    decide(filled, RITA, [every[0].id], Outcome.NEED_MORE, "which plant?")
    for limit, turned in product((1, 2, 3, 100), ("", "-")):
        found = all_pages(filled, turned + order, Filter(), limit)
        assert sorted(one.id for one in found) == [one.id for one in every]
        values = [value_of(one, order) for one in found]
        assert values == sorted(values, reverse=bool(turned))
        assert all(a.id < b.id for a, b in pairwise(found) if value_of(a, order) == value_of(b, order))


def test_without_an_order_they_stand_by_their_numbers(filled: Casebook) -> None:
    assert all_pages(filled, "", Filter(), 2) == list_findings(filled, RITA, Filter()).findings


def test_a_filter_is_kept_and_findings_without_an_entry_can_be_asked_for(filled: Casebook) -> None:
    found = all_pages(filled, "verdict", Filter(case="b-second"), 2)
    assert {one.case for one in found} == {"b-second"}
    without = list_findings(filled, RITA, Filter(list=NO_LIST)).findings
    assert without and not any(one.list or one.entry for one in without)


def test_another_order_is_refused(filled: Casebook) -> None:
    with pytest.raises(InputError):
        list_sorted(filled, RITA, Filter(), order="mentions")
