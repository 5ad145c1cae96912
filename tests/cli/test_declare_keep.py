"""`opencwc declare --keep`: the register, what is due of it and the pages of the run go into the casebook."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from opencwc.casebook.database import open_casebook
from opencwc.casebook.findings import list_findings
from opencwc.casebook.model import Filter, Mark, Person, Role
from opencwc.cli.app import application
from opencwc.declarations.kept import unpack
from opencwc.declarations.verb import VERB
from opencwc.jobs.kept_runs import Shelf, shown_run
from opencwc.web.declarations.pages import EXAMPLES

READER = Person("p-reader", "reader", "Reader", Role.REVIEWER, Mark.HIGHLY_PROTECTED)


def test_a_register_is_kept_with_its_files_its_findings_and_its_pages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENCWC_SETTINGS", str(tmp_path / "settings"))
    register, place = tmp_path / "register", str(tmp_path / "casebook.db")
    register.mkdir()
    for name, table in EXAMPLES.items():
        (register / name).write_text(table, encoding="utf-8")
    words = ["declare", str(register), "--year", "2026", "--as-of", "2026-01-15", "--keep", "year-2026"]
    done = CliRunner().invoke(application(words), [*words, "--casebook", place, "--format", "csv"])
    assert done.exit_code == 1, done.output  # two rows could not be read
    assert "18 findings saved in the case year-2026 (run 1)" in done.stderr
    book = open_casebook(place)
    shown = shown_run(book, READER, 1, Shelf(VERB.id, "judged register", "/declarations"), unpack)
    assert len(shown.kept.due) == done.stdout.count("\n") - 1 == 12
    assert (shown.kept.year, shown.run["asked"]["profile"]) == (2026, "treaty")
    kept = list_findings(book, READER, Filter(run=1, verdict=("unreadable",)))
    assert [finding.row for finding in kept.findings] == [14, 15]
    book.close()


def test_what_differs_from_customs_is_kept_with_the_findings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENCWC_SETTINGS", str(tmp_path / "settings"))
    register, customs, place = tmp_path / "register", tmp_path / "customs.csv", str(tmp_path / "casebook.db")
    register.mkdir()
    (register / "sites.csv").write_text("site,plant,country\nN,A,DEU\n", encoding="utf-8")
    (register / "activities.csv").write_text(
        "site,plant,chemical,activity,year,quantity,unit,partner\nN,A,thiodiglycol,export,2025,9,t,FRA\n",
        encoding="utf-8",
    )
    customs.write_text(
        "reporter,flow,partner,date,cas,quantity,unit\nDEU,export,FRA,2025,111-48-8,2,t\n"
        "DEU,import,NLD,2025,7719-12-2,99,t\n",
        encoding="utf-8",
    )
    words = ["declare", str(register), "--year", "2026", "--as-of", "2026-01-15", "--trade", str(customs)]
    words += ["--keep", "year-2026", "--casebook", place]
    assert CliRunner().invoke(application(words), words).exit_code == 0
    book = open_casebook(place)
    kept = list_findings(book, READER, Filter(run=1, verdict=("ask",)))
    assert {finding.row for finding in kept.findings} == {1} and len(kept.findings) == 2
    shown = shown_run(book, READER, 1, Shelf(VERB.id, "judged register", "/declarations"), unpack)
    assert [fault.check for fault in shown.kept.faults] == ["trade", "trade"]
    assert [point.chemical for point in shown.kept.points] == ["thiodiglycol", "Phosphorus trichloride"]
    assert shown.run["asked"]["trade"] == "customs.csv"
    book.close()


def test_a_casebook_without_a_case_is_refused(tmp_path: Path) -> None:
    words = ["declare", str(tmp_path), "--casebook", str(tmp_path / "casebook.db")]
    assert CliRunner().invoke(application(words), words).exit_code == 2
