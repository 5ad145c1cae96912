"""`opencwc deadlines` prints the days of a year, or writes them as CSV or as a calendar."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from opencwc.cli.app import application


def run(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(application(["deadlines"]), ["deadlines", *words])
    return done.exit_code, done.output


def test_the_first_line_is_the_first_deadline() -> None:
    status, output = run("--year", "2026", "--profile", "ESP")
    assert status == 0
    assert output.splitlines()[0].startswith("The first deadline of 2026 is 2026-02-27")
    assert "2026-03-31" in output and "To the National Authority" in output and "antes del" in output


def test_the_treaty_has_no_column_of_a_state() -> None:
    status, output = run("--year", "2028")
    assert status == 0 and "2028-03-30" in output and "To the National Authority" not in output


@pytest.mark.parametrize(("ending", "start"), [("ics", b"BEGIN:VCALENDAR\r\n"), ("csv", b"day,regime,deadline")])
def test_the_ending_of_the_file_says_what_is_written(tmp_path: Path, ending: str, start: bytes) -> None:
    file = tmp_path / f"deadlines.{ending}"
    status, output = run("--year", "2026", "--profile", "USA", "--lang", "fr", "-o", str(file))
    assert (status, output) == (0, "")
    assert file.read_bytes().startswith(start) and "déclaration".encode() in file.read_bytes().replace(b"\r\n ", b"")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--year", "1996"), "1996"),
        (("--profile", "XXX"), "XXX"),
        (("-o", "x.pdf"), "pdf"),
        (("--format", "ical"), "ical"),
    ],
)
def test_what_cannot_be_asked_is_said(words: tuple[str, ...], said: str) -> None:
    status, output = run(*words)
    assert status == 2 and said in output
