"""Thresholds, deadlines and States hold on their days, rest on a source, and what changed between days is told."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opencwc.convention import Convention
from opencwc.convention.changes import changes_between
from opencwc.convention.model import EVIDENCE, STATUSES, InForce, State
from opencwc.convention.rule_files import build_deadlines, build_states, build_thresholds, read_dated
from opencwc.errors import RuleError
from opencwc.wording import LANGUAGES, say

TODAY = date(2026, 11, 24)
THRESHOLD = {
    "id": "x", "regime": "S2", "purpose": "declare", "chemicals": "s2b", "activity": "ppc", "scope": "plant",
    "window": "year", "comparator": "gt", "quantity": 1, "unit": "t", "source": "A law", "evidence": "official",
    "in_force": "2024-01-01",
}  # fmt: skip
DEADLINE = {
    "id": "x", "regime": "S2", "act": "past", "due": "after", "amount": 90, "unit": "days", "anchor": "year_end",
    "source": "A law", "evidence": "official", "in_force": "2024-01-01",
}  # fmt: skip
STATE = {"state": "FRA", "deposited": "1995-03-02", "in_force": "1997-04-29", "rests_on": "un"}
SOURCES = {"un": {"source": "Depositary", "evidence": "official"}}
DAYS = st.dates(date(1992, 1, 1), date(2027, 1, 1))


def status_of(code: str, day: date) -> str:
    return next(state.status for state in Convention(day).states if state.state.code == code)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_threshold_and_deadline_is_said_in_every_language(lang: str) -> None:
    convention = Convention(TODAY)
    for threshold in (*convention.thresholds, *convention.deadlines):
        sentence = say(threshold.says, lang)
        assert "threshold_" not in sentence and "deadline_" not in sentence and "{" not in sentence
        assert say(f"threshold_regime_{threshold.regime}", lang) != f"threshold_regime_{threshold.regime}"


@pytest.mark.parametrize(
    ("id_", "words"),
    [
        ("s2-bz-declare", "more than 1 kg"), ("s2a-declare", "more than 100 kg"), ("s2b-declare", "more than 1 t"),
        ("s2-bz-inspect", "more than 10 kg"), ("s2a-inspect", "more than 1 t"), ("s2b-inspect", "more than 10 t"),
        ("s3-declare", "more than 30 t"), ("s3-inspect", "more than 200 t"), ("s1-hold", "at most 1 t"),
        ("s1-laboratory", "less than 100 g"), ("s2a-low-site", "more than 1% and at most 10%"),
        ("ocpf-exempt", "whatever the amount"), ("psf-declare", "more than 30 t"), ("doc-declare", "more than 200 t"),
    ],
)  # fmt: skip
def test_a_threshold_says_its_amount(id_: str, words: str) -> None:
    assert next(say(threshold.limit) for threshold in Convention(TODAY).thresholds if threshold.id == id_) == words


def test_thresholds_agree_with_the_duties_that_name_the_same_amounts() -> None:
    convention = Convention(TODAY)
    thresholds = {threshold.id: threshold for threshold in convention.thresholds}
    for duty in convention.duties:
        if (same := thresholds.get(duty.id)) is not None and "quantity" in duty.values:
            assert (str(same.quantity), same.unit) == (duty.values["quantity"], duty.values.get("unit", same.unit))


@given(DAYS)
@settings(max_examples=40, deadline=None)
def test_what_holds_on_a_day_holds_on_that_day(day: date) -> None:
    convention = Convention(day)
    for threshold in (*convention.thresholds, *convention.deadlines):
        assert threshold.in_force.holds_on(day) and threshold.source and threshold.evidence in EVIDENCE
    for state in convention.states:
        assert state.status in STATUSES and (state.since is None or state.since <= day)


def test_the_saxitoxin_notice_is_there_from_its_day_on() -> None:
    day = date(1999, 10, 31)
    for at, there in ((day, True), (day - timedelta(days=1), False)):
        assert ("s1-saxitoxin" in {deadline.id for deadline in Convention(at).deadlines}) is there
        assert ("s1-saxitoxin" in {threshold.id for threshold in Convention(at).thresholds}) is there


def test_states_are_counted_as_of_a_day() -> None:
    assert Counter(state.status for state in Convention(TODAY).states) == {
        "state_party": 193, "signatory": 1, "not_party": 3,
    }  # fmt: skip
    assert Counter(state.status for state in Convention(date(1997, 4, 28)).states)["state_party"] == 0
    assert Counter(state.status for state in Convention(date(1997, 4, 29)).states)["state_party"] == 87


@pytest.mark.parametrize(
    ("code", "day", "status"),
    [
        ("CUB", date(1993, 1, 12), "not_party"), ("CUB", date(1993, 1, 13), "signatory"),
        ("CUB", date(1997, 4, 29), "to_be_bound"), ("CUB", date(1997, 5, 29), "state_party"),
        ("AGO", date(2015, 9, 15), "not_party"), ("AGO", date(2015, 10, 15), "to_be_bound"),
        ("ISR", TODAY, "signatory"), ("PRK", TODAY, "not_party"),
    ],
)  # fmt: skip
def test_a_state_is_what_its_days_make_it(code: str, day: date, status: str) -> None:
    assert status_of(code, day) == status


def test_a_state_that_left_is_no_party_after_its_last_day() -> None:
    bound = InForce(date(2000, 1, 1), date(2010, 1, 1))
    state = State("XXX", None, date(1999, 12, 2), "accession", bound, "", "treaty")
    assert [state.on(day).status for day in (date(2010, 1, 1), date(2010, 1, 2))] == ["state_party", "not_party"]
    assert state.on(date(2010, 1, 2)).since == date(2010, 1, 2)


def test_every_entry_into_force_is_the_conventions_or_the_thirtieth_day_after_the_deposit() -> None:
    for state in read_dated(None).states:
        if state.in_force and state.deposited:
            first = date(1997, 4, 29)
            late = state.deposited + timedelta(days=30)
            assert state.in_force.start == (first if state.deposited < first else late), state.code


def test_the_additions_of_2020_are_told_with_their_day_and_source() -> None:
    changes = changes_between(date(2020, 6, 6), date(2020, 6, 7))
    assert [(change.kind, change.what, change.id, change.list) for change in changes] == [
        ("entry", "began", f"1A{number}", "CWC") for number in (13, 14, 15, 16)
    ]
    assert all(change.source and change.evidence == "official" for change in changes)
    assert changes_between(date(2020, 6, 7), date(2020, 6, 8)) == []


def test_a_state_that_joined_is_told_twice_when_it_deposited_and_when_it_was_bound() -> None:
    changes = changes_between(date(2018, 1, 1), date(2018, 12, 31))
    assert [(change.id, change.what, change.day) for change in changes] == [
        ("PSE", "deposited", date(2018, 5, 17)), ("PSE", "joined", date(2018, 6, 16)),
    ]  # fmt: skip


@given(DAYS, DAYS, DAYS)
@settings(max_examples=25, deadline=None)
def test_changes_add_up_and_do_not_depend_on_the_order_of_the_days(one: date, two: date, three: date) -> None:
    first, second, third = sorted((one, two, three))
    whole = changes_between(first, third)
    assert whole == [*changes_between(first, second), *changes_between(second, third)]
    assert whole == changes_between(third, first)
    assert all(first < change.day <= third for change in whole)


@given(DAYS, DAYS)
@settings(max_examples=25, deadline=None)
def test_changes_are_what_lies_between_what_holds_on_two_days(one: date, two: date) -> None:
    first, second = sorted((one, two))
    in_force = [
        {(kind, rule.id) for kind in ("thresholds", "deadlines", "duties") for rule in getattr(Convention(day), kind)}
        for day in (first, second)
    ]
    began = {(f"{c.kind}s".replace("dutys", "duties"), c.id) for c in changes_between(first, second)
             if c.kind in ("threshold", "deadline", "duty") and c.what == "began"}  # fmt: skip
    assert in_force[1] - in_force[0] == began
    assert not in_force[0] - in_force[1]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"source": None}, "'source' is missing"),
        ({"evidence": "hearsay"}, "evidence is 'hearsay'"),
        ({"in_force": "soon"}, "'soon' is not a date"),
        ({"quantity": None}, "'quantity' must be a number"),
        ({"comparator": "about"}, "comparator is 'about'"),
        ({"comparator": "none"}, "unknown field"),
        ({"colour": "red"}, "unknown field 'colour'"),
    ],
)
def test_a_threshold_that_cannot_hold_is_refused(fields: dict[str, object], message: str) -> None:
    with pytest.raises(RuleError, match=message):
        build_thresholds([{**THRESHOLD, **fields}])


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"anchor": None}, "'anchor' is missing"),
        ({"unit": "weeks"}, "unit is 'weeks'"),
        ({"due": "on"}, "'month' must be a number"),
        ({"amount": "many"}, "'amount' must be a number"),
    ],
)
def test_a_deadline_that_cannot_hold_is_refused(fields: dict[str, object], message: str) -> None:
    with pytest.raises(RuleError, match=message):
        build_deadlines([{**DEADLINE, **fields}])


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"state": "fr"}, "not an ISO 3166 alpha-3 code"),
        ({"rests_on": "hearsay"}, "rests_on is 'hearsay'"),
        ({"in_force": "1995-03-01"}, "bound before it deposited"),
        ({"deposited": "once"}, "'once' is not a date"),
    ],
)
def test_a_state_that_cannot_be_is_refused(fields: dict[str, object], message: str) -> None:
    with pytest.raises(RuleError, match=message):
        build_states({"sources": SOURCES, "states": [{**STATE, **fields}]})


def test_the_same_thing_twice_for_the_same_days_is_refused() -> None:
    with pytest.raises(RuleError, match="appears twice"):
        build_thresholds([THRESHOLD, THRESHOLD])
    with pytest.raises(RuleError, match="appears twice"):
        build_states({"sources": SOURCES, "states": [STATE, STATE]})
