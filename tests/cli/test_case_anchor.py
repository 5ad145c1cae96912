"""`case anchor`, `case verify --anchor` and `case mark-log`: from the terminal."""

from __future__ import annotations

import base64
import json
import shutil
from pathlib import Path

import pytest

from opencwc.casebook.signed_notes import COSIGNATURE, NoteKey, cosign, public_bytes, read_note
from opencwc.casebook.signing import FileKey

from .conftest import Run


@pytest.fixture
def place(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a casebook, its settings, and a second folder for anchors."""
    monkeypatch.setenv("OPENCWC_SETTINGS", str(tmp_path / "settings"))
    monkeypatch.setenv("OPENCWC_CASEBOOK", str(tmp_path / "casebook.db"))
    assert run("case", "open", "inventory").status == 0
    (tmp_path / "second").mkdir()
    return tmp_path


def test_the_signed_head_is_written_in_each_form_and_taken_back(
    run: Run, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Nobody outside confirms" in run("case", "verify").text
    monkeypatch.setenv("OPENCWC_ANCHOR_FOLDER", str(place / "second"))
    forms = {name: place / name for name in ("note", "mail", "page", "stamp", "witness")}
    made = run("case", "anchor", *(word for name, file in forms.items() for word in (f"--{name}", file)))
    assert made.status == 0, made.err
    head = read_note(forms["note"].read_text()).head
    assert made.text == f"Signed: {head.size} records, root {base64.b64encode(head.root).decode()}.\n"
    assert all(file.stat().st_size for file in forms.values())
    assert len(list((place / "second").iterdir())) == 1
    again = json.loads(run("case", "anchor", "--format", "json").text)
    assert again["note"] == forms["note"].read_text()

    witness = FileKey.make(place / "witness.key")
    key = NoteKey("witness.example", public_bytes(witness.public_pem()), COSIGNATURE)
    monkeypatch.setenv("OPENCWC_ANCHOR_WITNESSES", key.text)
    (place / "answer").write_text(cosign(witness, "witness.example", head, 1_900_000_000).line)
    assert run("case", "anchor", "--take", place / "answer").text == (
        "Signature of the witness witness.example imported.\n"
    )
    told = run("case", "verify", "--anchor", forms["mail"]).text
    for line in (
        f"The folder of anchors confirms the record up to {head.size}, on ",
        f"The witness witness.example confirms the record up to {head.size}, on 2030-03-17.",
        f"confirms the record up to {head.size}.",
    ):
        assert line in told
    assert "الشاهد" in run("case", "verify", "--lang", "ar").text


def test_a_casebook_put_back_with_its_settings_is_found(run: Run, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(place / "settings", place / "settings-then")
    shutil.copy(place / "casebook.db", place / "casebook-then")
    assert run("case", "open", "second").status == 0
    assert run("case", "anchor", "--page", place / "page").status == 0
    shutil.rmtree(place / "settings")
    (place / "settings-then").rename(place / "settings")
    (place / "casebook-then").rename(place / "casebook.db")
    assert run("case", "verify").status == 0
    lines = (place / "page").read_text().splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("    "))
    (place / "typed").write_text("\n".join(lines[start : start + 5]))
    told = run("case", "verify", "--anchor", place / "typed")
    assert told.status == 1 and "put back to an earlier state" in told.text


def test_a_lost_log_is_begun_anew_on_record(run: Run, place: Path) -> None:
    log = place / "settings" / "keys" / "checkpoints.log"
    log.unlink()
    assert run("case", "verify").status == 1
    refused = run("case", "open", "second")
    assert refused.status == 2 and "mark-log" in refused.err
    assert run("case", "mark-log").status == 2
    seq = run("case", "mark-log", "--reason", "the disk broke").text.strip()
    assert run("case", "open", "second").status == 0
    told = run("case", "verify")
    assert told.status == 0 and f"Record {seq} says that the log had gaps until then" in told.text
