"""What all reports of an event together tell: one voice an origin, differences said, nothing scored."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from msgspec import structs

from opencwc.finding import Message
from opencwc.reports.event_wording import sources_said
from opencwc.reports.summaries import EventSummary, latest_first, stage_of, summaries_of, today
from opencwc.wording import LANGUAGES, say, sentence
from reports.told_by_hand import watched


@pytest.fixture
def leak() -> EventSummary:
    return summaries_of(watched())[0]


@pytest.fixture
def allegation() -> EventSummary:
    return summaries_of(watched())[1]


def test_an_origin_has_one_voice_however_many_outlets_repeat_it(leak: EventSummary) -> None:
    assert len(leak.lines) == 3
    assert [len(origin) for origin in leak.origins] == [2, 1]
    assert leak.corroborated


def test_where_origins_are_divided_evenly_the_less_certain_stage_stands(
    leak: EventSummary, allegation: EventSummary
) -> None:
    assert dict(leak.stages) == {"reported": 1, "confirmed": 1}
    assert leak.stage == "reported"
    assert allegation.stage == "alleged"


def test_a_copy_that_leaves_the_confirmation_out_does_not_take_it_back(leak: EventSummary) -> None:
    first, second = leak.lines[0], leak.lines[1]
    confirmed = structs.replace(
        first, told=structs.replace(first.told, nature=first.told.nature._replace(stage="confirmed"))
    )
    denied = structs.replace(
        second, told=structs.replace(second.told, nature=second.told.nature._replace(stage="denied"))
    )
    assert second.told.nature.stage == "reported"
    assert stage_of((confirmed, second)) == "confirmed"
    assert stage_of((confirmed, denied)) == "denied"


def test_an_announcement_stands_only_while_nobody_tells_what_came_of_it(leak: EventSummary) -> None:
    ahead = [
        structs.replace(line, told=structs.replace(line.told, nature=line.told.nature._replace(stage="planned")))
        for line in leak.lines
    ]
    announced = structs.replace(leak, origins=(tuple(ahead[:2]), tuple(ahead[2:])))
    took_place = structs.replace(leak, origins=(tuple(ahead[:2]), leak.lines[:1]))
    assert announced.stage == "planned"
    assert dict(took_place.stages) == {"planned": 1, "reported": 1}
    assert took_place.stage == "reported"


def test_what_others_deny_is_not_said_to_have_one_origin(leak: EventSummary, allegation: EventSummary) -> None:
    assert say(leak.backing) == "two or more independent origins"
    assert say(allegation.backing) == "no more than one origin says it happened"
    assert len({say(allegation.backing, lang) for lang in LANGUAGES}) == len(LANGUAGES)


def test_a_denial_corroborates_nothing(allegation: EventSummary) -> None:
    assert not allegation.corroborated
    assert allegation.denied_by == ("Press Office",)
    assert [one.field for one in allegation.differences] == ["happened"]


def test_figures_that_differ_are_said_and_a_less_precise_day_is_no_difference(leak: EventSummary) -> None:
    assert leak.affected == (4, 7)
    assert [say(one.says) for one in leak.differences] == ["Injured, ill or exposed: 4 to 7"]


def test_an_event_is_told_in_a_sentence_in_every_language(leak: EventSummary) -> None:
    assert sentence(leak.headline) == "Accident: chlorine, Sandvik (Norway), 2026-03-02."
    assert sentence(leak.told_by) == "3 reports from 2 independent origins. Outlets: Nordavia Wire, Courrier, Kommune."
    said = {sentence(message, lang) for lang in LANGUAGES for message in (leak.headline, leak.told_by)}
    assert len(said) == 2 * len(LANGUAGES)


def test_events_to_choose_from_stand_in_the_order_of_their_days() -> None:
    days = [event.date.text for event in latest_first(summaries_of(watched()))]
    assert days == ["2026-03-04", "2026-03-03", "2026-03-02"]


def test_new_events_come_first_then_changed_ones_each_with_why() -> None:
    shown = today(summaries_of(watched()), datetime(2026, 3, 3, tzinfo=UTC))
    assert [(one.summary.kind, one.state) for one in shown] == [
        ("seizure", "new"), ("alleged_use", "new"), ("accident", "changed"),
    ]  # fmt: skip
    assert [say(why) for why in shown[-1].why] == [
        "now also: confirmed", "new figure (Injured, ill or exposed): 7", "1 new origin", "1 new report",
    ]  # fmt: skip


def test_a_list_of_outlets_ends_with_how_many_others_there_are() -> None:
    named = sources_said(tuple("ABCDEFG"))
    said = Message("watch_differs", {"field": "by", "values": named})
    assert say(said).endswith(" and 3 more outlets")
    assert say(said, "zh").endswith("D 及另外 3 家媒体")


def test_an_event_without_new_reports_says_since_when_unless_a_person_changed_it() -> None:
    summaries = summaries_of(watched())
    late = datetime(2026, 4, 1, tzinfo=UTC)
    assert {one.state for one in today(summaries, late)} == {"earlier"}
    said = Message("watch_decided_split", {"person": "Anna", "day": "2026-04-02", "reports": "1 report"})
    first, *rest = today(summaries, late, {summaries[0].id: said})
    assert (first.summary.id, first.state, first.why[0]) == (summaries[0].id, "changed", said)
    assert {one.state for one in rest} == {"earlier"}
