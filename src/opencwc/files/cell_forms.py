"""What a cell looks like, to tell data from headers and columns apart; never a judgement on a chemical."""

from __future__ import annotations

import re

_SMILES = re.compile(
    r"(?:\[[^\[\]\s]{1,40}\]|Br|Cl|[BCNOPSFIbcnops*]|[()=#$:/\\.\-+~@]|%\d\d|\d)+(?:\s*\|[^|]*\|)?", re.ASCII
)
_CAS_NUMBER = re.compile(r"\d{2,7}-\d\d-\d", re.ASCII)
_NUMBER = re.compile(r"[-+]?\d[\d .,]*(?:[eE][-+]?\d+)?\s*%?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d.*|\d\d?[./]\d\d?[./]\d{2,4}", re.ASCII)
_SMILES_SIGNS = frozenset("()=#[]@/\\0123456789")


def looks_like_smiles(cell: str) -> bool:
    """Whether every character could stand in a SMILES; short words such as ``CO`` do too."""
    return bool(_SMILES.fullmatch(cell[:5000])) and any(sign.isalpha() for sign in cell)


def looks_like_data(cell: str) -> bool:
    """Whether a header would never be written so: a number, a CAS number, a date, an InChI, a bracketed SMILES."""
    cell = cell.strip()
    if not cell:
        return False
    if any(pattern.fullmatch(cell[:5000]) for pattern in (_CAS_NUMBER, _NUMBER, _DATE)) or cell.startswith("InChI="):
        return True
    return looks_like_smiles(cell) and any(sign in _SMILES_SIGNS for sign in cell)
