"""What holds of every answer, whatever the shipment: order, units and other rows do not matter, nothing is guessed."""

from __future__ import annotations

import random
import re
from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opencwc.convention import Convention
from opencwc.convention.transfer_rules import read_transfer_rules
from opencwc.finding import Verdict, finding_from_plain, finding_to_plain
from opencwc.screening.model import Question
from opencwc.transfers.check.certificates import certificate_of
from opencwc.transfers.check.checking import Answer, Checker, with_names_alike
from opencwc.transfers.check.consignees import SanctionsList
from opencwc.transfers.check.formats import CHECK_COLUMNS, checked_by_rules, finding_as_plain, line_of
from opencwc.transfers.check.kept import shown_answer
from opencwc.transfers.check.name_index import Listed
from opencwc.transfers.check.rule_effects import EFFECTS, find_exceptions, not_for
from opencwc.transfers.check.shipments import Shipment, shipment_of
from opencwc.transfers.check.verb import VERB as CHECK
from opencwc.transfers.check.weighing import STATES_OF_DUTY, due_on
from opencwc.wording import sentence

ASKED = date(2026, 11, 25)
STATES = ("France", "Germany", "Egypt", "Israel", "Syria", "Angola", "Taiwan", "Freedonia", "")
CHEMICALS = ("Sarin", "Saxitoxin", "Thiodiglycol", "Triethanolamine", "Ethanol", "mustard", "Polyflexol special", "")
DAYS = st.dates(date(1996, 1, 1), date(2029, 12, 31))
ROWS = st.fixed_dictionaries(
    {
        "chemical": st.sampled_from(CHEMICALS),
        "quantity": st.sampled_from(("", "5", "1200", "-3", "many")),
        "unit": st.sampled_from(("mg", "kg", "t", "L", "")),
        "concentration": st.sampled_from(("", "1", "10", "10.5", "8-12 %", "weak")),
        "from": st.sampled_from(STATES),
        "to": st.sampled_from(STATES),
        "via": st.sampled_from(("", "Spain", "Israel; Spain", "Nowhere")),
        "date": DAYS.map(str) | st.sampled_from(("", "2026", "03/04/2026")),
        "purpose": st.sampled_from(("", "research", "diagnostic", "industrial", "fun")),
        "packing": st.sampled_from(("", "retail", "drums")),
        "origin": st.sampled_from(("", "France", "Italy", "Nowhere")),
        "papers": st.sampled_from(("", "notice FRA 2026-01-01; notice DEU 2026-01-01", "notice", "a letter")),
    }
)


@cache
def laws() -> Checker:
    return Checker(Question(ASKED))


def checked(*rows: dict[str, str]) -> list[Answer]:
    checker = Checker(Question(ASKED))
    checker._laws = laws()._laws  # what has been read once stays read
    return [*checker.check(shipment_of(row, texts) for row, texts in enumerate(rows, 1))]


def plain(answer: Answer) -> tuple[Any, ...]:
    return (
        answer.verdict,
        [(finding.rule, finding.verdict, finding.message) for finding in answer.findings],
        [(duty.rule.id, duty.state, duty.due) for duty in answer.owed],
    )


@settings(max_examples=150, deadline=None)
@given(ROWS)
def test_every_shipment_has_an_answer_with_a_reason(row: dict[str, str]) -> None:
    answer = checked(row)[0]
    assert answer.verdict in CHECK.verdicts and answer.findings
    assert answer.verdict is min((finding.verdict for finding in answer.findings), key=CHECK.verdicts.index)
    assert {duty.state for duty in answer.owed} <= {*STATES_OF_DUTY}
    for finding in answer.findings:
        assert "transfers_" not in sentence(finding.message)
        assert finding.rule is None or (finding.rule.source and finding.rule.grade)
        assert finding_from_plain(finding_to_plain(finding)) == finding
        assert set(line_of(answer, finding)) == {*CHECK_COLUMNS}


@settings(max_examples=100, deadline=None)
@given(ROWS)
def test_what_is_still_needed_or_not_kept_shows_in_the_verdict(row: dict[str, str]) -> None:
    answer = checked(row)[0]
    for finding in answer.findings:
        states = {duty.state for duty in answer.owed if duty.entry == finding.rule}
        if finding.verdict is Verdict.ALLOWED:
            assert not states & {"broken", "late", "needed"}
        if finding.verdict is Verdict.PROHIBITED:
            assert states & {"broken", "late"} and "later" not in states
        if finding.verdict is Verdict.ALLOWED_WITH:
            assert "needed" in states and "broken" not in states


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_a_missing_state_or_day_is_never_allowed_or_prohibited(row: dict[str, str]) -> None:
    row = {**row, "chemical": "Triethanolamine"}
    for gap in ({"from": ""}, {"to": "Freedonia"}, {"to": "Taiwan"}, {"date": "2026"}, {"date": ""}):
        assert checked({**row, **gap})[0].verdict is Verdict.REVIEW


@settings(max_examples=40, deadline=None)
@given(st.lists(ROWS, min_size=2, max_size=5), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(rows: list[dict[str, str]], shuffle: random.Random) -> None:
    days = [date(2020, 1, 1) + timedelta(days=place) for place in range(len(rows))]
    rows = [
        {**row, "date": str(day), "id": str(number)} for number, (row, day) in enumerate(zip(rows, days, strict=True))
    ]
    order = list(range(len(rows)))
    shuffle.shuffle(order)
    before, after = checked(*rows), checked(*(rows[place] for place in order))
    assert [plain(before[place]) for place in order] == [plain(place) for place in after]


@settings(max_examples=40, deadline=None)
@given(ROWS)
def test_a_shipment_that_no_rule_speaks_of_changes_no_other(row: dict[str, str]) -> None:
    free = {"chemical": "Ethanol", "quantity": "5", "unit": "t", "from": "France", "to": "Egypt", "date": "2020-05-05"}
    alone, beside = checked(row)[0], checked(row, free)
    assert beside[1].verdict is Verdict.ALLOWED
    assert plain(alone) == plain(beside[0])


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 20_000), st.sampled_from(("Sarin", "Saxitoxin", "Thiodiglycol")))
def test_the_unit_does_not_matter(milligrams: int, chemical: str) -> None:
    row = {"chemical": chemical, "from": "France", "to": "Germany", "date": "2027-03-01", "purpose": "medical"}
    amounts = ({"quantity": str(milligrams), "unit": "mg"}, {"quantity": f"{milligrams}000", "unit": "µg"})
    first, second = (checked({**row, **amount})[0] for amount in amounts)
    assert plain(first) == plain(second)


@settings(max_examples=60, deadline=None)
@given(st.decimals(0, 100, places=2), st.decimals(0, 100, places=2), st.sampled_from(("Thiodiglycol", "Amiton")))
def test_less_of_a_chemical_is_never_judged_more_gravely(amount: object, other: object, chemical: str) -> None:
    low, high = sorted((amount, other))  # type: ignore[type-var]
    row = {"chemical": chemical, "from": "France", "to": "Egypt", "date": "2027-03-01", "quantity": "5", "unit": "t"}
    less, more = (checked({**row, "concentration": str(share)})[0].verdict for share in (low, high))
    assert CHECK.verdicts.index(less) >= CHECK.verdicts.index(more)


@settings(max_examples=80, deadline=None)
@given(
    st.dates(date(2000, 4, 29), date(2023, 11, 29)), st.sampled_from(("SYR", "AGO", "MMR", "PSE", "SOM", "ISR", "EGY"))
)
def test_schedule_2_goes_to_a_state_on_the_days_on_which_it_is_a_party(day: date, code: str) -> None:
    row = {"chemical": "Thiodiglycol", "from": "FRA", "to": code, "date": str(day), "quantity": "5", "unit": "t"}
    status = next(state.status for state in Convention(day).states if state.state.code == code)
    expected = Verdict.ALLOWED if status == "state_party" else Verdict.PROHIBITED
    assert checked(row)[0].verdict is expected


@settings(max_examples=60, deadline=None)
@given(DAYS)
def test_deadlines_are_so_many_days_from_the_shipment_or_the_end_of_its_year(day: date) -> None:
    deadlines = {deadline.id: deadline for deadline in Convention(day).deadlines}
    if notice := deadlines.get("s1-notice"):
        assert due_on(notice, day) == day - timedelta(days=30)
    if annual := deadlines.get("s1-transfers"):
        due = due_on(annual, day)
        assert due is not None and (due - date(day.year, 12, 31)).days == 90


def test_the_lists_of_the_convention_are_checked_where_none_is_named() -> None:
    row = {"chemical": "Potassium fluoride", "from": "FRA", "to": "EGY", "date": "2026-03-01"}
    assert checked(row)[0].verdict is Verdict.ALLOWED
    with_ag = [*Checker(Question(ASKED, ("CWC", "AG"))).check([shipment_of(1, row)])]
    assert with_ag[0].verdict is Verdict.REVIEW


def test_an_answer_says_up_to_when_states_are_known_only_where_it_is_later() -> None:
    row = {"chemical": "Triethanolamine", "from": "FRA", "to": "EGY"}
    late, early = checked({**row, "date": "2023-11-30"}, {**row, "date": "2023-11-29"})
    assert "States as of 2023-11-29" in sentence(late.findings[0].message)
    assert "2023-11-29" not in sentence(early.findings[0].message)


def test_what_an_exception_rests_on_is_told_with_its_grade() -> None:
    row = {"chemical": "Thiodiglycol", "from": "FRA", "to": "EGY", "date": "2020-03-01", "concentration": "5"}
    wording = sentence(checked(row)[0].findings[0].message)
    assert "Singapore Customs" in wording and "not verified" in wording


def test_a_transit_for_review_says_that_its_rule_was_not_seen() -> None:
    row = {"chemical": "Thiodiglycol", "from": "FRA", "to": "IND", "via": "EGY", "date": "2020-03-01"}
    assert "not seen" in sentence(checked(row)[0].findings[0].message)


def test_the_day_of_a_state_that_is_not_verified_is_told() -> None:
    unverified = next(state for state in Convention(ASKED).states if state.state.evidence == "unverified")
    row = {"chemical": "Thiodiglycol", "from": "FRA", "to": unverified.state.code, "date": "2020-03-01"}
    assert "unconfirmed" in sentence(checked(row)[0].findings[0].message)


def test_evidence_shows_the_states_the_duties_and_the_papers() -> None:
    row = {
        "chemical": "Sarin", "from": "France", "to": "Germany", "date": "2027-03-01", "quantity": "5", "unit": "g",
        "purpose": "research", "papers": "notice FRA 2027-01-10",
    }  # fmt: skip
    evidence = {(part.kind, part.label): part.value for part in checked(row)[0].findings[0].evidence}
    assert evidence["state", "from"] == "FRA state_party 1997-04-29"
    assert evidence["duty", "s1-notice"] == "needed 2027-01-30; Verification Annex VI.5; treaty"
    assert evidence["paper", "notice"] == "notice FRA 2027-01-10"


def test_a_request_for_making_a_weapon_is_no_shipment() -> None:
    answer = checked({"chemical": "how do I make sarin at home", "from": "FRA", "to": "DEU", "date": "2026-03-01"})[0]
    assert answer.verdict is Verdict.UNREADABLE


@pytest.mark.parametrize("size", [0, 1, 3])
def test_answers_come_in_the_order_of_the_shipments(size: int) -> None:
    rows = [{"chemical": "Ethanol", "date": str(date(2026, 3, 9 - place))} for place in range(size)]
    assert [answer.shipment.row for answer in checked(*rows)] == [*range(1, size + 1)]


def test_shipments_are_not_changed_by_the_check() -> None:
    shipment: Shipment = shipment_of(1, {"line": "Thionyl chloride, 200 kg", "from": "FRA", "to": "BRA"})
    answer = next(Checker(Question(ASKED)).check([shipment]))
    assert shipment.amount is None and str(answer.shipment.amount) == "200 kg"


def test_a_purpose_that_is_not_known_is_shown_and_never_allowed() -> None:
    for chemical in ("Sarin", "Thiodiglycol", "Phosgene", "Ethanol"):
        row = {
            "chemical": chemical,
            "from": "France",
            "to": "Germany",
            "date": "2027-03-01",
            "purpose": "fun and games",
        }
        answer = checked(row)[0]
        assert answer.verdict is Verdict.REVIEW
        assert all("fun and games" in sentence(finding.message) for finding in answer.findings)


def test_a_mixture_has_one_verdict_and_each_line_its_duties_with_day_and_source() -> None:
    line = "Solution of thiodiglycol 50 % and triethanolamine 20 %"
    row = {"line": line, "quantity": "1", "unit": "t", "from": "Germany", "to": "Israel", "date": "2027-02-01"}
    answer = checked(row)[0]
    lines = [line_of(answer, finding) for finding in answer.findings]
    assert len({line["verdict"] for line in lines}) == 2
    assert {line["shipment_verdict"] for line in lines} == {"prohibited"}
    assert {finding_as_plain(answer, finding)["shipment_verdict"] for finding in answer.findings} == {"prohibited"}
    assert {line["needed"] + line["needed_by"] for line in lines} == {""}
    below_30 = next(line for line in lines if line["entry"] == "3B17")
    assert "by 2028-03-30" in below_30["duties"] and "Verification Annex VIII.1" in below_30["duties"]


def test_nothing_is_still_needed_for_what_is_prohibited() -> None:
    line = {"line": "Solution of thiodiglycol 50 % and triethanolamine 20 %", "to": "Israel"}
    weapon = {"chemical": "Sarin", "quantity": "1", "unit": "g", "purpose": "chemical weapons", "to": "France"}
    for row in (line, weapon):
        answer = checked({**row, "from": "Germany", "date": "2027-02-01"})[0]
        assert answer.verdict is Verdict.PROHIBITED
        assert shown_answer(answer).owed == ()
        for finding in answer.findings:
            assert not {"needed"} & {duty["state"] for duty in finding_as_plain(answer, finding)["duties"]}
            assert not [part for part in finding.evidence if part.kind == "duty" and part.value.startswith("needed")]


def test_what_is_wrong_with_the_certificate_of_a_prohibited_shipment_is_told() -> None:
    row = {
        "chemical": "Triethanolamine", "quantity": "1", "unit": "t", "purpose": "chemical weapons", "from": "Germany",
        "to": "Israel", "consignee": "Acme Ltd", "certificates": "C1", "date": "2027-02-01",
    }  # fmt: skip
    stated = {"id": "C1", "issued_by": "Israel", "recipient": "Acme Ltd", "chemical": "Triethanolamine",
              "quantity": "5", "unit": "t", "expires": "2027-12-31", "end_use": "industrial"}  # fmt: skip
    checker = Checker(Question(ASKED), [certificate_of(1, stated)])
    answer = next(checker.check([shipment_of(1, row)]))
    assert answer.verdict is Verdict.PROHIBITED
    assert [duty.state for duty in answer.owed if duty.rule.id == "s3-certificate"] == ["told"]
    assert "end-use" in " ".join(sentence(duty.told) for duty in answer.owed)


LISTED_NAMES = SanctionsList("names.csv", (Listed("inv-1", "Company", ("Orvenda Chemical Trading House",), ("il",)),))


@pytest.mark.parametrize(
    ("row", "verdicts"),
    [
        ({"chemical": "Ethanol", "to": "France"}, ["review", "allowed"]),
        ({"chemical": "Triethanolamine", "to": "France"}, ["review", "allowed"]),
        ({"chemical": "Triethanolamine", "to": "Israel"}, ["review", "allowed_with"]),
        ({"chemical": "Thiodiglycol", "to": "Israel"}, ["prohibited", "review"]),
        ({"chemical": "a name that nobody knows", "to": "France"}, ["review", "unreadable"]),
    ],
)
def test_a_receiver_like_a_listed_name_comes_before_what_the_rules_allow(
    row: dict[str, str], verdicts: list[str]
) -> None:
    row = {**row, "from": "Germany", "date": "2027-02-01", "end_user": "Orvenda Chemical Trading House, Haifa"}
    answer = with_names_alike(checked(row)[0], LISTED_NAMES)
    assert [str(finding.verdict) for finding in answer.findings] == verdicts
    assert str(answer.verdict) == verdicts[0]
    shown = shown_answer(answer)
    assert (shown.verdict, [verdict for verdict, _, _ in shown.reasons]) == (verdicts[0], verdicts)
    assert [(name.field, name.entry) for name in shown.alike] == [("end_user", "inv-1")]
    assert line_of(answer, answer.findings[0])["shipment_verdict"] == verdicts[0]


def test_every_rule_on_transfers_is_named_by_the_function_that_applies_it() -> None:
    for rule in read_transfer_rules():
        if rule.effect == "exempt":
            applied = find_exceptions
        elif rule.effect == "not_for":
            applied = not_for
        else:
            applied = EFFECTS[f"paper {rule.paper}" if rule.effect == "paper" else rule.effect]
        assert re.search(rf"Applies .*\b{rule.id}\b", " ".join((applied.__doc__ or "").split()))


def test_what_was_checked_names_the_day_asked_for_and_not_the_day_since_which_the_rules_stand() -> None:
    assert checked_by_rules(laws()).as_of == ASKED.isoformat()
