"""`case proof`: made, written and checked from the terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import Run


@pytest.fixture
def place(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OPENCWC_SETTINGS", str(tmp_path / "settings"))
    monkeypatch.setenv("OPENCWC_CASEBOOK", str(tmp_path / "casebook.db"))
    for name in ("first", "second", "third"):
        assert run("case", "open", name).status == 0
    return tmp_path


def test_a_record_is_proved_and_its_proof_checked_without_the_casebook(run: Run, place: Path) -> None:
    written = run("case", "proof", 2, "-o", place / "proof.json")
    assert (written.status, written.text) == (0, f"Written: {place / 'proof.json'}.\n")
    (place / "casebook.db").unlink()
    checked = run("case", "proof", "--check", place / "proof.json")
    assert checked.status == 0, checked.err
    assert "Record 2 is among the 5 records of casebook " in checked.text
    assert "which is pinned here for this casebook" in checked.text
    assert "القيد 2" in run("case", "proof", "--check", place / "proof.json", "--lang", "ar").text
    said = json.loads(run("case", "proof", "--check", place / "proof.json", "--format", "json").text)
    assert (said["fits"], said["number"], said["about"]) == (True, 2, "record")
    other = run("case", "proof", "--check", place / "proof.json", "--key", "0" * 64)
    assert (other.status, "Another key signed" in other.text) == (1, True)


def test_an_earlier_head_is_proved_and_a_proof_that_was_touched_is_told(run: Run, place: Path) -> None:
    made = run("case", "proof", "--since", 2, "--of", 3)
    assert made.status == 0
    proof = json.loads(made.text)
    (place / "proof.json").write_text(made.text)
    assert "begin with the first 2, unchanged" in run("case", "proof", "--check", place / "proof.json").text
    (place / "anchor").write_text(f"2\n{proof['old_root']}\n")
    anchored = run("case", "proof", "--check", place / "proof.json", "--anchor", place / "anchor")
    assert anchored.status == 0
    (place / "proof.json").write_text(json.dumps({**proof, "old_root": "0" * 64}))
    touched = run("case", "proof", "--check", place / "proof.json", "--anchor", place / "anchor")
    assert touched.status == 1
    assert touched.text.splitlines()[:2] == [
        "The path does not lead to the root of the head.",
        "An anchor that was supplied is not one of the heads of this proof.",
    ]


def test_what_cannot_be_proved_is_told(run: Run, place: Path) -> None:
    for words, message in (
        ((99,), "This head has no record 99: it has 5"),
        ((1, "--of", 98), "There is no signed head of 98 records"),
        ((), "Name either a record or an earlier number of records"),
        ((1, "--since", 2), "Name either a record or an earlier number of records"),
        (("--check", place / "nowhere"), "This is not a proof of a record or of a head"),
    ):
        done = run("case", "proof", *words)
        assert done.status == 2
        assert message.casefold() in done.err.casefold()


def test_a_bundle_is_held_against_an_anchor_by_a_proof(run: Run, place: Path) -> None:
    older = Path(__file__).parents[1] / "casebook" / "links_bundle.zip"
    (place / "proof.json").write_text(run("case", "proof", "--since", 2).text)
    refused = run("case", "verify", older, "--proof", place / "proof.json")
    assert (refused.status, "other heads than this bundle has" in refused.text) == (1, True)
