"""Parquet files."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from opencwc.errors import InputError

from .reading import read, write


def test_only_the_wanted_columns_are_read_as_text(tmp_path: Path) -> None:
    columns = {"id": [1, 2, 3], "smiles": ["CCO", None, " N "], "more": [[1], [2], []]}
    parquet.write_table(pa.table(columns), tmp_path / "a.csv")
    got = read(tmp_path / "a.csv")
    assert (got.table.kind, got.inputs, got.ids) == ("parquet", ["CCO", None, "N"], ["1", "2", "3"])
    assert got.table.notes[0].values == {"said": "csv", "found": "parquet"}
    assert got.table.bytes_read() == got.table.size_bytes
    with pytest.raises(InputError, match="'more' contains no text"):
        read(tmp_path / "a.csv", column="more")


def test_it_is_read_from_a_pipe_and_compressed(tmp_path: Path) -> None:
    parquet.write_table(pa.table({"smiles": ["C", "N"] * 50_000}), tmp_path / "a.parquet")
    data = (tmp_path / "a.parquet").read_bytes()
    assert read(io.BytesIO(data)).inputs == ["C", "N"] * 50_000
    assert read(write(tmp_path / "b.gz", gzip.compress(data)), batch_rows=999).inputs == ["C", "N"] * 50_000


def test_text_columns_of_any_arrow_kind_are_text(tmp_path: Path) -> None:
    for number, kind in enumerate((pa.large_string(), pa.binary(), pa.dictionary(pa.int32(), pa.string()))):
        path = tmp_path / f"{number}.parquet"
        parquet.write_table(pa.table({"smiles": pa.array(["C", "C\0"]).cast(kind)}), path)
        got = read(path)
        assert (got.inputs, got.why(2)) == (["C", None], "row_nul")


def test_bytes_that_are_no_text_spoil_one_row(tmp_path: Path) -> None:
    parquet.write_table(pa.table({"smiles": pa.array([b"C", b"\xff", b"N"])}), tmp_path / "a.parquet")
    got = read(tmp_path / "a.parquet")
    assert (got.inputs, got.why(2)) == (["C", None, "N"], "row_undecodable")


def test_long_values_stored_once_stay_small(tmp_path: Path) -> None:
    values = pa.DictionaryArray.from_arrays(pa.array([0] * 2000, pa.int32()), pa.array(["C" * 900_000]))
    parquet.write_table(pa.table({"smiles": values}), tmp_path / "a.parquet", store_schema=False)
    assert (tmp_path / "a.parquet").stat().st_size < 1_000_000
    from opencwc.files import open_table

    before = pa.total_allocated_bytes()
    peak = rows = 0
    for batch in open_table(tmp_path / "a.parquet").batches():
        rows += len(batch)
        peak = max(peak, pa.total_allocated_bytes() - before)
        assert batch.inputs.estimated_size() < 80_000_000
    assert rows == 2000
    assert peak < 100_000_000


def test_damaged_files_are_refused(tmp_path: Path) -> None:
    parquet.write_table(pa.table({"smiles": ["C"] * 100}), tmp_path / "a.parquet")
    data = (tmp_path / "a.parquet").read_bytes()
    for damaged in (data[:100], data[:-20], b"PAR1" + bytes(50), b"PAR1"):
        with pytest.raises(InputError, match="cannot be read"):
            read(write(tmp_path / "b.parquet", damaged))
