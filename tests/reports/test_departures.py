"""What a report says otherwise than most independent origins of its event."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from opencwc.reports.departures import FACTS, Departures
from opencwc.reports.model import Place, Told
from opencwc.reports.summaries import summary_of
from opencwc.reports.watched import Line
from reports.told_by_hand import told

ALLEGED = {"nature": ("attack", "alleged", "asserts")}


def _told(number: int, **facts: Any) -> Told:
    return told(f"r{number}", f"2026-03-0{number}T09:00:00+00:00", f"Outlet {number}", "en", "Text.", **facts)


def _departing(name: str, *reports: tuple[str, dict[str, Any]]) -> Sequence[bool]:
    """Return which of the reports depart in a fact; each has the name of its origin before it."""
    lines = [Line(_told(number, **facts), "E", origin) for number, (origin, facts) in enumerate(reports, 1)]
    departures = Departures(summary_of("E", lines))
    return [departures.differs(name, line.told) for line in lines]


def test_only_the_odd_figure_is_marked() -> None:
    some = [("a", {"affected": 4}), ("b", {"affected": 4}), ("c", {"affected": 7})]
    assert _departing("affected", *some) == [False, False, True]


def test_a_tie_marks_both_sides() -> None:
    assert _departing("killed", ("a", {"killed": 0}), ("b", {"killed": 2})) == [True, True]


def test_copies_of_one_origin_have_one_voice() -> None:
    some = [("a", {"affected": 40}), ("a", {"affected": 40}), ("a", {"affected": 40}), ("b", {"affected": 4})]
    assert _departing("affected", *some, ("c", {"affected": 4})) == [True, True, True, False, False]


def test_the_last_word_of_an_origin_counts_and_its_earlier_one_departs() -> None:
    some = [("a", {"affected": 4}), ("a", {"affected": 6}), ("b", {"affected": 6})]
    assert _departing("affected", *some) == [True, False, False]


def test_a_copy_that_changes_a_figure_departs_from_its_own_origin() -> None:
    some = [("a", {"affected": 9}), ("a", {"affected": 4}), ("b", {"affected": 4})]
    assert _departing("affected", *some) == [True, False, False]


def test_what_a_report_does_not_tell_departs_from_nothing() -> None:
    some: list[tuple[str, dict[str, Any]]] = [("a", {"affected": 4}), ("b", {})]
    for name in FACTS:
        assert _departing(name, *some) == [False, False]


@pytest.mark.parametrize(
    ("name", "usual", "other", "departs"),
    [
        ("date", {"date": "2026-03-02"}, {"date": "2026-03"}, False),
        ("date", {"date": "2026-03-02"}, {"date": "2026-03-03"}, True),
        ("place", {"place": Place("NOR", "Sandvik")}, {"place": Place("NOR")}, False),
        ("place", {"place": Place("NOR", "Sandvik")}, {"place": Place("NOR", "Lingvik")}, True),
        ("place", {"place": Place("NOR", "Sandvik")}, {"place": Place("SWE")}, True),
        ("agents", {"agents": ("chlorine", "ammonia")}, {"agents": ("chlorine",)}, False),
        ("agents", {"agents": ("chlorine", "ammonia")}, {"agents": ("ammonia", "chlorine")}, False),
        ("agents", {"agents": ("chlorine",)}, {"agents": ("sarin",)}, True),
        ("stage", ALLEGED, {"nature": ("attack", "denied", "denies")}, True),
        ("stance", ALLEGED, {"nature": ("attack", "confirmed", "confirms")}, False),
        ("stance", ALLEGED, {"nature": ("attack", "denied", "denies")}, True),
        ("stance", ALLEGED, {"nature": ("attack", "planned", "none")}, False),
    ],
)  # fmt: skip
def test_what_departs_from_two_origins_that_agree(
    name: str, usual: dict[str, Any], other: dict[str, Any], departs: bool
) -> None:
    assert _departing(name, ("a", usual), ("b", usual), ("c", other)) == [False, False, departs]
