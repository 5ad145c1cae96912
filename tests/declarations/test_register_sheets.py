"""A register in the grid: changes, what the reader says of them, and that it comes back as it was."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opencwc.declarations.confined_rows import read_rows
from opencwc.declarations.register_reader import raw_rows, read_register
from opencwc.declarations.register_sheets import (
    Added,
    Cell,
    Change,
    change_of,
    cleaned,
    empty_sheets,
    pack_sheets,
    read_sheets,
    sheets_after,
    sheets_of,
    sheets_of_register,
    standing_changes,
    unpack_sheets,
)
from opencwc.errors import InputError
from opencwc.jobs.archives import pack_uploads
from opencwc.records import to_json

HEAD = "site,plant,chemical,cas,activity,year,quantity,unit,our column\n"
ROWS = (
    HEAD
    + "NORD,A1,thiodiglycol,111-48-8,process,2025,1.5,t,x\n"
    + "NORD,A1,thiodiglycol,111-48-8,process,2025,12 x,t,\n"
    + "NORD,A1,,,sell,2025,3,tons,\n"
)


def sheets_from(text: str):
    return sheets_of_register(read_register({"activities.csv": text.encode()}))


def test_the_faults_of_the_grid_are_those_of_the_file() -> None:
    register = read_register({"activities.csv": ROWS.encode()})
    read = read_sheets(sheets_of_register(register))
    assert [(fault.row, fault.field, fault.problem.says.id) for fault in read.faults] == [
        (problem.place.row, problem.place.field, problem.says.id) for problem in register.problems
    ]
    assert len(read.faults) >= 4
    assert set(read.faults_of("activities", [2])) == {(2, "quantity")}


def test_a_register_comes_back_from_its_json_as_it_was(tmp_path: Path) -> None:
    sheets = sheets_from(ROWS)
    file = tmp_path / "register.json"
    file.write_bytes(pack_sheets(sheets))
    again = read_register(file, {"activities": {field: field for field in ("site", "plant", "quantity")}})
    assert raw_rows(again) == raw_rows(read_register({"activities.csv": ROWS.encode()}))
    assert unpack_sheets(pack_sheets(sheets)) == sheets
    assert "our column" in unpack_sheets(pack_sheets(sheets))["activities"].fields


def test_rows_are_added_changed_and_removed_and_the_reader_sees_it_at_once() -> None:
    sheets = sheets_from(ROWS)
    change = Change(
        "activities", (Added(4, 1), Added(5, 4)), (Cell(4, "site", "NORD"), Cell(2, "quantity", "12")), (3,)
    )
    after = sheets_after(sheets, [change])
    assert after["activities"].order == (1, 4, 5, 2)
    assert sheets["activities"].order == (1, 2, 3), "what stood before stays"
    faults = read_sheets(after).faults
    assert {fault.row for fault in faults} == {4}, "a row without a text is no row"
    assert all("row" not in fault.problem.says.values for fault in faults)
    emptied = sheets_after(after, [Change("activities", cells=(Cell(4, "site", ""),))])
    assert emptied["activities"].texts[4] == {} and not read_sheets(emptied).faults


def test_a_repeated_row_is_named_by_its_number_in_the_grid() -> None:
    first = {"site": "N", "chemical": "x", "activity": "produce", "year": "2025", "quantity": "5", "unit": "kg"}
    sheets = sheets_after(sheets_of({"activities": [first]}), [Change("activities", (Added(2, 0), Added(3, 1)))])
    cells = tuple(Cell(3, field, text) for field, text in first.items())
    (fault,) = read_sheets(sheets_after(sheets, [Change("activities", cells=cells)])).faults
    assert (fault.row, fault.problem.says.values["row"]) == (3, "2")


@pytest.mark.parametrize(
    "change",
    [
        Change("activities", cells=(Cell(9, "site", "x"),)), Change("activities", cells=(Cell(1, "nothing", "x"),)),
        Change("activities", removed=(9,)), Change("activities", added=(Added(1, 0),)),
        Change("activities", added=(Added(7, 8),)), Change("elsewhere"),
    ],
)  # fmt: skip
def test_a_change_that_does_not_fit_is_refused(change: Change) -> None:
    with pytest.raises(InputError):
        sheets_after(sheets_from(ROWS), [change])


def test_the_last_change_is_taken_back_and_then_the_one_before() -> None:
    one, two = Change("sites", removed=(1,)), Change("sites", removed=(2,))
    numbered = [(1, one), (2, two), (3, Change(undoes=2)), (4, Change(undoes=1)), (5, two)]
    assert standing_changes(numbered) == [(5, two)]


def test_a_text_is_kept_in_one_line_and_not_cut() -> None:
    assert cleaned(Change("sites", cells=(Cell(1, "name", " a\nb "),))).cells[0].text == "a b"
    with pytest.raises(InputError, match="2,000"):
        cleaned(Change("sites", cells=(Cell(1, "name", "x" * 2001),)))
    for wrong in ("", "[]", '{"table": 5}'):
        with pytest.raises(InputError):
            change_of(wrong)


def test_an_empty_register_is_read_without_a_fault() -> None:
    assert not read_sheets(empty_sheets()).faults
    assert unpack_sheets(pack_sheets(empty_sheets())) == empty_sheets()


def test_a_row_that_cannot_be_cut_into_cells_is_not_lost_in_the_grid(tmp_path: Path) -> None:
    broken = HEAD + "NORD,A1,thiodiglycol,111-48-8,process,2025,1.5,t,x,one,too,many\n"
    with pytest.raises(InputError) as refused:
        sheets_from(broken)
    assert refused.value.code == "register_cell_not_for_grid"


def test_a_file_is_read_for_the_grid_in_a_confined_process(tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    with archive.open("w+b") as stream:
        pack_uploads([("activities.csv", io.BytesIO(ROWS.encode()))], stream)
        sheets = read_rows(stream, {}, network_must_be_cut=False)
    assert sheets == sheets_from(ROWS)


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=8)
CELLS = st.lists(st.tuples(st.integers(1, 3), st.sampled_from(("site", "quantity", "unit", "date")), TEXTS), max_size=6)


@given(CELLS)
def test_any_change_is_written_down_read_again_and_made_again(cells: list[tuple[int, str, str]]) -> None:
    change = cleaned(Change("activities", cells=tuple(Cell(*cell) for cell in cells)))
    assert change_of(to_json(change)) == change
    after = sheets_after(sheets_from(ROWS), [change])
    again = unpack_sheets(pack_sheets(after))["activities"]
    held = [dict(after["activities"].texts[row]) for row in after["activities"].order if after["activities"].texts[row]]
    assert [dict(again.texts[row]) for row in again.order] == held
