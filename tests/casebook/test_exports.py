"""A case out of the house: asked, approved, written, verified by whoever gets it."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection

from opencwc.casebook import exports
from opencwc.casebook.bundle_verifier import verify_bundle
from opencwc.casebook.casebook_verifier import verify_casebook
from opencwc.casebook.cases import change_case, open_case
from opencwc.casebook.database import Casebook, open_casebook
from opencwc.casebook.decisions import comment, decide
from opencwc.casebook.encryption import decrypt_file, make_identity
from opencwc.casebook.erasure import erase_case
from opencwc.casebook.exports import ask_for_export, export_case
from opencwc.casebook.model import Case, Outcome
from opencwc.casebook.requests import answer, ask
from opencwc.casebook.runs import begin_run, keep_source
from opencwc.casebook.stamp_files import take_in, write_request
from opencwc.errors import ConflictError, InputError, NotAllowedError

from .bundle_case import Authority
from .conftest import person
from .screening import ETHANOL, NOT_READ, SARIN, THIODIGLYCOL, findings
from .test_runs import ANNA, keep

RITA, RENE = person("rita"), person("rene")
CONTENT = b"name\nCC(C)OP(C)(=O)F\nOCCSCCO\n"


@pytest.fixture
def kept(book: Casebook) -> Casebook:
    """Two cases; the first with its file, decisions and a comment."""
    keep(book, ETHANOL, SARIN, case="elsewhere")
    open_case(book, ANNA, "inventory", title="Inventory of a warehouse")
    source = keep_source(book, ANNA, io.BytesIO(CONTENT), "inventory.csv")
    run = begin_run(
        book, ANNA, "inventory", verb="screen", asked={}, maker={}, source=source,
        checked={"lists": [{"id": "CWC", "title": "x", "text_of": "2020-06-07"}], "as_of": "2026-11-24"},
    )  # fmt: skip
    run.keep(findings(SARIN, THIODIGLYCOL, NOT_READ))
    run.finish({"rows": 3})
    decide(book, RITA, [3], Outcome.ACCEPT, "the label says so")
    decide(book, RENE, [3], Outcome.ACCEPT, "seen")
    comment(book, RITA, "inventory", "ask the warehouse", 4)
    keep(book, THIODIGLYCOL, case="elsewhere")
    return book


def export(book: Casebook, target: Path, **more: object) -> Path:
    request = ask_for_export(book, RITA, "inventory", "for the OPCW", **more)  # type: ignore[arg-type]
    answer(book, RENE, request.seq, approve=True)
    export_case(book, RITA, request.seq, target)
    return target


def test_a_bundle_of_a_case_fits_and_shows_nothing_of_others(kept: Casebook, tmp_path: Path) -> None:
    bundle = export(kept, tmp_path / "case.zip")
    report = verify_bundle(bundle, key=kept.signer.fingerprint)
    assert report.fits, report.as_text()
    with zipfile.ZipFile(bundle) as archive:
        text = "".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
        assert archive.read(f"sources/{next(n for n in archive.namelist() if 'sources/' in n)[8:]}") == CONTENT
        manifest = json.loads(archive.read("manifest.json"))
    assert "elsewhere" not in text
    assert "ask the warehouse" in text
    assert (manifest["exported_by"], manifest["approved_by"], manifest["mark"]) == (RITA.id, RENE.id, "unclassified")
    assert verify_casebook(kept, RITA).fits


def test_the_verifier_in_the_bundle_needs_nothing_of_opencwc(kept: Casebook, tmp_path: Path) -> None:
    bundle = export(kept, tmp_path / "case.zip")
    with zipfile.ZipFile(bundle) as archive:
        archive.extract("verify.py", tmp_path)
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(tmp_path / "verify.py"), str(bundle), "--key", kept.signer.fingerprint],
        capture_output=True, text=True, check=False, env={"PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_an_altered_bundle_names_the_first_record_that_does_not_fit(kept: Casebook, tmp_path: Path) -> None:
    bundle = export(kept, tmp_path / "case.zip")
    altered = tmp_path / "altered.zip"
    with zipfile.ZipFile(bundle) as old, zipfile.ZipFile(altered, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"the label says so", b"the label is new"))
    report = verify_bundle(altered)
    assert not report.fits
    assert report.first is not None
    assert report.first.kind == "decision"


def test_the_report_carries_the_mark_and_who_decided(kept: Casebook, tmp_path: Path) -> None:
    change_case(kept, RITA, "inventory", mark="protected")
    identity = tmp_path / "identity"
    recipient = make_identity(identity)
    bundle = export(kept, tmp_path / "case.age", recipients=[recipient])
    assert b"warehouse" not in bundle.read_bytes()
    decrypt_file(bundle, tmp_path / "case.zip", identity)
    assert verify_bundle(tmp_path / "case.zip").fits
    with zipfile.ZipFile(tmp_path / "case.zip") as archive:
        page = archive.read("report.html").decode()
    assert page.count("OPCW Protected") >= 2
    assert "the label says so" in page
    assert RITA.id in page


def test_what_is_marked_leaves_only_encrypted(kept: Casebook, tmp_path: Path) -> None:
    request = ask_for_export(kept, RITA, "inventory", "asked while it was open")
    answer(kept, RENE, request.seq, approve=True)
    change_case(kept, RITA, "inventory", mark="restricted")
    with pytest.raises(InputError, match="encrypted"):
        ask_for_export(kept, RITA, "inventory", "for the OPCW")
    with pytest.raises(NotAllowedError, match="recipients"):
        export_case(kept, RITA, request.seq, tmp_path / "bundle.zip")
    assert not list(tmp_path.glob("*bundle*"))


def test_an_export_is_written_once_for_each_approval(kept: Casebook, tmp_path: Path) -> None:
    request = ask_for_export(kept, RITA, "inventory", "for the OPCW")
    with pytest.raises(ConflictError):
        export_case(kept, RITA, request.seq, tmp_path / "case.zip")
    answer(kept, RENE, request.seq, approve=True)
    export_case(kept, RITA, request.seq, tmp_path / "case.zip")
    with pytest.raises(ConflictError):
        export_case(kept, RITA, request.seq, tmp_path / "again.zip")


def test_a_later_bundle_extends_an_earlier_one(kept: Casebook, tmp_path: Path) -> None:
    older = export(kept, tmp_path / "older.zip")
    decide(kept, RITA, [4], Outcome.REJECT, "a solvent")
    newer = export(kept, tmp_path / "newer.zip")
    assert verify_bundle(newer, older=older).fits
    assert not verify_bundle(older, older=newer).fits


def test_the_bundle_of_a_casebook_with_an_erased_case_fits(kept: Casebook, tmp_path: Path) -> None:
    request = ask(kept, RITA, "erase", "elsewhere", {"reason": "over", "ground": "law"})
    answer(kept, RENE, request.seq, approve=True)
    erase_case(kept, RITA, request.seq)
    bundle = export(kept, tmp_path / "case.zip")
    report = verify_bundle(bundle)
    assert report.fits, report.as_text()


def test_a_third_party_stamps_the_record_and_the_bundle_proves_it(kept: Casebook, tmp_path: Path) -> None:
    authority = Authority(tmp_path / "authority")
    write_request(kept, RITA, tmp_path / "request.tsq")
    (tmp_path / "answer.tsr").write_bytes(authority.stamp((tmp_path / "request.tsq").read_bytes()))
    number, stamp = take_in(kept, RITA, tmp_path / "answer.tsr", authority.ca)
    assert number >= 1
    assert stamp.at is not None
    bundle = export(kept, tmp_path / "case.zip")
    report = verify_bundle(bundle, ca=authority.ca)
    assert report.fits, report.as_text()
    assert "time stamp" in " ".join(report.checked)
    assert verify_casebook(kept, RITA).fits


def test_nothing_is_left_behind_where_the_bundle_cannot_be_written(kept: Casebook, tmp_path: Path) -> None:
    request = ask_for_export(kept, RITA, "inventory", "for the OPCW")
    answer(kept, RENE, request.seq, approve=True)
    with pytest.raises(Exception, match="cannot be written"):
        export_case(kept, RITA, request.seq, tmp_path / "no such folder" / "case.zip")
    export_case(kept, RITA, request.seq, tmp_path / "bundle.zip")
    assert [path.name for path in tmp_path.glob("*bundle*")] == ["bundle.zip"]


def drawing(monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[], object]) -> list[int]:
    """Have another do something while the page of an export is drawn for the first time; return how often it is."""
    times: list[int] = []
    draw = exports.report_of_case

    def drawn(connection: Connection, case: Case, lang: str, key: str) -> Iterator[str]:
        times.append(case.number)
        if len(times) == 1:
            meanwhile()
        return draw(connection, case, lang, key)

    monkeypatch.setattr(exports, "report_of_case", drawn)
    return times


def test_others_write_while_the_page_is_drawn(
    kept: Casebook, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENCWC_LOCK_SECONDS", "1")
    other = open_casebook(place)
    times = drawing(monkeypatch, lambda: comment(other, RENE, "elsewhere", "meanwhile"))
    report = verify_bundle(export(kept, tmp_path / "case.zip"))
    assert report.fits, report.as_text()
    assert len(times) == 1
    other.close()


def test_a_page_that_is_old_when_the_export_is_recorded_is_drawn_again(
    kept: Casebook, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = open_casebook(place)
    times = drawing(monkeypatch, lambda: decide(other, RITA, [4], Outcome.REJECT, "decided meanwhile"))
    bundle = export(kept, tmp_path / "case.zip")
    assert verify_bundle(bundle).fits, verify_bundle(bundle).as_text()
    with zipfile.ZipFile(bundle) as archive:
        assert "decided meanwhile" in archive.read("report.html").decode()
    assert len(times) == 2
    other.close()


def test_a_mark_that_was_raised_while_the_page_was_drawn_holds(
    kept: Casebook, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = open_casebook(place)
    drawing(monkeypatch, lambda: change_case(other, RITA, "inventory", mark="protected"))
    with pytest.raises(NotAllowedError, match="recipients"):
        export(kept, tmp_path / "case.zip")
    assert not (tmp_path / "case.zip").exists()
    other.close()
