"""`case key`, and what `case verify` says of keys: pinned, changed by a record, a stranger's."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest

from casebook.tampering import forge_decision
from opencwc.casebook.database import open_casebook
from opencwc.casebook.signing import FileKey

from .conftest import Ran, Run


@pytest.fixture
def first(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ran:
    """What the command says that makes the casebook."""
    monkeypatch.setenv("OPENCWC_SETTINGS", str(tmp_path / "settings"))
    monkeypatch.setenv("OPENCWC_CASEBOOK", str(tmp_path / "casebook.db"))
    return run("screen", "107-44-8", "--keep", "inventory", "--lists", "CWC")


@pytest.fixture
def pins(first: Ran, tmp_path: Path) -> Path:
    return tmp_path / "settings" / "pinned_keys.toml"


def test_the_first_start_says_which_key_is_pinned_and_the_next_says_nothing(run: Run, first: Ran, pins: Path) -> None:
    key = run("case", "key").text.strip()
    assert f"The key {key} signs this casebook and is pinned in {pins}" in first.err
    assert key in pins.read_text()
    listed = run("case", "list")
    assert (listed.status, key in listed.err) == (0, False)
    verified = run("case", "verify")
    assert verified.status == 0
    assert "Verified" in verified.text
    assert f"signed with your organisation’s key {key}, pinned on 20" in verified.text


def test_an_older_casebook_is_pinned_on_first_use_and_this_is_said(run: Run, pins: Path) -> None:
    pins.unlink()
    verified = run("case", "verify")
    assert verified.status == 0
    assert "without proof: compare it" in verified.err
    assert "pinned without proof on 20" in verified.text


def test_a_casebook_signed_by_a_stranger_does_not_fit(run: Run, pins: Path, tmp_path: Path) -> None:
    assert run("case", "decide", 1, "--as", "accept", "--reason", "sarin").status == 0
    forger = FileKey.make(tmp_path / "forger.key")
    with closing(open_casebook(tmp_path / "casebook.db")) as book:
        forge_decision(book, forger)
    done = run("case", "verify")
    assert done.status == 1
    assert f"the key {forger.fingerprint} is none of those that may sign" in done.text
    own = run("case", "verify", "--key", "0" * 64)
    assert own.status == 1
    pins.unlink()
    alone = run("case", "verify")
    assert (alone.status, "Verified" in alone.text) == (1, False)
    assert "nobody confirms the key" in alone.text
    said = json.loads(run("case", "verify", "--format", "json").text)
    assert (said["fits"], said["vouched"], said["stretches"][0]["by"]) == (True, False, "nobody")
    pins.write_text("[[key")
    assert "pinned keys cannot be read" in run("case", "verify").text


def test_a_key_that_reached_somebody_by_another_way_is_given_or_pinned(run: Run, pins: Path) -> None:
    key = run("case", "key").text.strip()
    pins.write_text("")
    spaced = " ".join(key[at : at + 8].upper() for at in range(0, 64, 8))
    assert "pinned manually" not in run("case", "verify", "--key", spaced).text
    assert run("case", "key", "pin", "not a fingerprint").status == 2
    pins.unlink()
    assert "is pinned in" in run("case", "key", "pin", spaced).text
    assert "pinned manually on 20" in run("case", "verify").text


def test_a_change_of_key_is_told_with_both_fingerprints_and_its_record(run: Run, first: Ran, tmp_path: Path) -> None:
    former = run("case", "key").text.strip()
    changed = run("case", "key", "change")
    assert changed.status == 0, changed.err
    key = run("case", "key").text.strip()
    assert key != former
    assert f"the key {former} hands over to the key {key}" in changed.text
    assert "destroy it" in changed.text
    assert run("screen", "CCO", "--keep", "inventory", "--lists", "CWC").status == 0
    verified = run("case", "verify")
    assert verified.status == 0
    assert verified.text.count(former) == 2
    assert "hands over to the key" in verified.text
    assert "when the key was changed" in verified.text


def test_a_lost_key_is_taken_over_from_and_verify_says_so(run: Run, first: Ran, tmp_path: Path) -> None:
    (tmp_path / "settings" / "keys" / "checkpoint.key").unlink()
    refused = run("case", "list")
    assert (refused.status, "opencwc case key change --lost" in refused.err) == (2, True)
    assert "replaces the lost key" in run("case", "key", "change", "--lost").text
    verified = run("case", "verify")
    assert (verified.status, "only your organisation’s word" in verified.text) == (0, True)


def test_a_key_put_in_the_place_of_another_writes_nothing(run: Run, first: Ran, tmp_path: Path) -> None:
    (tmp_path / "settings" / "keys" / "checkpoint.key").unlink()
    assert run("case", "key", "--new").status == 0
    done = run("screen", "CCO", "--keep", "inventory", "--lists", "CWC")
    assert (done.status, "opencwc case key change --lost" in done.err) == (2, True)
