"""The one table of lists: sorted by any column, searched, given as CSV as it is shown."""

from __future__ import annotations

import pytest

from opencwc.web.server.listing import ListAsked, ListColumn, listed

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
