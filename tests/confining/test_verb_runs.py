"""An upload is screened in a confined process as anywhere else, and the caller lives on, whatever the file does."""

from __future__ import annotations

import gzip
import io
import tempfile
import time
import zipfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import IO, Any

import pytest

from opencwc.confining.rights import Bounds
from opencwc.confining.verb_runs import confined_steps
from opencwc.errors import InputError, OpenCWCError
from opencwc.finding import finding_to_plain
from opencwc.jobs.archives import pack_uploads
from opencwc.screening.verb import VERB as SCREEN
from opencwc.verbs import Ended, Found, Step, verb_named
from web.papers import docx, docx_bomb, docx_of_entities, letter, pdf, xlsx

DAY = "2026-11-24"


def upload(data: bytes) -> IO[bytes]:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by whoever reads it
    file.write(data)
    file.flush()
    return file


def steps_over(data: bytes, name: str, bounds: Bounds | None = None, **question: Any) -> list[Step]:
    """Screen an upload; return the steps of the run."""
    whole_question = {"name": name, "as_of": DAY, **question}
    with upload(data) as file, confined_steps(SCREEN, whole_question, file, 600, bounds or Bounds()) as steps:
        return [step for step in steps if step is not None]


def read(data: bytes, name: str, bounds: Bounds | None = None, **question: Any) -> tuple[list[dict[str, Any]], Ended]:
    """Screen an upload; return its findings and the end of the run."""
    steps = steps_over(data, name, bounds, **question)
    findings = [finding_to_plain(finding) for step in steps if isinstance(step, Found) for finding in step.findings]
    (last,) = (step for step in steps if isinstance(step, Ended))
    return findings, last


def test_an_upload_is_screened_as_anywhere_else() -> None:
    findings, last = read(b"id,smiles\nP1,CC(C)OP(C)(=O)F\nP2,CCO\nP3,C1CC\n", "products.csv", lists=("CWC",))
    assert [(finding["row"], finding["id"], finding["verdict"], finding["entry"]) for finding in findings] == [
        (1, "P1", "listed", "1A01"), (2, "P2", "not_listed", None), (3, "P3", "unreadable", None),
    ]  # fmt: skip
    assert last.rows == 3
    assert last.by_verdict["listed"] == 1


def test_many_rows_come_in_batches_of_whole_rows() -> None:
    data = b"smiles\n" + b"CC(C)OP(C)(=O)F.CCOP(=O)(C)OCC\nCCO\n" * 1_500
    batches = [step.findings for step in steps_over(data, "many.csv", lists=("CWC",)) if isinstance(step, Found)]
    assert len(batches) >= 6
    rows = [[finding.subject.row for finding in batch] for batch in batches]
    assert all(before[-1] < after[0] for before, after in pairwise(rows))
    assert {row for batch in rows for row in batch} == set(range(1, 3_001))


NAMED = {
    "screen": "name\ndrums of sarin\n",
    "check": "id,chemical,quantity,unit,from,to,date\n1,drums of sarin,5,g,DEU,FRA,2027-01-01\n",
    "reconcile": "reporter,flow,partner,date,chemical,quantity,unit\nDEU,export,FRA,2023-02-01,drums of sarin,5,kg\n",
    "declare": "site,plant,chemical,activity,year,quantity,unit\nS1,P1,drums of sarin,produce,2025,5,t\n",
}
"""A table for each verb whose chemical is told by the language of the words around it."""


@pytest.mark.parametrize("verb", NAMED)
def test_words_whose_language_decides_are_read_without_writing(verb: str, tmp_path: Path) -> None:
    data = NAMED[verb].encode()
    if verb_named(verb).many:
        with (tmp_path / "x.zip").open("w+b") as file:
            pack_uploads([("activities.csv", io.BytesIO(data))], file)
            data = (tmp_path / "x.zip").read_bytes()
    question = {"name": "x.csv", "as_of": DAY, "lists": ("CWC",)}
    with upload(data) as file, confined_steps(verb_named(verb), question, file, 600, Bounds()) as steps:
        assert any(isinstance(step, Ended) for step in steps)


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
    assert [finding["verdict"] for finding in findings] == ["unreadable", "not_listed"]
    assert last.rows == 2


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
    assert [finding["verdict"] for finding in findings] == ["listed", "not_listed"]


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
    (listed,) = [finding for finding in findings if finding["verdict"] == "listed"]
    assert (listed["entry"], listed["basis"], listed["input"].lower()) == ("2B13", "text", "thiodiglycol")
    assert listed["id"].startswith(place)
    mention = next(part for part in listed["evidence"] if part["kind"] == "mention")
    assert mention["span"][1] - mention["span"][0] == len("thiodiglycol")
    stated = {part["kind"]: part["value"] for part in listed["evidence"]}
    assert stated["concentration"] == "99 %"
    assert last.rows == len({finding["row"] for finding in findings})


def test_a_text_without_a_chemical_is_no_clearance() -> None:
    findings, _ = read(docx("Please sign here."), "x.docx", kind="text")
    assert [(finding["verdict"], finding["message"]["id"]) for finding in findings] == [
        ("not_listed", "why_no_mention")
    ]


@pytest.mark.parametrize(
    ("data", "name", "message"),
    [
        (pdf(["sarin"], locked=True), "x.pdf", "protected by a password"),
        (pdf(["sarin"])[:150], "x.pdf", "damaged"),
        (docx("sarin")[:200], "x.docx", "incomplete"),
        (docx_bomb, "x.docx", "Unpacked, it would be larger"),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 100, "x.pdf", "picture"),
        (b"MZ\x90\x00" + b"x" * 100, "x.pdf", "kind of file is not read"),
        (b"", "x.pdf", "empty"),
    ],
    ids=["locked", "truncated", "half a package", "bomb", "picture", "program", "empty"],
)
def test_a_document_that_means_no_good_is_refused_with_what_to_do(
    data: bytes | Callable[[], bytes], name: str, message: str
) -> None:
    document = data if isinstance(data, bytes) else data()
    began = time.monotonic()
    with pytest.raises(InputError, match=message) as caught:
        read(document, name, kind="text")
    assert caught.value.remedy
    assert time.monotonic() - began < 60


def test_entities_are_never_expanded() -> None:
    findings, last = read(docx_of_entities(), "x.docx", kind="text")
    assert [finding["verdict"] for finding in findings] == ["unreadable"]
    assert last.rows == 1


def test_no_other_program_is_asked_in_there() -> None:
    findings, _ = read(docx("2-(2-chloropropan-2-yl)-4-ethoxy-1,3-dithiolane, 5 kg"), "x.docx", kind="text")
    assert {finding["verdict"] for finding in findings} <= {"unreadable", "not_listed"}
