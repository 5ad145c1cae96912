"""Places and cores judge what stands in them exactly, and the salt and exception clauses follow the entry's words."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdkit import Chem

from opencwc.convention import Structure
from opencwc.errors import RuleError
from opencwc.finding import Verdict
from opencwc.screening.cores import compile_structure
from opencwc.screening.groups import Answer, parse_place
from opencwc.screening.rulebook import Rulebook
from opencwc.screening.screener import Screener
from opencwc.wording import sentence


def fits(core: str, places: dict[str, str], text: str, **fields: object) -> Answer:
    drawing = compile_structure(Structure(core, places, **fields))
    fits_found = [fit.answer for core in drawing.cores if (fit := core.fit(Chem.MolFromSmiles(text)))]
    return Answer.YES if Answer.YES in fits_found else fits_found[0] if fits_found else Answer.NO


@pytest.mark.parametrize(
    ("place", "group", "answer"),
    [
        ("alkyl(R4)", "C", Answer.YES),
        ("alkyl(R4)", "CC", Answer.YES),
        ("alkyl(R4)", "CCC", Answer.YES),
        ("alkyl(R4)", "C(C)C", Answer.YES),
        ("alkyl(R4)", "CCCC", Answer.NO),
        ("alkyl(R4)", "C1CC1", Answer.NO),
        ("alkyl(R4)", "CCO", Answer.NO),
        ("alkyl(R4)", "C=C", Answer.NO),
        ("alkyl(R4)", "CF", Answer.NO),
        ("alkyl(max=10, cyclo=true)", "C1CCCCC1", Answer.YES),
        ("alkyl(max=10, cyclo=true)", "CC1CCCCC1", Answer.YES),
        ("alkyl(max=10, cyclo=true)", "C1CC2CCC1C2", Answer.MAYBE),
        ("alkyl(max=10)", "C1CCCCC1", Answer.NO),
        ("alkyl(max=10, cyclo=true)", "C" * 10, Answer.YES),
        ("alkyl(max=10, cyclo=true)", "C" * 11, Answer.NO),
        ("alkyl(max=9, cyclo=true, doubt=10)", "C" * 9, Answer.YES),
        ("alkyl(max=9, cyclo=true, doubt=10)", "C" * 10, Answer.MAYBE),
        ("alkyl(max=9, cyclo=true, doubt=10)", "C" * 11, Answer.NO),
        ("alkyl(max=10, cyclo=true)", "c1ccccc1", Answer.NO),
        ("halogen", "I", Answer.YES),
        ("halogen", "C", Answer.NO),
        ("alkyl(max=10, bearing=hydroxyl|cyano|acetoxy, at=1..8)", "CCO", Answer.YES),
        ("alkyl(max=10, bearing=hydroxyl|cyano|acetoxy, at=1..8)", "CCCC#N", Answer.YES),
        ("alkyl(max=10, bearing=hydroxyl|cyano|acetoxy, at=1..8)", "CCCOC(C)=O", Answer.YES),
        ("alkyl(max=10, bearing=hydroxyl|cyano|acetoxy, at=1..8)", "CCCCCCCCCO", Answer.NO),
        ("alkyl(max=10, bearing=hydroxyl|cyano|acetoxy, at=1..8)", "CCCl", Answer.NO),
    ],
)
def test_a_group_stands_in_a_place_or_does_not(place: str, group: str, answer: Answer) -> None:
    assert fits("S=C=N{R}", {"R": place}, f"S=C=N{group}") is answer


def test_hydrogen_stands_in_a_place_only_where_the_place_says_so() -> None:
    assert fits("OC(=O)C#C{R}", {"R": "alkyl(max=10, H=true)"}, "OC(=O)C#C") is Answer.YES
    assert fits("OC(=O)C#C{R}", {"R": "alkyl(max=10)"}, "OC(=O)C#C") is Answer.NO


def test_two_places_joined_into_a_ring_are_no_two_groups() -> None:
    places = {"A": "alkyl(max=10)", "B": "alkyl(max=10)"}
    assert fits("{A}N({B})CCO", places, "CCN(CC)CCO") is Answer.YES
    assert fits("{A}N({B})CCO", places, "C1CCN(C1)CCO") is Answer.NO


def test_a_core_is_the_whole_molecule_unless_the_rest_is_free() -> None:
    assert fits("OCCS", {}, "OCCSC") is Answer.NO
    assert fits("OCCS", {}, "OCCSC", rest="free") is Answer.YES


def test_a_chain_of_methylenes_has_the_lengths_that_are_said() -> None:
    places = {"L": "methylenes(0..2)"}
    answers = [fits("N#C{L}C#N", places, f"N#C{'C' * count}C#N") for count in range(5)]
    assert answers == [Answer.YES] * 3 + [Answer.NO] * 2


def test_an_open_atom_is_a_doubt_and_not_an_answer() -> None:
    assert fits("S=C=N{R}", {"R": "alkyl(R4)"}, "S=C=N*") is Answer.MAYBE


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 14), st.integers(1, 6))
def test_the_limits_of_1a01_hold_for_every_length(o_alkyl: int, p_alkyl: int) -> None:
    text = f"{'C' * o_alkyl}OP(=O)(F){'C' * p_alkyl}"
    entries = {finding.rule.entry for finding in SCHEDULES.answer(text, "smiles") if finding.rule}
    if p_alkyl > 3:
        assert entries == set()
    else:
        assert entries == ({"1A01"} if o_alkyl <= 10 else {"2B04"})


SCHEDULES = Screener(Rulebook.of(date(2026, 11, 24), ("CWC",)))


def test_the_sentence_names_the_places_and_what_stands_there() -> None:
    (outcome,) = SCHEDULES.answer("CCCCCCCOP(C)(=O)F", "smiles")
    wording = sentence(outcome.message)
    assert "phosphorus carries a methyl group" in wording
    assert "oxygen carries an alkyl group of 7 carbons" in wording


def test_the_evidence_points_at_the_atoms_of_each_place() -> None:
    (outcome,) = SCHEDULES.answer("FP(C)(=O)OC(C)C", "smiles")
    core, *places = outcome.evidence
    mol = Chem.MolFromSmiles(core.structure)
    symbols = {
        part.label: sorted(mol.GetAtomWithIdx(index).GetSymbol() for index in part.atoms) for part in outcome.evidence
    }
    assert symbols == {"core": ["F", "O", "O", "P"], "R": ["C"], "Q": ["C", "C", "C"]}
    assert sum(len(part.atoms) for part in outcome.evidence) == mol.GetNumAtoms()
    assert len(places) == 2


def test_a_place_that_is_no_place_is_refused() -> None:
    for text in ("alkyl(max=ten)", "alkyl(cyclo=yes)", "methylenes(3)", "alkyl(bearing=nitro)", ""):
        with pytest.raises(RuleError):
            parse_place(text)


def test_a_molecule_with_many_like_groups_is_judged_in_bounded_time() -> None:
    star = "C" + "".join("(COP(=O)(OCC)OCC)" for _ in range(3)) + "COP(C)(=O)OCC"
    assert SCHEDULES.answer(star, "smiles")[0].verdict is Verdict.LISTED
