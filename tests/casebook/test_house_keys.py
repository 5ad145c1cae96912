"""Whose key signed: the house's own are pinned outside the database, and a stranger's is a fault."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from opencwc.casebook import house_keys, tables
from opencwc.casebook.backup import back_up, restore_into
from opencwc.casebook.casebook_verifier import Verification, verify_all
from opencwc.casebook.database import Casebook, open_casebook
from opencwc.casebook.decisions import comment, decide
from opencwc.casebook.house_keys import change_key
from opencwc.casebook.model import Outcome
from opencwc.casebook.pinned_keys import PinnedKeys
from opencwc.casebook.signing import FileKey
from opencwc.errors import ConflictError, IntegrityError, SettingsError, StorageError

from .conftest import person
from .screening import SARIN, THIODIGLYCOL
from .tampering import all_rows, forge_decision, run_sql
from .test_runs import keep

RITA, RENE = person("rita"), person("rene")


@pytest.fixture
def decided(book: Casebook) -> Casebook:
    keep(book, SARIN, THIODIGLYCOL, case="inventory")
    decide(book, RITA, [1], Outcome.ACCEPT, "the label says so")
    decide(book, RENE, [1], Outcome.ACCEPT, "seen")
    return book


def stretches(found: Verification) -> list[tuple[str, str]]:
    return [(stretch.key, stretch.by) for stretch in found.stretches]


def kept_key(tmp_path: Path) -> Path:
    return tmp_path / "settings" / "keys" / "checkpoint.key"


# ---- pinned


def test_a_decision_forged_by_a_stranger_who_signs_everything_anew_is_found(decided: Casebook, tmp_path: Path) -> None:
    assert verify_all(decided).fits
    forger = FileKey.make(tmp_path / "forger.key")
    forge_decision(decided, forger)
    found = verify_all(decided)
    assert found.keys == [forger.fingerprint]
    assert [(problem.seq, forger.fingerprint in problem.what) for problem in found.problems] == [(1, True)]
    assert stretches(found) == [(forger.fingerprint, "stranger")]
    assert not found.vouched


def test_the_key_is_pinned_when_the_casebook_is_made_and_told_once(book: Casebook, place: str, tmp_path: Path) -> None:
    (pin,) = book.newly_pinned
    assert (pin.casebook, pin.fingerprint, pin.because) == (book.id, book.signer.fingerprint, "made")
    assert book.pins.path == tmp_path / "settings" / "pinned_keys.toml"
    assert book.pins.path.stat().st_mode & 0o777 == 0o600
    again = open_casebook(place)
    assert again.newly_pinned == ()
    assert again.pins.of(again.id) == (pin,)
    found = verify_all(again)
    assert found.fits
    assert found.vouched
    assert stretches(found) == [(pin.fingerprint, "made")]
    again.close()


def test_the_pins_lie_where_the_setting_says(place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENCWC_PINS", str(tmp_path / "elsewhere" / "keys.toml"))
    book = open_casebook(place)
    assert book.signer.fingerprint in (tmp_path / "elsewhere" / "keys.toml").read_text()
    book.close()


def test_an_older_casebook_is_pinned_when_it_is_opened_with_the_key_that_signed_it(
    decided: Casebook, place: str
) -> None:
    decided.pins.path.unlink()
    again = open_casebook(place)
    assert [(pin.fingerprint, pin.because) for pin in again.newly_pinned] == [(again.signer.fingerprint, "first_use")]
    assert stretches(verify_all(again)) == [(again.signer.fingerprint, "first_use")]
    again.close()


def test_a_forged_casebook_without_pins_is_not_pinned_and_nobody_vouches(
    decided: Casebook, place: str, tmp_path: Path
) -> None:
    forge_decision(decided, FileKey.make(tmp_path / "forger.key"))
    decided.pins.path.unlink()
    again = open_casebook(place)
    assert again.newly_pinned == ()
    found = verify_all(again)
    assert (found.fits, found.vouched, found.stretches[0].by) == (True, False, "nobody")
    with pytest.raises(IntegrityError, match="key change --lost"):
        comment(again, RITA, "inventory", "written on with the house's key")
    again.close()


@pytest.mark.parametrize("text", ["[[key", "[[key]]\ncasebook = 'x'\n", "key = 3\n"])
def test_where_the_pins_cannot_be_read_nobody_vouches_and_it_is_said(decided: Casebook, place: str, text: str) -> None:
    decided.pins.path.write_text(text)
    again = open_casebook(place)
    found = verify_all(again)
    assert (found.fits, found.vouched) == (True, False)
    assert "cannot be read" in found.pins_unreadable
    assert again.pins.path.read_text() == text
    again.close()


def test_pins_are_added_to_what_people_wrote_and_never_twice(tmp_path: Path) -> None:
    pins = PinnedKeys(tmp_path / "pins.toml")
    pins.add("one", ["a" * 64], "made", "2026-11-28")
    pins.path.write_text(pins.path.read_text() + "# checked by telephone\n")
    assert pins.add("one", ["a" * 64, "b" * 64], "changed", "2026-11-29")[0].fingerprint == "b" * 64
    pins.add("two", ["a" * 64], "made", "2026-11-30")
    assert "# checked by telephone" in pins.path.read_text()
    assert [pin.fingerprint[0] for pin in pins.of("one")] == ["a", "b"]
    assert [pin.because for pin in pins.of("two")] == ["made"]
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot be pinned"):
        PinnedKeys(tmp_path / "file" / "pins.toml").add("one", ["a" * 64], "made", "2026-11-28")


# ---- changed


def test_a_change_of_key_is_a_record_that_the_former_key_signs(decided: Casebook, place: str, tmp_path: Path) -> None:
    former = decided.signer.fingerprint
    changed = change_key(place)
    assert changed.former == former
    assert Path(changed.moved).parent == kept_key(tmp_path).parent
    again = open_casebook(place)
    assert again.signer.fingerprint == changed.next != former
    comment(again, RITA, "inventory", "signed with the new key")
    found = verify_all(again)
    assert found.fits, found.problems
    assert stretches(found) == [(former, "made"), (changed.next, "changed")]
    assert found.stretches[0].last == changed.seq
    (remark,) = found.remarks
    assert (remark.seq, remark.values["former"], remark.values["key"]) == (changed.seq, former, changed.next)
    assert [row["kind"] for row in all_rows(again, tables.record) if row["seq"] == changed.seq] == ["key_changed"]
    again.close()


@pytest.mark.parametrize("which", [0, 1])
def test_one_pinned_key_is_enough_where_records_hand_over(decided: Casebook, place: str, which: int) -> None:
    changed = change_key(place)
    again = open_casebook(place)
    comment(again, RITA, "inventory", "signed with the new key")
    key = (changed.former, changed.next)[which]
    again.pins.path.unlink()
    again.pins.add(again.id, [key], "by_hand", "2026-11-28")
    ways = [by for _, by in stretches(verify_all(again))]
    assert ways == (["by_hand", "handed_over"], ["handed_over", "by_hand"])[which]
    found = verify_all(again, keys=[key])
    assert found.fits
    assert found.vouched
    again.close()


def test_the_key_that_was_given_up_signs_no_more(decided: Casebook, place: str) -> None:
    changed = change_key(place)
    with pytest.raises(IntegrityError, match=changed.next):
        comment(decided, RITA, "inventory", "by a process that has the former key still")
    with decided.writing(RITA.id) as writer:
        writer.takes_over = True  # as a program that is not ours would
        writer.record("comment", {"finding": None, "text": "forged with a stolen key"}, 1)
    found = verify_all(decided)
    what = f"the key {changed.former} was given up in record {changed.seq}, and signs again"
    assert (changed.seq + 1, what) in [(problem.seq, problem.what) for problem in found.problems]


def test_a_record_that_a_stranger_signs_after_the_house_is_found(decided: Casebook, tmp_path: Path) -> None:
    last = verify_all(decided).records
    forger = FileKey.make(tmp_path / "forger.key")
    with replace(decided, signer=forger).writing(RITA.id) as writer:
        writer.takes_over = True
        writer.record("key_changed", {"former": decided.signer.fingerprint, "next": forger.fingerprint, "lost": False})
    found = verify_all(decided)
    assert [(problem.seq, forger.fingerprint in problem.what) for problem in found.problems] == [(last + 1, True)]


def test_a_key_that_is_lost_hands_over_nothing_and_verify_says_so(
    decided: Casebook, place: str, tmp_path: Path
) -> None:
    former = decided.signer.fingerprint
    with pytest.raises(ConflictError):
        change_key(place, lost=True)  # it is there
    kept_key(tmp_path).unlink()
    with pytest.raises(SettingsError, match="key change --lost"):
        open_casebook(place)
    changed = change_key(place, lost=True)
    again = open_casebook(place)
    comment(again, RITA, "inventory", "signed with the new key")
    found = verify_all(again)
    assert found.fits
    assert stretches(found) == [(former, "made"), (changed.next, "lost")]
    assert [remark.code for remark in found.remarks] == ["verify_key_change_lost"]
    again.close()


def test_a_change_that_was_broken_off_is_gone_on_with(
    decided: Casebook, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(house_keys, "_put_in_place", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            change_key(place)
    with pytest.raises(IntegrityError, match="opencwc case key change"):
        comment(decided, RITA, "inventory", "in between")
    changed = change_key(place)
    again = open_casebook(place)
    assert again.signer.fingerprint == changed.next
    kinds = [row["kind"] for row in all_rows(again, tables.record)]
    assert (kinds.count("key_changed"), kinds[changed.seq - 1]) == (1, "key_changed")
    comment(again, RITA, "inventory", "signed with the new key")
    assert verify_all(again).fits
    again.close()


def test_a_key_that_settings_name_is_changed_to_one_that_is_named(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("first", "second"):
        FileKey.make(tmp_path / name)
    monkeypatch.setenv("OPENCWC_KEY", str(tmp_path / "first"))
    book = open_casebook(place)
    changed = change_key(place, str(tmp_path / "second"))
    assert (changed.setting, changed.moved) == (str(tmp_path / "second"), "")
    monkeypatch.setenv("OPENCWC_KEY", str(tmp_path / "second"))
    again = open_casebook(place)
    keep(again, SARIN, case="inventory")
    found = verify_all(again)
    assert found.fits
    assert found.vouched
    for opened in (book, again):
        opened.close()


# ---- restored


def test_what_is_restored_elsewhere_is_pinned_on_trust(
    decided: Casebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    back_up(decided, tmp_path / "backup")
    monkeypatch.setenv("OPENCWC_SETTINGS", str(tmp_path / "other"))
    found = restore_into(str(tmp_path / "restored.db"), tmp_path / "backup")
    assert found.fits
    assert found.vouched
    assert [by for _, by in stretches(found)] == ["signed_over", "restored"]
    assert found.stretches[0].key == decided.signer.fingerprint
    (pin,) = PinnedKeys(tmp_path / "other" / "pinned_keys.toml").of(found.casebook)
    assert (pin.because, pin.fingerprint) == ("restored", found.stretches[-1].key)


def test_a_forged_backup_is_found_where_the_house_has_its_pins(
    decided: Casebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forger = FileKey.make(tmp_path / "forger.key")
    forge_decision(decided, forger)
    back_up(replace(decided, signer=forger), tmp_path / "backup")
    decided.log.path.unlink()
    with pytest.raises(IntegrityError, match=forger.fingerprint):
        restore_into(str(tmp_path / "restored.db"), tmp_path / "backup")


def test_a_key_that_somebody_put_into_an_older_database_is_not_pinned_with_it(
    decided: Casebook, place: str, tmp_path: Path
) -> None:
    forger = FileKey.make(tmp_path / "forger.key")
    row = {"id": forger.fingerprint, "pem": forger.public_pem().decode()}
    run_sql(decided, tables.signing_key.insert().values(**row))
    decided.pins.path.unlink()
    again = open_casebook(place)
    assert [pin.fingerprint for pin in again.pins.of(again.id)] == [decided.signer.fingerprint]
    assert "signed nothing" in verify_all(again).problems[0].what
    again.close()
