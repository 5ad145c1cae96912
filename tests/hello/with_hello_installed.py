"""Run by `test_hello` where the trial package is installed: what it does with a job, a page, the API and ``--keep``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from opencwc.casebook.database import open_casebook
from opencwc.casebook.model import Mark, Role
from opencwc.cli.app import application
from opencwc.jobs.intake import intake_of
from opencwc.web.app import app_of
from opencwc.web.server.configuration import Configuration
from opencwc.web.server.worker_process import make_worker
from web.signing_in import House, open_house

TABLE = b"state\nFrance\nAtlantis\n"
PAGE = {"accept": "text/html"}


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    with open_house(tmp_path, monkeypatch) as house:
        house.add("anna", Role.ANALYST, Mark.HIGHLY_PROTECTED)
        house.app = app_of(house.entrance, house.book)
        yield house
        house.app.state.service.answering.close()


def test_a_table_is_greeted_by_a_job_and_shown(house: House) -> None:
    with house.signed_in("anna") as client:
        assert "/hello" in client.get("/hello", headers=PAGE).text
        answer = client.post("/hello/file", files={"file": ("states.csv", TABLE)}, data={"case": "greetings"})
        address = answer.headers["hx-redirect"]
        assert make_worker(Configuration(), intake_of(house.book)).work_once()
        job = client.get(f"/api/v1{address}").json()
        assert (job["state"], job["kind"], job["rows_done"]) == ("done", "hello", 2), job["problem"]
        assert "2 greeted" in client.get(address, headers=PAGE).text
        page = client.get(f"/hello/runs/{job['run']}", headers=PAGE)
        assert page.status_code == 200 and "Atlantis" in page.text
        assert f'href="/hello/runs/{job["run"]}"' in client.get("/hello", headers=PAGE).text
        assert b"Greeting 1" in client.get("/hello/runs.csv").content
        findings = client.get(f"/api/v1/findings?run={job['run']}").json()["findings"]
        assert [finding["verdict"] for finding in findings] == ["known", "stranger"]
        waiting = client.get(f"/findings/{findings[1]['id']}", headers=PAGE).text
        assert f"/hello/runs/{job['run']}" in waiting and "stranger" in waiting


def test_the_api_answers(house: House) -> None:
    with house.signed_in("anna") as client:
        assert client.get("/api/v1/hello", params={"name": "Germany"}).json()["verdict"] == "known"
        assert client.get("/api/v1/openapi.json").json()["paths"]["/api/v1/hello/jobs"]


def test_what_the_command_keeps_has_the_same_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENCWC_SETTINGS", str(tmp_path / "settings"))
    (tmp_path / "states.csv").write_bytes(TABLE)
    words = ["hello", str(tmp_path / "states.csv"), "--keep", "greetings", "--casebook", str(tmp_path / "casebook.db")]
    done = CliRunner().invoke(application(words), words)
    assert done.exit_code == 0, done.output
    book = open_casebook(tmp_path / "casebook.db")
    with book.reading_contents() as connection:
        from opencwc.casebook.runs import run_named

        run = run_named(connection, 1)
    assert run["verb"] == "hello" and run["tally"]["by_verdict"] == {"known": 1, "stranger": 1}
    assert re.fullmatch("[0-9a-f]{64}", run["tally"]["pages"]["source"])
    book.close()
