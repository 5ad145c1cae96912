"""InChIKeys to structures. A key is a digest: it cannot be turned back, only met again among those of known chemicals.

Its first block is that of the skeleton; the second and the last letter stand for stereochemistry, isotopes and protons.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache
from zlib import crc32

from opencwc.chemistry.curated_names import TABLES_KEPT, CuratedChemical, CuratedNames
from opencwc.chemistry.molecule_reader import Unreadable, read_structure
from opencwc.convention.fields import cached
from opencwc.settings import cache_folder

SKELETON = 14
"""Characters of the first block."""
PATTERN = r"[A-Z]{14}-[A-Z]{10}-[A-Z]"
_LABELLED = re.compile(rf"(?:(?:std\s?)?inchi[\s_-]?key\s*[=:]?\s*)?({PATTERN})", re.IGNORECASE)


def normalise_inchi_key(text: str) -> str | None:
    """Return the InChIKey that a text consists of, with or without its label; ``None`` where it is none.

    >>> normalise_inchi_key("InChIKey=dyahqfwovkzoow-uhfffaoysa-n")
    'DYAHQFWOVKZOOW-UHFFFAOYSA-N'
    """
    match = _LABELLED.fullmatch(text)
    return match[1].upper() if match else None


@lru_cache(maxsize=10_000)
def inchi_key(smiles: str) -> str:
    """Return the InChIKey of a drawing; empty where there is none."""
    from rdkit.Chem.inchi import MolToInchiKey

    mol = read_structure(smiles, "smiles")
    return "" if isinstance(mol, Unreadable) else str(MolToInchiKey(mol))  # type: ignore[no-untyped-call]


@lru_cache(maxsize=TABLES_KEPT)
def curated_by_skeleton(curated: CuratedNames) -> dict[str, list[tuple[str, CuratedChemical]]]:
    """Return the curated chemicals by the first block of their keys, each with the whole key.

    The keys are kept in the cache folder: making them takes some tenths of a second.
    """
    drawn = [(smiles, chemical) for chemical in curated.chemicals for smiles in chemical.structures]
    seen = crc32("\n".join(smiles for smiles, _ in drawn).encode())
    keys = cached(cache_folder(), "inchi-keys", seen, lambda: [inchi_key(smiles) for smiles, _ in drawn], list[str])
    table = defaultdict(list)
    for key, (_, chemical) in zip(keys, drawn, strict=True):
        table[key[:SKELETON]].append((key, chemical))
    return dict(table)
