"""What a molecule is made of, as one number: the same heavy atoms give the same key, however they are drawn.

The key is a sum of fixed 64-bit weights, so that it can be added up atom by atom, in a text as well as in a molecule.
Equal compositions always have equal keys; the keys of different ones differ but for chance in 2^64. A full key also
counts what standardising does not change: hydrogens less charge, rings, and the neighbours of heteroatoms.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rdkit.Chem import Atom, Bond, Mol

MASK = (1 << 64) - 1
CARBON, OXYGEN, PHOSPHORUS = 6, 8, 15
HYDROGEN_WEIGHT = 0xD1B54A32D192ED03
"""Weight of one hydrogen in full keys; hydrogens less charge stay the same when protons come or go."""
RING_WEIGHT = 0x8CB92BA72F3D8DD7
"""Weight of one ring in full keys; redrawing charges and tautomers opens and closes no ring."""
MOST_NEIGHBOURS = 8

METALS = frozenset([3, 4, 11, 12, 13, *range(19, 32), *range(37, 51), 55, 56, *range(57, 84), 87, 88, *range(89, 113)])
"""Atomic numbers of the metals; arsenic, antimony and the other half-metals count as non-metals here."""


@cache
def weight(atomic_number: int) -> int:
    """Return the 64-bit weight of an element (splitmix64 of its atomic number); hydrogen and dummies weigh nothing.

    >>> weight(1)
    0
    """
    return 0 if atomic_number in (0, 1) else mixed(atomic_number)


def mixed(number: int) -> int:
    """Return 64 bits that look random, always the same ones of a number (splitmix64)."""
    bits = (number * 0x9E3779B97F4A7C15) & MASK
    bits = ((bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    bits = ((bits ^ (bits >> 27)) * 0x94D049BB133111EB) & MASK
    return bits ^ (bits >> 31)


def bonded_weight(atomic_number: int, neighbours: int, carbons: int) -> int:
    """Return the weight of an atom in full keys: a heteroatom's depends on its heavy neighbours, and on how many of
    them are carbon.
    """
    if atomic_number in (0, 1, CARBON):
        return weight(atomic_number)
    return mixed(_place(atomic_number, neighbours, carbons))


def drawn_weights(atomic_numbers: Sequence[int], neighbours: Sequence[Sequence[int]]) -> list[int]:
    """Return the weight of each atom of a whole drawing by what it is bound to, and what that is bound to in its turn.

    ``neighbours`` are the indices of each atom's neighbours. Isomers differ. Hydrogens weigh nothing and are left out.
    """
    heavy = [[index for index in beside if atomic_numbers[index] > 1] for beside in neighbours]
    alone = [
        mixed(_place(number, len(beside), sum(atomic_numbers[index] == CARBON for index in beside)))
        for number, beside in zip(atomic_numbers, heavy, strict=True)
    ]
    return [
        mixed((3 * own + sum(alone[index] for index in beside)) & MASK) if number > 1 else 0
        for number, own, beside in zip(atomic_numbers, alone, heavy, strict=True)
    ]


def _place(atomic_number: int, neighbours: int, carbons: int) -> int:
    """Return the number of an atom with so many heavy neighbours, so many of them carbon."""
    return 1_000 + (atomic_number * (MOST_NEIGHBOURS + 1) + neighbours) * (MOST_NEIGHBOURS + 1) + carbons


def composition_key(atomic_numbers: Iterable[int]) -> int:
    """Return the key of these heavy atoms.

    >>> composition_key([6, 8]) == composition_key([8, 6]) != composition_key([6, 6, 8])
    True
    """
    return sum(weight(number) for number in atomic_numbers) & MASK


def atoms_of(mol: Mol) -> list[Atom]:
    """Return a molecule's atoms; RDKit's own ``GetAtoms()`` takes several times as long to walk."""
    return [mol.GetAtomWithIdx(index) for index in range(mol.GetNumAtoms())]


def bonds_of(mol: Mol) -> list[Bond]:
    """Return a molecule's bonds, likewise."""
    return [mol.GetBondWithIdx(index) for index in range(mol.GetNumBonds())]


def molecule_key(mol: Mol) -> int:
    """Return the key of a molecule's heavy atoms."""
    return composition_key(atom.GetAtomicNum() for atom in atoms_of(mol))
