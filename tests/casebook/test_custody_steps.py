"""Custody: originals by hash, copies apart from them, each step on record, and what leaves leaves by approval."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from opencwc.casebook import tables
from opencwc.casebook.anchors import anchor
from opencwc.casebook.backup import back_up, restore_into
from opencwc.casebook.bundle_verifier import verify_bundle
from opencwc.casebook.casebook_verifier import verify_all
from opencwc.casebook.cases import change_case, open_case
from opencwc.casebook.custody_steps import custody_of, give_out, keep_copy, read_evidence, receive, require_leave
from opencwc.casebook.database import Casebook, open_casebook
from opencwc.casebook.erasure import erase_case
from opencwc.casebook.exports import export_case
from opencwc.casebook.model import Mark, Role
from opencwc.casebook.requests import answer, ask
from opencwc.casebook.stamp_files import take_in, write_request
from opencwc.errors import ConflictError, InputError, NotAllowedError, NotFoundError

from .bundle_case import Authority
from .conftest import person

RITA, RUTH, ANNA = person("rita"), person("ruth"), person("anna", Role.ANALYST)
AUDRA, DANA = person("audra", Role.AUDITOR), person("dana", Role.DECLARANT)
PAGE, TEXT = b"<p>Ana Roy saw the drums.</p>", b"\xe2\x9f\xa61\xe2\x9f\xa7 saw the drums."
TAKEN = "2026-03-04T05:30:00Z"


def received(book: Casebook, mark: Mark = Mark.UNCLASSIFIED) -> str:
    open_case(book, RITA, "drums", mark=mark)
    url = "https://news.example/drums"
    return receive(book, ANNA, "drums", io.BytesIO(PAGE), "page.html", url=url, taken=TAKEN, mark=mark).source_id


def copied(book: Casebook, original: str) -> str:
    return keep_copy(book, ANNA, "drums", original, io.BytesIO(TEXT), "page.txt", step="masked").source_id


def approved(book: Casebook, **asked: object) -> int:
    seq = ask(book, RITA, "export", "drums", {"reason": "for the court", **asked}).seq
    answer(book, RUTH, seq, approve=True)
    return seq


def test_an_original_stays_as_it_came_and_its_copy_stands_beside_it(book: Casebook) -> None:
    original = received(book)
    copy = copied(book, original)
    steps = [proved.step for proved in custody_of(book, AUDRA, "drums")]
    assert [(step.step, step.source_id, step.from_id, step.taken) for step in steps] == [
        ("captured", original, "", TAKEN), ("masked", copy, original, ""),
    ]  # fmt: skip
    assert b"".join(read_evidence(book, ANNA, "drums", original)) == PAGE
    assert b"".join(read_evidence(book, ANNA, "drums", copy)) == TEXT
    assert not verify_all(book).problems


def test_the_same_file_twice_is_two_steps_and_one_source(book: Casebook) -> None:
    original = received(book)
    again = receive(book, ANNA, "drums", io.BytesIO(PAGE), "again.html")
    assert (again.step, again.source_id) == ("received", original)
    assert len(custody_of(book, RITA, "drums")) == 2


def test_a_step_names_the_anchor_that_covers_it_and_none_before(book: Casebook) -> None:
    original = received(book)
    assert [proved.is_anchored for proved in custody_of(book, RITA, "drums")] == [False]
    made = anchor(book, AUDRA)
    copied(book, original)
    first, second = custody_of(book, RITA, "drums")
    assert (first.anchor, first.anchored_at, first.is_anchored) == (made.note.head.size, made.at, True)
    assert not second.is_anchored


def test_a_step_gives_the_time_of_the_authority_that_stamped_it(book: Casebook, tmp_path: Path) -> None:
    received(book)
    authority = Authority(tmp_path / "authority")
    write_request(book, RITA, tmp_path / "asked.tsq")
    (tmp_path / "answer.tsr").write_bytes(authority.stamp((tmp_path / "asked.tsq").read_bytes()))
    take_in(book, RITA, tmp_path / "answer.tsr", authority.folder / "ca.pem")
    (proved,) = custody_of(book, RITA, "drums")
    assert proved.stamped_at.endswith("Z") and proved.is_anchored


def test_the_bundle_of_a_case_holds_the_originals_and_their_steps(book: Casebook, tmp_path: Path) -> None:
    original = received(book)
    copy = copied(book, original)
    export_case(book, RITA, approved(book), tmp_path / "case.zip")
    report = verify_bundle(tmp_path / "case.zip", key=book.signer.fingerprint)
    assert report.fits, report.as_text()
    with zipfile.ZipFile(tmp_path / "case.zip") as bundle:
        assert {f"sources/{original}", f"sources/{copy}"} <= set(bundle.namelist())
        assert bundle.read("records.jsonl").count(b"custody_step") == 2
        assert original in bundle.read("report.html").decode() and "captured" in bundle.read("report.html").decode()


def test_what_is_given_out_was_approved_by_another_and_is_on_record(book: Casebook) -> None:
    original = received(book)
    with pytest.raises(NotAllowedError):
        give_out(book, ANNA, "drums", 1, [original], "f" * 64)
    asked = ask(book, RITA, "export", "drums", {"reason": "for the court"}).seq
    with pytest.raises(ConflictError):
        require_leave(book, RITA, "drums", asked)
    answer(book, RUTH, asked, approve=True)
    assert require_leave(book, RITA, "drums", asked) == ()
    (step,) = give_out(book, RITA, "drums", asked, [original], "f" * 64, "the court")
    assert (step.step, step.note, step.file) == ("given_out", "the court", "f" * 64)
    with pytest.raises(NotFoundError):
        give_out(book, RITA, "drums", asked, ["0" * 64], "f" * 64)
    assert not verify_all(book).problems


def test_a_request_of_another_case_lets_nothing_leave(book: Casebook) -> None:
    received(book)
    seq = approved(book)
    open_case(book, RITA, "other")
    with pytest.raises(ConflictError):
        require_leave(book, RITA, "other", seq)


def test_what_is_marked_leaves_only_for_named_recipients(book: Casebook) -> None:
    received(book, Mark.RESTRICTED)
    with pytest.raises(InputError):
        require_leave(book, RITA, "drums", approved(book))
    assert require_leave(book, RITA, "drums", approved(book, recipients=["age1x"])) == ("age1x",)


def test_a_copy_has_the_mark_of_its_original_unless_who_decides_lowers_it(book: Casebook) -> None:
    original = received(book, Mark.RESTRICTED)
    copied(book, original)
    assert custody_of(book, RITA, "drums")[1].mark == Mark.RESTRICTED
    lower = {"mark": Mark.UNCLASSIFIED, "step": "masked"}
    with pytest.raises(NotAllowedError):
        keep_copy(book, ANNA, "drums", original, io.BytesIO(b"x"), "x.txt", **lower)
    keep_copy(book, RITA, "drums", original, io.BytesIO(b"x"), "x.txt", **lower)
    assert custody_of(book, RITA, "drums")[2].mark == Mark.UNCLASSIFIED


def test_who_is_not_cleared_sees_no_step_and_who_only_declares_none_at_all(book: Casebook) -> None:
    original = received(book)
    receive(book, RITA, "drums", io.BytesIO(b"secret"), "secret.html", mark=Mark.PROTECTED)
    low = person("low", Role.ANALYST, Mark.UNCLASSIFIED)
    assert [proved.step.source_id for proved in custody_of(book, low, "drums")] == [original]
    with pytest.raises(NotAllowedError):
        custody_of(book, DANA, "drums")
    with pytest.raises(NotAllowedError):
        receive(book, AUDRA, "drums", io.BytesIO(b"x"), "x")


def test_a_copy_of_what_the_case_does_not_hold_and_names_without_end_are_refused(book: Casebook) -> None:
    received(book)
    with pytest.raises(NotFoundError):
        keep_copy(book, ANNA, "drums", "0" * 64, io.BytesIO(b"x"), "x")
    with pytest.raises(InputError):
        receive(book, ANNA, "drums", io.BytesIO(b"y"), "x" * 5_000)
    change_case(book, RITA, "drums", status="closed")
    with pytest.raises(ConflictError):
        receive(book, ANNA, "drums", io.BytesIO(b"z"), "z")
    assert not verify_all(book).problems


@pytest.mark.parametrize("column", ["source_id", "from_id", "step", "taken", "person", "url", "note"])
def test_what_is_changed_in_the_table_is_found(book: Casebook, column: str) -> None:
    copied(book, received(book))
    with book.engine.connect() as connection, connection.begin():
        connection.execute(tables.custody_step.update().values(**{column: "another"}))
    problems = verify_all(book).problems
    assert problems and any(column in problem.what for problem in problems)


def test_what_is_taken_out_of_the_table_is_found(book: Casebook) -> None:
    received(book)
    with book.engine.connect() as connection, connection.begin():
        connection.execute(tables.custody_step.delete())
    assert any("missing" in problem.what for problem in verify_all(book).problems)


def test_an_erasure_takes_originals_and_copies(book: Casebook) -> None:
    original = received(book)
    copied(book, original)
    change_case(book, RITA, "drums", status="closed")
    request = ask(book, RITA, "erase", "drums", {"reason": "the time is over", "ground": "law"})
    answer(book, RUTH, request.seq, approve=True)
    assert erase_case(book, RITA, request.seq)["sources"] == 2
    assert not verify_all(book).problems
    with book.engine.connect() as connection:
        rows = connection.execute(tables.custody_step.select()).all()
    assert [(row.step, row.source_id, row.name, row.url) for row in rows] == [
        ("captured", "", "", ""), ("masked", "", "", ""),
    ]  # fmt: skip


def test_a_backup_brings_the_steps_back(book: Casebook, tmp_path: Path) -> None:
    original = received(book)
    back_up(book, tmp_path / "book.backup")
    target = str(tmp_path / "restored.db")
    restore_into(target, tmp_path / "book.backup", lost=True)
    restored = open_casebook(target)
    assert b"".join(read_evidence(restored, RITA, "drums", original)) == PAGE
    assert not verify_all(restored).problems
    restored.close()
