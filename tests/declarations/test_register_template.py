"""Templates in six languages: what is filled in is read back, and what a user sees is in the user's language."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from xlsxwriter import Workbook

from opencwc.declarations.model import ACTIVITIES, ACTIVITY_FIELDS, KINDS, SITE_FIELDS, Register
from opencwc.declarations.register_reader import read_register
from opencwc.declarations.register_template import template_texts, template_words, write_template
from opencwc.declarations.register_words import is_yes, purpose_of, word_for
from opencwc.files.workbook_cells import WorkbookCells
from opencwc.wording import LANGUAGES


def template(path: Path, lang: str) -> Path:
    with path.open("wb") as stream:
        write_template(stream, lang)
    return path


def filled(path: Path, lang: str) -> Path:
    """Write what a user of a language makes of a template: its own headings and words."""
    words = template_words(lang)
    book = WorkbookCells(template(path, lang))
    with Workbook(str(path)) as copy:
        for table, fields in (("sites", SITE_FIELDS), ("activities", ACTIVITY_FIELDS)):
            heads = dict(book.sheet(words.sheets[table]).rows)[1]
            sheet = copy.add_worksheet(words.sheets[table])
            sheet.write_row(0, 0, [heads[at].text for at in range(1, len(fields) + 1)])
            if table == "sites":
                sheet.write_row(1, 0, ("A-1", "P1", "Works", "Acme", "FRA", "Street 1", words.kinds["laboratory"]))
            for at, activity in enumerate(ACTIVITIES if table == "activities" else (), 1):
                sheet.write_row(
                    at, 0,
                    ("A-1", "P1", "thiodiglycol", "111-48-8", words.activity_words[activity], 2027, 2.5, "t", 30,
                     words.answers["yes"], words.purposes["research"], "DEU", "2027-03-04", "note"),
                )  # fmt: skip
    return path


def plain(register: Register) -> tuple[object, ...]:
    return (
        {place: site._replace(texts={}) for place, site in register.sites.items()},
        tuple(activity._replace(texts={}) for activity in register.activities),
    )


def test_a_template_in_every_language_gives_the_same_register(tmp_path: Path) -> None:
    registers = [read_register(filled(tmp_path / f"{lang}.xlsx", lang)) for lang in LANGUAGES]
    assert [register.problems for register in registers] == [()] * 6
    assert len(registers[0].activities) == len(ACTIVITIES)
    assert all(plain(register) == plain(registers[0]) for register in registers)
    assert registers[0].sites["A-1", "P1"].kind == "laboratory"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_empty_template_is_an_empty_register(tmp_path: Path, lang: str) -> None:
    register = read_register(template(tmp_path / "r.xlsx", lang))
    assert (dict(register.sites), register.activities, register.problems) == ({}, (), ())
    assert set(register.columns["activities"]) == set(ACTIVITY_FIELDS)
    for name, content in template_texts(lang).items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "r.xlsx").unlink()
    register = read_register(tmp_path)
    assert (dict(register.sites), register.activities, register.problems) == ({}, (), ())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_words_of_the_drop_downs_are_read_back(lang: str) -> None:
    words = template_words(lang)
    assert [word_for("activity_words", words.activity_words[activity]) for activity in ACTIVITIES] == list(ACTIVITIES)
    assert [word_for("kinds", words.kinds[kind]) for kind in KINDS] == list(KINDS)
    assert {purpose_of(word) for word in words.purposes.values()} == set(words.purposes)
    assert (is_yes(words.answers["yes"]), is_yes(words.answers["no"])) == (True, False)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_template_has_its_drop_downs_its_direction_and_no_formula(tmp_path: Path, lang: str) -> None:
    file = template(tmp_path / "r.xlsx", lang)
    with zipfile.ZipFile(file) as archive:
        sheets = [archive.read(f"xl/worksheets/sheet{number}.xml").decode() for number in (1, 2, 3)]
    assert all(("rightToLeft" in sheet) == (lang == "ar") for sheet in sheets)
    assert [sheet.count("<dataValidation ") for sheet in sheets] == [2, 5, 0]
    assert all('state="frozen"' in sheet for sheet in sheets)
    assert not any("<f>" in sheet for sheet in sheets)
    explained = WorkbookCells(file).sheet(template_words(lang).sheets["explanations"])
    columns = [cells[2].text for at, cells in explained.rows if at > 4 and 2 in cells]
    assert len(columns) == len(SITE_FIELDS) + len(ACTIVITY_FIELDS)
    assert any(cells.get(5) and cells[5].text == "FRA" for _, cells in explained.rows)


def test_the_same_call_writes_the_same_file() -> None:
    one, other = io.BytesIO(), io.BytesIO()
    write_template(one, "ru")
    write_template(other, "ru")
    assert one.getvalue() == other.getvalue()
