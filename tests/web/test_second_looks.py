"""Blind second looks at events: drawn, made without seeing the first decision, and held against it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import structs

from opencwc.casebook import cases
from opencwc.casebook.agreement import Agreement
from opencwc.casebook.casebook_verifier import verify_casebook
from opencwc.casebook.cases import change_case
from opencwc.casebook.decisions import set_recheck_share
from opencwc.casebook.model import CaseStatus, Person, Role
from opencwc.errors import ConflictError
from opencwc.jobs.briefs import brief_run, keep_brief
from opencwc.jobs.event_decisions import decide_on_events, decided_events, decisions_on_events
from opencwc.jobs.kept_runs import _loaded
from opencwc.jobs.second_looks import agreement_on_events, looks_waiting
from opencwc.reports.brief import BriefDraft, Judgement
from opencwc.reports.corrected import EventDecision
from reports.told_by_hand import watched
from web.pages.housing import PAGE, PART, opened_house, page_of
from web.test_saved_watches import KEEPER, Kept, keep

EVENT = watched().events[0].id
SPLIT = EventDecision("split", ("s3",), apart=("s1", "s2"), reason="Another leak.")
CONFIRM = EventDecision("confirm", ("s1", "s2"), reason="One event.")
WHOLE = EventDecision("confirm", ("s1", "s2", "s3"), reason="One event.")


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kept]:
    """A house in which every confirmed event is drawn, and rita alone can look at what others confirmed."""
    with opened_house(tmp_path, monkeypatch) as house:
        set_recheck_share(house.book, account(house, "rita"), 1)
        house.entrance.people.change("console", account(house, "rene").id, active=False)
        yield Kept(house, keep(house, watched()))
    _loaded.clear()


def account(house: object, login: str) -> Person:
    return next(one.person for one in house.entrance.people.everyone() if one.person.login == login)  # type: ignore[attr-defined]


def decide(kept: Kept, login: str, *decisions: EventDecision) -> None:
    for decision in decisions:
        decide_on_events(kept.house.book, account(kept.house, login), kept.run, decision)


def verbs(kept: Kept, login: str) -> list[str]:
    return [one.verb for one in decisions_on_events(kept.house.book, account(kept.house, login), kept.run)]


def test_the_second_sees_the_event_as_it_was_found_and_nothing_of_the_first(kept: Kept) -> None:
    decide(kept, "anna", SPLIT, CONFIRM)
    assert verbs(kept, "anna") == ["split", "confirm"]
    assert verbs(kept, "rita") == []
    base = f"/watch/runs/{kept.run}"
    with kept.house.signed_in("rita") as rita:
        page = page_of(rita, f"{base}/events/{EVENT}")
        assert "This event is waiting for your decision" in page.text
        assert "Another leak." not in page.text and "Name of anna" not in page.text
        assert len(page.all("article", class_="report")) == 3
        answer = rita.get(f"/api/v1{base}/events/{EVENT}").json()
        assert (answer["decisions"], answer["waits"], answer["seen"]) == ([], True, 0)
        assert rita.get(f"{base}/file?format=corrections", headers=PAGE).content == b""
        assert "1 event is waiting for your decision" in page_of(rita, base).text
        asked = page_of(rita, "/watch")
        assert "1 event is waiting for your decision" in asked.text
        waiting = asked.one("section", class_="waiting").one("a").attributes["href"]
        assert waiting == f"{base}/events/{EVENT}"
    with kept.house.signed_in("anna") as anna:
        assert "is waiting for your decision" not in page_of(anna, base).text
        assert len(page_of(anna, f"{base}/events/{EVENT}").all("article", class_="report")) == 2


def test_two_who_group_alike_agree_and_both_are_shown_then(kept: Kept) -> None:
    decide(kept, "anna", SPLIT, CONFIRM)
    decide(kept, "rita", EventDecision("split", ("s1", "s2"), apart=("s3",), reason="Two."))
    assert verbs(kept, "rita") == ["split"]
    assert verbs(kept, "anna") == ["split", "confirm"]
    decide(kept, "rita", CONFIRM)
    assert verbs(kept, "rita") == verbs(kept, "anna") == ["split", "confirm"]
    found = agreement_on_events(kept.house.book, account(kept.house, "audra"))
    assert (found.grouping.pairs, found.grouping.agreed, found.kinds.pairs) == (1, 1.0, 0)
    with kept.house.signed_in("anna") as anna:
        page = page_of(anna, f"/watch/runs/{kept.run}/events/{EVENT}")
        assert "Name of rita reviewed it" in page.text and "in the same way" in page.text
    assert verify_casebook(kept.house.book, KEEPER).fits


def test_two_who_group_differently_are_shown_so_until_somebody_decides_again(kept: Kept) -> None:
    decide(kept, "anna", SPLIT, CONFIRM)
    decide(kept, "rita", WHOLE)
    found = agreement_on_events(kept.house.book, account(kept.house, "audra"))
    assert (found.grouping.pairs, found.grouping.agreed) == (1, 0.0)
    address = f"/watch/runs/{kept.run}/events/{EVENT}"
    with kept.house.signed_in("anna") as anna:
        assert "decide again" in page_of(anna, address).text
        assert len(page_of(anna, address).all("article", class_="report")) == 2  # the first decision holds
        decide(kept, "anna", EventDecision("join", ("s1", "s2"), beside=("s3",), reason="She is right."))
        assert "decide again" not in page_of(anna, address).text


def test_nobody_looks_again_at_what_they_decided_themselves(kept: Kept) -> None:
    decide(kept, "rita", SPLIT)
    decide(kept, "anna", CONFIRM)
    assert verbs(kept, "rita") == ["split", "confirm"]
    assert looks_waiting(kept.house.book, account(kept.house, "rita")) == []
    kept.house.add("roza", Role.REVIEWER)
    assert len(looks_waiting(kept.house.book, account(kept.house, "roza"))) == 1


def test_what_is_drawn_is_not_drawn_again_while_it_waits(kept: Kept) -> None:
    decide(kept, "anna", WHOLE, WHOLE)
    assert len(looks_waiting(kept.house.book, account(kept.house, "rita"))) == 1


def test_a_share_of_none_draws_nothing_and_other_verbs_are_never_drawn(kept: Kept) -> None:
    decide(kept, "anna", SPLIT)
    assert looks_waiting(kept.house.book, account(kept.house, "rita")) == []
    set_recheck_share(kept.house.book, account(kept.house, "rita"), 0)
    decide(kept, "anna", CONFIRM)
    assert looks_waiting(kept.house.book, account(kept.house, "rita")) == []


def test_a_look_is_blind_in_every_run_of_the_case_and_ends_with_the_case(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cases, "_require_all_decided", lambda connection, case: None)
    decide(kept, "anna", SPLIT, CONFIRM)
    rita = account(kept.house, "rita")
    later = keep(kept.house, watched())
    assert decisions_on_events(kept.house.book, rita, later) == []
    decide_on_events(kept.house.book, rita, later, WHOLE)
    assert [one.verb for one in decisions_on_events(kept.house.book, rita, later)] == ["split", "confirm"]
    decide(kept, "anna", CONFIRM)
    change_case(kept.house.book, KEEPER, "reports", status=CaseStatus.CLOSED)
    assert verbs(kept, "rita") == verbs(kept, "anna")


def test_a_brief_on_the_event_is_seen_once_the_look_is_made(kept: Kept) -> None:
    decide(kept, "anna", WHOLE)
    anna, rita, book = account(kept.house, "anna"), account(kept.house, "rita"), kept.house.book
    keep_brief(book, anna, kept.run, BriefDraft("Week", "en", (Judgement(EVENT, "A leak.", "likely", "low"),)))
    having = brief_run(book, rita, kept.run)
    assert (having.briefs, having.decided) == ({}, [])
    decide(kept, "rita", WHOLE)
    assert len(brief_run(book, rita, kept.run).briefs) == 1


def test_who_has_seen_an_older_state_is_told_so_in_a_second_look_too(kept: Kept) -> None:
    decide(kept, "anna", WHOLE)
    rita = account(kept.house, "rita")
    with pytest.raises(ConflictError):
        decide_on_events(kept.house.book, rita, kept.run, WHOLE, seen=1)
    assert decided_events(kept.house.book, rita, kept.run).waiting


def test_the_agreement_on_events_stands_where_that_on_findings_does(kept: Kept) -> None:
    decide(kept, "anna", WHOLE)
    decide(kept, "rita", WHOLE)
    with kept.house.signed_in("rita") as rita, kept.house.signed_in("audra") as audra:
        events = rita.get("/api/v1/rechecks").json()["events"]
        assert Agreement(**events) == Agreement(1, 1.0, None, None, None)
        assert "Events in open reports" in page_of(rita, "/settings/rechecks").text
        assert "Events in open reports" in page_of(audra, "/audit").text


def test_the_form_of_the_page_is_how_a_second_look_is_made(kept: Kept) -> None:
    decide(kept, "anna", WHOLE)
    form = {"event": EVENT, "verb": "confirm", "reason": "One.", "seen": "0"}
    address = f"/watch/runs/{kept.run}/decisions"
    with kept.house.signed_in("rita") as rita:
        chosen = page_of(rita, f"/watch/runs/{kept.run}/events/{EVENT}").all("option", selected=True)
        assert not chosen, "the second is not led by what the program found"
        assert rita.post(address, data={**form, "kind": "attack"}, headers=PART).status_code == 422
        answer = rita.post(address, data={**form, "kind": "attack", "stage": "reported"}, headers=PART)
        assert answer.status_code == 204
    assert agreement_on_events(kept.house.book, account(kept.house, "rita")).grouping.pairs == 1


def test_two_who_say_another_kind_or_stage_are_shown_so_until_somebody_decides_again(kept: Kept) -> None:
    decide(kept, "anna", structs.replace(WHOLE, kind="accident", stage="confirmed"))
    decide(kept, "rita", structs.replace(WHOLE, kind="attack", stage="confirmed"))
    found = agreement_on_events(kept.house.book, account(kept.house, "audra"))
    assert (found.grouping.agreed, found.kinds.agreed, found.stages.agreed) == (1.0, 0.0, 1.0)
    address = f"/watch/runs/{kept.run}/events/{EVENT}"
    with kept.house.signed_in("anna") as anna, kept.house.signed_in("audra") as audra:
        shown = page_of(anna, address).text
        assert "one event" in shown and "kind: accident; status: confirmed" in shown
        assert "Kind: Accident at first, Attack in the blind review" in shown and "decide again" in shown
        assert "Status: Confirmed at first" not in shown
        head = page_of(anna, address).one("section", class_="watch").all("p", class_="row")[0]
        assert head.one(class_="badge").text == "confirmed", "what a person decided stands first"
        assert "by the reports alone: reported" in head.text
        assert "by the reports alone: reported" in page_of(anna, f"/watch/runs/{kept.run}").text
        assert len(anna.get(f"/api/v1{address}").json()["second_looks"]) == 2
        assert audra.get("/api/v1/rechecks").json()["event_kinds"]["agreed"] == 0.0
        assert "Kind of events" in page_of(audra, "/audit").text
        decide(kept, "anna", structs.replace(WHOLE, kind="attack", stage="confirmed"))
        assert "decide again" not in page_of(anna, address).text
    assert verify_casebook(kept.house.book, KEEPER).fits


def test_the_inbox_leads_to_the_event_and_tells_nothing_of_the_first_decision(kept: Kept) -> None:
    with kept.house.signed_in("rita") as rita:
        assert "is waiting for your decision" not in page_of(rita, "/casebook").text
        decide(kept, "anna", SPLIT, CONFIRM)
        page = page_of(rita, "/casebook")
        assert "1 event is waiting for your decision" in page.text and "Another leak." not in page.text
        assert page.all("a", href=f"/watch/runs/{kept.run}/events/{EVENT}")
        (look,) = rita.get("/api/v1/inbox").json()["second_looks"]
        assert (look["run"], look["case"], look["event"]) == (kept.run, "reports", EVENT)
        decide(kept, "rita", WHOLE)
        assert rita.get("/api/v1/inbox").json()["second_looks"] == []


def test_kind_and_stage_go_with_a_confirmation_alone(kept: Kept) -> None:
    base = f"/api/v1/watch/runs/{kept.run}/decisions"
    said = {"reports": ["s1", "s2"], "reason": "One.", "kind": "accident", "stage": "reported"}
    with kept.house.signed_in("anna") as anna:
        assert anna.post(base, json={**said, "verb": "join"}).status_code == 422
        assert anna.post(base, json={**said, "verb": "confirm"}).status_code == 200
