"""What was asked and answered about findings is kept once, in order, under their mark, and goes with the case."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from opencwc.casebook import tables
from opencwc.casebook.casebook_verifier import verify_casebook
from opencwc.casebook.cases import case_for_keeping, change_case
from opencwc.casebook.correspondence import ASKED, Exchange, correspondence_in, keep_correspondence
from opencwc.casebook.database import Casebook
from opencwc.casebook.decisions import decide
from opencwc.casebook.erasure import erase_case
from opencwc.casebook.findings import show_finding
from opencwc.casebook.model import Mark, Outcome, Role, Status
from opencwc.casebook.requests import answer as answer_request
from opencwc.casebook.requests import ask
from opencwc.casebook.runs import begin_run
from opencwc.errors import ConflictError, NotAllowedError, NotFoundError

from .conftest import person
from .screening import SARIN, THIODIGLYCOL, findings

ANNA = person("anna", Role.ANALYST)
RITA, RENE = person("rita"), person("rene")
AUDRA = person("audra", Role.AUDITOR)


@pytest.fixture
def run(book: Casebook) -> int:
    """A run with two findings, the first and the second of the casebook."""
    case_for_keeping(book, ANNA, "books", Mark.RESTRICTED)
    keeper = begin_run(book, ANNA, "books", verb="screen", asked={}, checked={"lists": ["CWC"]}, maker={})
    keeper.keep(findings(SARIN, THIODIGLYCOL))
    keeper.finish({"rows": 2})
    return keeper.number


def test_letters_and_answers_stand_in_order_with_who_took_them_in(book: Casebook, run: int) -> None:
    sent = [Exchange(finding, f"q-{finding}", ASKED, words="2026-12-19") for finding in (1, 2)]
    answer = Exchange(2, "q-2", "corrected", "5 t", "5 kg", "wrong unit", "a.json:answers[1]")
    assert keep_correspondence(book, ANNA, run, sent, {}) == 2
    assert keep_correspondence(book, RITA, run, [answer], {2: "The unit was wrong."}) == 1
    taken = correspondence_in(book, AUDRA, "books")
    assert [one.exchange for one in taken] == [*sent, answer]
    assert [(one.person, one.run) for one in taken] == [(ANNA.id, run), (ANNA.id, run), (RITA.id, run)]
    assert all(one.at for one in taken) and [one.exchange.answers for one in taken] == [False, False, True]
    history = show_finding(book, RITA, 2)
    assert [comment["text"] for comment in history.comments] == ["The unit was wrong."]
    assert history.finding.status is Status.OPEN and history.decisions == []
    assert verify_casebook(book, RITA).fits


def test_what_is_kept_already_is_not_kept_again(book: Casebook, run: int) -> None:
    answer = Exchange(1, "q-1", "confirmed", "5 t", "5 t", "so it is", "a.json:answers[1]")
    assert keep_correspondence(book, ANNA, run, [answer, answer], {1: "It is right."}) == 1
    assert keep_correspondence(book, RITA, run, [answer], {1: "It is right."}) == 0
    assert len(show_finding(book, RITA, 1).comments) == 1
    other = Exchange(1, "q-1", "corrected", "5 t", "6 t", "", "b.json:answers[1]")
    assert keep_correspondence(book, RITA, run, [answer, other], {}) == 1
    assert [one.exchange.kind for one in correspondence_in(book, RITA, "books")] == ["confirmed", "corrected"]


def test_it_has_the_mark_of_the_case_and_only_who_keeps_may_add_to_it(book: Casebook, run: int) -> None:
    sent = [Exchange(1, "q-1", ASKED)]
    for who in (AUDRA, person("adam", Role.ADMINISTRATOR)):
        with pytest.raises(NotAllowedError):
            keep_correspondence(book, who, run, sent, {})
    lowly = person("lowly", Role.ANALYST, Mark.UNCLASSIFIED)
    with pytest.raises((NotAllowedError, NotFoundError)):
        keep_correspondence(book, lowly, run, sent, {})
    with pytest.raises(NotFoundError):
        correspondence_in(book, lowly, "books")
    with pytest.raises(NotFoundError):
        keep_correspondence(book, ANNA, 99, sent, {})
    assert correspondence_in(book, ANNA, "books") == []


def test_it_goes_with_the_case(book: Casebook, run: int) -> None:
    keep_correspondence(book, ANNA, run, [Exchange(1, "q-1", "withdrawn", words="secret words")], {1: "secret words"})
    request = ask(book, RITA, "erase", "books", {"reason": "over", "ground": "law"})
    answer_request(book, RENE, request.seq, approve=True)
    erase_case(book, RITA, request.seq)
    with pytest.raises(NotFoundError):
        correspondence_in(book, RITA, "books")
    with pytest.raises(ConflictError):
        keep_correspondence(book, ANNA, run, [Exchange(2, "q-2", ASKED)], {})
    with book.engine.connect() as connection:
        parts = connection.execute(select(tables.source_part.c.data)).scalars().all()
    assert not [part for part in parts if b"secret words" in part]
    assert verify_casebook(book, RITA).fits


def test_a_closed_case_takes_no_more(book: Casebook, run: int) -> None:
    for who in (RITA, RENE):
        decide(book, who, [1], Outcome.ACCEPT, "it is listed")
    decide(book, RITA, [2], Outcome.ACCEPT, "it is listed")
    change_case(book, RITA, "books", status="closed")
    with pytest.raises(ConflictError):
        keep_correspondence(book, ANNA, run, [Exchange(2, "q-2", ASKED)], {})
