"""A register that is written and read again is the same in every field."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from register_making import said, write_folder
from xlsxwriter import Workbook

from opencwc.declarations.model import Activity, Register, Site
from opencwc.declarations.register_reader import read_register
from opencwc.declarations.register_writer import register_texts, write_register
from opencwc.errors import OutputError

ENDINGS = ("back.xlsx", "back.json", "back")
SITES = (
    "site,plant,name,operator,country,address,kind,capacity (t/a),=risk\n"
    'A,,Works,Acme,France,"1, rue X",,,\nA,1,Plant,,FRA,,laboratoire,500,\'=2+2\nA,1,Again,,,,,,\n,2,nobody,,,,,,\n'
    "B,,,,Nowhere,,unheard of,,\n"
)
ACTIVITIES = (
    "site,plant,chemical,cas,activity,year,quantity,unit,concentration,planned,purpose,partner,date,remarks,batch\n"
    'A,1,thiodiglycol,111-48-8,production,2025,"1,5",t,,,,,,,7\n'
    'A,1,thiodiglycol,111-48-8,production,2025,"1,234",kg,"12,5 %",oui,textile dyes,France,31/12/2025,\'+plus,007\n'
    "A,1,OP(C)(=O)F,,export,,1.234,kg,30,,,DEU,04/03/2026,,\n"
    "A,1,x,,produce,2025,about 5,kg,,,,,,,\nA,1,x,,produce,FY2025,5,kg,#N/A,,,,,,\n"
)


def assert_same(register: Register, other: Register) -> None:
    assert other.sites == register.sites
    assert other.activities == register.activities
    assert other.unread == register.unread


def doubts(register: Register) -> list[str]:
    return [says for _, says in said(register) if says != "declare_numbers_as_text"]  # where a text stays a text


@pytest.mark.parametrize("name", ENDINGS)
def test_every_field_comes_back(tmp_path: Path, name: str) -> None:
    register = read_register(write_folder(tmp_path, ACTIVITIES, SITES))
    assert [activity.kg for activity in register.activities] == [Decimal(1500), Decimal("1.234"), Decimal(1234)]
    assert (len(register.sites), len(register.unread["sites"]), len(register.unread["activities"])) == (3, 2, 2)
    target = tmp_path / "out" / name
    target.parent.mkdir()
    write_register(register, target)
    again = read_register(target)
    assert_same(register, again)
    assert doubts(again) == doubts(register)
    write_register(again, tmp_path / f"twice-{name}")
    assert_same(register, read_register(tmp_path / f"twice-{name}"))


@pytest.mark.parametrize("name", ENDINGS)
def test_a_workbook_with_faults_comes_back_with_the_same_rows_in_doubt(tmp_path: Path, name: str) -> None:
    path = tmp_path / "r.xlsx"
    with Workbook(str(path)) as book:
        sheet = book.add_worksheet("activities")
        sheet.write_row(0, 0, ("site", "chemical", "activity", "year", "quantity", "unit", "concentration"))
        for at in range(1, 6):
            sheet.write_row(at, 0, ("A", "thiodiglycol", "produce", 2025, 1.234 * at, "kg", 30))
        sheet.merge_range("A2:A3", "A")
        sheet.write_formula("G4", "=1/4")
        sheet.write_string("E5", "12,5")
    register = read_register(path)
    assert [activity.row for activity in register.activities] == [1, 4, 5]
    target = tmp_path / name
    write_register(register, target)
    assert_same(register, read_register(target))


def test_numbers_that_a_text_file_cannot_tell_from_texts_are_not_written_as_one(tmp_path: Path) -> None:
    path = tmp_path / "r.xlsx"
    with Workbook(str(path)) as book:
        sheet = book.add_worksheet("activities")
        sheet.write_row(0, 0, ("site", "chemical", "activity", "year", "quantity", "unit"))
        sheet.write_row(1, 0, ("A", "x", "produce", 2025, 12.5, "kg"))
        sheet.write_row(2, 0, ("A", "x", "produce", 2025, "1,234", "kg"))
    register = read_register(path)
    assert doubts(register) == ["declare_quantity_two"]
    with pytest.raises(OutputError) as raised:
        register_texts(register)
    assert raised.value.code == "register_numbers_unclear"
    for name in ("back.xlsx", "back.json"):
        write_register(register, tmp_path / name)
        assert_same(register, read_register(tmp_path / name))


def test_a_register_that_was_never_a_file_is_written_from_its_fields(tmp_path: Path) -> None:
    line = Activity(1, "A", "1", "thiodiglycol", "", "produce", 2025, Decimal("1234.5"), Decimal(30), partner="FRA")
    register = Register("made", {("A", "1"): Site(1, "A", "1", country="FRA")}, (line,))
    for name in ENDINGS:
        write_register(register, tmp_path / name)
        again = read_register(tmp_path / name)
        assert again.activities[0]._replace(texts={}) == line
        assert again.sites["A", "1"]._replace(texts={}) == register.sites["A", "1"]


def test_no_cell_of_a_text_file_runs(tmp_path: Path) -> None:
    register = read_register(write_folder(tmp_path, ACTIVITIES, SITES))
    for content in register_texts(register).values():
        for row in csv.reader(io.StringIO(content.decode("utf-8-sig"))):
            assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@"))]


def test_a_register_is_not_written_over_another_kind_of_file(tmp_path: Path) -> None:
    register = read_register(write_folder(tmp_path, ACTIVITIES))
    target = tmp_path / "notes.txt"
    target.write_text("mine")
    with pytest.raises(OutputError):
        write_register(register, target)
    assert target.read_text() == "mine"


CELL = st.text(
    st.sampled_from("0123456789.,'= +-@%kgt٣aé厂\"\\_x") | st.characters(exclude_categories=["Cs", "Cc"]), max_size=8
)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.lists(CELL, min_size=14, max_size=14), min_size=1, max_size=5))
def test_whatever_the_cells_hold_they_come_back(rows: list[list[str]], tmp_path: Path) -> None:
    from opencwc.declarations.model import ACTIVITY_FIELDS

    out = io.StringIO()
    csv.writer(out).writerows([ACTIVITY_FIELDS, ["A", "", "x", "", "produce", "2025", "5", "kg", *[""] * 6], *rows])
    (tmp_path / "r.csv").write_bytes(b"\xef\xbb\xbf" + out.getvalue().encode())
    register = read_register(tmp_path / "r.csv")
    cut = [problem for problem in register.problems if problem.says.id.startswith("row_")]
    for name in () if cut else ENDINGS:
        write_register(register, tmp_path / name)
        assert_same(register, read_register(tmp_path / name))
