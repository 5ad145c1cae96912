"""What leaves the house encrypted touches no disk but the casebook's own before it is encrypted, killed or not."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from opencwc.casebook.backup import restore_into
from opencwc.casebook.bundle_verifier import verify_bundle
from opencwc.casebook.cases import open_case
from opencwc.casebook.database import open_casebook
from opencwc.casebook.encryption import decrypt_file, encrypted_into, make_identity, written_for
from opencwc.casebook.exports import ask_for_export
from opencwc.casebook.model import Mark
from opencwc.casebook.requests import answer
from opencwc.casebook.runs import begin_run, keep_source
from opencwc.errors import OutputError

from .conftest import person
from .leaving_writer import RITA
from .screening import NOT_READ, SARIN, findings

RENE = person("rene")
MARKER = b"QXJ77 the stock of the Unmistakeable Works"
AGE = b"age-encryption.org/v1"


class Leaving:
    """A casebook with a protected case, a folder to write to, and the process that sends the case out."""

    def __init__(self, place: str, folder: Path) -> None:
        self.place, self.outside, self.temporary = place, folder / "outside", folder / "temporary"
        self.outside.mkdir()
        self.temporary.mkdir()
        self.identity = folder / "identity"
        self.recipient = make_identity(self.identity)
        book = open_casebook(place)
        open_case(book, RITA, "stock", mark=Mark.PROTECTED)
        source = keep_source(book, RITA, io.BytesIO(MARKER + os.urandom(2_000_000)), "stock.csv", mark=Mark.PROTECTED)
        run = begin_run(book, RITA, "stock", verb="screen", asked={}, checked={}, maker={}, source=source)
        run.keep(findings(SARIN, NOT_READ))
        run.finish({"rows": 2})
        book.close()

    def send(self, act: str, target: Path, kill: int = 0) -> tuple[int, list[str]]:
        """Have the case exported, or the casebook backed up; return its status and the files opened for writing."""
        request = 0
        if act == "export":
            book = open_casebook(self.place)
            request = ask_for_export(book, RITA, "stock", "for the OPCW", recipients=[self.recipient]).seq
            answer(book, RENE, request, approve=True)
            book.close()
        command = {
            "act": act, "target": str(target), "kill": kill, "request": request, "recipients": [self.recipient],
        }  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-m", "casebook.leaving_writer", self.place, json.dumps(command)],
            stdout=subprocess.PIPE, text=True, check=False, cwd=Path(__file__).parents[1],
            env={**os.environ, "TMPDIR": str(self.temporary)},
        )  # fmt: skip
        return done.returncode, done.stdout.splitlines()


@pytest.fixture
def leaving(place: str, tmp_path: Path) -> Leaving:
    return Leaving(place, tmp_path)


def readable(folder: Path) -> list[Path]:
    """Return the files of a folder that hold something and are not encrypted."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.stat().st_size]
    return [path for path in files if not path.read_bytes().startswith(AGE)]


@pytest.mark.parametrize("act", ["export", "backup"])
def test_a_kill_leaves_nothing_readable(leaving: Leaving, act: str, tmp_path: Path) -> None:
    before = set(readable(tmp_path))
    for kill in (2, 8):
        assert leaving.send(act, leaving.outside / "case.age", kill)[0] == -signal.SIGKILL
        assert not readable(leaving.outside)
        assert not readable(leaving.temporary)
        new = [path for path in set(readable(tmp_path)) - before if not path.name.startswith("casebook.db")]
        assert not [path for path in new if path.name != "checkpoints.log"]
        assert not (leaving.outside / "case.age").exists()
    assert leaving.send(act, leaving.outside / "case.age")[0] == 0
    assert (leaving.outside / "case.age").read_bytes().startswith(AGE)


@pytest.mark.parametrize("act", ["export", "backup"])
def test_no_file_outside_is_opened_but_the_encrypted_one(leaving: Leaving, act: str, tmp_path: Path) -> None:
    target = leaving.outside / "case.age"
    status, opened = leaving.send(act, target)
    assert status == 0
    own = {str(tmp_path / "settings" / "keys" / "checkpoints.log"), str(tmp_path / "casebook.db"), "/dev/null"}
    others = [path for path in opened if path not in own]
    assert others, "nothing was traced"
    ours = (f"{leaving.outside}/.case.age.", f"{leaving.outside}/..case.age.trial.")  # the second stays empty
    assert [path for path in others if not path.startswith(ours) or not path.endswith(".tmp")] == []
    assert [path.name for path in leaving.outside.iterdir()] == ["case.age"]


def test_what_was_encrypted_on_its_way_opens_and_fits(leaving: Leaving, tmp_path: Path) -> None:
    bundle, backup = leaving.outside / "case.age", leaving.outside / "backup.age"
    leaving.send("export", bundle)
    leaving.send("backup", backup)
    decrypt_file(bundle, tmp_path / "case.zip", leaving.identity)
    report = verify_bundle(tmp_path / "case.zip")
    assert report.fits, report.as_text()
    assert restore_into(tmp_path / "restored" / "casebook.db", backup, leaving.identity, lost=True).fits
    assert [path.name for path in (tmp_path / "restored").iterdir() if "casebook.db" not in path.name] == []


def test_who_breaks_off_leaves_no_file_that_ends_well(tmp_path: Path) -> None:
    recipient = make_identity(tmp_path / "identity")
    before = sorted(tmp_path.iterdir())
    for size in (0, 10, 5_000_000):
        with pytest.raises(KeyError), written_for(tmp_path / "case.age", [recipient]) as stream:
            stream.write(bytes(size))
            raise KeyError
        assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("size", [1, 100_000, 5_000_000])
def test_a_disk_that_is_full_is_told_however_little_is_written(tmp_path: Path, size: int) -> None:
    recipient = make_identity(tmp_path / "identity")
    with (
        Path("/dev/full").open("wb", buffering=0) as full,
        pytest.raises(OSError, match="No space"),
        encrypted_into(full, [recipient]) as stream,
    ):
        stream.write(bytes(size))


def test_what_cannot_be_encrypted_is_told(tmp_path: Path) -> None:
    import pyrage

    class Refusing(io.BytesIO):
        def write(self, data: Any) -> int:
            raise pyrage.EncryptError("no")

    recipient = make_identity(tmp_path / "identity")
    with pytest.raises(OutputError), encrypted_into(Refusing(), [recipient]) as stream:
        stream.write(bytes(100_000))
