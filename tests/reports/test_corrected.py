"""People split, join and move reports: the last decision holds, and no report is ever lost."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from opencwc.reports.corrected import EventDecision, as_corrections, contradictions, corrected
from opencwc.reports.corrections import Correction
from opencwc.reports.summaries import summaries_of
from opencwc.wording import say
from reports.told_by_hand import ALL, event_of_report, watched

IDS = [one.report.id for one in ALL]
SPLIT = EventDecision("split", ("s3",), apart=("s1", "s2"), reason="another leak", person="Rita", at="2026-03-07")
BACK = EventDecision("move", ("s3",), beside=("s1", "s2"), reason="the same", person="Anna", at="2026-03-08")


def test_a_report_that_is_split_off_is_an_event_of_its_own() -> None:
    after = corrected(watched(), [SPLIT])
    assert event_of_report(after, "s3") == {"s3"}
    assert event_of_report(after, "s1") == {"s1", "s2"}
    assert {line.event for line in after.lines if line.told.report.id == "s3"} == {after.events[1].id}


def test_a_join_makes_two_events_one_and_keeps_their_origins_apart() -> None:
    after = corrected(watched(), [EventDecision("join", ("s1", "s2", "s3"), beside=("p1",), reason="one")])
    assert event_of_report(after, "p1") == {"s1", "s2", "s3", "p1"}
    whole = next(one for one in summaries_of(after) if len(one.lines) == 4)
    assert sorted(len(origin) for origin in whole.origins) == [1, 1, 2]


def test_a_move_takes_a_report_from_one_event_to_another() -> None:
    after = corrected(watched(), [EventDecision("move", ("l2",), beside=("p1",), apart=("l1",), reason="there")])
    assert event_of_report(after, "l2") == {"l2", "p1"}
    assert event_of_report(after, "l1") == {"l1"}


def test_a_report_on_no_event_can_be_put_to_one() -> None:
    after = corrected(watched(), [EventDecision("move", ("n1",), beside=("p1",), reason="it is on it")])
    assert event_of_report(after, "n1") == {"n1", "p1"}
    assert all(line.origin and line.event for line in after.lines if line.told.report.id == "n1")


def test_of_two_contrary_decisions_the_last_holds_and_both_are_told() -> None:
    after = corrected(watched(), [SPLIT, BACK])
    assert event_of_report(after, "s3") == {"s1", "s2", "s3"}
    assert contradictions([SPLIT, BACK]) == [(0, 1)]
    assert event_of_report(corrected(watched(), [BACK, SPLIT]), "s3") == {"s3"}


def test_decisions_that_agree_contradict_nothing() -> None:
    assert contradictions([SPLIT, EventDecision("split", ("s3",), apart=("s1",), reason="as before")]) == []


def test_the_clustering_takes_decisions_as_they_are() -> None:
    assert list(as_corrections([SPLIT, BACK])) == [
        Correction("split", ("s3",), apart=("s1", "s2")), Correction("move", ("s3",), beside=("s1", "s2")),
    ]  # fmt: skip


def test_a_move_that_names_nothing_apart_leaves_the_event_that_it_was_on() -> None:
    after = corrected(watched(), [EventDecision("move", ("l2",), beside=("p1",), reason="there")])
    assert event_of_report(after, "l2") == {"l2", "p1"}
    assert event_of_report(after, "l1") == {"l1"}


def test_a_split_that_names_nothing_apart_parts_each_from_each() -> None:
    after = corrected(watched(), [EventDecision("split", ("s1", "s2", "s3"), reason="three leaks")])
    assert [event_of_report(after, name) for name in ("s1", "s2", "s3")] == [{"s1"}, {"s2"}, {"s3"}]


def test_what_a_person_decided_stands_first_among_the_reasons() -> None:
    line = next(line for line in corrected(watched(), [SPLIT]).lines if line.told.report.id == "s3")
    assert (line.why[0].id, line.why[0].values["person"]) == ("watch_decided_made", "Rita")


def test_what_a_decision_says_an_event_is_reads_as_clauses_of_one_sentence() -> None:
    decided = EventDecision("confirm", ("l1",), person="Rita", at="2026-04-02", kind="attack", stage="denied")
    said = decided.said_of(("l1",))
    assert say(said, "zh").endswith("；类型：袭击；状态：被否认")
    assert say(said, "es").endswith("; tipo: ataque; fase: desmentido")


@st.composite
def decisions(draw: st.DrawFn) -> EventDecision:
    names = draw(st.lists(st.sampled_from([*IDS, "gone"]), min_size=1, max_size=6, unique=True))
    cut, end = sorted(draw(st.tuples(*[st.integers(1, len(names))] * 2)))
    return EventDecision("move", tuple(names[:cut]), tuple(names[cut:end]), tuple(names[end:]), "because")


@settings(deadline=None)
@given(st.lists(decisions(), max_size=6))
def test_no_decision_loses_or_doubles_a_report_and_the_last_one_holds(some: list[EventDecision]) -> None:
    before, after = watched(), corrected(watched(), some)
    placed = [number for event in after.events for number in event.items]
    assert len(placed) == len(set(placed))
    assert {number for event in before.events for number in event.items} <= set(placed)
    assert [line.told for line in after.lines] == [line.told for line in before.lines]
    assert len({event.id for event in after.events}) == len(after.events)
    for event in after.events:
        assert {after.lines[number].event for number in event.items} == {event.id}
        assert all(after.lines[number].origin for number in event.items)
    reports = [name for name in (some[-1].reports if some else ()) if name in IDS]
    if reports:
        here = event_of_report(after, reports[0])
        assert {*reports, *some[-1].beside} & set(IDS) <= here
        assert not here & set(some[-1].apart)
