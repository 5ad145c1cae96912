"""`opencwc declare` writes the declaration, checks one of somebody else's, asks operators and reads their answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import Run

SITES = "site,plant,name,operator,country,address\nA,,Alpha works,Alpha SA,FRA,1 rue X\nA,P1,Unit 1,,FRA,\n"
ACTIVITIES = (
    "site,plant,chemical,activity,year,quantity,unit,purpose\n"
    "A,P1,thiodiglycol,produce,2025,1.4,t,dyes\nA,P1,thiodiglycol,consume,2025,much,t,dyes\n"
)
BOOKS = ("--year", "2026", "--as-of", "2026-11-28")


@pytest.fixture
def books(tmp_path: Path) -> Path:
    folder = tmp_path / "books"
    folder.mkdir()
    (folder / "sites.csv").write_text(SITES, encoding="utf-8")
    (folder / "activities.csv").write_text(ACTIVITIES, encoding="utf-8")
    return folder


def test_the_ending_says_what_is_written_and_what_is_written_is_checked(run: Run, books: Path, tmp_path: Path) -> None:
    for ending in ("xml", "json", "xlsx", "pdf"):
        out = tmp_path / f"d.{ending}"
        assert run("declare", books, *BOOKS, "-o", out).status == 1  # the register lacks what the forms need
        assert out.stat().st_size > 1_000
        if ending != "pdf":
            checked = run("declare", "--check", out, "--as-of", "2026-11-28", "--format", "csv")
            assert checked.status == 1
            assert {row["rule"] for row in checked.rows} >= {"VA VII.7"}
            assert all(row["place"] and row["path"] and row["what"].endswith(".") for row in checked.rows)
    lines = run("declare", books, *BOOKS, "--format", "jsonl")
    assert [json.loads(line)["regime"] for line in lines.text.splitlines()] == ["S2", "S2"]


def test_only_what_is_named_is_written(run: Run, books: Path, tmp_path: Path) -> None:
    out = tmp_path / "d.json"
    run("declare", books, *BOOKS, "-o", out, "--only", "s2-past")
    assert [held["declaration"] for held in json.loads(out.read_bytes())["declarations"]] == ["past"]
    assert run("declare", books, *BOOKS, "-o", out, "--only", "s9").status == 2


def test_a_bad_file_is_an_error_and_no_traceback(run: Run, tmp_path: Path) -> None:
    bad = tmp_path / "d.xml"
    bad.write_text('<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', encoding="utf-8")
    done = run("declare", "--check", bad)
    assert done.status == 2 and "document type" in done.err and "Traceback" not in done.err
    assert run("declare", "--check", tmp_path / "none.xml").status == 2
    assert run("declare").status == 2


def test_letters_are_answered_and_the_original_is_left_alone(run: Run, books: Path, tmp_path: Path) -> None:
    folder = tmp_path / "letters"
    assert run("declare", books, *BOOKS, "--letters", folder, "--lang", "fr").status == 1
    assert {file.suffix for file in folder.iterdir()} == {".pdf", ".docx", ".xlsx", ".json"}
    assert run("declare", books, *BOOKS, "--letters", folder).status == 2  # nothing is overwritten
    (form,) = folder.glob("*.json")
    held = json.loads(form.read_bytes())
    next(row for row in held["answers"] if row["now"] == "much").update(answer="corrigé", value="300 kg")
    form.write_text(json.dumps(held), encoding="utf-8")
    done = run("declare", books, *BOOKS, "--answers", form, "-o", tmp_path / "corrected")
    assert done.status == 1 and "Closed: 1; rejected: 0" in done.text
    assert "consume,2025,300,kg" in (tmp_path / "corrected" / "activities.csv").read_text(encoding="utf-8")
    assert (books / "activities.csv").read_text(encoding="utf-8") == ACTIVITIES
    assert run("declare", books, *BOOKS, "--answers", form, "-o", tmp_path / "corrected").status == 2


@pytest.mark.parametrize("content", ["{}", '{"answers": []}', ""])
def test_answers_that_close_nothing_leave_no_corrected_register(
    run: Run, books: Path, tmp_path: Path, content: str
) -> None:
    (tmp_path / "none.json").write_text(content, encoding="utf-8")
    done = run("declare", books, *BOOKS, "--answers", tmp_path / "none.json", "-o", tmp_path / "corrected")
    assert done.status == 1 and "no corrected register is written" in done.text
    assert not (tmp_path / "corrected").exists()


def test_of_a_pdf_the_attached_declaration_is_checked_and_that_is_said(run: Run, books: Path, tmp_path: Path) -> None:
    for ending in ("pdf", "xml"):
        run("declare", books, *BOOKS, "-o", tmp_path / f"d.{ending}", "--lang", "ru")
    paper, plain = (run("declare", "--check", tmp_path / f"d.{ending}") for ending in ("pdf", "xml"))
    told = "The XML attached to this PDF was read, not its printed pages.\n"
    assert told in paper.text and told not in plain.text
    assert paper.text.splitlines()[-1] == plain.text.splitlines()[-1] and paper.status == plain.status


def test_lines_too_are_only_those_that_are_named(run: Run, books: Path) -> None:
    whole = run("declare", books, *BOOKS, "--format", "csv").text.splitlines()
    lines = run("declare", books, *BOOKS, "--format", "csv", "--only", "s2-past").text.splitlines()
    named = [line for line in whole[1:] if ",S2,past," in line]
    assert lines == [whole[0], *named] and 0 < len(named) < len(whole) - 1
    shown = run("declare", books, *BOOKS, "--only", "s1-transfer")
    assert "None of the requested declarations is due in 2026" in shown.text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("--check-books",), ("--only", "s2")),
        (("--unusual",), ("--only", "s2")),
        (("--letters", "l"), ("--only", "s2")),
        (("--answers", "a"), ("--only", "s2")),
        (("--check", "d.xml"), ("--only", "s2")),
        (("--check", "d.xml"), ("--keep", "year")),
        (("--template", "t.xlsx"), ("--keep", "year")),
        (("--format", "ledger"), ("--only", "s2")),
        (("--format", "xml"), ("--check-books",)),
        (("--unusual",), ("--letters", "l")),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    run: Run, books: Path, one: tuple[str, ...], other: tuple[str, ...]
) -> None:
    done = run("declare", books, *BOOKS, *one, *other)
    assert done.status == 2
    assert one[0] in done.err and other[0] in done.err and "cannot be used together" in done.err
