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
from .papers import drawn_pdf, xlsx

pytestmark = pytest.mark.usefixtures("true_processes")  # what a process may use holds for one of its own
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
    fields = {"lists": "CWC", "kind": "text"}
    job, lines = worked_off(house, "/api/v1/jobs", [("file", (name, data))], fields, **limits)
    return {**job, "findings": [json.loads(line) for line in lines]}


def worked_off(
    house: House, address: str, files: list[Any], fields: dict[str, str], **limits: int
) -> tuple[dict[str, Any], list[str]]:
    """Send files to a verb, let a worker with these limits work them off; return the job, and the lines it left."""
    configuration = house.configuration.model_copy(update=limits)
    with TestClient(house.app, headers={"x-test-person": "analyst"}) as client:
        sent = client.post(address, files=files, data={"case": "k-1", "as_of": "2026-11-24", **fields})
        assert sent.status_code == 202, sent.text
        assert Worker(house.jobs, house.intake, job_bounds(configuration)).work_once()
        job = client.get(f"/api/v1/jobs/{sent.json()['id']}").json()
        return job, client.get(f"/api/v1/jobs/{job['id']}/result").text.splitlines()


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


DRAWN = {
    "findings": ({"document_findings": 2_500}, drawn_pdf(LINE, 1_000), 2_500),
    "findings, by forms in forms": ({"document_findings": 400}, drawn_pdf(LINE, 10, 3, before=2), 400),
    "text": ({"document_characters": 20_000}, drawn_pdf(LINE, 30, 3, before=2), 20_000),
    "memory": ({"document_memory": 200_000_000}, drawn_pdf(LINE, 30, 4, before=2), 200_000_000),
    "time": ({"document_seconds": 1}, drawn_pdf(LINE, 30, 4, before=2), 1),
}
"""PDFs of two kilobytes that draw one line a thousand times, and 810 thousand times; the bound that ends each."""


@pytest.mark.parametrize("name", DRAWN)
def test_a_page_that_draws_itself_full_ends_at_a_bound_and_what_was_read_is_kept(house: House, name: str) -> None:
    limits, data, most = DRAWN[name]
    assert len(data) < 2_000
    job = done(house, data, "drawn.pdf", **limits)
    assert (job["state"], job["problem"]["code"]) == ("failed", f"upload_stopped_at_{name.partition(',')[0]}")
    assert job["problem"]["values"] == {"most": most}
    assert run_of(house)["state"] == "interrupted"
    assert 8 <= len(job["findings"]) <= 4_000  # of the pages before, or of the page itself up to the bound


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


ACT = "Section {0}. No person shall develop, produce or use chemical weapons; the Minister makes regulations on it."
"""A section of an invented law."""


def law_of(sections: int) -> bytes:
    paragraphs = "".join(f"<p>{ACT.format(number)}</p>" for number in range(1, sections + 1))
    return f"<html><body>{paragraphs}</body></html>".encode()


def test_a_law_is_read_up_to_the_bounds_and_what_was_found_until_then_is_kept(house: House) -> None:
    files = [("file", ("act.html", law_of(60)))]
    job, lines = worked_off(house, "/api/v1/law/checks", files, {"state": "XNV"}, document_passages=40)
    assert (job["state"], job["problem"]["code"]) == ("failed", "upload_stopped_at_passages")
    assert lines and run_of(house)["state"] == "interrupted"
    assert [note["id"] for note in run_of(house)["tally"]["notes"]] == ["note_upload_stopped_at_passages"]


def test_the_texts_of_a_law_that_are_too_long_together_are_read_in_part(house: House) -> None:
    files = [("file", (name, law_of(20))) for name in ("first.html", "second.html")]
    job, lines = worked_off(house, "/api/v1/law/checks", files, {"state": "XNV"}, document_characters=3_000)
    assert (job["state"], job["problem"]["code"]) == ("failed", "upload_stopped_at_text")
    assert job["problem"]["values"] == {"most": 3_000}
    assert lines and run_of(house)["state"] == "interrupted"


LEDGER = "reporter,flow,partner,date,chemical,quantity,unit\n" + 4 * "DEU,export,FRA,2023-02-01,thiodiglycol,5,kg\n"
SHIPMENTS = "chemical,quantity,unit,from,to,date\n" + 4 * "thiodiglycol,5,kg,DEU,FRA,2027-01-01\n"


@pytest.mark.parametrize(
    ("address", "table", "problem"),
    [
        ("/api/v1/transfers/reconciliations", LEDGER, ("ledgers_too_long", {"lines": 7})),
        ("/api/v1/transfers/checks", SHIPMENTS, ("too_many_shipments", {"shipments": 4, "most": 3})),
    ],
)
def test_ledgers_and_shipments_beyond_the_bound_are_told(
    house: House, address: str, table: str, problem: tuple[str, dict[str, int]]
) -> None:
    files = [("file", (name, table.encode())) for name in (("a.csv", "b.csv") if "reconc" in address else ("a.csv",))]
    most = next(reversed(problem[1].values()))
    job, _ = worked_off(house, address, files, {}, job_rows=most)
    assert (job["state"], job["problem"]["code"], job["problem"]["values"]) == ("failed", *problem)
