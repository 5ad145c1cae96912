"""Registers that are edited: their versions and changes, who sees them, and that nothing on record can be changed."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from opencwc.casebook import tables
from opencwc.casebook.backup import back_up, restore_into
from opencwc.casebook.casebook_verifier import verify_all
from opencwc.casebook.cases import change_case, open_case
from opencwc.casebook.database import Casebook, open_casebook
from opencwc.casebook.erasure import erase_case
from opencwc.casebook.exports import export_case
from opencwc.casebook.model import Mark, Role
from opencwc.casebook.registers import (
    RegisterFile,
    add_change,
    list_registers,
    open_register,
    read_file,
    read_version_rows,
    save_version,
    show_register,
)
from opencwc.casebook.requests import answer, ask
from opencwc.errors import ConflictError, NotAllowedError, NotFoundError

from .conftest import person

RITA, RUTH, ANNA = person("rita"), person("ruth"), person("anna", Role.ANALYST)
AUDRA, DANA = person("audra", Role.AUDITOR), person("dana", Role.DECLARANT)
FILE, ROWS, LATER = b"site,plant\nNORD,A1\n", b'{"activities":[]}', b'{"activities":[{"site":"NORD"}]}'


def opened(book: Casebook, case: str = "declared", mark: Mark = Mark.UNCLASSIFIED) -> int:
    open_case(book, RITA, case, mark=mark)
    file = RegisterFile(f"{case}.csv", io.BytesIO(FILE + case.encode()), "text/csv", ROWS)
    return open_register(book, ANNA, case, file, mark)


def saved(book: Casebook, number: int) -> None:
    add_change(book, ANNA, number, "a change", show_register(book, ANNA, number).seen)
    save_version(book, RITA, number, LATER, "second.json", show_register(book, RITA, number).seen)


def sound(book: Casebook) -> bool:
    return not verify_all(book).problems


def test_a_saved_version_stands_beside_the_file_as_it_came(book: Casebook) -> None:
    number = opened(book)
    saved(book, number)
    kept = show_register(book, ANNA, number)
    assert [(one.number, one.person, one.name) for one in kept.versions] == [
        (1, ANNA.id, "declared.csv"), (2, RITA.id, "second.json"),
    ]  # fmt: skip
    assert not kept.changes and kept.seen == "2.0"
    assert b"".join(read_file(book, ANNA, number, 1)[1]) == FILE + b"declared"
    assert [read_version_rows(book, ANNA, version) for version in kept.versions] == [ROWS, LATER]
    assert [one.id for one in list_registers(book, ANNA)] == [number]
    with pytest.raises(NotFoundError, match="no version 3"):
        read_file(book, ANNA, number, 3)
    assert sound(book)


def test_who_changes_what_another_changed_meanwhile_is_told(book: Casebook) -> None:
    number = opened(book)
    seen = show_register(book, ANNA, number).seen
    add_change(book, ANNA, number, "first", seen)
    for act in (
        lambda: add_change(book, RITA, number, "second", seen),
        lambda: save_version(book, RITA, number, LATER, "x.json", seen),
    ):
        with pytest.raises(ConflictError) as refused:
            act()
        assert refused.value.code == "register_changed_meanwhile"
    assert [one.content for one in show_register(book, RITA, number).changes] == ["first"]


def test_what_was_not_changed_is_no_version(book: Casebook) -> None:
    number = opened(book)
    with pytest.raises(ConflictError) as refused:
        save_version(book, ANNA, number, LATER, "x.json", show_register(book, ANNA, number).seen)
    assert refused.value.code == "register_not_changed"


def test_a_closed_case_takes_no_change(book: Casebook) -> None:
    number = opened(book)
    change_case(book, RITA, "declared", status="closed")
    with pytest.raises(ConflictError):
        add_change(book, ANNA, number, "late", show_register(book, ANNA, number).seen)
    with pytest.raises(ConflictError):
        open_register(book, ANNA, "declared", RegisterFile("x", io.BytesIO(FILE), "", ROWS), Mark.UNCLASSIFIED)


def test_a_register_of_the_house_is_edited_by_its_people_alone_and_what_is_marked_is_hidden(
    book: Casebook,
) -> None:
    number = opened(book, mark=Mark.RESTRICTED)
    for other, refusal in ((DANA, NotFoundError), (AUDRA, NotAllowedError)):
        with pytest.raises(refusal):
            show_register(book, other, number)
        with pytest.raises(NotAllowedError):
            list_registers(book, other)
    low = person("low", Role.ANALYST, Mark.UNCLASSIFIED)
    assert not list_registers(book, low)
    with pytest.raises(NotFoundError):
        show_register(book, low, number)


@pytest.mark.parametrize(("column", "value"), [("source_id", "0" * 64), ("rows_id", "0" * 64), ("person", "p-ruth")])
def test_what_is_changed_in_the_table_is_found(book: Casebook, column: str, value: str) -> None:
    saved(book, opened(book))
    with book.engine.connect() as connection, connection.begin():
        connection.execute(tables.register_version.update().values(**{column: value}))
    problems = verify_all(book).problems
    assert problems and any(column in problem.what for problem in problems)


def test_what_is_taken_out_of_the_table_is_found(book: Casebook) -> None:
    saved(book, opened(book))
    with book.engine.connect() as connection, connection.begin():
        connection.execute(tables.register_version.delete())
    assert any("missing" in problem.what for problem in verify_all(book).problems)


def test_an_erasure_takes_the_versions_and_the_changes(book: Casebook) -> None:
    number = opened(book)
    saved(book, number)
    add_change(book, ANNA, number, "not saved", show_register(book, ANNA, number).seen)
    change_case(book, RITA, "declared", status="closed")
    request = ask(book, RITA, "erase", "declared", {"reason": "the time is over", "ground": "law"})
    answer(book, RUTH, request.seq, approve=True)
    assert erase_case(book, RITA, request.seq)["sources"] == 3
    assert sound(book)
    with pytest.raises(NotFoundError):
        show_register(book, RITA, number)
    with book.reading_contents() as connection:
        assert not connection.execute(tables.register_change.select()).all()


def test_a_bundle_and_a_backup_hold_the_versions(book: Casebook, tmp_path: Path) -> None:
    number = opened(book)
    saved(book, number)
    request = ask(book, RITA, "export", "declared", {"reason": "for the inspector", "sources": True})
    answer(book, RUTH, request.seq, approve=True)
    export_case(book, RITA, request.seq, tmp_path / "case.zip")
    content = (tmp_path / "case.zip").read_bytes()
    for version in show_register(book, RITA, number).versions:
        assert f"sources/{version.source_id}".encode() in content
    backup, place = tmp_path / "backup", tmp_path / "restored" / "casebook.db"
    back_up(book, backup)
    restore_into(str(place), backup, lost=True)
    restored = open_casebook(place)
    assert sound(restored) and show_register(restored, RITA, number) == show_register(book, RITA, number)
    restored.close()
