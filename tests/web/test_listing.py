"""The one table of lists: sorted by any column, searched, given as CSV as it is shown."""

from __future__ import annotations

from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from opencwc.web.server.listing import MOST_PRINTED, ListAsked, ListColumn, listed, table_file

Row = tuple[str, int]
COLUMNS = (
    ListColumn[Row]("name", "label_name", lambda row, lang: row[0]),
    ListColumn[Row]("kg", "label_kg", lambda row, lang: f"{row[1]} kg", lambda row: row[1], number=True),
)
ROWS = (("Beta", 10), ("alpha", 9), ("=1+1", 100))


@pytest.mark.parametrize(
    ("order", "names"),
    [
        ("", ["Beta", "alpha", "=1+1"]), ("name", ["=1+1", "alpha", "Beta"]), ("-name", ["Beta", "alpha", "=1+1"]),
        ("kg", ["alpha", "Beta", "=1+1"]), ("-kg", ["=1+1", "Beta", "alpha"]), ("nothing", ["Beta", "alpha", "=1+1"]),
    ],
)  # fmt: skip
def test_a_list_is_sorted_by_any_of_its_columns(order: str, names: list[str]) -> None:
    assert [name for name, _ in listed(ROWS, COLUMNS, ListAsked(order), "en").rows] == names


def test_every_word_of_a_search_stands_somewhere_in_the_row() -> None:
    assert listed(ROWS, COLUMNS, ListAsked(find="KG alp"), "en").rows == (("alpha", 9),)
    nothing = listed(ROWS, COLUMNS, ListAsked(find="gamma"), "en")
    assert not nothing.rows and nothing.total == 3
    assert nothing.csv() == b"name,kg\r\n"


def test_the_csv_is_what_is_shown_and_no_cell_is_a_formula() -> None:
    shown = listed(ROWS, COLUMNS, ListAsked("-kg", "1"), "en")
    assert shown.csv().decode().splitlines() == ["name,kg", "'=1+1,100 kg", "Beta,10 kg"]


def test_a_search_needs_no_accents() -> None:
    rows = [("Côte d'Ivoire", 1), ("Peru", 2)]
    assert listed(rows, COLUMNS, ListAsked(find="COTE"), "en").rows == (rows[0],)


def test_a_slip_finds_what_is_nearest_and_is_named() -> None:
    rows = [("phosgene in Ypres", 1), ("phosphorus", 2), ("chlorine", 3)]
    shown = listed(rows, COLUMNS, ListAsked(find="phsogene"), "en")
    assert shown.rows == (rows[0],)
    assert shown.slips == (("phsogene", ("phosgene",)),)
    assert listed(rows, COLUMNS, ListAsked(find="phos"), "en").slips == ()


def test_a_row_is_found_by_what_it_does_not_show() -> None:
    columns = (ListColumn[Row]("name", "label_name", lambda row, lang: row[0], also=lambda row: (f"no {row[1]}",)),)
    shown = listed(ROWS, columns, ListAsked(find="no 100"), "en")
    assert shown.rows == (("=1+1", 100),) and "100" not in shown.csv().decode()


def test_a_short_word_is_never_a_slip() -> None:
    assert not listed([("lead", 1)], COLUMNS, ListAsked(find="xyz"), "en").rows


def test_a_workbook_holds_numbers_as_numbers_and_no_formula() -> None:
    content = table_file("xlsx", "List", ("name", "kg"), [("=1+1", 2.5), (None, 3)])
    sheet = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0)
    assert sheet.to_python() == [["name", "kg"], ["=1+1", 2.5], ["", 3.0]]


def test_a_hidden_column_is_in_no_file_and_comes_back() -> None:
    asked = ListAsked(hide="kg")
    shown = listed(ROWS, COLUMNS, asked, "en")
    assert shown.csv().decode().splitlines() == ["name", "Beta", "alpha", "'=1+1"]
    sheet = CalamineWorkbook.from_filelike(BytesIO(shown.xlsx("List", "en"))).get_sheet_by_index(0)
    assert {len(row) for row in sheet.to_python()} == {1}
    assert asked.toggled("kg") == "" and asked.toggled("name") == "kg,name"


def test_a_part_of_a_list_begins_where_it_is_asked_for_and_the_whole_of_it_can_be_printed() -> None:
    assert ListAsked().part(50, 10) == slice(50, 60)
    assert ListAsked(all="yes").part(50, 10) == slice(MOST_PRINTED) and ListAsked(all="yes").query == "all=yes"
