"""Events that are read from a file, and those that people decided on, answer as going through all of them does."""

from __future__ import annotations

import pytest

from opencwc.reports.corrected import EventDecision, corrected
from opencwc.reports.event_columns import columns_of
from opencwc.reports.event_list import DecidedOn, EventList, HeldEvents
from opencwc.reports.kept import pack, unpack
from opencwc.reports.summaries import summaries_of
from opencwc.reports.watched import Watched
from reports.told_by_hand import ALL, watched

KEPT = unpack(pack(watched(), "r.jsonl", "2026-03-07", "use"))
SPLIT = EventDecision("split", ("s3",), apart=("s1", "s2"))
JOIN = EventDecision("join", ("p1",), beside=("l1",))
AGAIN = EventDecision("join", ("s3",), beside=("s1",))
MOVE = EventDecision("move", ("l2",), beside=("p1",), apart=("l1",))
WITH_ONE_ON_NONE = EventDecision("join", ("s1",), beside=("n1",))
SAME = EventDecision("confirm", ("s1", "s2", "s3"))
WORDS = ["chlorine", "хлор", "chlor", "nordavia courrier", "e-2026", "ana", "кило", "sodium,", "—", "nothing"]


def check_alike(events: EventList, whole: Watched) -> None:
    """Check that a list answers as the events that were gone through."""
    expected = HeldEvents(whole)
    rows = {row.id: row for row in map(expected.columns.row, range(len(expected.summaries)))}
    places = range(len(events.columns))
    assert {row.id: row for row in map(events.columns.row, places)} == rows
    assert {(one := events.summary(place)).id: one for place in places} == {one.id: one for one in expected.summaries}
    assert [events.columns.id(place) for place in events.latest_first] == [
        expected.columns.id(place) for place in expected.latest_first
    ]
    assert list(events.columns.first) == sorted(expected.columns.first)
    assert (events.on_none, events.newest, events.coverage) == (expected.on_none, expected.newest, expected.coverage)
    for name in ("s1", "s3", "l2", "n1", "unknown"):
        assert named(events, events.of_reports([name])) == named(expected, expected.of_reports([name]))
    for words in WORDS:
        found, known = (list(one.holding(words.split()).nonzero()[0]) for one in (events, expected))
        assert named(events, found) == named(expected, known), words
    for identity in (*rows, *(event.id for event in watched().events), "E-20260101-000000"):
        found_place, known_place = events.named(identity), expected.named(identity)
        assert (found_place is None) == (known_place is None)
        if found_place is not None and known_place is not None:
            assert events.columns.id(found_place) == expected.columns.id(known_place)


def named(events: EventList, places: list[int]) -> set[str]:
    """Return the ids of events."""
    return {events.columns.id(place) for place in places}


def test_what_a_file_holds_answers_as_what_is_held() -> None:
    check_alike(KEPT.events, watched())
    assert list(KEPT.index().summaries) == summaries_of(watched())


@pytest.mark.parametrize(
    "decisions",
    [
        [SPLIT],
        [JOIN],
        [SAME],
        [SPLIT, AGAIN],
        [MOVE],
        [JOIN, SPLIT, MOVE],
        [WITH_ONE_ON_NONE],
        [JOIN, WITH_ONE_ON_NONE],
    ],
    ids=lambda decisions: "-".join(one.verb for one in decisions),
)  # fmt: skip
def test_what_no_decision_touches_stands_as_it_was_found(decisions: list[EventDecision]) -> None:
    check_alike(DecidedOn(KEPT.events, decisions), corrected(watched(), decisions))


def test_a_decision_reads_no_more_than_the_events_that_it_speaks_of() -> None:
    around = KEPT.events.around(("p1", "n1"))
    assert [line.told.report.id for line in around.lines] == ["p1", "n1"]
    assert [event.items for event in around.events] == [(0,)]


def test_a_report_is_found_by_its_id() -> None:
    assert [KEPT.events.report(one.report.id) is not None for one in ALL] == [True] * len(ALL)
    assert KEPT.events.report("unknown") is None


def test_columns_hold_what_events_say() -> None:
    columns = columns_of(summaries_of(watched()))
    for place, summary in enumerate(summaries_of(watched())):
        row = columns.row(place)
        assert (row.id, row.kind, row.stage, row.headline) == (
            summary.id,
            summary.kind,
            summary.stage,
            summary.headline,
        )
        assert (row.date, row.last, row.backing) == (summary.date, summary.last, summary.backing)
        assert (row.origins, row.reports) == (len(summary.origins), len(summary.lines))
