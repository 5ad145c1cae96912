"""A composition key is the same for the same atoms in any order, and another for others."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rdkit import Chem

from opencwc.chemistry.composition import METALS, composition_key, molecule_key, weight

atoms = st.lists(st.integers(2, 118), max_size=30)


@given(atoms, st.randoms())
def test_the_order_of_atoms_does_not_count(numbers: list[int], chance: object) -> None:
    other = list(numbers)
    chance.shuffle(other)
    assert composition_key(other) == composition_key(numbers)


@given(atoms, atoms)
def test_other_atoms_have_another_key(numbers: list[int], other: list[int]) -> None:
    assert (composition_key(numbers) == composition_key(other)) == (sorted(numbers) == sorted(other))


def test_no_two_elements_weigh_the_same_and_hydrogen_weighs_nothing() -> None:
    weights = [weight(number) for number in range(2, 119)]
    assert len(set(weights)) == len(weights)
    assert weight(1) == weight(0) == 0


def test_a_molecule_weighs_what_its_atoms_weigh() -> None:
    assert molecule_key(Chem.MolFromSmiles("CCO")) == composition_key([6, 8, 6])


def test_arsenic_and_phosphorus_are_no_metals() -> None:
    assert not METALS & {5, 6, 7, 8, 9, 14, 15, 16, 17, 32 - 18, 33, 34, 35, 52, 53}
    assert {3, 11, 13, 19, 26, 30, 50, 80, 82} <= METALS
