"""A small file that unpacks to much is read up to a bound; what was found until then is given as a part only."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from typing import Any

import pytest
from starlette.testclient import TestClient

from opencwc.casebook.findings import show_case
from opencwc.jobs.worker import Worker
from opencwc.web.server.worker_process import job_bounds

from .conftest import PEOPLE, House
from .papers import xlsx

LINE = "sarin, tabun, thiodiglycol, triethanolamine"


def repeated_pdf(pages: int, lines: int = 10) -> bytes:
    """Return a PDF of a few bytes whose one page is shown many times."""
    text = "".join(f"BT /F1 8 Tf 30 {800 - 18 * at} Td ({LINE}) Tj ET\n" for at in range(lines)).encode()
    stream = zlib.compress(text, 9)
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count %d /Kids [%s] >>" % (pages, b" ".join([b"3 0 R"] * pages)),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(bodies, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % table
    return bytes(out)


def zipped(lines: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("goods.txt", "\n\n".join(f"{number} drums of {LINE}." for number in range(lines)))
    return out.getvalue()


def mailed(lines: int) -> bytes:
    text = "\n\n".join(f"{number} drums of {LINE}." for number in range(lines))
    return f"From: a@example.org\nTo: b@example.org\nSubject: goods\n\n{text}\n".encode()


def done(house: House, data: bytes, name: str, **limits: int) -> dict[str, Any]:
    """Upload a file to be read as a text, let a worker with these limits work it off, and return the job."""
    configuration = house.configuration.model_copy(update=limits)
    with TestClient(house.app, headers={"x-test-person": "analyst"}) as client:
        fields = {"case": "k-1", "lists": "CWC", "as_of": "2026-11-24", "kind": "text"}
        sent = client.post("/api/v1/jobs", files={"file": (name, data)}, data=fields)
        assert sent.status_code == 202, sent.text
        assert Worker(house.jobs, house.intake, job_bounds(configuration)).work_once()
        job = client.get(f"/api/v1/jobs/{sent.json()['id']}").json()
        result = client.get(f"/api/v1/jobs/{job['id']}/result").text
    return {**job, "findings": [json.loads(line) for line in result.splitlines()]}


def run_of(house: House) -> dict[str, Any]:
    _, _, (run,) = show_case(house.book, PEOPLE["analyst"], "k-1")
    return run


FILES = {
    "one page many times.pdf": repeated_pdf(40),
    "goods.xlsx": xlsx(["Description", "Quantity"], *([f"{number} drums of {LINE}", "1"] for number in range(400))),
    "goods.zip": zipped(400),
    "goods.eml": mailed(400),
}


@pytest.mark.parametrize("name", ["one page many times.pdf", "goods.eml"])
def test_findings_beyond_the_bound_end_the_run_as_a_part(house: House, name: str) -> None:
    job = done(house, FILES[name], name, document_findings=100)
    assert (job["state"], job["problem"]["code"]) == ("failed", "upload_stopped_at_findings")
    assert job["problem"]["values"] == {"most": 100}
    assert 60 <= len(job["findings"]) <= 100
    run = run_of(house)
    assert run["state"] == "interrupted"
    assert [note["id"] for note in run["tally"]["notes"]] == ["note_upload_stopped_at_findings"]


@pytest.mark.parametrize("name", ["goods.xlsx"])
def test_passages_beyond_the_bound_end_the_run_as_a_part(house: House, name: str) -> None:
    job = done(house, FILES[name], name, document_passages=30)
    assert (job["state"], job["problem"]["code"]) == ("failed", "upload_stopped_at_passages")
    assert {finding["row"] for finding in job["findings"]} == set(range(1, 32))
    assert job["findings"][-1]["verdict"] == "unreadable"
    assert "30" in job["findings"][-1]["why"]
    assert run_of(house)["state"] == "interrupted"


@pytest.mark.parametrize("name", ["goods.zip"])
def test_text_beyond_the_bound_ends_the_run_as_a_part(house: House, name: str) -> None:
    job = done(house, FILES[name], name, document_characters=3_000)
    assert (job["state"], job["problem"]["code"]) == ("failed", "upload_stopped_at_text")
    assert job["problem"]["values"] == {"most": 3_000}
    assert job["findings"]
    assert "3,000" in job["problem"]["what"]


def test_a_few_bytes_never_unpack_to_text_without_bound(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    from opencwc.files import passages

    data = repeated_pdf(300)
    monkeypatch.setattr(passages, "LEAST_TEXT", 1_000)
    reading = passages.Reading(passages.DocumentLimits(text_ratio=5))
    from opencwc.files.document_reading import read_document

    items = list(read_document(data, "x.pdf", reading)[1])
    assert sum(len(item.text) for item in items[:-1]) <= 5 * len(data)
    assert items[-1].message.id == "reading_too_much_text"


def test_a_document_within_its_bounds_is_read_whole(house: House) -> None:
    job = done(house, repeated_pdf(3), "three pages.pdf")
    assert job["state"] == "done"
    assert run_of(house)["state"] == "done"


def test_a_table_has_a_bound_of_its_own(house: House) -> None:
    configuration = house.configuration.model_copy(update={"job_findings": 100})
    data = b"smiles\n" + b"CCO\n" * 3_000
    with TestClient(house.app, headers={"x-test-person": "analyst"}) as client:
        fields = {"case": "k-1", "lists": "CWC", "as_of": "2026-11-24"}
        sent = client.post("/api/v1/jobs", files={"file": ("x.csv", data)}, data=fields).json()
        Worker(house.jobs, house.intake, job_bounds(configuration)).work_once()
        job = client.get(f"/api/v1/jobs/{sent['id']}").json()
    assert (job["state"], job["problem"]["code"]) == ("failed", "upload_stopped_at_findings")
    assert run_of(house)["finding_count"] == 100
