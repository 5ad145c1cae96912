"""One decision for all that a filter finds: shown first, taken and taken back as a whole, by all rules."""

from __future__ import annotations

import pytest

from opencwc.casebook.agreement import agreement
from opencwc.casebook.bulk_decisions import bulks_of, decide_bulk, preview_bulk, undo_bulk
from opencwc.casebook.casebook_verifier import verify_all
from opencwc.casebook.cases import case_for_keeping, change_case
from opencwc.casebook.database import Casebook
from opencwc.casebook.decisions import claim_rechecks, decide, set_recheck_share
from opencwc.casebook.findings import count_findings, inbox, show_finding
from opencwc.casebook.model import Filter, Mark, Outcome, Person, Role
from opencwc.casebook.people import CONSOLE, People
from opencwc.casebook.runs import begin_run
from opencwc.errors import ConflictError, InputError, NotAllowedError, NotFoundError
from opencwc.screening import screen

ALL = Filter(case="inventory")


@pytest.fixture
def people(book: Casebook) -> dict[str, Person]:
    """Two reviewers who see all, one who sees little, an analyst; and a case of every kind of finding."""
    made = People(book)
    who = {
        name: made.add(CONSOLE, name, role=role, clearance=mark)
        for name, role, mark in (
            ("rita", Role.REVIEWER, Mark.HIGHLY_PROTECTED), ("rene", Role.REVIEWER, Mark.HIGHLY_PROTECTED),
            ("leo", Role.REVIEWER, Mark.RESTRICTED), ("anna", Role.ANALYST, Mark.HIGHLY_PROTECTED),
        )
    }  # fmt: skip
    set_recheck_share(book, who["rita"], 0)
    case_for_keeping(book, who["rita"], "inventory")
    run = begin_run(book, who["rita"], "inventory", verb="screen", asked={}, checked={}, maker={})
    run.keep(screen(["sarin", "thiodiglycol", "triethanolamine", "OCCSCCO", "CCO", "C1CC"], lists="CWC"))
    run.finish({})
    return who


def take(book: Casebook, person: Person, wanted: Filter = ALL, outcome: Outcome = Outcome.ACCEPT, **how: bool) -> int:
    shown = preview_bulk(book, person, wanted, **how)
    return decide_bulk(book, person, wanted, outcome, "all alike", digest=shown.digest, **how).seq


def stands(book: Casebook, person: Person) -> list[str]:
    return [str(show_finding(book, person, number).finding.status) for number in range(1, 7)]


def test_a_preview_tells_what_is_decided_and_what_is_left_out_and_why(
    book: Casebook, people: dict[str, Person]
) -> None:
    rita = people["rita"]
    decide(book, rita, [6], Outcome.REJECT, "a slip of the pen")
    shown = preview_bulk(book, rita, ALL)
    assert (shown.findings, shown.units, shown.second, shown.ids) == (3, 2, 0, (2, 3, 4))
    assert shown.left_out == {"two_people": 1, "decided": 1, "settled": 1}
    with_two = preview_bulk(book, rita, ALL, two_people=True)
    assert (with_two.ids, with_two.second) == ((1, 2, 3, 4), 1)
    decide(book, rita, [1], Outcome.ACCEPT, "seen")
    assert preview_bulk(book, rita, ALL, two_people=True).left_out["yours"] == 1
    assert preview_bulk(book, people["rene"], ALL, two_people=True).ids == (1, 2, 3, 4)
    assert preview_bulk(book, rita, Filter(units=(2,))).ids == (2, 4)
    for person in (rita, people["rene"]):
        decide(book, person, [1], Outcome.NEED_MORE, "which bottle?")
    assert preview_bulk(book, rita, ALL, two_people=True).second == 1


def test_all_are_decided_with_one_reason_each_on_record(book: Casebook, people: dict[str, Person]) -> None:
    rita = people["rita"]
    take(book, rita, Filter(list="CWC", entry="2B13"))
    assert stands(book, rita) == ["open", "accepted", "open", "accepted", "noted", "open"]
    (decision,) = show_finding(book, rita, 4).decisions
    assert (decision.reason, decision.person, decision.outcome) == ("all alike", rita.id, Outcome.ACCEPT)
    assert not verify_all(book).problems


def test_what_is_grave_waits_for_a_second_person_and_goes_back_until_then(
    book: Casebook, people: dict[str, Person]
) -> None:
    rita, rene = people["rita"], people["rene"]
    first = take(book, rita, two_people=True)
    assert stands(book, rita)[:4] == ["awaiting_second", "accepted", "accepted", "accepted"]
    undo_bulk(book, rita, first)
    assert stands(book, rita) == ["open", "open", "open", "open", "noted", "open"]
    assert inbox(book, rita)[0].id == 1 and count_findings(book, rita, ALL).status == {"noted": 1, "open": 5}
    again = take(book, rita, two_people=True)
    decide(book, rene, [1], Outcome.ACCEPT, "seen too")
    with pytest.raises(ConflictError):
        undo_bulk(book, rita, again)
    assert stands(book, rita)[0] == "accepted" and not verify_all(book).problems


def test_a_second_signature_is_taken_back_alone(book: Casebook, people: dict[str, Person]) -> None:
    rita, rene = people["rita"], people["rene"]
    decide(book, rita, [1], Outcome.ACCEPT, "seen")
    signed = take(book, rene, Filter(grave=True), two_people=True)
    assert stands(book, rita)[0] == "accepted"
    undo_bulk(book, rene, signed)
    assert stands(book, rita)[0] == "awaiting_second"
    assert inbox(book, rene)[0].id == 1 and 1 not in [finding.id for finding in inbox(book, rita)]
    with pytest.raises(ConflictError):
        decide(book, rita, [1], Outcome.ACCEPT, "I again")
    decide(book, rene, [1], Outcome.ACCEPT, "after all")
    assert stands(book, rita)[0] == "accepted" and not verify_all(book).problems


def test_a_bulk_goes_back_once_by_who_made_it_and_not_after_a_case_is_closed(
    book: Casebook, people: dict[str, Person]
) -> None:
    rita, rene = people["rita"], people["rene"]
    for person in (rita, rene):
        decide(book, person, [1], Outcome.ACCEPT, "seen")
    bulk = take(book, rita)
    with pytest.raises(NotFoundError):
        undo_bulk(book, rene, bulk)
    assert [(one.seq, one.findings, one.open) for one in bulks_of(book, rita)] == [(bulk, 4, True)]
    undo_bulk(book, rita, bulk)
    with pytest.raises(ConflictError):
        undo_bulk(book, rita, bulk)
    second = take(book, rita)
    change_case(book, rita, "inventory", status="closed")
    assert [one.open for one in bulks_of(book, rita)] == [False, False]
    with pytest.raises(ConflictError):
        undo_bulk(book, rita, second)
    assert preview_bulk(book, rita, ALL).left_out == {"closed": 6}


def test_nothing_is_decided_where_it_changed_since_it_was_shown(book: Casebook, people: dict[str, Person]) -> None:
    rita, rene = people["rita"], people["rene"]
    shown = preview_bulk(book, rita, ALL)
    decide(book, rene, [3], Outcome.REJECT, "quicker")
    before = stands(book, rita)
    with pytest.raises(ConflictError):
        decide_bulk(book, rita, ALL, Outcome.ACCEPT, "all", digest=shown.digest)
    assert stands(book, rita) == before


def test_a_blind_recheck_is_decided_blindly_and_stands_when_the_bulk_goes_back(
    book: Casebook, people: dict[str, Person]
) -> None:
    rita, rene = people["rita"], people["rene"]
    change_case(book, rita, "inventory", mark="protected")  # so that nobody but Rene can be drawn
    set_recheck_share(book, rita, 1)
    decide(book, rita, [2], Outcome.ACCEPT, "seen")
    set_recheck_share(book, rita, 0)
    shown = preview_bulk(book, rene, Filter(list="CWC", entry="2B13"))
    assert shown.ids == (2, 4) and not shown.left_out, "nothing tells that one of them was decided"
    bulk = take(book, rene, Filter(list="CWC", entry="2B13"), Outcome.REJECT)
    assert stands(book, rita)[1:4] == ["disputed", "open", "rejected"]
    assert undo_bulk(book, rene, bulk).findings == 1
    assert stands(book, rita)[1:4] == ["disputed", "open", "open"]
    assert agreement(book, rita).pairs == 1 and not verify_all(book).problems


def test_a_recheck_that_was_drawn_ends_with_the_decision_that_it_was_drawn_of(
    book: Casebook, people: dict[str, Person]
) -> None:
    rita, rene = people["rita"], people["rene"]
    set_recheck_share(book, rita, 1)
    bulk = take(book, rita, Filter(list="CWC", entry="3B17"))
    claim_rechecks(book, rene)
    undo_bulk(book, rita, bulk)
    assert stands(book, rita)[2] == "open" and agreement(book, rita).pairs == 0
    assert not show_finding(book, rene, 3).blind and not verify_all(book).problems


def test_who_may_not_decide_or_see_decides_nothing(book: Casebook, people: dict[str, Person]) -> None:
    with pytest.raises(NotAllowedError):
        preview_bulk(book, people["anna"], ALL)
    change_case(book, people["rita"], "inventory", mark="protected")
    shown = preview_bulk(book, people["leo"], Filter())
    assert (shown.findings, shown.left_out) == (0, {})
    with pytest.raises(InputError):
        decide_bulk(book, people["leo"], Filter(), Outcome.ACCEPT, "all", digest=shown.digest)


@pytest.mark.parametrize(
    ("outcome", "reason"), [(Outcome.CORRECT, "x"), (Outcome.WITHDRAW, "x"), (Outcome.ACCEPT, " ")]
)
def test_what_makes_no_sense_for_many_is_refused(
    book: Casebook, people: dict[str, Person], outcome: Outcome, reason: str
) -> None:
    shown = preview_bulk(book, people["rita"], ALL)
    with pytest.raises(InputError):
        decide_bulk(book, people["rita"], ALL, outcome, reason, digest=shown.digest)
    with pytest.raises(InputError):
        decide(book, people["rita"], [2], Outcome.WITHDRAW, "by itself")
