"""Anchors: what is put outside finds a database and a log that were put back together, and says who vouches."""

from __future__ import annotations

import base64
import shutil
from pathlib import Path

import pytest

from opencwc.casebook import tables
from opencwc.casebook.anchor_papers import mail_of, page_of
from opencwc.casebook.anchor_settings import load_anchor_settings
from opencwc.casebook.anchors import Anchor, anchor, anchor_if_due, take_in, tree_of, witness_request
from opencwc.casebook.audit_summary import record_state
from opencwc.casebook.casebook_verifier import verify_all
from opencwc.casebook.cases import open_case
from opencwc.casebook.checkpoint_log import CheckpointLog
from opencwc.casebook.database import Casebook, open_casebook
from opencwc.casebook.decisions import comment
from opencwc.casebook.merkle_tree import verify_consistency, verify_inclusion
from opencwc.casebook.model import Role
from opencwc.casebook.signed_notes import (
    COSIGNATURE,
    Head,
    NoteKey,
    cosign,
    house_key,
    public_bytes,
    read_note,
    sign_head,
)
from opencwc.casebook.signing import FileKey
from opencwc.casebook.stamp_files import take_in as take_in_stamp
from opencwc.casebook.stamp_files import write_request
from opencwc.errors import InputError, IntegrityError, NotAllowedError, NotFoundError, SettingsError, StorageError

from .bundle_case import Authority
from .conftest import person
from .tampering import all_rows, change, delete, rewrite, run_sql

RITA = person("rita")
MOMENT = 1_900_000_000


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A second folder, named in the settings."""
    made = tmp_path / "second"
    made.mkdir()
    monkeypatch.setenv("OPENCWC_ANCHOR_FOLDER", str(made))
    return made


@pytest.fixture
def witness(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FileKey:
    """A witness whose key is in the settings."""
    made = FileKey.make(tmp_path / "witness.key")
    key = NoteKey("witness.example", public_bytes(made.public_pem()), COSIGNATURE)
    monkeypatch.setenv("OPENCWC_ANCHOR_WITNESSES", key.text)
    return made


@pytest.fixture
def written(book: Casebook) -> Casebook:
    open_case(book, RITA, "inventory")
    for number in range(5):
        comment(book, RITA, "inventory", f"{number}")
    return book


def what(book: Casebook, **options: object) -> list[str]:
    return [problem.what for problem in verify_all(book, **options).problems]  # type: ignore[arg-type]


class State:
    """Database and log as they stand, to be put back together: what the log alone cannot find."""

    def __init__(self, book: Casebook) -> None:
        self.book = book
        self.log = book.log.path.read_bytes()
        self.rows = {table: all_rows(book, table) for table in tables.metadata.sorted_tables}

    def put_back(self) -> None:
        run_sql(self.book, *(table.delete() for table in self.rows))
        run_sql(self.book, *(table.insert().values(rows) for table, rows in self.rows.items() if rows))
        self.book.log.path.write_bytes(self.log)


def test_a_head_is_signed_and_put_into_the_folder(written: Casebook, folder: Path) -> None:
    made = anchor(written, RITA)
    (file,) = folder.iterdir()
    assert (file.name, file.read_text()) == (f"{written.id}-000000000007.checkpoint", made.note.text)
    note = read_note(made.note.text)
    assert note.head.origin == f"opencwc.invalid/{written.id}"
    assert note.is_signed_by(house_key(written.signer, note.head.origin))
    with written.reading() as connection:
        tree = tree_of(connection, 8)
    commitments = [bytes(row["commitment"]) for row in all_rows(written, tables.record)]
    assert (note.head.size, note.head.root) == (7, tree.root(7))
    assert all(
        verify_inclusion(leaf, index, 7, tree.inclusion_proof(index, 7), note.head.root)
        for index, leaf in enumerate(commitments[:7])
    )
    report = verify_all(written)
    assert report.fits, report.problems
    (vouch,) = report.outsiders
    assert (vouch.kind, vouch.seq, vouch.at) == ("folder", 7, made.at)


def test_nothing_is_signed_twice_where_nothing_happened(written: Casebook, folder: Path) -> None:
    first = anchor(written, RITA)
    assert anchor(written, RITA) == first
    assert len(list(folder.iterdir())) == 1
    comment(written, RITA, "inventory", "next")
    second = anchor(written, RITA)
    assert (second.note.head.size, len(list(folder.iterdir()))) == (9, 2)
    assert verify_all(written).outsiders[0].seq == 9


def test_database_and_log_put_back_together_are_found_by_the_folder(written: Casebook, folder: Path) -> None:
    earlier = State(written)
    comment(written, RITA, "inventory", "what shall be forgotten")
    anchor(written, RITA)
    earlier.put_back()
    assert "knows 8 records, and the casebook has 7" in what(written)[0]
    with pytest.raises(IntegrityError, match="contradicts this record"):
        anchor(written, RITA)
    comment(written, RITA, "inventory", "another thing")  # and written on, past the anchor
    comment(written, RITA, "inventory", "and more")
    (problem,) = verify_all(written).problems
    assert "the first 8 records are not those" in problem.what and problem.seq == 1


def test_a_history_that_was_written_anew_with_the_true_key_is_found(written: Casebook, folder: Path) -> None:
    anchor(written, RITA)
    comment(written, RITA, "inventory", "next")
    anchor(written, RITA)
    rewrite(written, 8, written.signer, reason="another")  # between the two anchors
    written.log.path.unlink()
    problems = verify_all(written).problems
    assert [problem.seq for problem in problems if "the first 9 records are not those" in problem.what] == [8]


@pytest.mark.parametrize("form", ["note", "e-mail", "page, typed off"])
def test_an_anchor_that_somebody_brings_is_held_against_the_record(
    written: Casebook, tmp_path: Path, form: str
) -> None:
    earlier = State(written)
    comment(written, RITA, "inventory", "what shall be forgotten")
    made = anchor(written, RITA)
    file = tmp_path / "brought"
    file.write_bytes(brought(made, form))
    report = verify_all(written, anchors=[file])
    assert report.fits and [(vouch.kind, vouch.seq) for vouch in report.outsiders] == [("brought", 8)]
    earlier.put_back()
    assert verify_all(written).fits  # without it nobody sees it
    assert "it was put back" in what(written, anchors=[file])[0]
    file.write_text("nothing of the kind")
    with pytest.raises(InputError, match="not an anchor"):
        verify_all(written, anchors=[file])


def brought(made: Anchor, form: str) -> bytes:
    if form == "note":
        return made.note.text.encode()
    if form == "e-mail":
        return mail_of(made.note, "ar")
    page = page_of(made.note, "en").splitlines()
    start = page.index(f"    {made.note.head.size}")
    return "\n".join(page[start : start + 5]).upper().encode()


def test_what_a_witness_signed_is_taken_in_and_vouches(written: Casebook, folder: Path, witness: FileKey) -> None:
    made = anchor(written, RITA)
    line = cosign(witness, "witness.example", made.note.head, MOMENT)
    answer = folder.parent / "answer"
    answer.write_text(line.line)  # as C2SP tlog-witness answers
    assert take_in(written, RITA, answer) == ["witness.example"]
    answer.write_text(made.note.text + line.line)
    assert take_in(written, RITA, answer) == ["witness.example"]  # the same again adds nothing
    report = verify_all(written)
    assert report.fits, report.problems
    assert report.records == 9
    assert [(vouch.kind, vouch.by, vouch.seq, vouch.at) for vouch in report.outsiders][1:] == [
        ("witness", "witness.example", 7, "2030-03-17T17:46:40Z")
    ]
    (row,) = all_rows(written, tables.anchor)
    assert read_note(row["note"]).signatures[1] == line
    for values in ({"note": made.note.text}, {"note": "none"}, {"seq": 3}):
        change(written, tables.anchor, row, **values)
        assert "the anchor of 7 records is not what was kept" in what(written)
    change(written, tables.anchor, row, **{name: row[name] for name in ("note", "seq")})
    delete(written, tables.anchor, row)
    assert what(written) == ["the anchor of 7 records is missing"]


def test_what_no_witness_signed_is_not_taken_in(written: Casebook, tmp_path: Path, witness: FileKey) -> None:
    answer = tmp_path / "answer"
    answer.write_text(cosign(witness, "witness.example", Head("another.example", 3, bytes(32)), MOMENT).line)
    with pytest.raises(NotFoundError):
        take_in(written, RITA, answer)
    head = anchor(written, RITA).note.head
    with pytest.raises(IntegrityError, match=r"witness\.example"):
        take_in(written, RITA, answer)
    stranger = FileKey.make(tmp_path / "stranger.key")
    for key, name in ((stranger, "stranger.example"), (stranger, "witness.example")):
        answer.write_text(cosign(key, name, head, MOMENT).line)
        with pytest.raises(InputError, match="no witness"):
            take_in(written, RITA, answer)
    answer.write_text("\N{EM DASH} half a line")
    with pytest.raises(InputError, match="not a signed head"):
        take_in(written, RITA, answer)
    assert verify_all(written).outsiders == []


def test_a_countersigned_anchor_that_comes_back_finds_what_was_put_back(
    written: Casebook, tmp_path: Path, witness: FileKey
) -> None:
    earlier = State(written)
    comment(written, RITA, "inventory", "what shall be forgotten")
    made = anchor(written, RITA)
    file = tmp_path / "of-the-witness"
    file.write_text(made.note.text + cosign(witness, "witness.example", made.note.head, MOMENT).line)
    assert [vouch.kind for vouch in verify_all(written, anchors=[file]).outsiders] == ["brought", "witness"]
    earlier.put_back()
    assert "it was put back" in what(written, anchors=[file])[0]


def test_anchors_in_the_folder_that_are_not_ours_are_told(written: Casebook, folder: Path, tmp_path: Path) -> None:
    made = anchor(written, RITA)
    (file,) = folder.iterdir()
    stranger = FileKey.make(tmp_path / "stranger.key")
    file.write_text(sign_head(stranger, made.note.head).text)
    assert "is not signed by a key of this casebook" in what(written)[0]
    file.write_text("garbage")
    assert "cannot be read" in what(written)[0]
    with pytest.raises(InputError):
        anchor(written, RITA)
    shutil.rmtree(folder)
    assert "cannot be read" in what(written)[0]
    with pytest.raises(StorageError, match="folder of anchors"):
        anchor(written, RITA)


def test_a_folder_that_cannot_be_written_leaves_no_record(written: Casebook, folder: Path) -> None:
    shutil.rmtree(folder)
    with pytest.raises(StorageError):
        anchor(written, RITA)
    folder.mkdir()
    report = verify_all(written)
    assert report.fits and report.records == 7


def test_an_anchor_in_the_folder_whose_transaction_failed_is_true_all_the_same(
    written: Casebook, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise StorageError("disk_full", where="here")

    with monkeypatch.context() as patch:
        patch.setattr(CheckpointLog, "locked", fail)
        with pytest.raises(StorageError):
            anchor(written, RITA)
    assert len(list(folder.iterdir())) == 1
    report = verify_all(written)
    assert report.fits and report.records == 7 and report.outsiders[0].seq == 7
    assert record_state(written, person("auditor", Role.AUDITOR)).outside.problems == ()
    comment(written, RITA, "inventory", "next")
    anchor(written, RITA)
    assert [vouch.seq for vouch in verify_all(written).outsiders] == [8]


def test_the_state_of_the_record_says_who_vouches_without_reading_it(
    written: Casebook, folder: Path, witness: FileKey
) -> None:
    auditor = person("auditor", Role.AUDITOR)
    made = anchor(written, RITA)
    answer = folder.parent / "answer"
    answer.write_text(cosign(witness, "witness.example", made.note.head, MOMENT).line)
    take_in(written, RITA, answer)
    assert list(record_state(written, auditor).outside.outsiders) == verify_all(written).outsiders
    other = Head(made.note.head.origin, 7, bytes(32))
    next(folder.iterdir()).write_text(sign_head(written.signer, other).text)
    assert "the first 7 records are not those" in record_state(written, auditor).outside.problems[0]


def test_a_witness_is_given_the_proof_that_the_record_goes_on(written: Casebook) -> None:
    first = anchor(written, RITA).note.head
    for number in range(4):
        comment(written, RITA, "inventory", f"again {number}")
    second = anchor(written, RITA)
    asked = witness_request(written, RITA, second, first.size)
    proof, _, note = asked.partition("\n\n")
    old, *nodes = proof.splitlines()
    assert (old, read_note(note)) == (f"old {first.size}", second.note)
    head = second.note.head
    proof_nodes = [base64.b64decode(node) for node in nodes]
    assert verify_consistency(first.size, first.root, head.size, head.root, proof_nodes)
    assert witness_request(written, RITA, second, 0).startswith("old 0\n\nopencwc.invalid/")
    with pytest.raises(InputError, match="fewer"):
        witness_request(written, RITA, second, head.size + 1)


def test_a_time_stamp_vouches_where_the_authority_is_in_the_settings(
    written: Casebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = Authority(tmp_path / "authority")
    write_request(written, RITA, tmp_path / "query.tsq")
    (tmp_path / "reply.tsr").write_bytes(authority.stamp((tmp_path / "query.tsq").read_bytes()))
    take_in_stamp(written, RITA, tmp_path / "reply.tsr", authority.ca)
    assert verify_all(written).outsiders == []
    monkeypatch.setenv("OPENCWC_ANCHOR_AUTHORITY", str(authority.ca))
    assert [(vouch.kind, vouch.seq) for vouch in verify_all(written).outsiders] == [("time_stamp", 7)]


def test_the_service_anchors_when_it_is_due(written: Casebook, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = anchor_if_due(written)
    assert made is not None and anchor_if_due(written) is None
    comment(written, RITA, "inventory", "next")
    assert anchor_if_due(written) is None  # a day has not gone by
    run_sql(
        written, tables.record.update().where(tables.record.c.seq == made.seq).values(at="2026-01-01T00:00:00.000000Z")
    )
    assert anchor_if_due(written) is not None
    for name, value in (("EVERY", "never"), ("FOLDER", "")):
        run_sql(written, tables.record.update().values(at="2026-01-01T00:00:00.000000Z"))
        comment(written, RITA, "inventory", "next")
        monkeypatch.setenv(f"OPENCWC_ANCHOR_{name}", value)
        assert anchor_if_due(written) is None


def test_who_may_anchor(written: Casebook) -> None:
    anchor(written, person("auditor", Role.AUDITOR))
    with pytest.raises(NotAllowedError):
        anchor(written, person("anna", Role.ANALYST))


@pytest.mark.parametrize(
    ("name", "value"),
    [("EVERY", "sometimes"), ("NAME", "two words"), ("WITNESSES", "no key"), ("FOLDERS", "x")],
)
def test_settings_without_a_meaning_are_told(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"OPENCWC_ANCHOR_{name}", value)
    with pytest.raises(SettingsError, match=name.lower()):
        load_anchor_settings()


def test_settings_stand_in_the_file_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = NoteKey("witness.example", bytes(32), COSIGNATURE).text
    monkeypatch.setenv("OPENCWC_SETTINGS", str(tmp_path))
    (tmp_path / "opencwc.toml").write_text(
        f'[anchor]\nfolder = "/mnt/second"\nevery = "hour"\nname = "cwc.example"\nwitnesses = ["{key}"]\n'
    )
    found = load_anchor_settings()
    assert (found.folder, found.every, found.origin("b")) == (Path("/mnt/second"), 3600, "cwc.example/b")
    assert [witness.name for witness in found.witnesses] == ["witness.example"]


def test_a_casebook_goes_on_after_a_restart(written: Casebook, place: str) -> None:
    anchor(written, RITA)
    again = open_casebook(place)
    comment(again, RITA, "inventory", "next")
    anchor(again, RITA)
    assert verify_all(again).fits
    again.close()
