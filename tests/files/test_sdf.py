"""SDF and MOL files."""

from __future__ import annotations

from pathlib import Path

import pytest
from rdkit import Chem

from opencwc.errors import InputError

from .reading import read, write

BLOCK = Chem.MolToMolBlock(Chem.MolFromSmiles("CCO"))


def record(title: str = "", **items: str) -> str:
    data = "".join(f">  <{name}>\n{value}\n\n" for name, value in items.items())
    return title + BLOCK + data + "$$$$\n"


def test_each_record_is_a_mol_block_with_its_title(tmp_path: Path) -> None:
    got = read(write(tmp_path / "a.sdf", record("one") + record() + record("three", CAS="64-17-5")))
    assert (got.table.kind, got.table.inputs_are, got.table.column) == ("sdf", "molblock", "structure")
    assert got.ids == ["one", None, "three"]
    assert got.inputs == ["one" + BLOCK, BLOCK, "three" + BLOCK]
    assert all(Chem.MolFromMolBlock(block).GetNumAtoms() == 3 for block in got.inputs if block)


def test_a_data_item_can_be_the_id_or_the_input(tmp_path: Path) -> None:
    path = write(tmp_path / "a.sdf", record("one", CODE="P1", CAS="64-17-5") + record("two", CODE="P2"))
    assert read(path, id_column="CODE").ids == ["P1", "P2"]
    got = read(path, column="CAS", id_column="CODE")
    assert (got.inputs, got.ids, got.table.inputs_are) == (["64-17-5", None], ["P1", "P2"], "text")
    with pytest.raises(InputError, match=r"no column 'X'.*'CODE'"):
        read(path, column="X")


def test_a_file_cut_in_the_middle_says_so(tmp_path: Path) -> None:
    whole = record("one") + record("two")
    got = read(write(tmp_path / "a.sdf", whole[: len(record("one")) + 60]))
    assert (len(got.inputs), got.why(2), got.ids[1]) == (2, "record_cut", "two")
    got = read(write(tmp_path / "b.sdf", (record("one") + record("two")).removesuffix("$$$$\n")))
    assert (got.ids, got.problems) == (["one", "two"], {})


def test_an_empty_record_is_a_row(tmp_path: Path) -> None:
    got = read(write(tmp_path / "a.sdf", record("one") + "$$$$\n" + record("three")))
    assert (got.ids, got.why(2)) == (["one", None, "three"], "row_empty")


def test_a_record_too_long_is_passed_over(tmp_path: Path) -> None:
    long = record("two").replace(BLOCK, BLOCK.replace("M  END", "M  XXX\n" * 2000 + "M  END"))
    got = read(write(tmp_path / "a.sdf", record("one") + long + record("three", NOTE="x" * 900)), max_value_bytes=1000)
    assert (got.ids, got.why(2), list(got.problems)) == (["one", "two", "three"], "row_too_long", [2])


def test_a_mol_file_is_one_row(tmp_path: Path) -> None:
    got = read(write(tmp_path / "a.mol", "x" + BLOCK.replace("\n", "\r\n")))
    assert (got.table.kind, got.inputs) == ("mol", ["x" + BLOCK])


def test_a_mol_file_is_known_by_its_content(tmp_path: Path) -> None:
    got = read(write(tmp_path / "a.csv", record("one") + record("two")))
    assert (got.table.kind, got.ids) == ("sdf", ["one", "two"])
    assert got.table.notes[0].values == {"said": "csv", "found": "sdf"}


def test_records_do_not_depend_on_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "a.sdf", "".join(record(f"m{n}", CODE=f"P{n}") for n in range(40)))
    whole = read(path, id_column="CODE")
    monkeypatch.setattr("opencwc.files.text_stream.CHUNK_BYTES", 97)
    pieces = read(path, id_column="2", batch_rows=7)
    assert pieces.inputs == whole.inputs
    assert whole.ids == [f"P{n}" for n in range(40)]
