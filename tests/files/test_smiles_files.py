"""SMILES files and plain lists."""

from __future__ import annotations

from pathlib import Path

from .reading import read, write


def test_the_name_follows_the_smiles(tmp_path: Path) -> None:
    got = read(write(tmp_path / "a.smi", "CCO ethyl alcohol\n  CCN\tP2\t45.08\nC\n"))
    assert (got.inputs, got.ids) == (["CCO", "CCN", "C"], ["ethyl alcohol", "P2", None])
    assert (got.table.kind, got.table.column, got.table.id_column) == ("smi", "smiles", "name")


def test_a_header_is_recognised_and_a_structure_is_none(tmp_path: Path) -> None:
    got = read(write(tmp_path / "a.smi", "\nSMILES code\nCCO P1\n"))
    assert (got.table.columns, got.inputs, got.ids) == (("SMILES", "code"), ["CCO"], ["P1"])
    assert read(write(tmp_path / "b.smi", "CO methanol\n")).inputs == ["CO"]


def test_extensions_between_bars_stay_with_their_smiles(tmp_path: Path) -> None:
    got = read(write(tmp_path / "a.smi", "C* |$;R1 x$| P1\nCC |o1:1|\nC P|2\n"))
    assert (got.inputs, got.ids) == (["C* |$;R1 x$|", "CC |o1:1|", "C"], ["P1", None, "P|2"])


def test_blank_lines_count_but_not_at_the_end(tmp_path: Path) -> None:
    got = read(write(tmp_path / "a.smi", "C a\n\n \nN b\n\n\n"), batch_rows=2)
    assert (got.inputs, list(got.problems)) == (["C", None, None, "N"], [2, 3])
    assert {got.why(row) for row in got.problems} == {"row_empty"}


def test_nul_bytes_spoil_one_line(tmp_path: Path) -> None:
    got = read(write(tmp_path / "a.smi", b"C a\nC\0 b\nN c\n"))
    assert (got.inputs, got.why(2)) == (["C", None, "N"], "row_nul")


def test_a_list_keeps_whole_lines(tmp_path: Path) -> None:
    got = read(write(tmp_path / "a.txt", "ethyl alcohol\nmustard gas\n"))
    assert (got.table.kind, got.inputs) == ("text", ["ethyl alcohol", "mustard gas"])
    assert read(write(tmp_path / "b.txt", "CAS No.\n64-17-5\n")).inputs == ["64-17-5"]


def test_a_text_of_smiles_is_a_smiles_file(tmp_path: Path) -> None:
    got = read(write(tmp_path / "a.txt", "CCO one\nCC(=O)O two\n"))
    assert (got.table.kind, got.inputs, got.ids) == ("smi", ["CCO", "CC(=O)O"], ["one", "two"])


def test_columns_of_a_smiles_file_can_be_chosen(tmp_path: Path) -> None:
    got = read(write(tmp_path / "a.smi", "CCO ethanol\n"), column="name", id_column="smiles")
    assert (got.inputs, got.ids) == (["ethanol"], ["CCO"])
