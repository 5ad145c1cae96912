"""SMILES by the million: which rows are plainly readable and made of what no rule asks for, without building molecules.

A small reader of the SMILES grammar, compiled to machine code, walks each text once. It vouches for a row only where it
is sure of two things: RDKit can read the text (grammar, valences, a Kekulé form) and sees no radical in it, and no
component has a composition that a rule could list. Whatever it does not know, it leaves to the full path. So it may
send too much on, never too little.

Sources: the OpenSMILES specification; Berge (1957) for the pairing of aromatic double bonds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opencwc.chemistry.composition import METALS, MOST_NEIGHBOURS, bonded_weight, weight
from opencwc.chemistry.machine_code import kernel
from opencwc.convention.fields import cached
from opencwc.settings import cache_folder

U8 = NDArray[np.uint8]


class Need(NamedTuple):
    """The least that a component must hold for a rule whose rest is free.

    ``elements`` are atomic numbers with counts; ``alkyl_on_phosphorus`` is the most carbons of the one alkyl group that
    a phosphorus must carry (0: none is asked for); ``quaternary`` counts quaternary nitrogens; ``positive`` is the
    atomic number of an atom that must be charged (0: none); ``bridges`` counts oxygens with two carbon neighbours;
    ``phosphorus`` is the composition key of what a phosphorus is bound to, without hydrogens and metals (0: none).
    """

    elements: tuple[tuple[int, int], ...]
    alkyl_on_phosphorus: int
    quaternary: int
    positive: int
    bridges: int
    phosphorus: int


@dataclass(frozen=True, slots=True)
class Limits:
    """What may be listed, as arrays: sorted composition keys, and least counts of rules whose rest is free.

    ``full_keys`` are full composition keys; ``keys``, for what is drawn on metals, leave hydrogens out. ``bare`` has a
    bit for each 16 upper bits of the key of the heavy atoms alone, and one for each 16 bits that follow. ``needs`` and
    ``phosphorus`` have one row a rule; ``traits`` marks by atomic number the metals and the elements that some need
    asks for and few molecules have, and ``least_positive`` is how many charged atoms a component must have to meet a
    need without such an element.
    """

    full_keys: NDArray[np.uint64]
    keys: NDArray[np.uint64]
    bare: NDArray[np.uint64]
    needs: NDArray[np.int16]
    phosphorus: NDArray[np.uint64]
    traits: U8
    least_positive: int


def make_limits(full_keys: Iterable[int], keys: Iterable[int], bare: Iterable[int], needs: Iterable[Need]) -> Limits:
    """Lay out what may be listed as arrays; ``bare`` are the composition keys of the heavy atoms alone."""
    full, between = (np.array(sorted(set(made)), np.uint64) for made in (full_keys, keys))
    bits = np.zeros(1 << 11, np.uint64)
    for key in bare:
        for place in (key >> 48, 1 << 16 | key >> 32 & 0xFFFF):
            bits[place >> 6] |= np.uint64(1 << (place & 63))
    rows = list(dict.fromkeys(needs))
    table = np.zeros((len(rows), _MOST_NEEDS, 2), np.int16)
    traits = _tables().metals * _METAL
    least_positive = _NEVER
    for row, need in enumerate(rows):
        counted = sorted(_counted(need).items(), reverse=True)[:_MOST_NEEDS]
        table[row, : len(counted)] = counted
        rare = [number for number, _ in need.elements if number not in _COMMON]
        traits[rare] |= _RARE
        if not rare:
            least_positive = min(least_positive, max(need.quaternary, int(need.positive > 0)))
    phosphorus = np.array([need.phosphorus for need in rows], np.uint64)
    return Limits(full, between, bits, table, phosphorus, traits, least_positive)


def _counted(need: Need) -> dict[int, int]:
    """Return what a rule needs, by its number in the kernel; what few molecules have comes first."""
    counted = {number: count for number, count in need.elements if number > 1}
    counted[_QUATERNARY], counted[_BRIDGES], counted[_ALKYL] = need.quaternary, need.bridges, need.alkyl_on_phosphorus
    if need.positive and not need.quaternary:  # a quaternary may carry its counter-charge, as an N-oxide does
        counted[_POSITIVE_NITROGEN if need.positive == _NITROGEN else _POSITIVE] = 1
    return {what: count for what, count in counted.items() if count}


def scan(data: U8, offsets: NDArray[np.int64], limits: Limits) -> NDArray[np.bool_]:
    """Return, for each text, whether the full path must look at it; other threads run meanwhile.

    ``data`` holds the bytes of all texts, text ``i`` being ``data[offsets[i]:offsets[i + 1]]``.
    """
    scan_texts = kernel()
    sent_on = np.ones(len(offsets) - 1, np.bool_)
    if scan_texts is None:
        return sent_on
    tables = _tables()
    atoms, marks = np.zeros(_ATOMS, np.int64), np.zeros(_MARKS, np.int64)
    pieces, counts = np.zeros(_KEYS, np.uint64), np.zeros(_NEEDS, np.int64)
    scan_texts(
        data.ctypes.data, offsets.ctypes.data, len(sent_on),
        *(table.ctypes.data for table in (tables.symbols, tables.bonds, limits.traits, tables.metals, tables.weights)),
        tables.bonded.ctypes.data, limits.full_keys.ctypes.data, len(limits.full_keys), limits.keys.ctypes.data,
        len(limits.keys), limits.bare.ctypes.data, limits.needs.ctypes.data, len(limits.needs),
        limits.phosphorus.ctypes.data, limits.least_positive,
        *(room.ctypes.data for room in (atoms, marks, pieces, counts, sent_on)),
    )  # fmt: skip
    return sent_on


class _Tables(NamedTuple):
    """What there is to know of the elements, by atomic number; ``symbols`` by the two letters of a symbol.

    ``bonds`` has a bit for each sum of bonds with which RDKit takes a bracket atom and sees no radical, by its charge
    from -4 to 4; a metal may have fewer than the most.
    """

    symbols: U8
    bonds: NDArray[np.int16]
    metals: U8
    weights: NDArray[np.uint64]
    bonded: NDArray[np.uint64]


@cache
def _tables() -> _Tables:
    import rdkit
    from rdkit import Chem

    periodic = Chem.GetPeriodicTable()
    symbols = np.zeros((27, 27), np.uint8)
    asked = [rdkit.__version__, sorted(METALS), sorted(_NON_METALS)]
    bonds = np.array(cached(cache_folder(), "valences", asked, _bonds, list[list[int]]), np.int16)
    metals = np.zeros(_NUMBERS, np.uint8)
    weights = np.zeros(_NUMBERS, np.uint64)
    bonded = np.zeros((_NUMBERS, MOST_NEIGHBOURS + 1, MOST_NEIGHBOURS + 1), np.uint64)
    metals[list(METALS)] = 1
    for number in range(1, 119):
        symbol = periodic.GetElementSymbol(number)
        symbols[ord(symbol[0]) - 64, ord(symbol[1]) - 96 if len(symbol) > 1 else 0] = number
        weights[number] = weight(number)
        bonded[number] = [
            [bonded_weight(number, count, min(carbons, count)) for carbons in range(MOST_NEIGHBOURS + 1)]
            for count in range(MOST_NEIGHBOURS + 1)
        ]
    return _Tables(symbols, bonds, metals, weights, bonded)


def _bonds() -> list[list[int]]:
    """Ask RDKit for the table of `_Tables.bonds`; that takes some hundred drawings."""
    from rdkit import Chem, rdBase

    quiet = rdBase.BlockLogs()
    periodic = Chem.GetPeriodicTable()
    bonds = [[0] * 9 for _ in range(_NUMBERS)]
    for number in range(1, 119):
        symbol = periodic.GetElementSymbol(number)
        if number in METALS and list(periodic.GetValenceList(number)) == [-1]:
            bonds[number] = [_ANY_SUM] * 9
        elif number in METALS:
            most = [_sums(symbol, charge, radicals=True).bit_length() for charge in range(-3, 4)]
            bonds[number] = [1, *((1 << max(count, 1)) - 1 for count in most), 1]
        elif number in _NON_METALS:
            bonds[number] = [0, *(_sums(symbol, charge, radicals=False) for charge in range(-3, 4)), 0]
    del quiet
    return bonds


def _sums(symbol: str, charge: int, *, radicals: bool) -> int:
    """Ask RDKit with which sums of bonds it takes a bracket atom, as a radical too or not: a bit for each."""
    from rdkit import Chem

    as_drawn = Chem.SmilesParserParams()
    as_drawn.removeHs = False  # type: ignore[assignment]
    sums = 0
    for count in range(8):
        mol = Chem.MolFromSmiles(f"[{symbol}{f'{charge:+d}' if charge else ''}]" + "(C)" * count, as_drawn)
        if mol is not None and (radicals or not mol.GetAtomWithIdx(0).GetNumRadicalElectrons()):
            sums |= 1 << count
    return sums


# As in `opencwc.chemistry.smiles_gate_kernel`, which is not imported: that would compile it.
_NUMBERS = 128
_MAX_ATOMS = 520
_ATOMS = 27 * _MAX_ATOMS
_MARKS = 7 * _MAX_ATOMS
_KEYS = 3 * _MAX_ATOMS
_QUATERNARY, _POSITIVE_NITROGEN, _POSITIVE, _BRIDGES, _ALKYL, _NEEDS = 119, 120, 121, 122, 123, 124
_MOST_NEEDS = 16
_NITROGEN = 7
_RARE, _METAL = 1, 2
_ANY_SUM = 0x7FFF
_NEVER = 1 << 30
_COMMON = frozenset([1, 6, 7, 8, 9, 16, 17, 35, 53])
_NON_METALS = frozenset([1, 5, 6, 7, 8, 9, 14, 15, 16, 17, 32, 33, 34, 35, 51, 52, 53])
