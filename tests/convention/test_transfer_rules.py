"""The rules on what crosses a border hold on their days, rest on a source, and are refused where they cannot hold."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opencwc.convention import Convention
from opencwc.convention.model import EVIDENCE
from opencwc.convention.transfer_rules import EFFECTS, build_transfer_rules, check_references, read_transfer_rules
from opencwc.errors import RuleError
from opencwc.finding import Message
from opencwc.wording import LANGUAGES, say

TODAY = date(2026, 11, 25)
RULE = {
    "id": "x", "applies_to": ["CWC 2"], "between": ["party>not_party"], "effect": "prohibited", "says": "x",
    "source": "A law", "evidence": "official", "in_force": "2000-04-29",
}  # fmt: skip


def ids_on(day: date) -> set[str]:
    return {rule.id for rule in Convention(day).transfer_rules}


def test_every_rule_has_a_source_a_grade_and_a_known_effect() -> None:
    for rule in read_transfer_rules():
        assert rule.source and rule.evidence in EVIDENCE and rule.effect in EFFECTS
        if rule.evidence == "treaty":
            assert rule.source.startswith(("Verification Annex V", "Article I.")) and rule.in_force.start is not None


def test_every_article_on_transfers_has_its_rule() -> None:
    sources = " ".join(rule.source for rule in read_transfer_rules() if rule.evidence == "treaty")
    for article in ("VI.1", "VI.2(a)", "VI.2(b)", "VI.2(c)", "VI.2(d)", "VI.3", "VI.4", "VI.5", "VI.5bis", "VI.6",
                    "VII.1", "VII.31", "VII.32", "VIII.1", "VIII.26", "VIII.27"):  # fmt: skip
        assert article in sources


@pytest.mark.parametrize(
    ("day", "there", "not_there"),
    [
        (date(1997, 4, 28), "transit", "s1-not-party"),
        (date(1997, 4, 29), "s1-not-party", "s2-not-party"),
        (date(1999, 10, 30), "s1-notice", "s1-saxitoxin"),
        (date(1999, 10, 31), "s1-saxitoxin", "s2-not-party"),
        (date(2000, 4, 28), "s2-certificate", "s2-not-party"),
        (date(2000, 4, 29), "s2-not-party", "s2-certificate"),
        (date(2002, 4, 28), "s3-certificate", "s3-further"),
        (date(2002, 4, 29), "s3-further", "s2-certificate"),
    ],
)
def test_rules_begin_and_end_on_their_days(day: date, there: str, not_there: str) -> None:
    assert there in ids_on(day)
    assert not_there not in ids_on(day)


@settings(max_examples=40, deadline=None)
@given(st.dates(date(1997, 4, 29), date(2030, 1, 1)))
def test_schedule_2_has_one_answer_for_states_not_party_on_every_day(day: date) -> None:
    assert len(ids_on(day) & {"s2-not-party", "s2-certificate"}) == 1


def test_a_rule_covers_its_schedule_part_or_entry_and_no_other() -> None:
    convention = Convention(TODAY, ["CWC", "AG"])
    by_id = {rule.id: rule for rule in convention.transfer_rules}
    entry = {entry.id: entry for entry in convention.entries}
    assert by_id["s1-saxitoxin"].covers(entry["1A07"]) and not by_id["s1-saxitoxin"].covers(entry["1A08"])
    assert by_id["s2a-product"].covers(entry["2A03"]) and not by_id["s2a-product"].covers(entry["2B04"])
    assert by_id["s3-certificate"].covers(entry["3B17"]) and not by_id["s3-certificate"].covers(entry["2B13"])
    assert by_id["ag-licence"].covers(entry["AG46"]) and not by_id["ag-licence"].covers(entry["3B17"])


def test_who_sends_and_who_receives_matters() -> None:
    by_id = {rule.id: rule for rule in read_transfer_rules()}
    assert by_id["s2-not-party"].is_between("not_party", "party")
    assert not by_id["s3-certificate"].is_between("not_party", "party")
    assert by_id["transit"].is_between("party", "not_party")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_rule_is_said_in_every_language(lang: str) -> None:
    names = ("entry", "sender", "receiver", "strangers", "states", "via", "day", "days", "limit")
    for rule in read_transfer_rules():
        sentence = say(Message(rule.says, dict.fromkeys(names, "X")), lang)
        assert sentence != rule.says and "{" not in sentence


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"effect": "maybe"}, "effect is 'maybe'"),
        ({"between": ["party>nobody"]}, "between 'party>nobody'"),
        ({"by": ["carrier"]}, "by 'carrier'"),
        ({"source": ""}, "'source' is missing"),
        ({"evidence": "hearsay"}, "evidence is 'hearsay'"),
        ({"in_force": None}, "'in_force' is missing"),
        ({"colour": "red"}, "unknown field 'colour'"),
        ({"instead_of": ["nothing"]}, "replaces 'nothing'"),
        ({"applies_to": []}, "names no chemical"),
        ({"applies_to": "CWC 2"}, "must be a list"),
        ({"effect": "paper"}, "has no 'paper'"),
        ({"effect": "later"}, "has no 'deadline'"),
        ({"effect": "at_most"}, "has no 'threshold'"),
        ({"packing": "crate"}, "packing is 'crate'"),
    ],
)
def test_a_rule_that_cannot_hold_is_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(RuleError, match=message):
        build_transfer_rules([{**RULE, **change}])


def test_a_rule_that_stands_twice_is_refused() -> None:
    with pytest.raises(RuleError, match="appears twice"):
        build_transfer_rules([RULE, RULE])


@pytest.mark.parametrize("field", ["threshold", "deadline"])
def test_a_rule_that_names_what_is_not_there_is_refused(field: str) -> None:
    with pytest.raises(RuleError, match=f"the {field} 'nothing'"):
        check_references(build_transfer_rules([{**RULE, field: "nothing"}]), (), ())


def test_a_notice_is_due_as_the_deadlines_say() -> None:
    convention = Convention(TODAY)
    deadlines = {deadline.id: deadline for deadline in convention.deadlines}
    by_id = {rule.id: rule for rule in convention.transfer_rules}
    notice = deadlines[by_id["s1-notice"].deadline]
    assert (notice.due, notice.amount) == ("before", 30)
    assert deadlines[by_id["s1-annual"].deadline].amount == 90
    assert timedelta(days=30) == date(2026, 3, 1) - date(2026, 1, 30)
