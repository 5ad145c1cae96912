"""A log that was deleted or cut back is found; what a killed writer left pending is settled at the next start."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from opencwc.casebook import tables
from opencwc.casebook.casebook_verifier import verify_all
from opencwc.casebook.cases import open_case
from opencwc.casebook.checkpoint_log import LoggedCheckpoint
from opencwc.casebook.database import Casebook, open_casebook
from opencwc.casebook.decisions import comment
from opencwc.casebook.log_mark import mark_log
from opencwc.casebook.model import Role
from opencwc.casebook.transaction import digest_of
from opencwc.errors import ConflictError, InputError, IntegrityError, NotAllowedError

from .conftest import person
from .dying_writer import DEAD
from .tampering import all_rows, rewrite, run_sql

RITA = person("rita")


@pytest.fixture
def written(book: Casebook) -> Casebook:
    """A casebook with five checkpoints."""
    open_case(book, RITA, "inventory")
    for number in range(3):
        comment(book, RITA, "inventory", f"{number}")
    assert verify_all(book).fits
    return book


def what(book: Casebook) -> list[str]:
    return [problem.what for problem in verify_all(book).problems]


@pytest.mark.parametrize("how", ["deleted", "emptied", "cut back", "a line taken out"])
def test_a_log_that_lacks_a_checkpoint_is_a_fault(written: Casebook, how: str) -> None:
    log = written.log.path
    lines = log.read_bytes().splitlines(keepends=True)
    if how == "deleted":
        log.unlink()
    elif how == "emptied":
        log.write_bytes(b"")
    else:
        log.write_bytes(b"".join(lines[:-1] if how == "cut back" else [*lines[:2], *lines[3:]]))
    lacking = {"deleted": 1, "emptied": 1, "cut back": 5, "a line taken out": 3}[how]
    assert [text.partition(":")[0] for text in what(written)] == [f"the log beside the key lacks checkpoint {lacking}"]


@pytest.mark.parametrize("left", [0, 2, 4])
def test_nothing_is_written_on_behind_a_log_that_was_cut_back(written: Casebook, left: int) -> None:
    log = written.log.path
    whole = log.read_bytes()
    log.write_bytes(b"".join(whole.splitlines(keepends=True)[:left]))
    with pytest.raises(IntegrityError, match="lacks checkpoints"):
        comment(written, RITA, "inventory", "written on")
    log.write_bytes(whole)
    comment(written, RITA, "inventory", "written on")
    assert verify_all(written).fits


def comment_and_die(place: str, moment: str) -> None:
    folder = Path(__file__).parents[1]
    done = subprocess.run([sys.executable, "-m", "casebook.dying_writer", place, moment], cwd=folder, check=False)
    assert done.returncode == DEAD


@pytest.mark.parametrize("moment", ["before the commit", "after the commit"])
def test_what_a_killed_writer_left_is_settled_at_the_next_start(written: Casebook, place: str, moment: str) -> None:
    comment_and_die(place, moment)
    assert written.log.path.read_bytes().splitlines()[-1].startswith(b"-")
    assert verify_all(written).fits  # another process that has it open
    book = open_casebook(place)
    last = written.log.path.read_bytes().splitlines()[-1]
    assert last.startswith(b"{" if moment == "after the commit" else b"~")
    assert book.log.last_number(book.id) == len(all_rows(book, tables.checkpoint))
    comment(book, RITA, "inventory", "goes on")
    report = verify_all(book)
    assert report.fits and report.logged == report.checkpoints, report.problems
    book.close()


@pytest.mark.parametrize("moment", ["before the commit", "after the commit"])
def test_a_process_that_was_open_all_along_goes_on(written: Casebook, place: str, moment: str) -> None:
    comment_and_die(place, moment)
    comment(written, RITA, "inventory", "goes on")
    report = verify_all(written)
    assert report.fits and report.logged == report.checkpoints, report.problems
    assert not written.log.has_abandoned()


def test_what_a_writer_of_another_casebook_left_is_settled_by_its_own(
    written: Casebook, place: str, tmp_path: Path
) -> None:
    comment_and_die(place, "after the commit")
    other = open_casebook(tmp_path / "other.db")  # the same key, the same log
    open_case(other, RITA, "elsewhere")
    other.close()
    book = open_casebook(place)
    report = verify_all(book)
    assert report.fits and report.logged == report.checkpoints, report.problems
    assert not book.log.has_abandoned()
    book.close()


def test_a_casebook_of_an_earlier_version_is_marked_and_its_gaps_are_told_from_then_on(written: Casebook) -> None:
    """An earlier version left holes that nobody can fill: they are no fault before the mark."""
    forget_since_when(written)
    log = written.log.path
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join([*lines[:2], *lines[3:]]))
    assert verify_all(written).fits
    comment(written, RITA, "inventory", "the first words of this version")
    marked = [row["seq"] for row in all_rows(written, tables.record) if row["kind"] == "log_marked"]
    assert len(marked) == 1
    comment(written, RITA, "inventory", "and the next")
    assert verify_all(written).fits
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join([*lines[:-2], lines[-1]]))
    assert "lacks checkpoint 6" in str(what(written))


def forget_since_when(book: Casebook) -> None:
    """Make of a casebook what an earlier version left: its first record says nothing of the log."""
    first = all_rows(book, tables.record)[0]
    body = {name: value for name, value in json.loads(first["content"])["body"].items() if name != "logged"}
    rewrite(book, 1, book.signer, exactly=body)
    run_sql(book, tables.casebook.update().values(logged_from=0, tree=b""))
    entries = [
        LoggedCheckpoint(book.id, row["number"], digest_of(row), row["seq"], json.loads(row["statement"])["link"])
        for row in all_rows(book, tables.checkpoint)
    ]
    book.log.path.write_bytes(b"".join(entry.line() for entry in entries))
    assert verify_all(book).fits


def test_a_log_that_is_lost_is_marked_by_an_act_on_record(written: Casebook) -> None:
    written.log.path.unlink()
    root = person("root", Role.ADMINISTRATOR)
    with pytest.raises(NotAllowedError):
        mark_log(written, RITA, "the disk broke")
    with pytest.raises(InputError):
        mark_log(written, root, " ")
    seq = mark_log(written, root, "the disk broke")
    comment(written, RITA, "inventory", "goes on")
    report = verify_all(written)
    assert report.fits, report.problems
    assert report.log_marked == seq
    with pytest.raises(ConflictError, match="has every checkpoint"):
        mark_log(written, root, "once more")


def test_a_head_that_says_otherwise_is_found(written: Casebook) -> None:
    head = all_rows(written, tables.casebook)[0]
    for values in ({"logged_from": 0}, {"tree": b"\x01" * len(head["tree"])}):
        run_sql(written, tables.casebook.update().values(**values))
        assert len(what(written)) == 1
        run_sql(written, tables.casebook.update().values(logged_from=head["logged_from"], tree=head["tree"]))


def test_a_root_that_was_signed_over_a_changed_tree_is_found(written: Casebook) -> None:
    head = all_rows(written, tables.casebook)[0]
    run_sql(written, tables.casebook.update().values(tree=b"\x01" * len(head["tree"])))
    comment(written, RITA, "inventory", "signed over it")
    assert what(written)[0] == "checkpoint 6 does not fit the chain"
