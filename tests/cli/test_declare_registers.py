"""`opencwc declare` writes templates and registers, and says where a cell is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.conftest import Run

from opencwc.declarations.register_reader import read_register
from opencwc.wording import LANGUAGES

ACTIVITIES = (
    "site,plant,chemical,activity,year,quantity,unit\nA,1,thiodiglycol,process,2025,2,t\nA,1,x,process,2025,5,l\n"
)


@pytest.fixture
def register(tmp_path: Path) -> Path:
    file = tmp_path / "activities.csv"
    file.write_text(ACTIVITIES)
    return file


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_template_is_written_and_read_back(run: Run, tmp_path: Path, lang: str) -> None:
    for target in (tmp_path / "r.xlsx", tmp_path / "folder"):
        ran = run("declare", "--template", target, "--lang", lang)
        assert (ran.status, ran.out) == (0, b"")
        assert str(target) in ran.err
        assert read_register(target).activities == ()


def test_a_register_is_written_back_and_never_over_itself(run: Run, register: Path, tmp_path: Path) -> None:
    read = read_register(register)
    for name in ("back.xlsx", "back.json", "back"):
        run("declare", register, "--year", "2026", "--write-register", tmp_path / name, "--format", "csv")
        assert read_register(tmp_path / name).activities == read.activities
    ran = run("declare", tmp_path / "back", "--year", "2026", "--write-register", tmp_path / "back")
    assert ran.status == 2
    ran = run("declare", tmp_path / "back.json", "--year", "2026", "--write-register", tmp_path / "back.json")
    assert ran.status == 2


def test_a_wrong_cell_is_named_as_people_see_it(run: Run, register: Path, tmp_path: Path) -> None:
    ran = run("declare", register, "--year", "2026", "--format", "csv", "--write-register", tmp_path / "r.xlsx")
    assert ran.status == 1
    unmarked = ran.err.replace("\u2068", "").replace("\u2069", "")
    assert "activities.csv, line 3, column unit: “l” is not a unit of weight" in unmarked
    ran = run("declare", tmp_path / "r.xlsx", "--year", "2026", "--format", "csv")
    assert "activities!H3: " in ran.err


def test_without_a_register_the_command_says_what_to_give(run: Run, tmp_path: Path) -> None:
    assert run("declare").status == 2
    ran = run("declare", "--template", tmp_path / "r.pdf")
    assert ran.status == 2
    assert not (tmp_path / "r.pdf").exists()


def test_what_was_read_or_filled_in_is_never_written_over(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "books"
    run("declare", "--template", folder)
    (folder / "activities.csv").write_text(ACTIVITIES)
    run("declare", folder, "--year", "2026", "--format", "csv", "--write-register", tmp_path / "books.xlsx")
    held = {file: file.read_bytes() for file in (*folder.iterdir(), tmp_path / "books.xlsx")}
    for words in (
        (folder, "-o", folder / "activities.csv"),
        (folder, "--check-books", "-o", folder / "sites.csv"),
        (folder, "--write-register", folder),
        (folder, "-o", tmp_path / "books.csv", "--trade", folder / "sites.csv", "--before", folder),
        ("--template", folder),
        ("--template", tmp_path / "books.xlsx"),
        ("--check", tmp_path / "books.xlsx", "--format", "csv", "-o", tmp_path / "books.xlsx"),
    ):
        assert run("declare", *words, "--year", "2026").status == 2
        assert {file: file.read_bytes() for file in held} == held


def test_two_tasks_are_refused_and_every_format_is_named(run: Run, register: Path, tmp_path: Path) -> None:
    for words in (
        ("--check-books", "-o", tmp_path / "answer.json"),
        ("--unusual", "--letters", tmp_path / "letters"),
        ("--unusual", "--format", "pdf"),
        ("--check-books", "--format", "ledger"),
    ):
        ran = run("declare", register, *words, "--year", "2026")
        assert (ran.status, ran.out) == (2, b"")
        assert list(tmp_path.iterdir()) == [register]
    ran = run("declare", register, "--format", "doc")
    assert all(f" {name}" in ran.err.replace(",", "").replace(".", "") for name in ("csv", "ledger", "pdf", "xml"))


def test_a_repeated_row_names_the_line_of_the_other(run: Run, register: Path) -> None:
    header, row, _ = ACTIVITIES.splitlines()
    register.write_text("\n".join((header, "", row, row, "")))
    ran = run("declare", register, "--year", "2026", "--format", "csv")
    assert "activities.csv, line 4: this row repeats row 3" in ran.err.replace("\u2068", "").replace("\u2069", "")
