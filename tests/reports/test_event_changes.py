"""What changed about an event since the last look: by its reports, by whom, and never what was there already."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from opencwc.finding import Message
from opencwc.reports.corrected import EventDecision, corrected
from opencwc.reports.event_changes import Decided, EventNews, Looked, news_of, unchanged
from opencwc.reports.events import Event, event_id
from opencwc.reports.run_union import RunEvent, united
from opencwc.reports.summaries import EventSummary, summaries_of
from opencwc.reports.watch_question import WatchQuestion
from opencwc.reports.watched import Watched
from opencwc.wording import LANGUAGES, say, sentence
from reports.told_by_hand import watched

SPLIT = EventDecision("split", ("s3",), apart=("s1", "s2"), reason="Another leak.", person="Anna", at="2026-03-06")
JOIN = EventDecision("join", ("p1",), beside=("s1",), reason="One.", person="Anna", at="2026-03-06")


def without(*names: str) -> list[EventSummary]:
    """Return the events as they were before some reports came."""
    whole = watched()
    lines = [line for line in whole.lines if line.told.report.id not in names]
    events = []
    for event in whole.events:
        places = tuple(place for place, line in enumerate(lines) if line.event == event.id)
        if places:
            events.append(Event(event_id(lines[places[0]].told.report), places))
    return summaries_of(Watched(tuple(lines), tuple(events)))


def news(now: list[EventSummary], before: list[EventSummary], run: int = 2) -> dict[str, EventNews]:
    """Return what is new, by the first report of each event."""
    found = news_of(Looked(united([(run, now)]), united([(1, before)])))
    return {one.event.summary.lines[0].told.report.id: one for one in found}


def said(one: EventNews) -> list[str]:
    return [say(change) for change in one.changes]


def test_a_figure_a_stage_and_a_new_origin_are_said_with_who_brought_them() -> None:
    leak = news(summaries_of(watched()), without("s3"))["s1"]
    assert leak.state == "changed"
    assert said(leak) == [
        "Injured, ill or exposed: was 4, now 7, according to Kommune", "Origins: was 1, now 2", "1 new report: Kommune",
    ]  # fmt: skip


def test_a_denial_that_came_is_said_with_who_denies() -> None:
    claim = news(summaries_of(watched()), without("l2"))["l1"]
    assert "denied or doubted by Press Office" in said(claim)
    first = news(summaries_of(watched()), without("l1"))["l1"]
    assert "Status: was denied, now alleged" in said(first)
    assert "Injured, ill or exposed: 12, newly stated, according to Вестник" in said(first)


def test_an_event_that_was_not_there_is_new_and_one_as_it_was_is_not_shown_as_either() -> None:
    found = news(summaries_of(watched()), without("p1"))
    assert {first: one.state for first, one in found.items()} == {"s1": "earlier", "l1": "earlier", "p1": "new"}
    assert list(found) == ["p1", "l1", "s1"], "new ones first, then the latest told"
    assert said(found["p1"]) == ["first reported on 2026-03-05"]
    assert said(found["s1"]) == []


def test_a_report_that_was_split_off_is_changed_and_not_new() -> None:
    now = summaries_of(corrected(watched(), [SPLIT]))
    found = news(now, summaries_of(watched()))
    assert said(found["s3"]) == ["split off from: Accident: chlorine, Sandvik (Norway), 2026-03-02"]
    assert said(found["s1"])[0] == "1 report is now in another event"
    assert {one.state for one in found.values()} == {"changed", "earlier"}


def test_events_that_became_one_say_so_and_none_of_their_reports_is_new() -> None:
    now = summaries_of(corrected(watched(), [JOIN]))
    found = news(now, summaries_of(watched()))
    assert said(found["s1"])[0] == "2 events were merged"
    assert not any("new report" in text for text in said(found["s1"]))


def test_what_a_person_decided_meanwhile_stands_beside_it_in_the_run_in_which_it_was_decided() -> None:
    now, before = summaries_of(corrected(watched(), [SPLIT])), summaries_of(watched())
    for run, count in ((2, 1), (3, 0)):
        decided = [Decided(run, SPLIT)]
        found = news_of(Looked(united([(2, now)]), united([(1, before)])), decided=decided)
        said_here = [message.id for one in found for message in one.changes if message.id.startswith("watch_decided_")]
        assert sorted(said_here) == count * ["watch_decided_made", "watch_decided_parted"]


def test_only_events_that_are_wanted_are_given_but_all_count_as_heirs() -> None:
    now, before = summaries_of(corrected(watched(), [SPLIT])), summaries_of(watched())
    (split_off,) = (one for one in now if one.lines[0].told.report.id == "s3")
    (one,) = news_of(Looked(united([(2, now)]), united([(1, before)])), lambda summary: summary.id == split_off.id)
    assert one.changes[0].id == "watch_news_split_off"


def test_what_has_not_changed_stands_in_the_same_order() -> None:
    events = united([(1, summaries_of(watched()))])
    assert unchanged(events) == news_of(Looked(events, events))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_change_is_said_in_every_language(lang: str) -> None:
    label, when = Message("watch_field_affected"), {"before": "4", "now": "6", "sources": ("A", "B")}
    texts = [sentence(Message(f"watch_news_{name}", {"field": label, **when}), lang) for name in CHANGES]
    texts += [
        sentence(Message(f"watch_news_{name}", {"count": count}), lang)
        for name in ("joined", "came", "parted")
        for count in (1, 2, 3, 11, 101)
    ]
    assert all("watch_" not in text and "{" not in text for text in texts)


CHANGES = ("value", "first", "figure", "figure_first")


# ------------------------------------------------------------------------------------------------ several runs as one


def united_ids(events: Iterable[RunEvent]) -> list[tuple[int, list[str]]]:
    return [(event.run, [line.told.report.id for line in event.summary.lines]) for event in events]


def test_a_later_run_says_how_events_stand_and_an_earlier_one_adds_what_only_it_has() -> None:
    later, earlier = without("s1", "p1"), summaries_of(watched())
    assert united_ids(united([(2, later), (1, earlier)])) == [
        (2, ["s1", "s2", "s3"]), (2, ["l1", "l2"]), (1, ["p1"]),
    ]  # fmt: skip
    leak = united([(2, later), (1, earlier)])[0].summary
    assert [len(origin) for origin in leak.origins] == [2, 1], "a copy that only the earlier run has is a copy still"


def test_runs_that_hold_the_same_reports_are_as_the_later_one_has_them() -> None:
    now = summaries_of(corrected(watched(), [SPLIT]))
    assert [event.summary for event in united([(2, now), (1, summaries_of(watched()))])] == now


# ------------------------------------------------------------------------------------------------------ what is asked


@pytest.mark.parametrize(
    ("question", "kinds"),
    [
        (WatchQuestion(countries=("NOR", "PAN")), ["accident", "seizure"]),
        (WatchQuestion(kinds=("seizure",)), ["seizure"]),
        (WatchQuestion(stages=("denied",)), ["alleged_use"]),
        (WatchQuestion(stages=("confirmed",)), ["accident"]),
        (WatchQuestion(agents=("Chlorine",)), ["accident", "alleged_use"]),
        (WatchQuestion(languages=("ru", "es")), ["alleged_use", "seizure"]),
        (WatchQuestion(words="цианур хлор"), []),
        (WatchQuestion(words="ХЛОР противника"), ["alleged_use"]),
        (WatchQuestion(countries=("NOR",), agents=("sodium cyanide",)), []),
    ],
)
def test_a_watch_wants_what_has_one_of_each_field_and_all_words(question: WatchQuestion, kinds: list[str]) -> None:
    assert [one.kind for one in summaries_of(watched()) if question.wants(one)] == kinds
    assert question.asks


def test_an_event_is_followed_under_the_id_that_it_had_when_another_report_was_its_first() -> None:
    followed = WatchQuestion(event=without("s1")[0].id)
    assert [one.kind for one in summaries_of(watched()) if followed.wants(one)] == ["accident"]
    assert not WatchQuestion().asks
