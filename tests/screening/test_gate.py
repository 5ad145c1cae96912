"""The gate is sound: what it vouches for is readable and listed nowhere, on real strings, drawn and broken ones."""

from __future__ import annotations

import random
import re
from datetime import date
from functools import cache
from itertools import product
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from benchmarks.gate_soundness import KINDS
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rdkit import Chem

from opencwc.chemistry.name_index import NameIndex
from opencwc.chemistry.smiles_gate import scan
from opencwc.convention.fields import load_yaml
from opencwc.files.rows import Rows, ValueLimits, part_of_values
from opencwc.files.rows import ValueLimits as GateLimits
from opencwc.finding import Verdict
from opencwc.screening.batches import BatchScreener, gate_limits, to_lines
from opencwc.screening.model import Question
from opencwc.screening.rulebook import Rulebook

CASES = Path(__file__).parents[1] / "cases" / "screening"
BENIGN = Path(__file__).parents[3] / "shared" / "data" / "benign"
AS_OF = date(2026, 11, 24)


@cache
def screener() -> BatchScreener:
    return BatchScreener(Question(AS_OF))


@cache
def case_structures() -> tuple[str, ...]:
    texts = []
    for file in sorted(CASES.glob("*.yaml")):
        cases = load_yaml(file.read_text(encoding="utf-8"))
        texts += [case["input"] for case in cases if case.get("as", "smiles") == "smiles" and case["input"]]
    return tuple(dict.fromkeys(texts))


@cache
def index_structures() -> tuple[str, ...]:
    return tuple(reading.smiles for reading in NameIndex.open().structures())


@cache
def what_the_gate_holds() -> GateLimits:
    return gate_limits(Rulebook.of(AS_OF))


def sent_on(texts: list[str]) -> list[bool]:
    """Which texts the gate sends on to the full path."""
    data = "".join(texts).encode()
    ends = np.cumsum([0, *(len(text.encode()) for text in texts)]).astype(np.int64)
    return scan(np.frombuffer(data, np.uint8), ends, what_the_gate_holds()).tolist()


def assert_sound(texts: list[str]) -> int:
    """Hold every text that the gate vouches for against the full path; return how many it vouched for."""
    vouched = [text for text, on in zip(texts, sent_on(texts), strict=True) if not on]
    for text in vouched:
        outcomes = screener().screener.answer(text, "smiles")
        assert [outcome.verdict for outcome in outcomes] == [Verdict.NOT_LISTED], (text, outcomes)
    return len(vouched)


def test_every_listed_case_is_sent_on() -> None:
    assert_sound(list(case_structures()))


def test_the_gate_is_sound_on_structures_of_the_index_and_vouches_for_most() -> None:
    texts = list(index_structures()[::60])
    assert assert_sound(texts) > 0.8 * len(texts)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_the_gate_is_sound_on_cases_drawn_at_random(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(case_structures()))
    mol = Chem.MolFromSmiles(text)
    if mol is None:
        return
    seed = data.draw(st.integers(1, 10**6))
    ways = Chem.MolToRandomSmilesVect(mol, 5, randomSeed=seed)
    ways += Chem.MolToRandomSmilesVect(Chem.AddHs(mol), 2, randomSeed=seed) if mol.GetNumAtoms() < 60 else []
    ways += Chem.MolToRandomSmilesVect(mol, 2, randomSeed=seed, allBondsExplicit=True)
    ways += Chem.MolToRandomSmilesVect(mol, 2, randomSeed=seed, allHsExplicit=True)
    assert_sound(list(ways))


def damaged(text: str, seed: int) -> str:
    """Change, drop, double or swap a few characters."""
    chance = random.Random(seed)
    signs = list(text)
    for _ in range(chance.randint(1, 3)):
        place = chance.randrange(len(signs))
        match chance.randrange(4):
            case 0:
                signs[place] = chance.choice("CNOPSFclnos[]()=#-+.:1234567890%@H*/\\BrI")
            case 1:
                del signs[place]
            case 2:
                signs.insert(place, chance.choice(signs))
            case 3:
                other = chance.randrange(len(signs))
                signs[place], signs[other] = signs[other], signs[place]
        if not signs:
            return "C"
    return "".join(signs)


@settings(max_examples=120, deadline=None)
@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_the_gate_is_sound_on_damaged_structures(pick: int, seed: int) -> None:
    everything = (*case_structures(), *index_structures()[:20_000])
    assert_sound([damaged(everything[(pick + step) % len(everything)], seed + step) for step in range(10)])


@settings(max_examples=80, deadline=None)
@given(st.lists(st.text(alphabet="CNOPSFclnos[]()=#-+.:123%@H*", min_size=1, max_size=14), min_size=1, max_size=20))
@example(
    ["C1C1", "C11", "C12CC12", "C1CC1", "C1(C)C1", "C1.C1", "c1cccc1", "c1ccc1", "CC(", "C)C", "C..C", ".C", "C(=)C"]
)
@example(["[nH]1cccc1", "n1cccc1", "C(C)(C)(C)(C)C", "N(C)(C)(C)C", "[N+](C)(C)(C)C", "FC(F)(F)(F)F", "cC", "c", "C:C"])
@example(
    ["c1ccccc1c1ccccc1", "c1cccc1c1cccc1", "C1=CC=CC=C1", "C1:C:C:C:C:C:1", "[H]C([H])([H])P(=O)(O)O", "[Na]C", "[Fe]C"]
)
def test_the_gate_is_sound_on_noise(texts: list[str]) -> None:
    assert_sound(texts)


def without_hydrogens(text: str) -> list[str]:
    """Write every atom of a drawing in brackets and without its hydrogens, all of them or one in two."""
    mol = Chem.MolFromSmiles(text)
    if mol is None or any(atom.GetIsAromatic() for atom in mol.GetAtoms()):
        return []
    written = Chem.MolToSmiles(mol, allHsExplicit=True)
    bare = re.sub(r"(\[[A-Z][a-z]?)@*H\d?", r"\1", written)
    half = re.sub(r"(\[[A-Z][a-z]?)@*H\d?", lambda found: found[1] if found.start() % 2 else found[0], written)
    return [bare, half]


def test_the_gate_sends_on_what_is_drawn_without_its_hydrogens() -> None:
    bare = [text for case in case_structures() for text in without_hydrogens(case)]
    assert len(bare) > 300
    assert_sound(bare)
    drawn = ["[C][C]([C])[O][P](=[O])([C])[F]", "[O][C][C][S][C][C][O]", "[Cl][C][C][S][C][C][Cl]"]
    assert sent_on(drawn) == [True] * 3


def with_drawn_hydrogens(template: str) -> list[str]:
    """Write one to three hydrogens of each isotope on the first atom of a drawing: before it, after it, around it."""
    atom, rest = re.match(r"(\[[^]]*\]|[A-Z])(.*)", template).groups()
    texts = []
    for mark in ("[H]", "[1H]", "[2H]", "[3H]"):
        texts += [f"{mark}{atom}{rest}", f"{atom}({mark}){rest}", f"{mark}-{atom}{rest}"]
        texts += [f"{mark}{atom}({mark}){rest}", f"{atom}({mark})({mark}){rest}", f"{mark}{atom}({mark})({mark}){rest}"]
        texts += [f"{atom}%10{rest}.{mark}%10", f"{mark}1.{atom}1{rest}"]
    return texts


@pytest.mark.parametrize(
    "template",
    [
        "P(O)(OCC)OCC", "P(=O)(OCC)OCC", "P(OCC)OCC", "P(O)(OC)OC", "P(O)(O)(OCC)OCC", "P(O)(C)OCC", "P(C)(O)(F)OC(C)C",
        "P(=O)(C)(O)O", "P(S)(OCC)OCC", "P(Cl)Cl", "P(Cl)(Cl)Cl", "[PH](O)(OCC)OCC", "[P](O)(OCC)OCC",
        "[P+](O)(OCC)OCC", "[AsH](Cl)Cl", "[As](Cl)(Cl)C=C", "[As](O)C", "S(CCO)CCO", "S(CCCl)CCCl", "S(Cl)Cl",
        "S(Cl)SCl", "S(CCN(C)C)", "S(=O)(Cl)Cl", "S(P(=O)(C)OCC)CCN(C)C", "[S](CCO)CCO", "N(CCO)(CCO)CCO", "N(CCO)CCO",
        "N(C)C", "N(CC)CCO", "[N+](CCO)(C)C", "[N](CCO)CCO", "O(C)P(=O)OC", "C(=O)(Cl)Cl", "C#N",
    ],
)  # fmt: skip
def test_the_gate_vouches_for_no_listed_chemical_whose_hydrogens_are_drawn_as_atoms(template: str) -> None:
    assert_sound(with_drawn_hydrogens(template))


@pytest.mark.parametrize("mark", ["[H]", "[2H]", "[3H]"])
def test_a_drawn_hydrogen_beside_unwritten_ones_on_phosphorus_or_sulfur_is_read_in_full(mark: str) -> None:
    texts = [f"CCOP({mark})(O)OCC", f"{mark}P(O)(OCC)OCC", f"OP({mark})(OC)OC", f"OCCS({mark})CCO", f"{mark}S(CCO)CCO"]
    assert sent_on(texts) == [True] * len(texts)
    assert sent_on([f"CCOP({mark})(O)OCCCCCCC", f"{mark}S(CCO)CCOCCC"]) == [False, False]


def test_a_hydrogen_with_a_hand_is_not_vouched_for() -> None:
    texts = ["CCCO[H@]", "CCCO[2H@@]", "CCC[C@]([H])(O)CCC"]
    assert sent_on(texts) == [True, True, False]
    assert_sound(texts)


def test_the_gate_rules_out_what_is_one_carbon_beyond_the_border() -> None:
    on = sent_on(["CCCN(CCC)CCO", "CCCN(CCC)CCCO", "OCCSCCO", "OCCSCCCO", "CC(C)(C)C(=O)C", "CC(C)(C)CC(=O)C"])
    assert on == [True, False, True, False, True, False]


@pytest.mark.parametrize(
    "text",
    [
        "[C][C]([C])[O][P]([C])(=[O])[F]", "[C][O]", "CC[CH]C", "[O]CCCCCCC", "CCCCC[N]CCCCC", "[S](CCCCC)(CCCC)CCCC",
        "CC[Si](CC)CC", "CC[B]CCCC", "[H]", "C[CH]", "[CH3]CCCC[CH2]", "C[P](CCCC)CCC[C]",
    ],
)  # fmt: skip
def test_an_atom_that_lacks_hydrogens_is_read_in_full(text: str) -> None:
    assert sent_on([text]) == [True]


@pytest.mark.parametrize(
    "text",
    ["CCCO>>CCC=O", "CCCO>[Na]>CCC=O", "[C,N]CCCCC", "[#6]CCCCC", "CCCC~CCC", "CCCC*", "[R]CCCC", "CCCC |$;;;R$|"],
)
def test_reactions_query_patterns_and_open_positions_are_read_in_full(text: str) -> None:
    assert sent_on([text]) == [True]


@pytest.mark.parametrize(
    "text",
    [
        "c1ccc2c(c1)c1ccccc1c1ccccc21",  # three rings around one
        "O=C1C2:C(:C3:C4:C:C:C:C:C:4:[NH]:C:3:C3:[NH]:C4:C:C:C:C:C:4:C:2:3)C(=O)N1CC1:C:C:C:C:C:1",
        "c1cc2cc3ccc([nH]3)cc3ccc(n3)cc3ccc([nH]3)cc1n2",  # a porphyrin: rings of five, paired across them
        "C1=CC=CC2=C1C=CC=C2CCCCCCCC",
        "c1ccc(-c2ccccc2-c2ccccc2CCCCC)cc1",
    ],
)
def test_aromatic_rings_are_paired_however_they_are_joined(text: str) -> None:
    assert sent_on([text]) == [False]
    assert_sound([text])


def test_more_bonds_than_a_counter_holds_are_not_taken_for_fewer() -> None:
    texts = [f"C{'(C)' * count}CCCCCCC" for count in (4, 15, 16, 31, 32, 35, 63, 64, 67, 127, 131)]
    assert sent_on(texts) == [True] * len(texts)
    metals = [f"[Fe]{'(C)' * count}CCCCCCC" for count in (8, 16, 40, 130)]
    assert assert_sound(metals) >= 1
    triple = [f"C{'(#C)' * count}CCCCCCC" for count in (3, 85, 86, 170, 171, 256, 297)]
    assert sent_on(triple) == [True] * len(triple)


def test_a_molecule_of_five_hundred_atoms_is_vouched_for_and_a_larger_one_is_not() -> None:
    assert sent_on(["C" * 500, "C" * 521, "NCC(=O)" * 120 + "O", "NCC(=O)" * 140 + "O"]) == [False, True, False, True]


GROUPS_ON_PHOSPHORUS = ["C", "CCC", "CCCC", "C1CC1", "F", "O", "=O", "=S", "OCC", "SCCN(C)C", "N(C)C", "[O-]", "[H]"]
"""What the families have on their phosphorus, and what is just beside it."""


@pytest.mark.parametrize("centre", ["P", "[PH]", "[P+]"])
def test_the_gate_is_sound_on_phosphorus_with_any_three_or_four_groups(centre: str) -> None:
    groups = GROUPS_ON_PHOSPHORUS
    texts = [f"{centre}({one})({other}){third}" for one, other, third in product(groups, groups, groups)]
    texts += [f"{centre}(=O)({one})({other}){third}" for one, other, third in product(groups, groups, groups)]
    assert assert_sound(texts) > 50


@pytest.mark.parametrize(
    "kind", ["phosphorus", "metals", "several valences", "quaternaries", "aromatic rings", "cases with two brackets"]
)
def test_the_gate_is_sound_on_strings_made_for_its_second_look(kind: str) -> None:
    chance = random.Random(kind)
    texts = [text for case in case_structures()[::4] for text in KINDS[kind](case, chance)]
    assert assert_sound(texts) > 0


@pytest.mark.parametrize(
    "text",
    [
        "CCCCCCCCCCCCOP(=O)([O-])OCC[N+](C)(C)C",  # as in a membrane: no carbon on the phosphorus
        "C[N+](C)(C)CCOP(=O)(O)OCC(O)CO",
        "CCOP(=S)(OCC)OCCCCCCCC",
        "CCCCCCCCP(=O)(OCC)OCC",
        "c1ccccc1P(c1ccccc1)c1ccccc1",
        "CP(C)(=O)CCCCCCC",
        "CC(=O)CC(C)CCC[N+](C)(C)CCCC[N+](C)(C)CCC[N+](=O)[O-]",
        "[O-][N+](=O)c1ccc([N+](=O)[O-])c(NCCNC(=O)C)c1",
    ],
)
def test_phosphorus_and_charged_nitrogen_that_no_family_has_are_vouched_for(text: str) -> None:
    assert sent_on([text]) == [False]
    assert_sound([text])


@pytest.mark.parametrize(
    "text",
    [
        "CCOP(=O)(OCC)SCC[N+](CC)(CC)[CH-]C(C)=O",  # the counter-charge on a carbon of the alkylating group
        "CN(C)C(=O)Oc1cccnc1C[N+](C)([O-])CCCC[N+](C)(C)[O-]",  # both quaternaries are N-oxides
        "CN(C)P(=O)(F)[235Cl@-2]",  # a halogen, whatever its charge
        "CP(=O)([F-])OC(C)C",
    ],
)
def test_a_charge_that_the_full_path_looks_past_is_looked_past_by_the_gate(text: str) -> None:
    assert sent_on([text]) == [True]
    assert any(outcome.verdict is not Verdict.NOT_LISTED for outcome in screener().screener.answer(text, "smiles"))


def test_a_complex_whose_metal_is_drawn_negative_is_one_piece() -> None:
    complexes = [
        "CC[N+]1(CC)CCC(=O)[Pd-2]1(Cl)NCCO",
        "[N+](C)(C)(CCO)[Pt-2](Cl)Cl",
        "CC[N+](CC)(CCO)[Pt-2](Cl)Cl.[Na+]",
    ]
    assert sent_on(complexes) == [False] * 3
    assert_sound(complexes)
    cut = ["CCN(CC)CCO[Na]", "CCN(CC)CCO[Al](Cl)Cl", "CC[N+](CC)(CCO)[Pt-2](Cl)Cl.CC(=O)O[Mg]Cl"]
    assert sent_on(cut) == [True] * 3


@pytest.mark.parametrize(
    "text",
    [
        "c1ccc(I(OC(C)=O)OC(C)=O)cc1", "CC(=O)OI1(OC(C)=O)OC(=O)c2ccccc12", "[O-][Cl+3]([O-])([O-])[O-].CCCCCC[NH3+]",
        "C[S+]1:C2:C:C:C:C:C:2:C2:C:C:C:C:C:2:1", "OCC1:C:C:[Te]:C:1", "O=C1:[N-]:[N+](CCC):C2:C:C:C:C:C:2:N:1",
    ],
)  # fmt: skip
def test_atoms_of_several_valences_and_charges_in_aromatic_rings_are_read(text: str) -> None:
    assert sent_on([text]) == [False]
    assert_sound([text])


def test_what_rdkit_refuses_once_it_has_redrawn_it_is_not_vouched_for() -> None:
    texts = ["CCO[I@H:1](=[235OH2-3])OCC", "CCOI1(=[O+]CC1)OCC", "CCCI(=O)=O", "[08OH]C1C2CCC1CC2", "[0CH3]CCCCCC"]
    texts += ["C%01CCCCC%01", "CCCN1CCCC2=C1C=CC(=C2)C=C3COC4=CC=CC%04C3=O"]
    assert sent_on(texts) == [True] * len(texts)


def test_a_double_bond_to_a_metal_is_cut_with_it_and_leaves_an_alkyl_group() -> None:
    texts = ["[P-2]C=[235V+3][As](Cl)Cl", "[P-2]C=[V][As](Cl)Cl", "[P-2]CC=[V]"]
    assert sent_on(texts) == [True] * len(texts)


def test_isomers_of_a_listed_chemical_are_told_apart_by_what_their_atoms_are_bound_to() -> None:
    listed = ["CC(O)C(C)(C)C", "CC(=O)C(C)(C)C", "OC1CN2CCC1CC2", "OC(c1ccccc1)(c1ccccc1)C(=O)O"]
    isomers = ["CCCCCCO", "CCCCC(C)=O", "OC1CCN2CCCC12", "CC(C(=O)O)c1cccc(Oc2ccccc2)c1", "CCCCC(C)O", "CC(C)CC(C)O"]
    assert sent_on(listed) == [True] * len(listed)
    assert sent_on(isomers) == [False] * len(isomers)


def test_names_that_can_be_read_as_drawings_are_names_behind_the_gate_too() -> None:
    texts = [*screener().screener.known.short_names, "CNCl", "PFIB", "CCO", "CNC"] * 20
    texts += ["CCCCCCCCCCO"] * 2_000
    with_gate, without = (
        BatchScreener(Question(AS_OF, gate=gate)).answer(rows_of(texts)).tally.by_verdict for gate in (True, False)
    )
    assert with_gate == without


def rows_of(texts: list[str]) -> Rows:
    part = part_of_values(texts, [None] * len(texts), {}, ValueLimits())
    return Rows(1, part.ids, part.inputs, part.problems)


def test_a_file_gets_the_same_lines_with_and_without_the_gate() -> None:
    texts = [*index_structures()[:8_000:16], *case_structures(), "CC(C", "C1CC", "c1cccc1", "", "no chemical at all"]
    lines = []
    for gate in (True, False):
        question = Question(AS_OF, gate=gate)
        batch = BatchScreener(question)
        lines.append(to_lines(batch.answer(rows_of(texts)), question))
    assert lines[0].equals(lines[1])
    assert lines[0].get_column("row").n_unique() == len(texts)


@pytest.mark.parametrize("name", ["clintox", "ESOL_delaney-processed", "FreeSolv_SAMPL", "BBBP", "Lipophilicity"])
def test_the_gate_is_sound_on_real_sets(name: str) -> None:
    file = BENIGN / f"benign_{name}_smiles.csv"
    texts = list(case_structures()) if not file.exists() else pl.read_csv(file)["smiles"].to_list()
    assert assert_sound(texts[:800]) > 0


def test_a_rulebook_without_a_list_vouches_for_what_only_that_list_names() -> None:
    only_cwc = gate_limits(Rulebook.of(AS_OF, ("CWC",)))
    data = np.frombuffer(b"CNC", np.uint8)
    assert scan(data, np.array([0, 3], np.int64), only_cwc).tolist() == [False]
    assert sent_on(["CNC"]) == [True]


def test_the_readers_tables_of_valences_are_rdkits_own() -> None:
    for symbol in ("C", "N", "O", "F", "P", "S", "Cl"):
        most = max(count for count in range(7) if Chem.MolFromSmiles(f"{symbol}" + "(C)" * count) is not None)
        texts = [f"{symbol}" + "(C)" * count for count in range(1, 8)]
        vouched = [len(re.findall(r"\(C\)", text)) for text, on in zip(texts, sent_on(texts), strict=True) if not on]
        assert all(count <= most for count in vouched)
