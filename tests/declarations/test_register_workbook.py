"""Registers in workbooks: every cell that says less, or other, than it seems is named with its sheet and place."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from register_making import said
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from opencwc.declarations.register_reader import read_register
from opencwc.errors import InputError
from opencwc.wording import sentence

HEAD = ("site", "plant", "chemical", "activity", "year", "quantity", "unit", "concentration", "date", "remarks")
ROW = ("A", "1", "thiodiglycol", "produce", 2025, 250, "kg", None, None, None)
Fill = Callable[[Workbook, Worksheet], None]


def workbook(path: Path, fill: Fill | None = None, rows: int = 3, **options: Any) -> Path:
    """Write a register of equal rows from row 2 on, and what ``fill`` does to it."""
    with Workbook(str(path), options) as book:
        sheet = book.add_worksheet("activities")
        sheet.write_row(0, 0, HEAD)
        for at in range(1, rows + 1):
            sheet.write_row(at, 0, [cell if cell != "1" else str(at) for cell in ROW])
        if fill is not None:
            fill(book, sheet)
    return path


def computed(path: Path) -> Path:
    """Return a workbook as a program saves it that has computed its formulas."""
    target = path.with_name(f"computed-{path.name}")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w") as copy:
        for part in source.namelist():
            copy.writestr(part, source.read(part).replace(b' fullCalcOnLoad="1"', b""))
    return target


def test_plain_cells_have_no_faults(tmp_path: Path) -> None:
    register = read_register(workbook(tmp_path / "r.xlsx"))
    assert said(register) == []
    assert [(activity.row, activity.kg, activity.year) for activity in register.activities] == [
        (1, Decimal(250), 2025),
        (2, Decimal(250), 2025),
        (3, Decimal(250), 2025),
    ]


def test_a_merged_cell_is_no_value_of_the_rows_it_covers(tmp_path: Path) -> None:
    def fill(_: Workbook, sheet: Worksheet) -> None:
        sheet.merge_range("A2:A3", "A")

    register = read_register(workbook(tmp_path / "r.xlsx", fill))
    assert said(register) == [("activities!A3", "declare_cell_merged")]
    assert register.problems[0].says.values["area"] == "activities!A2:A3"
    assert [activity.row for activity in register.activities] == [1, 3]
    assert register.unread["activities"][2]["quantity"] == "250"


def test_every_fault_of_a_row_is_named_at_once_with_its_cell(tmp_path: Path) -> None:
    def fill(_: Workbook, sheet: Worksheet) -> None:
        sheet.merge_range("A2:A3", "A")
        sheet.write("D3", "sold off")
        sheet.write("G3", "handfuls")
        sheet.write("H3", "strong")
        sheet.write_formula("F4", "=1/4", value="")
        sheet.write("E4", "last year")

    register = read_register(computed(workbook(tmp_path / "r.xlsx", fill)))
    assert sorted(said(register)) == [
        ("activities!A3", "declare_cell_merged"),
        ("activities!D3", "declare_activity_unknown"),
        ("activities!E4", "declare_year_unread"),
        ("activities!F4", "declare_formula_uncomputed"),
        ("activities!G3", "declare_unit_unknown"),
        ("activities!H3", "declare_share_unread"),
    ]
    assert [activity.row for activity in register.activities] == [1]


def test_a_cell_that_another_cannot_do_without_is_not_called_missing(tmp_path: Path) -> None:
    def fill(book: Workbook, sheet: Worksheet) -> None:
        sheet.write_formula("D2", "=Z1", value="#REF!")
        sheet.write_blank("D3", None, book.add_format({"bold": True}))

    register = read_register(computed(workbook(tmp_path / "r.xlsx", fill)))
    assert said(register) == [("activities!D2", "declare_cell_error"), ("activities!D3", "declare_activity_missing")]


def test_a_merged_title_and_merged_remarks_bar_no_row(tmp_path: Path) -> None:
    def fill(_: Workbook, sheet: Worksheet) -> None:
        sheet.merge_range("J2:J4", "all of the campaign")

    register = read_register(workbook(tmp_path / "r.xlsx", fill))
    assert {says for _, says in said(register)} == {"declare_cell_merged"}
    assert len(register.activities) == 3


def test_a_formula_without_a_stored_value_is_not_read_as_nothing(tmp_path: Path) -> None:
    def fill(_: Workbook, sheet: Worksheet) -> None:
        sheet.write_formula("H3", "=1/4", value="")

    register = read_register(computed(workbook(tmp_path / "r.xlsx", fill)))
    assert said(register) == [("activities!H3", "declare_formula_uncomputed")]
    assert [activity.row for activity in register.activities] == [1, 3]


def test_a_stored_value_of_a_formula_counts_where_it_was_computed(tmp_path: Path) -> None:
    def fill(_: Workbook, sheet: Worksheet) -> None:
        sheet.write_formula("F3", "=200+50.5", value=250.5)

    file = workbook(tmp_path / "r.xlsx", fill)
    assert [activity.kg for activity in read_register(computed(file)).activities][1] == Decimal("250.5")
    outdated = read_register(file)
    assert said(outdated) == [("activities!F3", "declare_formula_outdated")]
    assert outdated.problems[0].says.values["text"] == "250.5"
    assert [activity.row for activity in outdated.activities] == [1, 3]


@pytest.mark.parametrize("error", ["#REF!", "#N/A", "#DIV/0!", "#VALUE!"])
def test_an_error_is_named_with_its_cell(tmp_path: Path, error: str) -> None:
    def fill(_: Workbook, sheet: Worksheet) -> None:
        sheet.write_formula("F4", "=Z1", value=error)

    register = read_register(computed(workbook(tmp_path / "r.xlsx", fill)))
    assert said(register) == [("activities!F4", "declare_cell_error")]
    assert [activity.row for activity in register.activities] == [1, 2]


def test_hidden_rows_columns_and_sheets_are_read_and_said(tmp_path: Path) -> None:
    def fill(book: Workbook, sheet: Worksheet) -> None:
        sheet.set_row(2, None, None, {"hidden": True})
        sheet.set_column("F:F", None, None, {"hidden": True})
        book.add_worksheet("cover").activate()
        sheet.hide()

    register = read_register(workbook(tmp_path / "r.xlsx", fill))
    assert len(register.activities) == 3
    assert [problem.says.id for problem in register.problems] == [
        "declare_sheet_hidden",
        "declare_rows_hidden",
        "declare_columns_hidden",
    ]
    assert register.problems[1].says.values == {"count": 1, "rows": "activities!3:3"}
    assert register.problems[2].says.values["columns"] == "F"


def test_a_hidden_sheet_that_is_not_read_is_called_hidden(tmp_path: Path) -> None:
    def fill(book: Workbook, _: Worksheet) -> None:
        for name in ("old figures", "notes"):
            book.add_worksheet(name).write("A1", "kept elsewhere")
        book.worksheets()[1].hide()

    register = read_register(workbook(tmp_path / "r.xlsx", fill))
    assert [(problem.says.id, problem.says.values["name"]) for problem in register.problems] == [
        ("declare_hidden_sheet_unread", "old figures"),
        ("declare_table_unread", "notes"),
    ]


def test_a_unit_that_is_converted_and_the_calendar_of_1904_are_said_once(tmp_path: Path) -> None:
    def fill(_: Workbook, sheet: Worksheet) -> None:
        sheet.write("G2", "lb")
        sheet.write("G3", "pounds")

    register = read_register(workbook(tmp_path / "r.xlsx", fill, date_1904=True))
    assert sorted(problem.says.id for problem in register.problems) == [
        "declare_days_since_1904",
        "declare_unit_converted",
    ]
    assert sentence(register.problems[1].says, "en") == (
        "Weights in lb were converted: 1 lb is 0.45359237 kg, exact by the agreement of 1959 on the yard and the pound."
    )
    assert [activity.kg for activity in register.activities][:2] == [Decimal("113.3980925")] * 2


def test_days_are_days_in_both_calendars(tmp_path: Path) -> None:
    def fill(book: Workbook, sheet: Worksheet) -> None:
        sheet.write_datetime("I2", datetime(2025, 3, 4), book.add_format({"num_format": "d mmm yyyy"}))

    for since_1904 in (False, True):
        file = workbook(tmp_path / "r.xlsx", fill, date_1904=since_1904)
        assert read_register(file).activities[0].date == date(2025, 3, 4)


def test_a_day_that_is_a_bare_number_follows_the_calendar_of_the_workbook(tmp_path: Path) -> None:
    for since_1904, serial in ((False, 45720), (True, 44258)):
        file = workbook(tmp_path / "r.xlsx", lambda _, sheet, n=serial: sheet.write("I2", n), date_1904=since_1904)
        assert read_register(file).activities[0].date == date(2025, 3, 4)


def test_a_percentage_is_not_a_part_of_one(tmp_path: Path) -> None:
    def fill(book: Workbook, sheet: Worksheet) -> None:
        sheet.write_number("H2", 0.25, book.add_format({"num_format": "0%"}))
        sheet.write_number("H3", 0.25)
        sheet.write_string("H4", "25 %")

    shares = [activity.share for activity in read_register(workbook(tmp_path / "r.xlsx", fill)).activities]
    assert shares == [Decimal(25), Decimal("0.25"), Decimal(25)]


def test_a_table_of_parts_of_one_is_doubted(tmp_path: Path) -> None:
    def fill(_: Workbook, sheet: Worksheet) -> None:
        sheet.write_column("H2", [0.25, 0.98, 1])

    assert said(read_register(workbook(tmp_path / "r.xlsx", fill))) == [("activities!H2", "declare_shares_small")]


def test_a_unit_in_the_format_of_a_number_is_seen(tmp_path: Path) -> None:
    def fill(book: Workbook, sheet: Worksheet) -> None:
        sheet.write_number("F2", 2, book.add_format({"num_format": '0.0" t"'}))
        sheet.write_blank("G2", None)

    register = read_register(workbook(tmp_path / "r.xlsx", fill))
    assert said(register) == [("activities!G2", "declare_unit_differs")]


def test_a_number_is_itself_whatever_mark_the_texts_use(tmp_path: Path) -> None:
    def fill(_: Workbook, sheet: Worksheet) -> None:
        sheet.write_number("F2", 1.234)
        sheet.write_string("F3", "12,5")
        sheet.write_string("F4", "1.234")

    register = read_register(workbook(tmp_path / "r.xlsx", fill))
    assert [activity.kg for activity in register.activities] == [Decimal("1.234"), Decimal("12.5"), Decimal(1234)]


def test_numbers_stored_as_text_are_read_and_named(tmp_path: Path) -> None:
    register = read_register(workbook(tmp_path / "r.xlsx", lambda _, sheet: sheet.write_string("F3", "250")))
    assert [problem.says.id for problem in register.problems] == ["declare_numbers_as_text"]
    assert register.problems[0].says.values["cells"] == "activities!F3"
    assert len(register.activities) == 3


@pytest.mark.parametrize("text", ["١٢٫٥", "1.234,5", "12,5", "٢٥٠"])
def test_a_number_of_another_script_or_with_a_comma_is_read_and_its_cell_named(tmp_path: Path, text: str) -> None:
    register = read_register(workbook(tmp_path / "r.xlsx", lambda _, sheet: sheet.write_string("F3", text)))
    assert said(register) == [("activities", "declare_numbers_as_text")]
    assert register.problems[0].says.values["cells"] == "activities!F3"


def test_titles_blank_rows_and_an_offset_leave_cells_their_places(tmp_path: Path) -> None:
    path = tmp_path / "r.xlsx"
    with Workbook(str(path)) as book:
        sheet = book.add_worksheet("Year's data")
        book.worksheets_objs[0].name = "Year's data"
        sheet.merge_range("C2:H2", "Register of the year 2025")
        sheet.write_row("C5", HEAD)
        sheet.write_row("C6", ROW)
        sheet.write_row("C8", [*ROW[:5], "about 5", *ROW[6:]])
    register = read_register(path)
    assert said(register) == [("'Year''s data'!H8", "declare_quantity_unread")]
    assert [activity.row for activity in register.activities] == [1]


def test_two_sheets_that_may_be_the_table_are_an_error_and_others_are_said(tmp_path: Path) -> None:
    def named(*names: str) -> Path:
        path = tmp_path / f"{len(names)}{names[0]}.xlsx"
        with Workbook(str(path)) as book:
            for name in names:
                sheet = book.add_worksheet(name)
                sheet.write_row(0, 0, HEAD)
                sheet.write_row(1, 0, ROW)
        return path

    with pytest.raises(InputError) as raised:
        read_register(named("data", "production"))
    assert raised.value.code == "register_table_twice"
    register = read_register(named("activities", "production", "old", "explanations"))
    assert [problem.says.values["name"] for problem in register.problems] == ["production", "old"]


def test_a_workbook_that_is_none_is_refused(tmp_path: Path) -> None:
    for content in (b"site,plant\n", b"PK\x03\x04broken", b""):
        path = tmp_path / "r.xlsx"
        path.write_bytes(content)
        with pytest.raises(InputError):
            read_register(path)


def test_a_doctype_and_a_far_cell_are_refused_or_cheap(tmp_path: Path) -> None:
    file = workbook(tmp_path / "r.xlsx")
    target = tmp_path / "evil.xlsx"
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(target, "w") as copy:
        for part in source.namelist():
            body = source.read(part)
            if part.endswith("sheet1.xml"):
                body = body.replace(b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet', 1)
            copy.writestr(part, body)
    with pytest.raises(InputError) as raised:
        read_register(target)
    assert raised.value.code == "document_refused"
