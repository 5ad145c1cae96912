"""Uploads are read in a process that can do nothing else, and whoever asked lives on, whatever the file does to it."""

from __future__ import annotations

import gzip
import json
import os
import socket
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import IO, Any

import pytest

from opencwc.confining import sandbox
from opencwc.confining.rights import Bounds
from opencwc.confining.sandbox import Sandbox, Wish, screened
from opencwc.errors import InputError, OpenCWCError

from .papers import docx, docx_bomb, docx_of_entities, letter, pdf, xlsx

PROBE = str(Path(__file__).with_name("confined_probe.py"))
DAY = "2026-11-24"


def probe(what: str, *more: str, seconds: float = 60) -> str:
    """Let the probe try something in the sandbox, and return what came of it."""
    with Sandbox(b"{}\n", None, seconds, (PROBE, what, *more)) as running:
        return next(str(line["told"]) for line in running.lines() if line is not None)


def upload(data: bytes) -> IO[bytes]:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by whoever reads it
    file.write(data)
    file.flush()
    return file


def read(data: bytes, name: str, **wish: Any) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Screen an upload; return its findings and the last line."""
    findings: list[dict[str, Any]] = []
    last: dict[str, Any] = {}
    with upload(data) as file, screened(Wish(name, DAY, **wish), file) as running:
        for line in running.lines():
            if line is not None:
                findings += line.get("findings", [])
                last = line
    return findings, last


@pytest.fixture
def listening() -> Iterator[str]:
    """A port of this machine on which someone listens."""
    with socket.create_server(("127.0.0.1", 0)) as place:
        yield str(place.getsockname()[1])


def test_this_machine_offers_every_protection() -> None:
    assert sandbox.protection() == {"namespace": True, "files": True, "filter": True, "network_cut": True}


def test_an_upload_is_screened_as_anywhere_else() -> None:
    findings, last = read(b"id,smiles\nP1,CC(C)OP(C)(=O)F\nP2,CCO\nP3,C1CC\n", "products.csv", lists=("CWC",))
    assert [(one["row"], one["id"], one["verdict"], one["entry"]) for one in findings] == [
        (1, "P1", "listed", "1A01"), (2, "P2", "not_listed", None), (3, "P3", "unreadable", None),
    ]  # fmt: skip
    assert last["rows"] == 3
    assert last["tally"]["listed"] == 1


def test_many_rows_come_in_batches_of_whole_rows() -> None:
    data = b"smiles\n" + b"CC(C)OP(C)(=O)F.CCOP(=O)(C)OCC\nCCO\n" * 1_500
    batches = []
    with upload(data) as file, screened(Wish("many.csv", DAY, lists=("CWC",)), file) as running:
        batches = [line["findings"] for line in running.lines() if line is not None and "findings" in line]
    assert len(batches) >= 6
    rows = [[one["row"] for one in batch] for batch in batches]
    assert all(before[-1] < after[0] for before, after in pairwise(rows))
    assert {row for batch in rows for row in batch} == set(range(1, 3_001))


def test_rows_that_are_kept_already_are_not_told_again() -> None:
    data = b"smiles\n" + b"CCO\nCC(C)OP(C)(=O)F\n" * 50
    whole, last = read(data, "x.csv")
    rest, last_of_rest = read(data, "x.csv", skip_rows=37, batch_rows=10)
    assert rest == [one for one in whole if one["row"] > 37]
    assert last_of_rest == last


# ---------------------------------------------------------------------------------- what a process in it cannot do


@pytest.mark.parametrize("what", ["network", "udp", "fork", "exec", "write", "kill"])
def test_it_cannot(what: str, listening: str) -> None:
    assert probe(what, listening) in ("PermissionError", "OSError")


def test_the_namespace_alone_reaches_no_network(listening: str) -> None:
    assert probe("namespace", listening) in ("OSError", "ConnectionRefusedError", "TimeoutError")


@pytest.mark.parametrize("what", ["read", "append", "remove"])
def test_it_cannot_touch_a_file_beside_it(tmp_path: Path, what: str) -> None:
    kept = tmp_path / "casebook.db"
    kept.write_text("what a State holds")
    assert probe(what, str(kept)) == "PermissionError"
    assert kept.read_text() == "what a State holds"


def test_it_can_still_load_python() -> None:
    assert probe("python") == "done"


def test_a_memory_hog_runs_into_its_limit_and_nobody_else_does() -> None:
    assert probe("memory") == "MemoryError"


def test_endless_work_is_ended_by_the_limit_of_work() -> None:
    with pytest.raises(InputError, match="more work than an upload may"):
        probe("cpu")


def test_endless_waiting_is_ended_by_the_clock() -> None:
    sleeper = "import sys,time; sys.stdin.readline(); time.sleep(600)"
    began = time.monotonic()
    with Sandbox(b"{}\n", None, 0.5, ("-c", sleeper)) as running, pytest.raises(InputError, match=r"longer than 0\.5"):
        list(running.lines(poll=0.1))
    assert time.monotonic() - began < 30


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("print('{', flush=True)", "no answer that can be understood"),
        ("print('[' * 100000, flush=True)", "no answer that can be understood"),
        ("print([1], flush=True)", "no answer that can be understood"),
        ("import os; os.abort()", "broke off"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "stopped by the system"),
        ("import sys\nwhile True: sys.stdout.write('x' * 1000000)", "without end"),
    ],
    ids=["cut", "deep", "no object", "abort", "killed", "endless line"],
)
def test_whatever_it_says_is_only_text(program: str, said: str) -> None:
    with Sandbox(b"{}\n", None, 60, ("-c", program)) as running, pytest.raises(InputError, match=said):
        list(running.lines())


def test_an_error_it_tells_is_one_of_ours_or_plain() -> None:
    program = "import json; print(json.dumps({'problem': {'kind': 'os.system', 'what': 'x'}}), flush=True)"
    with Sandbox(b"{}\n", None, 60, ("-c", program)) as running, pytest.raises(OpenCWCError) as caught:
        list(running.lines())
    assert type(caught.value) is InputError


def test_nothing_of_it_stays_behind() -> None:
    with upload(b"smiles\nCCO\n") as file, screened(Wish("x.csv", DAY), file) as running:
        pid, folder = running.pid, Path(running._folder.name)
    assert not Path(f"/proc/{pid}").exists()
    assert not folder.exists()


# ------------------------------------------------------------------------------------------------------ hostile files


def bomb(path: Path) -> bytes:
    """A workbook of a few kilobytes that would unpack to hundreds of megabytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"<sheetData>" + b"0" * 300_000_000)
    return path.read_bytes()


def test_a_zip_bomb_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        read(bomb(tmp_path / "bomb.xlsx"), "bomb.xlsx")


def test_a_gzip_bomb_of_one_endless_line_is_a_row_that_cannot_be_read() -> None:
    findings, last = read(gzip.compress(b"smiles\n" + b"C" * 200_000_000 + b"\nCCO\n"), "x.csv.gz")
    assert [one["verdict"] for one in findings] == ["unreadable", "not_listed"]
    assert last["rows"] == 2


def test_a_file_too_large_for_its_memory_ends_with_an_error_that_says_so(tmp_path: Path) -> None:
    rows = b"smiles\n" + b"CCO\n" * 10
    with pytest.raises(OpenCWCError):
        read(rows, "x.csv", bounds=Bounds(memory=300_000_000))


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", "empty.csv"),
        (b"\x00\x01\x02" * 50, "x.bin"),
        (b"PK\x03\x04broken", "x.xlsx"),
        (b"PAR1junkPAR1", "x.parquet"),
    ],
)
def test_what_is_no_table_is_told_so(data: bytes, name: str) -> None:
    with pytest.raises(InputError) as caught:
        read(data, name)
    assert caught.value.remedy


def test_a_workbook_is_read_without_writing_beside_it(tmp_path: Path) -> None:
    import polars as pl

    frame = pl.DataFrame({"smiles": ["CC(C)OP(C)(=O)F", "CCO"]})
    path = tmp_path / "x.parquet"
    frame.write_parquet(path)
    findings, _ = read(path.read_bytes(), "x.parquet", lists=("CWC",))
    assert [one["verdict"] for one in findings] == ["listed", "not_listed"]


def test_the_environment_of_the_process_holds_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENCWC_SERVICE_METRICS_TOKEN", "planted")
    program = "import os, json, sys; print(json.dumps({'told': sorted(os.environ.values()), 'done': True}), flush=True)"
    with Sandbox(b"{}\n", None, 60, ("-c", program)) as running:
        (line,) = [line for line in running.lines() if line is not None]
    assert "planted" not in json.dumps(line)
    assert os.environ["OPENCWC_SERVICE_METRICS_TOKEN"] == "planted"
    assert sys.executable


# ---------------------------------------------------------------------------------------------------- texts

OFFER = "4 drums of thiodiglycol 99 %, 200 kg each, HS 2930.70"
PAPERS = {
    "offer.pdf": (pdf(["Safety data sheet"], ["Nothing here.", OFFER]), "p. 2"),
    "offer.docx": (docx("Dear all,", OFFER), "¶ 2"),
    "offer.xlsx": (xlsx(["Product", "Quantity"], ["thiodiglycol 99 %", "200 kg"]), "Sheet1!A2"),
    "offer.eml": (letter("An offer", f"Dear all,\n\n{OFFER}\n"), "body ¶ 2"),
    "offer.html": (f"<p>Dear all,</p><p>{OFFER}</p>".encode(), "¶ 2"),
    "offer.txt": (f"Dear all,\n\n{OFFER}\n".encode(), ""),
    "offer.csv": (b"product;quantity\nthiodiglycol 99 %;200 kg\n", ""),
}


@pytest.mark.parametrize("name", PAPERS)
def test_a_paper_is_read_whole_and_its_chemicals_are_found_in_their_places(name: str) -> None:
    data, place = PAPERS[name]
    findings, last = read(data, name, kind="text", lists=("CWC",))
    (found,) = [one for one in findings if one["verdict"] == "listed"]
    assert (found["entry"], found["basis"], found["input"].lower()) == ("2B13", "text", "thiodiglycol")
    assert found["id"].startswith(place)
    mention = next(one for one in found["evidence"] if one["kind"] == "mention")
    assert mention["span"][1] - mention["span"][0] == len("thiodiglycol")
    stated = {one["kind"]: one["value"] for one in found["evidence"]}
    assert stated["concentration"] == "99 %"
    assert last["rows"] == len({one["row"] for one in findings})


def test_a_text_without_a_chemical_is_no_clearance() -> None:
    findings, _ = read(docx("Please sign here."), "x.docx", kind="text")
    assert [(one["verdict"], one["message"]["id"]) for one in findings] == [("not_listed", "why_no_mention")]


def test_the_passages_of_a_document_that_are_kept_already_are_not_told_again() -> None:
    data = docx(*("sarin" if number % 3 else "soap" for number in range(1, 1_301)))
    whole, last = read(data, "x.docx", kind="text")
    rest, last_of_rest = read(data, "x.docx", kind="text", skip_rows=700)
    assert rest == [one for one in whole if one["row"] > 700]
    assert last_of_rest == last
    assert last["rows"] == 1_300


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (pdf(["sarin"], locked=True), "x.pdf", "locked with a password"),
        (pdf(["sarin"])[:150], "x.pdf", "damaged"),
        (docx("sarin")[:200], "x.docx", "cut short"),
        (docx_bomb(), "x.docx", "would unpack to more"),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 100, "x.pdf", "picture"),
        (b"{\\rtf1 sarin}", "x.docx", "RTF"),
        (b"MZ\x90\x00" + b"x" * 100, "x.pdf", "kind that is not read"),
        (b"", "x.pdf", "empty"),
    ],
    ids=["locked", "truncated", "half a package", "bomb", "picture", "mislabelled", "program", "empty"],
)
def test_a_document_that_means_no_good_is_refused_with_what_to_do(data: bytes, name: str, said: str) -> None:
    began = time.monotonic()
    with pytest.raises(InputError, match=said) as caught:
        read(data, name, kind="text")
    assert caught.value.remedy
    assert time.monotonic() - began < 60


def test_entities_are_never_expanded() -> None:
    findings, last = read(docx_of_entities(), "x.docx", kind="text")
    assert [one["verdict"] for one in findings] == ["unreadable"]
    assert last["rows"] == 1


def test_no_other_program_is_asked_in_there() -> None:
    findings, _ = read(docx("2-(2-chloropropan-2-yl)-4-ethoxy-1,3-dithiolane, 5 kg"), "x.docx", kind="text")
    assert {one["verdict"] for one in findings} <= {"unreadable", "not_listed"}
