"""A bundle is held against a signed head that came by another way: the same history, another one, a later one."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from opencwc.casebook.anchor_papers import page_of
from opencwc.casebook.anchors import Anchor, anchor
from opencwc.casebook.bundle_verifier import Unreadable, verify_bundle
from opencwc.casebook.bundle_writer import ShownCheckpoint, write_bundle
from opencwc.casebook.cases import open_case
from opencwc.casebook.chain import canonical
from opencwc.casebook.database import Casebook
from opencwc.casebook.decisions import comment
from opencwc.casebook.exports import ask_for_export, export_case
from opencwc.casebook.requests import answer
from opencwc.casebook.signing import FileKey

from .bundle_case import FIRST_ROOTED, make_book
from .conftest import person
from .tampering import rewrite

RITA, RENE = person("rita"), person("rene")


@pytest.fixture
def made(book: Casebook, tmp_path: Path) -> list[Anchor]:
    """Three anchors of a casebook: before the export of its case, of other records as many, and after it."""
    open_case(book, RITA, "inventory")
    for number in range(4):
        comment(book, RITA, "inventory", f"{number}")
    anchors = [anchor(book, RITA)]
    comment(book, RITA, "inventory", "next")
    anchors.append(anchor(book, RITA))
    export(book, tmp_path / "bundle.zip")
    comment(book, RITA, "inventory", "later")
    anchors.append(anchor(book, RITA))
    for number, kept in enumerate(anchors):
        (tmp_path / f"head-{number}").write_text(kept.note.text)
    return anchors


def export(book: Casebook, target: Path) -> None:
    asked = ask_for_export(book, RITA, "inventory", "for the court")
    answer(book, RENE, asked.seq, approve=True)
    export_case(book, RITA, asked.seq, target)


def test_the_first_records_are_those_of_the_anchors(made: list[Anchor], tmp_path: Path) -> None:
    heads = [tmp_path / f"head-{number}" for number in range(3)]
    report = verify_bundle(tmp_path / "bundle.zip", anchors=heads)
    assert report.fits, report.misfits
    for kept in made[:2]:
        said = f"The anchor: the first {kept.note.head.size} records are those that it was signed for."
        assert said in report.checked
    assert any(text.startswith(f"The anchor of {made[2].note.head.size} records") for text in report.unchecked)


def test_a_history_that_was_written_anew_is_caught_by_the_anchor(
    made: list[Anchor], book: Casebook, tmp_path: Path
) -> None:
    rewrite(book, 4, book.signer, text="another")
    book.log.path.unlink()
    with book.writing("console", log_is_lost=True) as writer:
        writer.logged_from = writer.record("log_marked", {"reason": "planted"})
    export(book, tmp_path / "anew.zip")
    assert verify_bundle(tmp_path / "anew.zip").fits  # it fits itself, under the true key
    for number in (0, 1):
        (misfit,) = verify_bundle(tmp_path / "anew.zip", anchors=[tmp_path / f"head-{number}"]).misfits
        assert "are not those of the anchor" in misfit.what


def test_the_verifier_in_the_bundle_takes_a_page_that_was_typed_off(made: list[Anchor], tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bundle.zip") as archive:
        archive.extract("verify.py", tmp_path)
    lines = page_of(made[0].note, "en").splitlines()
    start = lines.index(f"    {made[0].note.head.size}")
    (tmp_path / "typed").write_text("\n".join(lines[start : start + 5]))
    words = [sys.executable, "-I", "verify.py", "bundle.zip", "--anchor", "typed", "--anchor", "head-1"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("records are those that it was signed for") == 2


def test_what_is_no_anchor_is_told(made: list[Anchor], tmp_path: Path) -> None:
    (tmp_path / "none").write_text("nothing")
    for name in ("none", "not there"):
        with pytest.raises(Unreadable, match="no anchor"):
            verify_bundle(tmp_path / "bundle.zip", anchors=[tmp_path / name])


@pytest.mark.parametrize("number", [FIRST_ROOTED, 4, 6])
def test_a_checkpoint_that_states_another_root_is_caught(tmp_path: Path, number: int) -> None:
    """Whoever changed the tree that the casebook keeps had the house sign a root that is none."""
    signers = (FileKey.make(tmp_path / "first.key"), FileKey.make(tmp_path / "second.key"))
    contents = make_book().contents(signers, roots={number: bytes(32)})
    write_bundle(tmp_path / "bundle.zip", contents, signers[1])
    report = verify_bundle(tmp_path / "bundle.zip")
    assert report.first is not None
    assert report.first.what == f"Checkpoint {number} states another root than the records have here."


def test_a_root_that_is_no_longer_stated_is_caught(tmp_path: Path) -> None:
    signers = (FileKey.make(tmp_path / "first.key"), FileKey.make(tmp_path / "second.key"))
    contents = make_book().contents(signers)
    last = contents.checkpoints[-1]
    statement = canonical({name: value for name, value in json.loads(last.statement).items() if name != "root"})
    signed = ShownCheckpoint(statement, signers[1].sign(statement.encode()), last.key)
    write_bundle(
        tmp_path / "bundle.zip", replace(contents, checkpoints=[*contents.checkpoints[:-1], signed]), signers[1]
    )
    (misfit,) = verify_bundle(tmp_path / "bundle.zip").misfits
    assert "states another root" in misfit.what
