"""Files that people add to a run stand in order, under its mark, and go with the case."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from opencwc.casebook import tables
from opencwc.casebook.casebook_verifier import verify_casebook
from opencwc.casebook.cases import case_for_keeping, change_case
from opencwc.casebook.database import Casebook
from opencwc.casebook.erasure import erase_case
from opencwc.casebook.model import Mark, Role
from opencwc.casebook.requests import answer as answer_request
from opencwc.casebook.requests import ask
from opencwc.casebook.run_records import Added, RunRecords, add_to_run, added_to_run
from opencwc.casebook.runs import begin_run
from opencwc.errors import ConflictError, NotAllowedError, NotFoundError

from .conftest import person

ANNA, RITA, RENE = person("anna", Role.ANALYST), person("rita"), person("rene")
AUDRA = person("audra", Role.AUDITOR)
NOTES, OTHERS = RunRecords("note_added", "note.json"), RunRecords("other_added", "other.json")


@pytest.fixture
def run(book: Casebook) -> int:
    """A run of a restricted case, to which files are added."""
    case_for_keeping(book, ANNA, "reports", Mark.RESTRICTED)
    keeper = begin_run(book, ANNA, "reports", verb="watch", asked={}, checked={}, maker={})
    keeper.finish({"rows": 0})
    return keeper.number


def test_files_stand_in_order_with_who_added_them_and_the_same_twice_is_two(book: Casebook, run: int) -> None:
    assert add_to_run(book, ANNA, run, NOTES, {"says": "join"}) == 1
    assert add_to_run(book, RITA, run, NOTES, {"says": "join"}) == 2
    assert add_to_run(book, RITA, run, OTHERS, ["another kind"]) == 1
    added = added_to_run(book, AUDRA, run, NOTES)
    assert [(one.content, one.person) for one in added] == [({"says": "join"}, ANNA.id), ({"says": "join"}, RITA.id)]
    assert all(one.at for one in added)
    assert [one.content for one in added_to_run(book, AUDRA, run, OTHERS)] == [["another kind"]]
    assert verify_casebook(book, RITA).fits


def test_a_file_is_of_its_own_run_alone(book: Casebook, run: int) -> None:
    other = begin_run(book, ANNA, "reports", verb="watch", asked={}, checked={}, maker={})
    other.finish({"rows": 0})
    add_to_run(book, ANNA, run, NOTES, "one")
    assert added_to_run(book, ANNA, other.number, NOTES) == []


def test_the_check_sees_what_is_there_and_can_refuse(book: Casebook, run: int) -> None:
    add_to_run(book, ANNA, run, NOTES, "one")

    def check(before: list[Added]) -> None:
        raise ConflictError("event_decided_meanwhile", run=len(before))

    with pytest.raises(ConflictError) as caught:
        add_to_run(book, RITA, run, NOTES, "two", check)
    assert caught.value.values["run"] == 1
    assert len(added_to_run(book, ANNA, run, NOTES)) == 1


def test_who_may_not_keep_adds_nothing_and_who_is_not_cleared_sees_nothing(book: Casebook, run: int) -> None:
    with pytest.raises(NotAllowedError):
        add_to_run(book, AUDRA, run, NOTES, "one")
    low = person("low", Role.ANALYST, Mark.UNCLASSIFIED)
    with pytest.raises(NotFoundError):
        added_to_run(book, low, run, NOTES)


def test_nothing_is_added_to_a_closed_case(book: Casebook, run: int) -> None:
    change_case(book, RITA, "reports", status="closed")
    with pytest.raises(ConflictError):
        add_to_run(book, ANNA, run, NOTES, "one")


def test_what_was_added_is_erased_with_the_case(book: Casebook, run: int) -> None:
    add_to_run(book, ANNA, run, NOTES, "a word that must go")
    request = ask(book, RITA, "erase", "reports", {"reason": "over", "ground": "law"})
    answer_request(book, RENE, request.seq, approve=True)
    erase_case(book, RITA, request.seq)
    assert added_to_run(book, ANNA, run, NOTES) == []
    with pytest.raises(ConflictError):
        add_to_run(book, ANNA, run, NOTES, "another")
    with book.engine.connect() as connection:
        parts = connection.execute(select(tables.source_part.c.data)).scalars().all()
    assert not [part for part in parts if b"a word that must go" in part]
    assert verify_casebook(book, RITA).fits
