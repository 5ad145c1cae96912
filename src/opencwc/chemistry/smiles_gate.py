"""SMILES by the million: which rows are plainly readable and made of what no rule asks for, without building molecules.

A small reader of the SMILES grammar, compiled by Numba, walks each text once. It vouches for a row only where it is
sure of two things: RDKit can read the text (grammar, valences, a Kekulé form), and no component has a composition that
a rule could list. Whatever it does not know, it leaves to the full path. So it may send too much on, never too little.

Sources: the OpenSMILES specification; Karp and Sipser (1981) for the matching of aromatic double bonds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from opencwc.chemistry.composition import METALS, MOST_NEIGHBOURS, bonded_weight
from opencwc.chemistry.smiles_gate_kernel import scan_texts

U8 = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Limits:
    """What may be listed, as arrays: sorted composition keys, and least counts of rules whose rest is free.

    ``full_keys`` are full composition keys; ``keys``, for what is drawn
    on metals, leave rings and hydrogens out. ``needs`` has one
    row a rule and one column an atomic number; ``features`` holds, a rule, the most carbons of the one alkyl group that
    a phosphorus must carry (0: none is asked for), how many quaternary nitrogens there must be, and whether a positive
    charge is needed.
    """

    full_keys: NDArray[np.uint64]
    keys: NDArray[np.uint64]
    needs: NDArray[np.int32]
    features: NDArray[np.int32]


def make_limits(
    full_keys: Iterable[int],
    keys: Iterable[int],
    needs: Iterable[tuple[tuple[tuple[int, int], ...], int, int, bool]],
) -> Limits:
    """Lay out what may be listed as arrays; ``needs`` are (elements, alkyl on phosphorus, quaternaries, positive)."""
    rows = list(needs)
    table = np.zeros((len(rows), 119), np.int32)
    features = np.zeros((len(rows), 3), np.int32)
    for row, (elements, alkyl, quaternary, positive) in enumerate(rows):
        for number, count in elements:
            table[row, number] = count
        features[row] = (alkyl, quaternary, int(positive))
    full, between = (np.array(sorted(set(one)), np.uint64) for one in (full_keys, keys))
    return Limits(full, between, table, features)


def scan(data: U8, offsets: NDArray[np.int64], limits: Limits) -> NDArray[np.bool_]:
    """Return, for each text, whether the full path must look at it.

    ``data`` holds the bytes of all texts, text ``i`` being ``data[offsets[i]:offsets[i + 1]]``.
    """
    tables = _tables()
    out = np.ones(len(offsets) - 1, np.bool_)
    scan_texts(
        data, offsets, limits.full_keys, limits.keys, limits.needs, limits.features,
        tables.bonded, tables.metals, tables.tolerant, tables.most_bonds, tables.symbols, out,
    )  # fmt: skip
    return out


@dataclass(frozen=True, slots=True)
class _Tables:
    bonded: NDArray[np.uint64]  # by atomic number and heavy neighbours, for full keys
    metals: NDArray[np.bool_]
    tolerant: NDArray[np.bool_]  # metals that RDKit gives no valence limit
    most_bonds: NDArray[np.int8]
    symbols: NDArray[np.uint8]


_METALS_WITH_VALENCES = (3, 11, 12, 19, 20, 32, 50, 51, 82, 83)
_MADE: list[_Tables] = []


def _tables() -> _Tables:
    """Make the element tables once a process: weights, metals, RDKit's own valence limits, symbols by two letters."""
    if _MADE:
        return _MADE[0]
    from rdkit import Chem, rdBase

    quiet = rdBase.BlockLogs()
    periodic = Chem.GetPeriodicTable()
    neighbours = range(MOST_NEIGHBOURS + 1)
    bonded = np.array([[bonded_weight(number, count) for count in neighbours] for number in range(119)], np.uint64)
    metals = np.array([number in METALS for number in range(119)])
    symbols = np.zeros((27, 27), np.uint8)
    for number in range(1, 119):
        symbol = periodic.GetElementSymbol(number)
        second = ord(symbol[1]) - 96 if len(symbol) > 1 else 0
        symbols[ord(symbol[0]) - 64, second] = number
    most_bonds = np.full((119, 7), -1, np.int8)
    for number in (5, 6, 7, 8, 9, 14, 15, 16, 17, 33, 34, 35, 52, 53, *_METALS_WITH_VALENCES):
        for charge in range(-3, 4):
            most_bonds[number, charge + 3] = _most_bonds(periodic.GetElementSymbol(number), charge)
    del quiet
    tolerant = np.array([number > 0 and list(periodic.GetValenceList(number)) == [-1] for number in range(119)])
    _MADE.append(_Tables(bonded, metals, metals & tolerant, most_bonds, symbols))
    return _MADE[0]


def _most_bonds(symbol: str, charge: int) -> int:
    """Ask RDKit up to how many bonds it lets a bracket atom have; -1 where it refuses the bare atom."""
    from rdkit import Chem

    sign = f"{charge:+d}" if charge else ""
    count = -1
    while count < 7 and Chem.MolFromSmiles(f"[{symbol}{sign}]" + "(C)" * (count + 1)) is not None:
        count += 1
    return count
