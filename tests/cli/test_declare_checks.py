"""`opencwc declare --check-books`, `--before`, `--trade`, `--format ledger`: what stands beside what is due."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from opencwc.declarations.fault_formats import FAULT_FIELDS
from opencwc.declarations.national_trade import TRADE_FIELDS
from opencwc.wording import LANGUAGES

from .conftest import Run

ASKED = ("--year", "2026", "--as-of", "2026-11-28")
SITES = """site,plant,name,operator,country,address
A1,,Orvenda Works,Orvenda Ltd,DEU,"Tulmar Street 12, Mirzan"
A1,P1,,,DEU,
"""
ROWS = """site,plant,chemical,activity,year,quantity,unit,partner
A1,P1,thiodiglycol,produce,2024,12,t,
A1,P1,thiodiglycol,produce,2025,13,t,
A1,P1,thiodiglycol,export,2025,3,t,ISR
"""


def written(folder: Path, sites: str = SITES, rows: str = ROWS) -> Path:
    folder.mkdir()
    (folder / "sites.csv").write_text(sites, encoding="utf-8")
    (folder / "activities.csv").write_text(rows, encoding="utf-8")
    return folder


@pytest.fixture
def register(tmp_path: Path) -> Path:
    return written(tmp_path / "register")


def test_the_normal_answer_counts_the_faults_and_points_to_them(run: Run, register: Path) -> None:
    done = run("declare", register, *ASKED)
    assert "1 point to check in the register for 2026" in done.text and "--check-books" in done.text
    assert "Subject to inspection:\n  S2: A1; each at most 2 inspections a year" in done.text
    assert done.status == 0


def test_check_books_prints_each_fault_with_its_place(run: Run, register: Path) -> None:
    done = run("declare", register, *ASKED, "--check-books")
    assert done.status == 1
    words = " ".join(done.text.split())
    assert "over the limit activities, row 3 Plant P1 of A1, export of 3 t of thiodiglycol (2B13)" in words
    assert "(VA VII.31)" in words


def test_books_without_a_fault_say_so(run: Run, tmp_path: Path) -> None:
    done = run("declare", written(tmp_path / "good", rows=ROWS.replace("ISR", "FRA")), *ASKED, "--check-books")
    assert done.status == 0 and "The checks found nothing in the register for 2026." in done.text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_faults_are_tables_in_every_language(run: Run, register: Path, lang: str) -> None:
    done = run("declare", register, *ASKED, "--check-books", "--format", "csv", "--lang", lang)
    (row,) = done.rows
    assert tuple(row) == FAULT_FIELDS
    assert (row["gravity"], row["check"], row["rule"], row["row"]) == ("broken", "partner", "s2-not-party", "3")
    line = json.loads(run("declare", register, *ASKED, "--check-books", "--format", "jsonl", "--lang", lang).text)
    assert line["why"] == row["why"] and line["figures"] == {"kg": "3000"}


def test_last_years_register_is_laid_beside(run: Run, register: Path, tmp_path: Path) -> None:
    before = written(
        tmp_path / "before", SITES.replace("A1", "N-7"), "\n".join(ROWS.splitlines()[:2]).replace("A1", "N-7")
    )
    done = run("declare", register, *ASKED, "--before", before)
    assert "Site N-7 is now A1; these match: name, operator, address." in done.text
    machine = run("declare", register, *ASKED, "--before", before, "--format", "csv")
    assert "N-7" in machine.err and machine.rows[-1]["site"] == "A1"


@pytest.mark.parametrize(
    ("option", "task"),
    [
        (("--before", "before"), ("--check-books",)),
        (("--before", "before"), ("--unusual",)),
        (("--before", "before"), ("--format", "ledger")),
        (("--before", "before"), ("--format", "xml")),
        (("--before", "before"), ("--template", "books.xlsx")),
        (("--trade", "customs.csv"), ("--unusual",)),
        (("--trade", "customs.csv"), ("--format", "xml")),
        (("--trade", "customs.csv"), ("--letters", "letters")),
        (("--trade", "customs.csv"), ("--answers", "answers")),
        (("--trade", "customs.csv"), ("--check", "declaration.xml")),
    ],
)
def test_an_option_that_a_task_has_no_use_for_is_refused(
    run: Run, register: Path, option: tuple[str, ...], task: tuple[str, ...]
) -> None:
    done = run("declare", register, *ASKED, *option, *task)
    assert done.status == 2 and not done.text
    assert f"{option[0]} has no effect with {' '.join(task) if task[0] == '--format' else task[0]}." in done.err


def test_a_customs_ledger_is_laid_beside(run: Run, register: Path, tmp_path: Path) -> None:
    ledger = tmp_path / "customs.csv"
    ledger.write_text(
        "reporter,flow,partner,date,cas,quantity,unit\nDEU,export,ISR,2025-05-06,111-48-8,9,t\n", encoding="utf-8"
    )
    done = run("declare", register, *ASKED, "--trade", ledger, "--check-books", "--format", "csv")
    trade = next(row for row in done.rows if row["check"] == "trade")
    assert trade["figures"] == "declared=3000; other=9000; limit=1000" and trade["row"] == "3"
    assert "rows compared 1" in done.err


def test_declared_trade_is_written_as_a_ledger(run: Run, register: Path) -> None:
    (row,) = run("declare", register, *ASKED, "--format", "ledger").rows
    assert tuple(row) == TRADE_FIELDS
    assert (row["reporter"], row["flow"], row["partner"], row["date"]) == ("DEU", "export", "ISR", "2025")
    assert (row["cas"], row["quantity"], row["unit"]) == ("111-48-8", "3000", "kg")
