"""The events of a run in columns answer as going through them one by one does."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from opencwc.convention.regions import region_of
from opencwc.reports.corrected import EventDecision
from opencwc.reports.event_index import EventIndex, EventsAsked
from opencwc.reports.event_list import HeldEvents
from opencwc.reports.kept import pack, unpack
from opencwc.reports.summaries import EventSummary, today
from opencwc.reports.watch_question import holds_words
from reports.told_by_hand import watched

INDEX = EventIndex(HeldEvents(watched()))
MOMENTS = [datetime(2026, 3, day, hour, tzinfo=UTC) for day in range(1, 8) for hour in (0, 9)]
EVERYTHING = INDEX.fitting(EventsAsked())


def _fits(summary: EventSummary, asked: EventsAsked) -> bool:
    country = summary.place.country
    has = (summary.kind, summary.stage, country, region_of(country), "several" if summary.corroborated else "one")
    return all(one in ("", other) for one, other in zip(asked, has, strict=False)) and holds_words(summary, asked.text)


@pytest.mark.parametrize(
    "asked",
    [
        EventsAsked(), EventsAsked(kind="accident"), EventsAsked(stage="alleged"), EventsAsked(country="PAN"),
        EventsAsked(region=region_of("NOR")), EventsAsked(origins="one"), EventsAsked(text="хлор"),
        EventsAsked(kind="seizure", text="cianuro sodio"), EventsAsked(kind="no such kind"),
        EventsAsked(text="nowhere"),
    ],
)  # fmt: skip
def test_the_same_events_are_wanted(asked: EventsAsked) -> None:
    found = [INDEX.summaries[place].id for place in INDEX.fitting(asked)]
    expected = sorted(
        (one for one in INDEX.summaries if _fits(one, asked)), key=lambda one: (-one.last.timestamp(), one.id)
    )
    assert found == [one.id for one in expected]


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
@pytest.mark.parametrize("report", ["", "s1", "l2", "unknown"])
def test_they_stand_as_in_the_list_of_today(moment: datetime, report: str) -> None:
    decision = EventDecision("split", (report,), person="Anna", at="2026-03-08T09:00:00+00:00")
    named = [one for one in INDEX.summaries if report in one.report_ids]
    expected = today(INDEX.summaries, moment, {one.id: decision.said_of(one.report_ids) for one in named})
    shown = INDEX.since(EVERYTHING, moment, [decision])
    assert list(shown) == expected
    assert list(shown.summaries) == [one.summary for one in expected]
    for state, count in shown.counts.items():
        assert list(shown.in_state(state)) == [one for one in expected if one.state == state]
        assert count == len(shown.in_state(state))
    assert shown.part(1, 2) == expected[1:2]


def test_some_events_can_stand_before_the_others_of_their_state() -> None:
    shown = INDEX.since(EVERYTHING, MOMENTS[-1])
    ids = [one.id for one in shown.summaries]
    assert [one.id for one in shown.with_first([ids[2], "unknown"]).summaries] == [ids[2], ids[0], ids[1]]
    assert list(shown.with_first([]).summaries) == list(shown.summaries)
    parted = INDEX.since(EVERYTHING, datetime(2026, 3, 3, tzinfo=UTC))
    last = parted.part(2, 3)[0]
    states = [one.state for one in parted]
    assert [one.state for one in parted.with_first([last.summary.id])] == states != [last.state] * 3
    assert parted.with_first([last.summary.id]).latest_first.tolist() == EVERYTHING.tolist()


def test_the_nearest_events_are_those_of_the_country_then_of_the_time() -> None:
    leak, claim, seizure = INDEX.summaries
    assert [row.id for row in INDEX.nearest(leak, 5)] == [claim.id, seizure.id]
    assert [row.headline for row in INDEX.nearest(seizure, 1)] == [claim.headline]


def test_what_is_kept_holds_ready_how_events_stand_by_decisions() -> None:
    kept = unpack(pack(watched(), "r.jsonl", "2026-03-07", "use"))
    split = EventDecision("split", ("s3",), apart=("s1", "s2"), reason="Another leak.")
    assert kept.index() is kept.index(())
    assert len(kept.index([split]).summaries) == len(kept.summaries) + 1
    assert kept.index([split]) is kept.index([split])
    assert list(kept.index().summaries) == list(kept.summaries)


def test_what_was_worked_out_is_not_worked_out_again_and_little_is_remembered() -> None:
    index, made = EventIndex(HeldEvents(watched())), []
    for number in (1, 1, 2, 1):
        index.remembered(number, lambda number=number: made.append(number))  # type: ignore[misc]
    assert made == [1, 2]
    for number in range(100):
        index.remembered(number, lambda: 0)
    index.remembered(1, lambda: made.append(1))
    assert made == [1, 2, 1]


def test_no_reports_are_no_events() -> None:
    index = EventIndex(HeldEvents(type(watched())((), ())))
    assert not len(index.since(index.fitting(EventsAsked()), MOMENTS[0])) and index.on_none == 0
