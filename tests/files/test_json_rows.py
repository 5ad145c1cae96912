"""JSON and JSON Lines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opencwc.errors import InputError

from .reading import read, write

OBJECTS = [{"id": 1, "smiles": "CCO"}, {"id": 2, "smiles": None}, {"smiles": 'x",]}{[\\"', "more": {"a": [1, "]"]}}]
INPUTS = ["CCO", None, 'x",]}{[\\"']


@pytest.mark.parametrize(
    "shape",
    [
        json.dumps,
        lambda rows: json.dumps(rows, indent=2),
        lambda rows: json.dumps({"count": 3, "meta": {"a": [1]}, "rows": rows}),
    ],
)
def test_arrays_of_objects_are_rows(tmp_path: Path, shape) -> None:  # type: ignore[no-untyped-def]
    got = read(write(tmp_path / "a.json", shape(OBJECTS)))
    assert (got.table.kind, got.table.columns) == ("json", ("id", "smiles", "more"))
    assert (got.inputs, got.ids, got.why(2)) == (INPUTS, ["1", "2", None], "row_empty")


def test_arrays_of_strings_and_single_objects_are_rows(tmp_path: Path) -> None:
    assert read(write(tmp_path / "a.json", '["CCO", "CCN"]')).inputs == ["CCO", "CCN"]
    assert read(write(tmp_path / "b.json", '{"smiles": "CCO"}')).inputs == ["CCO"]


def test_a_bad_element_is_one_row(tmp_path: Path) -> None:
    got = read(write(tmp_path / "a.json", '[{"smiles": "C"}, {"smiles": nonsense}, 7, {"smiles": "N"},]'))
    assert (got.inputs, got.why(2), got.why(3)) == (["C", None, None, "N"], "row_bad_json", "row_bad_json")


def test_an_array_cut_short_says_so(tmp_path: Path) -> None:
    got = read(write(tmp_path / "a.json", '[{"smiles": "C"}, {"smiles": "CCO'))
    assert (got.inputs, got.why(2)) == (["C", None], "record_cut")


def test_lines_are_rows_and_a_bad_line_is_one_row(tmp_path: Path) -> None:
    got = read(write(tmp_path / "a.jsonl", '{"smiles":"C","id":"a"}\n{"smiles":\n\n"CCO"\n{"smiles":"N"}\n'))
    assert (got.table.kind, got.inputs) == ("jsonl", ["C", None, None, None, "N"])
    assert [got.why(row) for row in (2, 3)] == ["row_bad_json", "row_empty"]


def test_lines_called_json_are_read_as_lines(tmp_path: Path) -> None:
    got = read(write(tmp_path / "a.json", '{"smiles":"C"}\n{"smiles":"N"}\n'))
    assert (got.table.kind, got.inputs) == ("jsonl", ["C", "N"])


def test_half_a_surrogate_pair_loses_only_itself(tmp_path: Path) -> None:
    got = read(write(tmp_path / "a.jsonl", '{"smiles":"\\ud800"}\n{"smiles":"a\\u0000"}\n'))
    assert (got.inputs[0], got.why(2)) == ("?", "row_nul")


def test_a_long_element_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("opencwc.files.text_stream.CHUNK_BYTES", 500)
    rows = [{"smiles": "C"}, {"smiles": "N" * 5000 + '\\"'}, {"smiles": "O"}, ["x"] * 3000, {"smiles": "S"}]
    got = read(write(tmp_path / "a.json", json.dumps(rows)), max_value_bytes=1000)
    assert got.inputs == ["C", None, "O", None, "S"]
    assert (got.why(2), got.why(4)) == ("row_too_long", "row_too_long")


def test_json_without_rows_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no array of rows|cannot be read"):
        read(write(tmp_path / "a.json", '"CCO"'))
    with pytest.raises(InputError, match="cannot be read"):
        read(write(tmp_path / "b.json", '{"smiles": '))


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.dictionaries(st.sampled_from(["smiles", "b"]), st.text(max_size=8), min_size=1), min_size=1),
    st.integers(3, 40),
)
def test_elements_do_not_depend_on_chunks(tmp_path_factory, rows, size) -> None:  # type: ignore[no-untyped-def]
    path = write(tmp_path_factory.mktemp("json") / "a.json", json.dumps(rows, ensure_ascii=True))
    whole = read(path, column="1")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("opencwc.files.text_stream.CHUNK_BYTES", size)
        assert read(path, column="1").inputs == whole.inputs
    assert len(whole.inputs) == len(rows)
