"""Each step of standardisation does one thing, says so, and leaves alone what it is not about."""

from __future__ import annotations

import pytest
from rdkit import Chem

from opencwc.chemistry.molecule_reader import Unreadable, read_structure
from opencwc.chemistry.standardisation import Standardised, standardise


def standard(text: str) -> Standardised:
    mol = read_structure(text, "smiles")
    assert not isinstance(mol, Unreadable)
    return standardise(mol)


def canonical(text: str) -> str:
    return str(Chem.MolToSmiles(Chem.MolFromSmiles(text)))


@pytest.mark.parametrize(
    ("drawn", "meant", "step"),
    [
        ("CC(C)O[P+](C)([O-])F", "CC(C)OP(C)(=O)F", "step_charges_joined"),
        ("Cl[S+]([O-])Cl", "O=S(Cl)Cl", "step_charges_joined"),
        ("[O-][C+](Cl)Cl", "O=C(Cl)Cl", "step_charges_joined"),
        ("COP(O)OC", "CO[PH](=O)OC", "step_tautomer"),
        ("CO[P+](=O)OC", "CO[PH](=O)OC", "step_hydride"),
        ("CP(O)OCCN(C)C", "CN(C)CCO[PH](C)=O", "step_tautomer"),
        ("CC[N+](CC)=C(C)NP(C)(=O)F", "CCN(CC)C(C)=NP(C)(=O)F", "step_amidinium"),
        ("[13CH3]P(=O)(Cl)Cl", "CP(=O)(Cl)Cl", "step_isotopes"),
        ("[2H]C([2H])([2H])P(=O)(Cl)Cl", "CP(=O)(Cl)Cl", "step_isotopes"),
        ("C[C@H](OP(C)(=O)F)C(C)(C)C", "CC(OP(C)(=O)F)C(C)(C)C", "step_stereo"),
        ("Cl/C=C/[As](Cl)Cl", "ClC=C[As](Cl)Cl", "step_stereo"),
        ("C[NH+](C)CCO", "CN(C)CCO", "step_protons"),
        ("CP(=O)([O-])O", "CP(=O)(O)O", "step_protons"),
    ],
)
def test_one_drawing_is_turned_into_the_other_and_the_step_is_told(drawn: str, meant: str, step: str) -> None:
    done = standard(drawn)
    assert [canonical(part.smiles) for part in done.components] == [canonical(meant)]
    assert step in {step.id for step in done.steps}


@pytest.mark.parametrize(
    "text", ["C[N+](=O)[O-]", "C[N+](C)(C)[O-]", "[N-]=[N+]=NC", "C[N+](C)(C)C", "CP(=O)(Cl)Cl", "COP(OC)OC"]
)
def test_what_needs_no_change_is_left_as_it_is_and_nothing_is_told(text: str) -> None:
    done = standard(text)
    assert [part.smiles for part in done.components] == [canonical(text)]
    assert done.steps == ()


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("CN(C)CCO.Cl", ["protonated", "anionic"]),
        ("C[NH+](C)CCO.[Cl-]", ["protonated", "anionic"]),
        ("CN(C)CCO.[Na+].[Cl-]", ["free", "charged", "anionic"]),
        ("OCCSCCO.Cl", ["free", "free"]),
        ("C[N+](C)(C)CCO.[Cl-]", ["charged", "anionic"]),
        ("C[NH2+]CC(=O)[O-]", ["free"]),
        ("[Na+].OC(c1ccccc1)(c1ccccc1)C(=O)[O-]", ["charged", "anionic"]),
        ("CCO.CP(=O)(Cl)Cl", ["free", "free"]),
    ],
)
def test_the_salt_form_of_each_part_is_seen(text: str, forms: list[str]) -> None:
    assert [part.form for part in standard(text).components] == forms


def test_water_and_small_ions_are_named_for_what_they_are() -> None:
    assert [part.role for part in standard("CN(C)CCO.O.[Na+].Cl").components] == ["main", "water", "ion", "ion"]


def test_bonds_to_metals_are_redrawn_as_ions() -> None:
    done = standard("O=P(C)(O[Na])O[Na]")
    assert sorted(part.smiles for part in done.components) == ["CP(=O)(O)O", "[Na+]", "[Na+]"]
    assert "step_metals" in {step.id for step in done.steps}


def test_the_input_molecule_is_not_changed() -> None:
    mol = Chem.MolFromSmiles("[13CH3]O[P+](C)([O-])F")
    before = Chem.MolToSmiles(mol)
    standardise(mol)
    assert Chem.MolToSmiles(mol) == before


def test_standardising_twice_is_standardising_once() -> None:
    for text in ("CP(O)OCCN(C)C", "CC[N+](CC)=C(C)NP(C)(=O)F", "OCC[NH+](CCO)CCO", "CO[P+](=O)OC"):
        once = standard(text).components[0].smiles
        assert standard(once).components[0].smiles == once


def test_a_repeating_unit_of_a_mol_file_is_marked_as_polymer() -> None:
    block = Chem.MolToV3KMolBlock(Chem.MolFromSmiles("*CC(C)* |$star_e;;;;star_e$,Sg:n:1,2,3::ht|"))
    mol = read_structure(block, "molblock")
    assert not isinstance(mol, Unreadable)
    assert standardise(mol).polymer
