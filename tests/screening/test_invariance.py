"""A hit must not depend on how it was drawn: atom order, hydrogens, Kekulé form, isotopes, stereo, charges, salts."""

from __future__ import annotations

import random
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdkit import Chem

from opencwc.convention.fields import load_yaml
from opencwc.screening.model import Outcome
from opencwc.screening.rulebook import Rulebook
from opencwc.screening.screener import Screener

CASES = Path(__file__).parents[1] / "cases" / "screening"
AS_OF = date(2026, 11, 24)


@cache
def screener() -> Screener:
    return Screener(Rulebook.of(AS_OF))


@cache
def drawings() -> tuple[str, ...]:
    """Every structure of the cases: the printed examples, their borders and the near-misses."""
    cases = [case for file in sorted(CASES.glob("*.yaml")) for case in load_yaml(file.read_text(encoding="utf-8"))]
    texts = dict.fromkeys(case["input"] for case in cases if case.get("as", "smiles") == "smiles" and case["input"])
    return tuple(text for text in texts if Chem.MolFromSmiles(text) is not None)


def judged(text: str, kind: str = "smiles") -> set[tuple[str, str, str]]:
    """What matters of an answer: the entries and their verdicts, whatever the components' order."""
    outcomes: tuple[Outcome, ...] = screener().answer(text, kind)
    return {
        (str(outcome.verdict), outcome.rule.list if outcome.rule else "", outcome.rule.entry if outcome.rule else "")
        for outcome in outcomes
    }


def shuffled(mol: Chem.Mol, seed: int) -> Chem.Mol:
    order = list(range(mol.GetNumAtoms()))
    random.Random(seed).shuffle(order)
    return Chem.RenumberAtoms(mol, order)


def redrawn(text: str, seed: int) -> list[str]:
    """Draw the same molecule in several other ways."""
    mol = Chem.MolFromSmiles(text)
    other = shuffled(mol, seed)
    ways = [
        Chem.MolToSmiles(other, canonical=False),
        Chem.MolToSmiles(other, doRandom=True),
        Chem.MolToSmiles(other, allBondsExplicit=True, canonical=False),
        Chem.MolToSmiles(other, allHsExplicit=True, canonical=False),
    ]
    kekule = Chem.Mol(other)
    Chem.Kekulize(kekule, clearAromaticFlags=True)
    ways.append(Chem.MolToSmiles(kekule, kekuleSmiles=True, canonical=False))
    if mol.GetNumAtoms() < 60:
        ways.append(Chem.MolToSmiles(Chem.AddHs(other), canonical=False))
    labelled = Chem.Mol(other)
    masses = {6: 13, 7: 15, 8: 18, 9: 18, 15: 32, 16: 34, 17: 37, 35: 81}
    for atom in labelled.GetAtoms():
        atom.SetIsotope(masses.get(atom.GetAtomicNum(), 0))
    ways.append(Chem.MolToSmiles(labelled))
    mapped = Chem.Mol(other)
    for atom in mapped.GetAtoms():
        if atom.GetAtomicNum():
            atom.SetAtomMapNum(atom.GetIdx() + 1)
    ways.append(Chem.MolToSmiles(mapped, canonical=False))
    return ways


@settings(max_examples=400, deadline=None)
@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_a_molecule_drawn_in_other_ways_gets_the_same_answer(pick: int, seed: int) -> None:
    text = drawings()[pick % len(drawings())]
    expected = judged(text)
    for way in redrawn(text, seed):
        assert judged(way) == expected, (text, way)


def test_every_case_keeps_its_answer_in_one_random_order_of_atoms() -> None:
    for number, text in enumerate(drawings()):
        way = Chem.MolToSmiles(shuffled(Chem.MolFromSmiles(text), number), canonical=False)
        assert judged(way) == judged(text), (text, way)


def test_every_stereoisomer_of_a_case_gets_the_answer_of_the_flat_drawing() -> None:
    from rdkit.Chem.EnumerateStereoisomers import EnumerateStereoisomers, StereoEnumerationOptions

    options = StereoEnumerationOptions(maxIsomers=4, rand=7)
    for text in drawings()[::3]:
        mol = Chem.MolFromSmiles(text)
        flat = Chem.MolToSmiles(mol, isomericSmiles=False)
        expected = judged(flat)
        for isomer in EnumerateStereoisomers(mol, options=options):
            assert judged(Chem.MolToSmiles(isomer)) == expected, text


def test_a_mol_block_gets_the_answer_of_the_smiles() -> None:
    for text in drawings()[::5]:
        if "*" not in text:
            assert judged(Chem.MolToMolBlock(Chem.MolFromSmiles(text)), "molblock") == judged(text), text


@pytest.mark.parametrize(
    ("neutral", "charged"),
    [
        ("CCN(CC)CCCl.Cl", "CC[NH+](CC)CCCl.[Cl-]"),
        ("CC(C)N(CCS)C(C)C.Br", "CC(C)[NH+](CCS)C(C)C.[Br-]"),
        ("CCOP(C)(=O)SCCN(C(C)C)C(C)C.OC(=O)C(O)=O", "CCOP(C)(=O)SCC[NH+](C(C)C)C(C)C.[O-]C(=O)C(O)=O"),
        ("OCCN(CCO)CCO.Cl", "OCC[NH+](CCO)CCO.[Cl-]"),
        ("CP(=O)(O)O.N", "CP(=O)([O-])O.[NH4+]"),
    ],
)
def test_a_salt_is_the_same_drawn_with_charges_or_side_by_side(neutral: str, charged: str) -> None:
    assert judged(neutral) == judged(charged)


def test_water_of_crystallisation_changes_nothing() -> None:
    for text in drawings()[::4]:
        assert judged(f"{text}.O.O") == judged(text), text
