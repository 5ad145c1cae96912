"""Any table at all as a register: nothing but our own errors, and every row is read or said."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from xlsxwriter import Workbook

from opencwc.declarations.model import ACTIVITY_FIELDS, Register
from opencwc.declarations.previews import preview, preview_line
from opencwc.declarations.register_reader import read_register
from opencwc.declarations.register_template import template_words
from opencwc.errors import InputError
from opencwc.wording import LANGUAGES

PATIENT = settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
HEADINGS = st.sampled_from(
    [
        *ACTIVITY_FIELDS,
        *(heading for lang in LANGUAGES for heading in template_words(lang).activities.values()),
        *("", "row", "problem", "Quantity (kg)", "Menge [t]", "=A1", "site", "col1", "2025", "\u202egnirts", "x" * 300),
    ]
)
CELLS = st.one_of(
    st.sampled_from(
        [
            *(
                "",
                " ",
                "A-1",
                "a-1",
                "produce",
                "import",
                "2025",
                "FY2025",
                "1,234",
                "1.234",
                "12,5",
                "-5",
                "1e999",
                "0",
            ),
            *(
                "kg",
                "t",
                "tons",
                "l",
                "<30",
                "30-40 %",
                "#REF!",
                "yes",
                "peut-être",
                "31/12/2025",
                "45720",
                "٢٠٢٥",
                "نعم",
            ),
            *(
                "=1+1",
                "'=1+1",
                "@x",
                '"',
                "a\nb",
                "\t",
                "thiodiglycol",
                "111-48-8",
                "FRA",
                "Atlantis",
                "9" * 400,
                "NaN",
            ),
        ]
    ),
    st.text(max_size=12),
)
VALUES = st.one_of(
    CELLS, st.none(), st.booleans(), st.integers(-(10**30), 10**30), st.floats(), st.lists(CELLS, max_size=2)
)
USUAL = ["site", "chemical", "activity", "quantity"]
ROW = ["A", "thiodiglycol", "produce", "5 kg"]


def assert_every_row_is_read_or_said(register: Register, filled: int | None) -> None:
    read = {activity.row for activity in register.activities}
    unjudged = {
        problem.place.row
        for problem in register.problems
        if problem.unjudged and problem.place.table == "activities" and problem.place.row
    }
    assert not read & unjudged
    assert len(read) == len(register.activities)
    rows = len(register.origins["activities"].rows)
    assert read | unjudged == set(range(1, rows + 1))
    assert filled is None or rows == filled


def filled_rows(rows: Iterable[list[str]]) -> int:
    return sum(any("".join(cell.split()) for cell in row) for row in rows)


@PATIENT
@given(
    more=st.lists(HEADINGS, max_size=6),
    rows=st.lists(st.lists(CELLS, min_size=1, max_size=10), max_size=6),
    mark=st.sampled_from(",;\t|"),
)
def test_any_text_file_is_read_row_by_row_or_refused(
    more: list[str], rows: list[list[str]], mark: str, tmp_path: Path
) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=mark).writerows([[*USUAL, *more], ROW, *rows])
    file = tmp_path / "r.csv"
    file.write_bytes(out.getvalue().encode("utf-8", "replace"))
    try:
        register = read_register(file)
    except InputError:
        return
    assert_every_row_is_read_or_said(register, None)


@PATIENT
@given(data=st.binary(max_size=400))
@example(data=b"\x00" * 50)
@example(data=b"site,chemical,activity,quantity\n" + b'"' * 99)
@example(data=b"site,chemical,activity,quantity\nA,x,produce,5 kg\n\xff\xfe\n\x00,\n")
def test_any_bytes_are_a_register_or_refused(data: bytes, tmp_path: Path) -> None:
    for name in ("r.csv", "r.json", "r.xlsx", "r.ods", "r.parquet", "r"):
        file = tmp_path / name
        file.write_bytes(data)
        try:
            register = read_register(file)
        except InputError:
            continue
        assert_every_row_is_read_or_said(register, None)


@PATIENT
@given(elements=st.lists(st.one_of(st.dictionaries(HEADINGS | CELLS, VALUES, max_size=8), VALUES), max_size=6))
def test_any_json_is_read_element_by_element_or_refused(elements: list[object], tmp_path: Path) -> None:
    file = tmp_path / "r.json"
    file.write_text(json.dumps([dict(zip(USUAL, ROW, strict=True)), *elements]), encoding="utf-8")
    try:
        register = read_register(file)
    except InputError:
        return
    assert_every_row_is_read_or_said(register, None)


@PATIENT
@given(
    more=st.lists(HEADINGS, max_size=5),
    rows=st.lists(st.lists(VALUES.filter(lambda value: not isinstance(value, list)), max_size=9), max_size=5),
    merged=st.lists(st.tuples(st.integers(1, 6), st.integers(0, 6), st.integers(0, 2), st.integers(0, 2)), max_size=1),
    formula=st.tuples(st.integers(1, 6), st.integers(0, 6), st.sampled_from(["", 0, 5, "#REF!", "x"])),
)
def test_any_workbook_is_read_row_by_row_or_refused(
    more: list[str],
    rows: list[list[object]],
    merged: list[tuple[int, int, int, int]],
    formula: tuple[int, int, object],
    tmp_path: Path,
) -> None:
    file = tmp_path / "r.xlsx"
    with Workbook(str(file), {"strings_to_formulas": False, "nan_inf_to_errors": True}) as book:
        sheet = book.add_worksheet("activities")
        for at, row in enumerate([[*USUAL, *more], ROW, *rows]):
            for column, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(at, column, value.encode("utf-8", "replace").decode())
                elif value is not None:
                    sheet.write(at, column, value)
        sheet.write_formula(formula[0], formula[1], "=A1", None, formula[2])
        for top, left, down, right in merged:
            if down or right:
                sheet.merge_range(top, left, top + down, left + right, "merged")
    try:
        register = read_register(file)
    except InputError:
        return
    assert_every_row_is_read_or_said(register, None)
    line = preview_line(preview({file.name: file}, {}))
    assert (line["activities"], line["problem_count"]) == (len(register.activities), len(register.problems))
    json.dumps(line)
