"""Delimited text: what is recognised, what is kept, and that the fast parser and the careful one agree."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opencwc.errors import InputError
from opencwc.files.delimited import CarefulReader, Layout, parse_block, read_records
from opencwc.files.rows import ValueLimits

from .reading import read, write


def test_columns_are_found_by_their_headers(tmp_path: Path) -> None:
    got = read(write(tmp_path / "a.csv", "Product Code,Maker,SMILES\nP1,Acme, CCO \nP2,Acme,C\n"))
    assert (got.table.kind, got.table.column, got.table.id_column) == ("csv", "SMILES", "Product Code")
    assert (got.inputs, got.ids, got.problems) == (["CCO", "C"], ["P1", "P2"], {})


def test_structures_are_preferred_to_numbers_and_numbers_to_names(tmp_path: Path) -> None:
    assert read(write(tmp_path / "a.csv", "name,cas,smiles\na,1,CCO\n")).table.column == "smiles"
    assert read(write(tmp_path / "b.csv", "name,CAS No.\na,64-17-5\n")).table.column == "CAS No."


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_are_recognised(tmp_path: Path, delimiter: str) -> None:
    rows = [("smiles", "remark"), ("CCO", "1,5 kg"), ("CCN", "2,5 kg")]
    text = "".join(delimiter.join(f'"{cell}"' if delimiter in cell else cell for cell in row) + "\n" for row in rows)
    assert read(write(tmp_path / "a.csv", text)).inputs == ["CCO", "CCN"]


def test_the_delimiter_line_of_excel_is_obeyed(tmp_path: Path) -> None:
    got = read(write(tmp_path / "a.csv", "sep=;\r\nname;cas\r\nA, B;64-17-5\r\n"))
    assert (got.table.columns, got.inputs) == (("name", "cas"), ["64-17-5"])


def test_commas_inside_names_do_not_make_columns(tmp_path: Path) -> None:
    text = "1,2-dichloroethane\n1,3-butadiene\n2,4-xylenol\n"
    assert read(write(tmp_path / "a.csv", text)).inputs == text.split()
    assert read(write(tmp_path / "b.csv", "name\n" + text)).inputs == text.split()


def test_a_first_line_of_data_is_a_row(tmp_path: Path) -> None:
    got = read(write(tmp_path / "a.csv", "CCO,64-17-5\nCCN,75-04-7\n"), column="1", id_column="2")
    assert (got.table.columns, got.inputs) == (("col1", "col2"), ["CCO", "CCN"])
    assert got.table.notes[0].id == "note_no_header"


def test_a_list_of_names_loses_no_first_name(tmp_path: Path) -> None:
    assert read(write(tmp_path / "a.csv", "Sarin\nTabun\n")).inputs == ["Sarin", "Tabun"]
    assert read(write(tmp_path / "b.csv", "Sarin,Syria\nTabun,Iraq\n"), column="1").inputs == ["Sarin", "Tabun"]


def test_unknown_headers_over_numbers_are_headers(tmp_path: Path) -> None:
    got = read(write(tmp_path / "a.csv", "Waar,Menge\nSarin,5\nTabun,7\n"), column="Waar")
    assert (got.table.columns, got.inputs) == (("Waar", "Menge"), ["Sarin", "Tabun"])
    assert read(write(tmp_path / "b.csv", "Waar,Menge\nSarin,5\n"), column="1").inputs == ["Sarin"]


def test_an_unknown_column_is_named_with_the_nearest_one(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "smiles,name\nCCO,x\n")
    with pytest.raises(InputError, match=r"no column 'smile'.*Did you mean 'smiles'\?.*2 'name'"):
        read(path, column="smile")
    with pytest.raises(InputError, match="no column '3'"):
        read(path, id_column="3")


def test_unclear_columns_ask_for_a_choice(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"--column.*1 'a'.*2 'b'"):
        read(write(tmp_path / "a.csv", "a,b\n1,2\n3,4\n"))


def test_recognition_by_content_overrides_headers(tmp_path: Path) -> None:
    seen = {}

    def recognise(headers, samples):  # type: ignore[no-untyped-def]
        seen[tuple(headers)] = [list(sample) for sample in samples]
        return "remark"

    got = read(write(tmp_path / "a.csv", "smiles,remark\n-,CCO\n-,\n"), recognise=recognise)
    assert (got.table.column, got.inputs) == ("remark", ["CCO", None])
    assert seen == {("smiles", "remark"): [["-", "-"], ["CCO", None]]}
    assert read(write(tmp_path / "a.csv", "smiles,x\nC,1\n"), recognise=lambda _h, _s: None).table.column == "smiles"


def test_cells_may_hold_delimiters_quotes_and_line_ends(tmp_path: Path) -> None:
    got = read(write(tmp_path / "a.csv", 'id,name\n1,"a, ""b"""\n2,"c\r\nd"\n3,e\n'))
    assert (got.inputs, got.ids) == (['a, "b"', "c\nd", "e"], ["1", "2", "3"])


def test_empty_lines_and_cells_are_rows_but_not_at_the_end(tmp_path: Path) -> None:
    got = read(write(tmp_path / "a.csv", "id,smiles\n1,C\n\n2,\n3,N\n\n \n\n"))
    assert got.inputs == ["C", None, None, "N"]
    assert [got.why(row) for row in (2, 3)] == ["row_empty", "row_empty"]
    assert got.ids[2] == "2"


def test_ragged_rows_are_used_only_where_the_column_is_sure(tmp_path: Path) -> None:
    got = read(write(tmp_path / "a.csv", "id,smiles,x\n1,C\n2\n3,1,2-dichloroethane,y\n4,O,z\n"))
    assert (got.inputs, got.ids) == (["C", None, None, "O"], ["1", "2", None, "4"])
    assert got.problems[2].values == {"expected": 3, "found": 1}
    assert got.problems[3].values == {"expected": 3, "found": 4}
    assert got.why(3) == "row_ragged"


def test_a_quote_left_open_swallows_no_rows(tmp_path: Path) -> None:
    rows = "".join(f"N{n},C\n" for n in range(50))
    got = read(write(tmp_path / "a.csv", 'name,smiles\n"open,C\n' + rows), column="name")
    assert got.why(1) == "row_quote_open"
    assert got.inputs[1:] == [f"N{n}" for n in range(50)]


def test_two_stray_quotes_swallow_no_rows_between_them(tmp_path: Path) -> None:
    rows = "".join(f"C,N{n}\n" for n in range(50))
    got = read(write(tmp_path / "a.csv", f'smiles,name\nC,"one\n{rows}C,two"\nN,x\n'))
    assert len(got.inputs) == 53
    assert (got.why(1), got.inputs[-1], len(got.problems)) == ("row_quote_open", "N", 1)


def test_nul_bytes_spoil_one_row(tmp_path: Path) -> None:
    got = read(write(tmp_path / "a.csv", b"id,smiles\n1,C\n2,C\0C\n3,N\n"))
    assert (got.inputs, got.why(2)) == (["C", None, "N"], "row_nul")


def test_doubled_and_empty_headers_can_be_chosen_by_number(tmp_path: Path) -> None:
    got = read(write(tmp_path / "a.csv", "id,,name,name\n1,x,a,b\n"), column="4")
    assert (got.table.columns, got.inputs) == (("id", "col2", "name", "name"), ["b"])


CELL_PIECES = st.sampled_from(
    ["C", "N(=O)", '"', '""', ",", ",", " ", "\t", "é", "\ufffd", "\0", "\ufeff", "x,y", '","']
)
LINES = st.lists(
    st.one_of(st.just("C,1"), st.just('"C","1"'), st.lists(CELL_PIECES, max_size=6).map("".join)), max_size=12
)


def rows_of(blocks, layout, limits=ValueLimits()):  # type: ignore[no-untyped-def]  # noqa: B008
    rows = []
    for part in read_records(blocks, layout, limits):
        rows += [(i, j, part.problems.get(at)) for at, (i, j) in enumerate(zip(part.inputs, part.ids, strict=True))]
    return rows


@settings(max_examples=400, deadline=None)
@given(LINES, st.integers(1, 3), st.sampled_from([(0, None), (0, 1), (1, 0)]), st.booleans())
def test_the_fast_parser_agrees_with_the_careful_one(lines, width, places, quoted) -> None:  # type: ignore[no-untyped-def]
    layout = Layout(",", max(width, 1 + max(places[0], places[1] or 0)), *places)
    if quoted:
        lines = [",".join('"' + cell.replace('"', '""') + '"' for cell in line.split(",")) for line in lines]
    block = "".join(line + "\n" for line in lines).encode()
    if not block or parse_block(block, layout) is None:
        return
    careful = CarefulReader(layout, ValueLimits())
    parts = [careful.read(block), *careful.finish()]
    expected = [
        (i, j, part.problems.get(at))
        for part in parts
        for at, (i, j) in enumerate(zip(part.inputs, part.ids, strict=True))
    ]
    assert rows_of([block], layout) == expected


@settings(max_examples=200, deadline=None)
@given(LINES, st.lists(st.integers(0, 12), max_size=3))
def test_rows_do_not_depend_on_where_blocks_are_cut(lines, cuts) -> None:  # type: ignore[no-untyped-def]
    layout = Layout(",", 2, 0, 1)
    ends = sorted({0, len(lines), *(cut for cut in cuts if cut < len(lines))})
    blocks = ["".join(line + "\n" for line in lines[a:b]).encode() for a, b in pairwise(ends)]
    whole = "".join(line + "\n" for line in lines).encode()
    assert rows_of([block for block in blocks if block], layout) == rows_of([whole] if whole else [], layout)


def test_quotes_opened_on_every_line_are_read_in_linear_time() -> None:
    block = b'a"b,"\n' * 20_000
    assert len(rows_of([block], Layout(",", 2, 0, 1))) >= 1
    assert len(rows_of([block] * 5, Layout(",", 2, 0, 1), ValueLimits(max_value_bytes=1000))) >= 1
