"""`opencwc declare` with input that cannot be read: the error helps, no traceback, and the status is as documented."""

from __future__ import annotations

from pathlib import Path

import pytest

from opencwc.cli import declaration_papers
from opencwc.declarations.model import DUE_FIELDS

from .conftest import Run

HEADER = "site,plant,chemical,activity,year,quantity,unit,concentration,planned,date\n"
FINE = "N,A,Thiodiglycol,produce,2025,2,t,,,\n"
YEAR = ("--year", "2026", "--as-of", "2026-11-28", "--format", "csv")


def folder(path: Path, activities: str | bytes) -> Path:
    path.mkdir(exist_ok=True)
    (path / "activities.csv").write_bytes(activities if isinstance(activities, bytes) else activities.encode())
    return path


def test_a_register_that_is_not_there(run: Run, tmp_path: Path) -> None:
    done = run("declare", tmp_path / "nothing", *YEAR)
    assert done.status == 2 and "no such register" in done.err and "sites.csv and activities.csv" in done.err


@pytest.mark.parametrize(
    ("held", "said"),
    [
        ("", "The file is empty"),
        ("1,2,3\n4,5,6\n", "no column for site"),
        ("foo,bar\n1,2\n", "It has: foo, bar"),
        (bytes(range(256)) * 20, "noise, not text"),
    ],
)
def test_a_table_that_is_none(run: Run, tmp_path: Path, held: str | bytes, said: str) -> None:
    done = run("declare", folder(tmp_path / "books", held), *YEAR)
    assert done.status == 2 and said in done.err and not done.out


def test_a_folder_without_a_table_of_activities(run: Run, tmp_path: Path) -> None:
    done = run("declare", tmp_path, *YEAR)
    assert done.status == 2 and "no table of activities" in done.err


def test_a_table_without_rows_has_nothing_due_and_its_header(run: Run, tmp_path: Path) -> None:
    (tmp_path / "none.json").write_text('{"activities": []}')
    for register in (folder(tmp_path / "books", HEADER), tmp_path / "none.json"):
        done = run("declare", register, *YEAR)
        assert done.status == 0 and done.text == ",".join(DUE_FIELDS) + "\n"


def test_a_table_without_rows_is_not_said_to_have_nothing_due(run: Run, tmp_path: Path) -> None:
    done = run("declare", folder(tmp_path / "books", HEADER), *YEAR[:-2])
    assert done.text == "The register contains no rows of activities, so nothing was checked.\n"


@pytest.mark.parametrize("name", ["books.xlsx", "books.json", "books.zip"])
def test_an_empty_file_is_said_to_be_empty(run: Run, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"")
    done = run("declare", tmp_path / name, *YEAR)
    assert done.status == 2 and "The file is empty" in done.err
    done = run("declare", "--check", tmp_path / name)
    assert done.status == 2 and "The file is empty" in done.err


def test_a_pdf_is_not_written_to_a_terminal(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(declaration_papers, "is_terminal", lambda: True)
    done = run("declare", folder(tmp_path / "books", HEADER + FINE), *YEAR[:-1], "pdf")
    assert done.status == 2 and not done.out and "-o" in done.err


@pytest.mark.parametrize("text", ["nope", '"text"', "[1, 2]", '{"activities": {"site": "N"}}', "\x00\x01"])
def test_json_that_holds_no_register(run: Run, tmp_path: Path, text: str) -> None:
    (tmp_path / "books.json").write_text(text)
    done = run("declare", tmp_path / "books.json", *YEAR)
    assert done.status == 2 and done.err.startswith("Error: ") and "Traceback" not in done.err


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("N,A,Thiodiglycol,produce,2025,NaN,t,,,", "“NaN” is not a number"),
        ("N,A,Thiodiglycol,produce,2025,inf,t,,,", "“inf” is not a number"),
        ("N,A,Thiodiglycol,produce,2025,-5,t,,,", "“-5” is negative"),
        ('N,A,Thiodiglycol,produce,2025,"1,234",t,,,', "may be 1234 or 1.234"),
        ("N,A,Thiodiglycol,produce,2025,5,,,,", "no unit is given"),
        ("N,A,Thiodiglycol,produce,2025,5,l,,,", "“l” is not a unit of weight"),
        ("N,A,Thiodiglycol,produce,2025,5,tons,,,", "short ton"),
        ("N,A,Thiodiglycol,produce,2025,5,t,101,,", "“101” is not a percentage"),
        ("N,A,Thiodiglycol,produce,2025,5,t,-1,,", "“-1” is not a percentage"),
        ("N,A,Thiodiglycol,produce,2025,5,t,,perhaps,", "neither yes nor no"),
        ("N,A,Thiodiglycol,produce,20x5,5,t,,,", "“20x5” is not a year"),
        ("N,A,Thiodiglycol,produce,,5,t,,,", "no year is given"),
        ("N,A,Thiodiglycol,produce,9999,5,t,,,", "“9999” is not a year"),
        ("N,A,Sarin,export,2026,5,g,,yes,2026-02-30", "cannot be read as a date"),
        ("N,A,Sarin,export,2026,5,g,,yes,05/04/2026", "may be 2026-04-05 or 2026-05-04"),
        ("N,A,Sarin,sell,2026,5,g,,,", "“sell” is not a known activity"),
        (",A,Sarin,export,2026,5,g,,,", "no site is named"),
        ("N,A,,export,2026,5,g,,,", "names no chemical"),
        ("N,A,Unobtainium,export,2026,5,g,,,", "“Unobtainium” is unknown"),
    ],
)
def test_a_row_that_cannot_be_read_is_named_and_the_rest_is_judged(
    run: Run, tmp_path: Path, row: str, said: str
) -> None:
    done = run("declare", folder(tmp_path / "books", f"{HEADER}{FINE}{row}\n"), *YEAR)
    assert done.status == 1 and said in done.err and "activities.csv, line 3" in done.err
    assert [(line["site"], line["declaration"]) for line in done.rows] == [("", "aggregate"), ("N", "past")]
    assert "produced 2 t" in done.rows[1]["why"]


def test_a_number_beyond_the_world_is_judged_said_and_shown_short(run: Run, tmp_path: Path) -> None:
    done = run("declare", folder(tmp_path / "books", f"{HEADER}N,A,Thiodiglycol,produce,2025,1e400,t,,,\n"), *YEAR)
    assert done.status == 1 and "more than the world produces" in done.err
    assert "1.000e+400 t" in done.rows[1]["why"]


def test_a_quantity_that_is_not_given_is_said_and_a_transfer_is_still_notified(run: Run, tmp_path: Path) -> None:
    rows = "N,A,Sarin,export,2026,,g,,yes,2026-06-15\nN,A,Thiodiglycol,produce,2025,,t,,,\n"
    done = run("declare", folder(tmp_path / "books", HEADER + rows), *YEAR)
    assert done.status == 1 and done.err.count("no quantity is given") == 2
    assert [(line["declaration"], line["due"]) for line in done.rows] == [("transfer", "2026-05-16")]
    assert "an unstated amount" in done.rows[0]["why"]


def test_digits_of_other_scripts_are_read(run: Run, tmp_path: Path) -> None:
    done = run("declare", folder(tmp_path / "books", f"{HEADER}N,A,Thiodiglycol,produce,٢٠٢٥,١٫٤,t,,,\n"), *YEAR)
    assert done.status == 0 and "1.4 t" in done.rows[1]["why"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--year", "20x6"), "not a year from 1997 to 2100"),
        (("--year", "1996"), "not a year from 1997 to 2100"),
        (("--as-of", "2026-02-30"), "not a date"),
        (("--margin", "nan"), "not a percentage"),
        (("--margin", "-5"), "not a percentage"),
        (("--margin", "101"), "not a percentage"),
        (("--profile", "XX"), "no profile 'XX'"),
        (("--reading", "polymers"), "--reading polymers=counted"),
        (("--reading", "foo=bar"), "no interpretation 'foo'"),
        (("--reading", "polymers=bar"), "It can be: left-out, counted"),
        (("--format", "docx"), "--format 'docx'"),
        (("--map", "site=nope"), "no column 'nope'"),
    ],
)
def test_an_option_that_cannot_be_meant(run: Run, tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    done = run("declare", folder(tmp_path / "books", HEADER + FINE), *YEAR, *words)
    assert done.status == 2 and said in done.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--keep", "NO CASE", "--casebook", "new.db"), "cannot be the name of a case"),
        (("--keep", "a-case", "--mark", "purple", "--casebook", "new.db"), "purple"),
        (("--only", "s9"), "--only 's9' is unknown"),
        (("--write-register", "books.txt"), "Name a file that ends in .xlsx or .json, or a folder"),
    ],
)
def test_an_option_that_cannot_be_is_refused_and_leaves_nothing(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], said: str
) -> None:
    folder(tmp_path / "books", HEADER + FINE)
    monkeypatch.chdir(tmp_path)
    done = run("declare", "books", "--year", "2026", *words)
    assert done.status == 2 and said in done.err and not done.out
    assert [path.name for path in tmp_path.iterdir()] == ["books"]


def test_a_template_of_another_kind_is_refused_with_the_kinds_that_there_are(run: Run, tmp_path: Path) -> None:
    done = run("declare", "--template", tmp_path / "register.pdf")
    assert done.status == 2 and "ends in .xlsx, or a folder for two CSV files" in done.err
    assert not list(tmp_path.iterdir())
