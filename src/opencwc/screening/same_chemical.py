"""Whether two drawings can be of one chemical, as people write chemicals: a salt or its base, a hydrate, an isomer.

What is compared is the largest part without charges, isotopes and stereo. That is no rule of any list: it only tells
whether two columns of a table contradict each other.
"""

from __future__ import annotations

import re
from collections import Counter
from enum import IntEnum
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from rdkit import Chem

from opencwc.chemistry.molecule_reader import Unreadable, read_structure
from opencwc.chemistry.standardisation import standardise

if TYPE_CHECKING:
    from collections.abc import Iterable

    import polars as pl

MOST_REMEMBERED = 50_000


class Likeness(IntEnum):
    """How alike two drawings are; the greater, the more."""

    OTHER = 0
    ISOMER = 1
    SAME = 2


class Drawing(NamedTuple):
    """A drawing as it is written, and the kind of writing: ``smiles``, ``inchi`` or ``molblock``."""

    text: str
    kind: str = "smiles"


class _Parts(NamedTuple):
    """The skeletons of a drawing's parts, without water and bare ions, the largest of them, and the atoms it counts."""

    skeletons: frozenset[str]
    largest: str
    of_largest: frozenset[tuple[str, int]]
    of_whole: frozenset[tuple[str, int]]


def likeness(drawing: Drawing, other: Drawing) -> Likeness:
    """Return how alike two drawings are; what cannot be read contradicts nothing.

    >>> likeness(Drawing("OCCN(CCO)CCO.Cl"), Drawing("OCCN(CCO)CCO")).name
    'SAME'
    >>> likeness(Drawing("CCO"), Drawing("COC")).name, likeness(Drawing("CCO"), Drawing("CC(C)=O")).name
    ('ISOMER', 'OTHER')
    """
    if drawing == other:
        return Likeness.SAME
    mine, others = _parts(drawing), _parts(other)
    if mine is None or others is None or mine.largest in others.skeletons or others.largest in mine.skeletons:
        return Likeness.SAME
    if mine.of_whole == others.of_whole and "C" not in dict(mine.of_whole):
        return Likeness.SAME  # ions or bonds: two ways to draw one salt
    return Likeness.ISOMER if mine.of_largest == others.of_largest else Likeness.OTHER


@lru_cache(maxsize=MOST_REMEMBERED)
def _parts(drawing: Drawing) -> _Parts | None:
    mol = read_structure(drawing.text, drawing.kind)
    if isinstance(mol, Unreadable):
        return None
    parts = [part for part in standardise(mol).components if part.role != "water"]
    chosen = [part for part in parts if part.role == "main"] or parts
    if not chosen:
        return _Parts(frozenset({"O"}), "O", frozenset(), frozenset())  # water itself
    largest = max(chosen, key=lambda part: (part.mol.GetNumHeavyAtoms(), part.smiles))
    skeletons = {id(part): Chem.MolToSmiles(part.mol, isomericSmiles=False) for part in chosen}
    return _Parts(
        frozenset(skeletons.values()),
        skeletons[id(largest)],
        _counts([largest.mol]),
        _counts(part.mol for part in parts),
    )


def _counts(mols: Iterable[Chem.Mol]) -> frozenset[tuple[str, int]]:
    """Count the atoms but hydrogen."""
    counted = Counter(atom.GetSymbol() for mol in mols for atom in mol.GetAtoms() if atom.GetAtomicNum() > 1)
    return frozenset(counted.items())


def smiles_of(drawing: Drawing) -> str:
    """Return a drawing as SMILES; its first line where it cannot be read."""
    mol = read_structure(drawing.text, drawing.kind)
    return drawing.text.strip().split("\n", 1)[0] if isinstance(mol, Unreadable) else str(Chem.MolToSmiles(mol))


def carbons_in(smiles: str) -> int:
    """Count the carbon atoms of a SMILES by its letters alone.

    >>> carbons_in("Clc1ccccc1"), carbons_in("[Ca+2].[O-]C([O-])=O"), carbons_in("C[Si](C)(C)C")
    (6, 1, 4)
    """
    return len(_CARBON.findall(smiles)) - len(_NO_CARBON.findall(smiles))


def carbons_in_all(drawings: pl.Series) -> pl.Series:
    """Count the carbon atoms of SMILES, as `carbons_in` does."""
    return drawings.str.count_matches(_CARBON.pattern).cast(int) - drawings.str.count_matches(_NO_CARBON.pattern).cast(
        int
    )


_CARBON = re.compile("[Cc]")
_NO_CARBON = re.compile(r"Cl|\[\d*(?:C[adefmnorsu]|Sc|Tc|Ac)")
