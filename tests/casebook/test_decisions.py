"""Who may decide what, alone or with a second person, and what comes back blind."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from opencwc.casebook import tables
from opencwc.casebook.agreement import agreement, kappa
from opencwc.casebook.casebook_verifier import verify_casebook
from opencwc.casebook.cases import change_case, open_case
from opencwc.casebook.database import Casebook
from opencwc.casebook.decisions import comment, decide, set_recheck_share
from opencwc.casebook.erasure import due_for_erasure, erase_case
from opencwc.casebook.findings import (
    comments_on_case,
    corrected_verdicts,
    count_findings,
    findings_of_run,
    inbox,
    list_findings,
    show_case,
    show_finding,
)
from opencwc.casebook.model import CaseStatus, Filter, Mark, Outcome, Person, Role, Status
from opencwc.casebook.people import People
from opencwc.casebook.requests import answer, ask, requests_of
from opencwc.casebook.runs import begin_run, keep_source
from opencwc.errors import ConflictError, InputError, NotAllowedError, NotFoundError
from opencwc.finding import Verdict

from .conftest import person
from .screening import ETHANOL, NOT_READ, SARIN, THIODIGLYCOL, findings
from .test_runs import ANNA, keep

RITA, RENE, ROSA = person("rita"), person("rene"), person("rosa")
GRAVE, PLAIN = 1, 2


@pytest.fixture
def kept(book: Casebook) -> Casebook:
    """A case with a grave finding (sarin), an ordinary one (thiodiglycol), one not listed and one not readable."""
    keep(book, SARIN, THIODIGLYCOL, ETHANOL, NOT_READ)
    return book


def register(book: Casebook, *logins: str) -> list[Person]:
    """Make accounts: reviewers of blind re-checks are drawn from them."""
    people = People(book)
    return [people.add("console", login, login, Role.REVIEWER, Mark.HIGHLY_PROTECTED) for login in logins]


def status(book: Casebook, identity: int) -> Status:
    return next(finding.status for finding in list_findings(book, RITA, Filter()).findings if finding.id == identity)


@pytest.mark.parametrize(
    ("outcome", "correction", "stands"),
    [
        (Outcome.ACCEPT, None, Status.ACCEPTED),
        (Outcome.REJECT, None, Status.REJECTED),
        (Outcome.NEED_MORE, None, Status.NEEDS_MORE),
        (Outcome.CORRECT, {"verdict": "not_listed"}, Status.CORRECTED),
    ],
)
def test_one_reviewer_decides_an_ordinary_finding(
    kept: Casebook, outcome: Outcome, correction: dict[str, str] | None, stands: Status
) -> None:
    assert decide(kept, RITA, [PLAIN], outcome, "seen", correction=correction) == {PLAIN: stands}
    decisions = show_finding(kept, RENE, PLAIN).decisions
    assert [(decision.person, decision.outcome, decision.reason, decision.correction) for decision in decisions] == [
        (RITA.id, outcome, "seen", correction)
    ]
    assert verify_casebook(kept, RITA).fits


def test_a_grave_finding_needs_two_different_people(kept: Casebook) -> None:
    assert decide(kept, RITA, [GRAVE], Outcome.ACCEPT, "it is sarin") == {GRAVE: Status.AWAITING_SECOND}
    with pytest.raises(ConflictError, match="needs two people, and you made the first"):
        decide(kept, RITA, [GRAVE], Outcome.ACCEPT, "I said so")
    assert GRAVE not in [finding.id for finding in inbox(kept, RITA)]
    assert inbox(kept, RENE)[0].id == GRAVE
    assert decide(kept, RENE, [GRAVE], Outcome.ACCEPT, "seen too") == {GRAVE: Status.ACCEPTED}
    assert verify_casebook(kept, RITA).fits


def test_two_people_who_differ_on_a_grave_finding_leave_it_disputed(kept: Casebook) -> None:
    decide(kept, RITA, [GRAVE], Outcome.ACCEPT, "it is sarin")
    assert decide(kept, RENE, [GRAVE], Outcome.REJECT, "a typing error") == {GRAVE: Status.DISPUTED}
    decide(kept, ROSA, [GRAVE], Outcome.ACCEPT, "the label says so")
    assert decide(kept, RENE, [GRAVE], Outcome.ACCEPT, "agreed") == {GRAVE: Status.ACCEPTED}
    assert verify_casebook(kept, RITA).fits


def test_a_reversal_is_a_new_decision(kept: Casebook) -> None:
    decide(kept, RITA, [PLAIN], Outcome.ACCEPT, "seen")
    assert decide(kept, RITA, [PLAIN], Outcome.REJECT, "seen again") == {PLAIN: Status.REJECTED}
    assert [decision.reason for decision in show_finding(kept, RITA, PLAIN).decisions] == ["seen", "seen again"]


def test_what_people_corrected_in_runs_is_found_with_what_is_right(kept: Casebook) -> None:
    assert corrected_verdicts(kept, RITA, [1]) == corrected_verdicts(kept, RITA, []) == []
    decide(kept, RITA, [PLAIN], Outcome.CORRECT, "a typing error", correction={"verdict": "not_listed"})
    decide(kept, RITA, [GRAVE], Outcome.CORRECT, "a typing error", correction={"verdict": "not_listed"})
    assert corrected_verdicts(kept, RENE, [1, 2]) == [(1, "listed", "not_listed")], "the grave one needs two"
    assert corrected_verdicts(kept, RENE, [2]) == []
    decide(kept, RITA, [PLAIN], Outcome.ACCEPT, "seen again")
    assert corrected_verdicts(kept, RENE, [1]) == []


def test_a_reversal_of_a_grave_finding_needs_two_people_again(kept: Casebook) -> None:
    decide(kept, RITA, [GRAVE], Outcome.ACCEPT, "one")
    decide(kept, RENE, [GRAVE], Outcome.ACCEPT, "two")
    assert decide(kept, RITA, [GRAVE], Outcome.REJECT, "wrong sample") == {GRAVE: Status.AWAITING_SECOND}
    assert decide(kept, ROSA, [GRAVE], Outcome.REJECT, "wrong sample") == {GRAVE: Status.REJECTED}


def test_two_who_decide_at_once_see_each_other(kept: Casebook) -> None:
    decide(kept, RITA, [PLAIN], Outcome.ACCEPT, "first", seen=0)
    with pytest.raises(ConflictError, match="in the meantime"):
        decide(kept, RENE, [PLAIN], Outcome.REJECT, "second", seen=0)
    assert status(kept, PLAIN) is Status.ACCEPTED


def test_many_are_decided_together_or_not_at_all(kept: Casebook) -> None:
    with pytest.raises(NotFoundError):
        decide(kept, RITA, [PLAIN, 99], Outcome.ACCEPT, "all")
    assert status(kept, PLAIN) is Status.OPEN
    assert decide(kept, RITA, [PLAIN, 4], Outcome.REJECT, "all") == {PLAIN: Status.REJECTED, 4: Status.REJECTED}


@pytest.mark.parametrize(
    ("act", "error"),
    [
        (lambda book: decide(book, ANNA, [PLAIN], Outcome.ACCEPT, "x"), NotAllowedError),
        (lambda book: decide(book, RITA, [PLAIN], Outcome.ACCEPT, "  "), InputError),
        (lambda book: decide(book, RITA, [], Outcome.ACCEPT, "x"), InputError),
        (lambda book: decide(book, RITA, [PLAIN], Outcome.CORRECT, "x"), InputError),
        (lambda book: decide(book, RITA, [PLAIN], Outcome.CORRECT, "x", correction={"verdict": "fine"}), InputError),
        (lambda book: decide(book, RITA, [PLAIN], Outcome.ACCEPT, "x", correction={"verdict": "exempt"}), InputError),
        (lambda book: comment(book, RITA, "inventory", " "), InputError),
        (lambda book: comment(book, person("x", Role.AUDITOR), "inventory", "hm"), NotAllowedError),
        (lambda book: decide(book, RITA, [9], Outcome.ACCEPT, "x"), NotFoundError),
    ],
)  # fmt: skip
def test_what_may_not_be_decided_is_not(
    kept: Casebook, act: Callable[[Casebook], object], error: type[Exception]
) -> None:
    with pytest.raises(error):
        act(kept)
    assert status(kept, PLAIN) is Status.OPEN
    assert verify_casebook(kept, RITA).fits


CWC = {"list": "CWC"}
OWN_LIST = (Path(__file__).parents[1] / "cases" / "own_list.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("correction", "message"),
    [
        ({"verdict": "listed", **CWC, "entry": "9Z99"}, r"no entry CWC 9Z99 was in force on \d{4}-\d\d-\d\d"),
        ({"verdict": "review", "list": "XYZ", "entry": "2B04"}, "no entry XYZ 2B04"),
        ({"verdict": "listed"}, "needs an entry"),
        ({"verdict": "review"}, "needs an entry"),
        ({"verdict": "exempt"}, "needs an entry"),
        ({"verdict": "not_listed", **CWC, "entry": "2B04"}, "takes no entry"),
        ({"verdict": "unreadable", **CWC, "entry": "2B04"}, "takes no entry"),
        ({"verdict": "listed", "entry": "2B04"}, "needs both list and entry"),
    ],
)
def test_a_correction_that_the_rules_do_not_know_is_refused(
    kept: Casebook, correction: dict[str, str], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        decide(kept, RITA, [PLAIN], Outcome.CORRECT, "so", correction=correction)
    assert status(kept, PLAIN) is Status.OPEN and not show_finding(kept, RITA, PLAIN).decisions


def test_a_correction_that_says_what_was_proposed_is_none(kept: Casebook) -> None:
    proposed = next(finding for finding in list_findings(kept, RITA, Filter()).findings if finding.id == PLAIN)
    same = {"verdict": proposed.verdict, "list": proposed.list, "entry": proposed.entry}
    with pytest.raises(InputError, match="is the same as the proposal"):
        decide(kept, RITA, [PLAIN], Outcome.CORRECT, "yes", correction=same)
    assert status(kept, PLAIN) is Status.OPEN
    elsewhere = {**same, "place": "line 4"}
    assert decide(kept, RITA, [PLAIN], Outcome.CORRECT, "there", correction=elsewhere) == {PLAIN: Status.CORRECTED}


@pytest.mark.parametrize("verdict", ["listed", "review", "exempt"])
def test_a_correction_names_an_entry_of_the_day(kept: Casebook, verdict: str) -> None:
    correction = {"verdict": verdict, **CWC, "entry": "2B04"}
    assert decide(kept, RITA, [PLAIN], Outcome.CORRECT, "so", correction=correction) == {PLAIN: Status.CORRECTED}
    assert verify_casebook(kept, RITA).fits


def keep_under(book: Casebook, checked: dict[str, object], maker: dict[str, object]) -> int:
    """Keep a finding of a run that says what it checked; return its number."""
    run = begin_run(book, ANNA, "inventory", verb="screen", asked={}, checked=checked, maker=maker)
    run.keep(findings(THIODIGLYCOL))
    return max(finding.id for finding in list_findings(book, RITA, Filter()).findings)


@pytest.mark.parametrize(
    ("checked", "maker"),
    [({"as_of": "2020-06-06"}, {"as_of": "2026-11-24"}), ({}, {"as_of": "2020-06-06"})],
    ids=["as checked", "as made"],
)
def test_an_entry_that_came_into_force_later_is_no_correction(
    kept: Casebook, checked: dict[str, object], maker: dict[str, object]
) -> None:
    identity = keep_under(kept, checked, maker)
    later = {"verdict": "listed", **CWC, "entry": "1A13"}
    with pytest.raises(InputError, match="CWC 1A13 was in force on 2020-06-06"):
        decide(kept, RITA, [identity], Outcome.CORRECT, "so", correction=later)
    assert decide(kept, RITA, [PLAIN], Outcome.CORRECT, "so", correction=later) == {PLAIN: Status.CORRECTED}


def test_a_list_file_that_a_run_was_made_with_may_be_named_when_it_is_not_at_hand(kept: Casebook) -> None:
    identity = keep_under(kept, {"lists": [{"id": "CWC"}, {"id": "OWN"}], "as_of": "2026-11-24"}, {})
    own = {"verdict": "listed", "list": "OWN", "entry": "N1"}
    assert decide(kept, RITA, [identity], Outcome.CORRECT, "so", correction=own) == {identity: Status.CORRECTED}
    with pytest.raises(InputError, match="no entry OWN N1"):
        decide(kept, RITA, [PLAIN], Outcome.CORRECT, "so", correction=own)


def test_an_own_list_of_the_settings_is_held_to_its_entries(
    kept: Casebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENCWC_SETTINGS", str(tmp_path / "settings"))
    own = tmp_path / "settings" / "lists" / "OWN.yaml"
    own.parent.mkdir(parents=True, exist_ok=True)
    own.write_text(OWN_LIST, encoding="utf-8")
    identity = keep_under(kept, {"lists": [{"id": "CWC"}, {"id": "OWN"}], "as_of": "2026-11-24"}, {})
    named = {"verdict": "listed", "list": "OWN", "entry": "W1"}
    with pytest.raises(InputError, match="no entry OWN W2"):
        decide(kept, RITA, [identity], Outcome.CORRECT, "so", correction={**named, "entry": "W2"})
    assert decide(kept, RITA, [identity], Outcome.CORRECT, "so", correction=named) == {identity: Status.CORRECTED}


@pytest.mark.parametrize("verdict", ["prohibited", "allowed_with", "allowed"])
@pytest.mark.parametrize("entry", [{}, {"list": "CWC", "entry": "9Z99"}])
def test_a_correction_of_another_verb_is_taken_as_it_is(kept: Casebook, verdict: str, entry: dict[str, str]) -> None:
    correction = {"verdict": verdict, **entry}
    assert decide(kept, RITA, [PLAIN], Outcome.CORRECT, "so", correction=correction) == {PLAIN: Status.CORRECTED}


def test_a_blind_recheck_comes_back_unlabelled_to_another_reviewer(kept: Casebook) -> None:
    rita, rene = register(kept, "rita", "rene")
    set_recheck_share(kept, rita, 1.0)
    decide(kept, rita, [PLAIN], Outcome.ACCEPT, "first")
    comment(kept, rita, "inventory", "I accepted it", PLAIN)
    seen = show_finding(kept, rene, PLAIN)
    assert (seen.finding.status, seen.decisions, seen.comments, seen.blind) == (Status.OPEN, [], [], True)
    assert PLAIN in [finding.id for finding in inbox(kept, rene)]
    assert PLAIN in [finding.id for finding in list_findings(kept, rene, Filter(status=(Status.OPEN,))).findings]
    assert count_findings(kept, rene, Filter()).status == {"noted": 1, "open": 3}
    assert count_findings(kept, rita, Filter()).status == {"accepted": 1, "noted": 1, "open": 2}
    of_run = [dict(findings_of_run(kept, who, seen.finding.run, Verdict.LISTED))[PLAIN] for who in (rene, rita)]
    assert of_run == [Status.OPEN, Status.ACCEPTED]
    assert decide(kept, rene, [PLAIN], Outcome.ACCEPT, "blind") == {PLAIN: Status.ACCEPTED}
    shown_finding = show_finding(kept, rene, PLAIN)
    assert [(decision.person, decision.blind) for decision in shown_finding.decisions] == [
        (rita.id, False),
        (rene.id, True),
    ]
    assert agreement(kept, rita).agreed == 1
    assert verify_casebook(kept, rita).fits


def test_a_blind_recheck_that_differs_opens_the_finding_again(kept: Casebook) -> None:
    rita, rene = register(kept, "rita", "rene")
    set_recheck_share(kept, rita, 1.0)
    decide(kept, rita, [PLAIN], Outcome.ACCEPT, "first")
    assert decide(kept, rene, [PLAIN], Outcome.REJECT, "blind") == {PLAIN: Status.DISPUTED}
    assert agreement(kept, rita).agreed == 0
    assert verify_casebook(kept, rita).fits


def test_kappa_of_the_published_example() -> None:
    # Fleiss, Cohen, Everitt (1969), table 1: kappa 0.429.
    table = {
        ("1", "1"): 106, ("1", "2"): 10, ("1", "3"): 4, ("2", "1"): 22, ("2", "2"): 28, ("2", "3"): 10,
        ("3", "1"): 2, ("3", "2"): 12, ("3", "3"): 6,
    }  # fmt: skip
    published = kappa(pair for pair, n in table.items() for _ in range(n))
    assert published.kappa is not None
    assert published.low is not None
    assert round(published.kappa, 3) == 0.429
    assert published.low < published.kappa


def test_kappa_of_judges_who_always_say_the_same_is_undefined() -> None:
    assert kappa([("accept", "accept")] * 5).kappa is None
    assert kappa([]).pairs == 0


def test_a_case_closes_when_nothing_waits(kept: Casebook) -> None:
    with pytest.raises(ConflictError, match="3 findings"):
        change_case(kept, RITA, "inventory", status="closed")
    decide(kept, RITA, [GRAVE, PLAIN, 4], Outcome.ACCEPT, "seen")
    decide(kept, RENE, [GRAVE], Outcome.ACCEPT, "seen")
    assert change_case(kept, RITA, "inventory", status="closed").status is CaseStatus.CLOSED
    with pytest.raises(ConflictError, match="closed"):
        decide(kept, RITA, [PLAIN], Outcome.REJECT, "late")


def test_what_leaves_the_house_is_asked_by_one_and_approved_by_another(kept: Casebook) -> None:
    request_made = ask(kept, RITA, "export", "inventory", {"reason": "for the OPCW"})
    with pytest.raises(ConflictError, match="second person"):
        answer(kept, RITA, request_made.seq, approve=True)
    with pytest.raises(NotAllowedError):
        answer(kept, ANNA, request_made.seq, approve=True)
    assert [request.seq for request in requests_of(kept, RENE, waiting=True)] == [request_made.seq]
    assert answer(kept, RENE, request_made.seq, approve=True).state == "approved"
    with pytest.raises(ConflictError):
        answer(kept, ROSA, request_made.seq, approve=False)
    assert verify_casebook(kept, RITA).fits


def test_an_erased_case_is_gone_and_the_chain_still_fits(kept: Casebook) -> None:
    keep(kept, SARIN, case="other")
    decide(kept, RITA, [PLAIN], Outcome.ACCEPT, "the planted reason")
    comment(kept, RITA, "inventory", "the planted comment", PLAIN)
    change_case(kept, RITA, "inventory", title="the planted title")
    request = ask(kept, RITA, "erase", "inventory", {"reason": "planted", "ground": "retention ended"})
    with pytest.raises(ConflictError):
        erase_case(kept, RITA, request.seq)
    answer(kept, RENE, request.seq, approve=True)
    counts = erase_case(kept, RITA, request.seq)
    assert counts["findings"] == 4
    report = verify_casebook(kept, RITA)
    assert report.fits
    assert report.erased_findings == 4
    with kept.reading_contents() as connection:
        for name, table in tables.metadata.tables.items():
            rows = str(connection.execute(table.select()).all())
            assert "planted" not in rows, name
            assert "OCCSCCO" not in rows, name
    assert count_findings(kept, RITA, Filter(case="other")).all == 1
    with pytest.raises(NotFoundError):
        show_case(kept, RITA, "inventory")


def test_a_case_is_not_erased_before_its_time(kept: Casebook) -> None:
    change_case(kept, RITA, "inventory", retain_until="2999-01-01")
    request = ask(kept, RITA, "erase", "inventory", {"reason": "tidy"})
    answer(kept, RENE, request.seq, approve=True)
    with pytest.raises(ConflictError, match="2999"):
        erase_case(kept, RITA, request.seq)


def test_what_is_due_for_erasure_is_listed(book: Casebook) -> None:
    keep(book, ETHANOL)
    change_case(book, RITA, "inventory", retain_until="2020-01-01", status="closed")
    assert [case.name for case in due_for_erasure(book, RITA)] == ["inventory"]


def test_the_second_person_is_cleared_for_the_sources_too(book: Casebook) -> None:
    low = person("lowrev", clearance=Mark.UNCLASSIFIED)
    open_case(book, RITA, "mixed")
    source = keep_source(book, RITA, io.BytesIO(b"x"), "x.csv", mark=Mark.HIGHLY_PROTECTED)
    run = begin_run(book, RITA, "mixed", verb="screen", asked={}, checked={}, maker={}, source=source)
    run.keep(findings(ETHANOL))
    run.finish({})
    request = ask(book, RITA, "erase", "mixed", {"reason": "over"})
    assert requests_of(book, low) == []
    with pytest.raises(NotFoundError):
        answer(book, low, request.seq, approve=True)
    with pytest.raises(NotAllowedError):
        ask(book, low, "erase", "mixed", {"reason": "mine"})
    answer(book, RENE, request.seq, approve=True)
    with pytest.raises(NotFoundError):
        erase_case(book, low, request.seq)
    with pytest.raises(NotAllowedError):
        change_case(book, low, "mixed", status="closed")


def test_a_case_does_not_close_over_a_blind_recheck(book: Casebook) -> None:
    keep(book, THIODIGLYCOL)
    register(book, "rita", "rene")
    set_recheck_share(book, RITA, 1.0)
    decide(book, RITA, [1], Outcome.ACCEPT, "first")
    with pytest.raises(ConflictError, match="checked again"):
        change_case(book, RITA, "inventory", status="closed")


def test_a_case_is_given_to_somebody_who_is_there(book: Casebook) -> None:
    keep(book, ETHANOL)
    (rita,) = register(book, "rita")
    assert change_case(book, RITA, "inventory", owner="rita").owner == rita.id
    with pytest.raises(NotFoundError, match="nobody-here"):
        change_case(book, RITA, "inventory", owner="nobody-here")


def test_a_comment_on_a_case_can_be_read_again(book: Casebook) -> None:
    keep(book, ETHANOL)
    comment(book, RITA, "inventory", "ask the warehouse")
    assert [comment["text"] for comment in comments_on_case(book, RITA, "inventory")] == ["ask the warehouse"]
