"""A saved watch is its owner's, stays as it was left, and holds no contents of a case."""

from __future__ import annotations

from pathlib import Path

import pytest

from opencwc.casebook.casebook_verifier import verify_all
from opencwc.casebook.database import Casebook, open_casebook
from opencwc.casebook.model import Role
from opencwc.casebook.saved_watches import (
    LONGEST_NAME,
    MOST,
    change_watch,
    delete_watch,
    note_look,
    save_watch,
    watch_of,
    watches_of,
)
from opencwc.errors import ConflictError, InputError, NotAllowedError, NotFoundError

from .conftest import person

ANNA, RITA = person("anna", Role.ANALYST), person("rita")
AUDRA, ADAM = person("audra", Role.AUDITOR), person("adam", Role.ADMINISTRATOR)
ASKED = {"kinds": ["accident"], "words": "Норвальд"}


def test_a_watch_and_its_last_look_survive_that_the_casebook_is_closed(book: Casebook, tmp_path: Path) -> None:
    saved = save_watch(book, ANNA, "  Accidents   at home ", ASKED)
    note_look(book, ANNA, saved.id, {7: 2, 9: 0})
    url = book.engine.url.render_as_string(hide_password=False)
    again = open_casebook(url, signer=book.signer, create=False)
    (found,) = watches_of(again, ANNA)
    again.close()
    assert (found.id, found.name, found.asked, found.looked) == (saved.id, "Accidents at home", ASKED, {7: 2, 9: 0})
    assert found.looked_at.endswith("Z")


def test_a_watch_is_seen_changed_and_deleted_by_its_owner_alone(book: Casebook) -> None:
    saved = save_watch(book, ANNA, "Mine", ASKED)
    assert watches_of(book, RITA) == []
    for act in (
        lambda: watch_of(book, RITA, saved.id),
        lambda: change_watch(book, RITA, saved.id, "Hers", {}),
        lambda: note_look(book, RITA, saved.id, {1: 0}),
        lambda: delete_watch(book, RITA, saved.id),
    ):
        with pytest.raises(NotFoundError):
            act()
    assert watch_of(book, ANNA, saved.id) == saved
    change_watch(book, ANNA, saved.id, "Other", {"words": "ammonia"})
    assert (watch_of(book, ANNA, saved.id).name, watch_of(book, ANNA, saved.id).asked) == (
        "Other",
        {"words": "ammonia"},
    )
    delete_watch(book, ANNA, saved.id)
    assert watches_of(book, ANNA) == []


def test_who_reads_no_case_has_no_watch(book: Casebook) -> None:
    assert save_watch(book, AUDRA, "An auditor's", ASKED).name == "An auditor's"
    with pytest.raises(NotAllowedError):
        save_watch(book, ADAM, "An administrator's", ASKED)


def test_the_same_is_saved_once_and_only_so_many_at_all(book: Casebook) -> None:
    first = save_watch(book, ANNA, "Mine", ASKED)
    assert save_watch(book, ANNA, "Mine", ASKED) == first
    for number in range(MOST - 1):
        save_watch(book, ANNA, f"Number {number}", ASKED)
    with pytest.raises(ConflictError):
        save_watch(book, ANNA, "One too many", ASKED)
    assert save_watch(book, RITA, "Another person's", ASKED).id != first.id
    with pytest.raises(InputError):
        save_watch(book, RITA, "x" * (LONGEST_NAME + 1), ASKED)


def test_an_older_look_takes_nothing_back(book: Casebook) -> None:
    saved = save_watch(book, ANNA, "Mine", ASKED)
    note_look(book, ANNA, saved.id, {7: 2, 9: 1})
    note_look(book, ANNA, saved.id, {7: 1})
    assert watch_of(book, ANNA, saved.id).looked == {7: 2, 9: 1}
    note_look(book, ANNA, saved.id, {9: 0, 11: 0})
    assert watch_of(book, ANNA, saved.id).looked == {9: 1, 11: 0}


def test_the_record_fits_with_watches_beside_it(book: Casebook) -> None:
    before = verify_all(book).checkpoints
    save_watch(book, ANNA, "Mine", ASKED)
    report = verify_all(book)
    assert (report.problems, report.checkpoints) == ([], before)
