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
    assert "activities.csv, line 3, column unit: l is not a unit of weight" in unmarked
    ran = run("declare", tmp_path / "r.xlsx", "--year", "2026", "--format", "csv")
    assert "activities!H3: " in ran.err


def test_without_a_register_the_command_says_what_to_give(run: Run, tmp_path: Path) -> None:
    assert run("declare").status == 2
    ran = run("declare", "--template", tmp_path / "r.pdf")
    assert ran.status == 2
    assert not (tmp_path / "r.pdf").exists()
