"""What is a structure is read; what is none comes back with a reason that a person can act on."""

from __future__ import annotations

import pytest
from rdkit import Chem

from opencwc.chemistry.molecule_reader import MAX_TEXT, Unreadable, read_structure


@pytest.mark.parametrize(
    ("text", "reason", "values"),
    [
        ("C1CC", "unreadable_ring_open", {"label": "1", "position": 2}),
        ("CC(C", "unreadable_branch_open", {"position": 3}),
        ("CC)C", "unreadable_branch_closed", {"position": 3}),
        ("C[Na", "unreadable_bracket_open", {"position": 2}),
        ("CC?", "unreadable_symbol", {"symbol": "?", "position": 3}),
        ("Sarin", "unreadable_symbol", {"symbol": "a", "position": 2}),
        ("c1cccc1", "unreadable_aromatic", {}),
        ("C(C)(C)(C)(C)C", "unreadable_valence", {"element": "C", "number": 1}),
        ("C" * (MAX_TEXT + 1), "unreadable_long", {"length": MAX_TEXT + 1, "limit": MAX_TEXT}),
        ("C\x00C", "unreadable_nul", {}),
        ("C1C1", "unreadable_smiles", {}),
    ],
)
def test_a_text_that_is_no_smiles_is_explained(text: str, reason: str, values: dict[str, object]) -> None:
    read = read_structure(text, "smiles")
    assert isinstance(read, Unreadable)
    assert read.reason.id == reason
    assert read.reason.values == values


@pytest.mark.parametrize("text", ["InChI=1S/nonsense", "InChI=", "InChI=1S/C4H10FO2P/c1-4(2)7-8(3,5)999"])
def test_a_text_that_is_no_inchi_is_said_to_be_none(text: str) -> None:
    read = read_structure(text, "inchi")
    assert isinstance(read, Unreadable)


def test_the_same_molecule_is_read_from_smiles_inchi_and_mol_block() -> None:
    smiles = "CC(C)OP(C)(=O)F"
    mol = Chem.MolFromSmiles(smiles)
    texts = {"smiles": smiles, "inchi": Chem.MolToInchi(mol), "molblock": Chem.MolToMolBlock(mol)}
    read = {kind: read_structure(text, kind) for kind, text in texts.items()}
    assert {Chem.MolToSmiles(mol) for mol in read.values() if not isinstance(mol, Unreadable)} == {smiles}
    assert len(read) == 3


def test_a_long_chain_is_read_and_one_of_ten_thousand_carbons_is_refused_with_the_limit() -> None:
    read = read_structure("C" * 3_000, "smiles")
    assert not isinstance(read, Unreadable)
    assert read.GetNumAtoms() == 3_000
    refused = read_structure("C" * 10_000, "smiles")
    assert isinstance(refused, Unreadable)
    assert refused.reason.values["atoms"] == 10_000


def test_an_empty_mol_block_holds_no_atom() -> None:
    read = read_structure("\n  x\n\n  0  0  0  0  0  0  0  0  0  0999 V2000\nM  END\n", "molblock")
    assert isinstance(read, Unreadable)
    assert read.reason.id == "unreadable_empty"
