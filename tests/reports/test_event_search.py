"""Events are found by their facts in six languages, by their days, and by the words of their reports."""

from __future__ import annotations

import pytest

from opencwc.reports.event_index import EventIndex
from opencwc.reports.event_list import HeldEvents
from opencwc.reports.event_search import IN_TEXT, sought_events
from opencwc.reports.kept import pack, unpack
from reports.told_by_hand import watched

HELD = EventIndex(HeldEvents(watched()))
KEPT = unpack(pack(watched(), "a.jsonl", "2026-03-07", "none")).index()


def kinds(question: str, index: EventIndex = HELD, most: int = 9) -> list[str]:
    return [index.events.summary(place).kind for place, _ in sought_events(index, question, most)]


@pytest.mark.parametrize("index", [HELD, KEPT], ids=["held", "kept"])
@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("accident chlorine", "accident"), ("авария", "accident"), ("حادث", "accident"), ("norvège", "accident"),
        ("germany accident", None), ("acident norway", "accident"), ("panamá", "seizure"), ("2026-03-04", "seizure"),
        ("march 4 panama", "seizure"), ("3月 panama", "seizure"), ("", None), ("nowhere", None),
    ],
)  # fmt: skip
def test_every_word_is_of_a_fact_or_stands_in_a_report(index: EventIndex, question: str, kind: str | None) -> None:
    assert kinds(question, index)[:1] == ([kind] if kind else [])


def test_what_a_fact_says_goes_before_what_stands_in_a_text() -> None:
    (first, *_) = sought_events(HELD, "chlorine", 9)
    assert first.score > IN_TEXT
    text = watched().lines[0].told.report.id
    assert [score for _, score in sought_events(HELD, text, 9)] == [IN_TEXT]


def test_no_more_are_given_than_asked_for() -> None:
    assert len(kinds("2026", most=2)) == 2
