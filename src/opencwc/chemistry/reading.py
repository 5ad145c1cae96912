"""Text to molecule: SMILES, InChI and mol blocks, read with RDKit in bounded time and memory.

What cannot be read comes back as a reason to show beside the row, never as an exception.
"""

import re
from typing import NamedTuple

from rdkit import Chem, RDLogger

from opencwc.finding import Message

RDLogger.DisableLog("rdApp.*")  # type: ignore[attr-defined]

MAX_TEXT = 20_000
"""Characters of a structure that are read; a chain of 10,000 carbons is inside, a 100 MB line is not."""

MAX_RINGS = 250
"""Ring closures of a structure that are read; beyond it, ring perception has no useful bound on its time."""


class Unreadable(NamedTuple):
    """Why a text is no structure."""

    reason: Message


def read_structure(text: str, kind: str) -> Chem.Mol | Unreadable:
    """Read one structure; ``kind`` is ``smiles``, ``inchi`` or ``molblock``."""
    if "\x00" in text:
        return Unreadable(Message("unreadable_nul"))
    if kind == "molblock":
        return _read_mol_block(text)
    if len(text) > MAX_TEXT:
        return Unreadable(Message("unreadable_long", {"length": len(text), "limit": MAX_TEXT}))
    return _read_inchi(text) if kind == "inchi" else _read_smiles(text)


def _read_smiles(text: str) -> Chem.Mol | Unreadable:
    outside = _OUTSIDE.sub("", text.split(" ", maxsplit=1)[0])
    if len(_RING_LABEL.findall(outside)) > 2 * MAX_RINGS:
        return Unreadable(Message("unreadable_rings", {"limit": MAX_RINGS}))
    if _deepest(outside) > _MAX_DEPTH:
        return Unreadable(Message("unreadable_depth", {"limit": _MAX_DEPTH}))
    try:
        mol = Chem.MolFromSmiles(text, _parameters())
    except (RuntimeError, ValueError):
        mol = None
    if mol is not None and mol.GetNumAtoms() == 0:
        return Unreadable(Message("unreadable_empty"))
    return _sanitised(mol) if mol is not None else Unreadable(explain_smiles(text))


def _read_inchi(text: str) -> Chem.Mol | Unreadable:
    try:
        mol = Chem.MolFromInchi(text, sanitize=False, removeHs=False)  # type: ignore[no-untyped-call]
    except (RuntimeError, ValueError):
        mol = None
    if mol is None or mol.GetNumAtoms() == 0:
        return Unreadable(Message("unreadable_inchi"))
    return _sanitised(mol)


def _read_mol_block(text: str) -> Chem.Mol | Unreadable:
    counts = text.split("\n", 4)[3:4]
    if counts and (size := re.match(r"\s*(\d{1,3})\s*(\d{1,3})", counts[0])) and "V3000" not in counts[0]:
        atoms, bonds = int(size[1]), int(size[2])
        if bonds - atoms > MAX_RINGS:
            return Unreadable(Message("unreadable_rings", {"limit": MAX_RINGS}))
    if len(text) > 50 * MAX_TEXT:
        return Unreadable(Message("unreadable_long", {"length": len(text), "limit": 50 * MAX_TEXT}))
    try:
        mol = Chem.MolFromMolBlock(text, sanitize=False, removeHs=False, strictParsing=False)
    except (RuntimeError, ValueError):
        mol = None
    if mol is None:
        return Unreadable(Message("unreadable_molblock"))
    if mol.GetNumAtoms() == 0:
        return Unreadable(Message("unreadable_empty"))
    if mol.GetNumBonds() - mol.GetNumAtoms() > MAX_RINGS:
        return Unreadable(Message("unreadable_rings", {"limit": MAX_RINGS}))
    return _sanitised(mol)


def _sanitised(mol: Chem.Mol) -> Chem.Mol | Unreadable:
    try:
        Chem.SanitizeMol(mol)
    except Chem.KekulizeException:
        return Unreadable(Message("unreadable_aromatic"))
    except Chem.AtomValenceException as error:
        atom = mol.GetAtomWithIdx(error.cause.GetAtomIdx()) if hasattr(error, "cause") else None
        if atom is None:
            return Unreadable(Message("unreadable_bonds"))
        return Unreadable(Message("unreadable_valence", {"element": atom.GetSymbol(), "number": atom.GetIdx() + 1}))
    except (Chem.MolSanitizeException, RuntimeError, ValueError):
        return Unreadable(Message("unreadable_bonds"))
    return mol


def explain_smiles(text: str) -> Message:
    """Say why RDKit's reader refused a SMILES: the first thing that a person can go and mend.

    >>> explain_smiles("C1CC").id, explain_smiles("CC(C").id, explain_smiles("Sarin").id
    ('unreadable_ring_open', 'unreadable_branch_open', 'unreadable_symbol')
    """
    outside = _OUTSIDE.sub(lambda match: "*" * len(match[0]), text)
    if stray := re.search(r"[^A-Za-z0-9@+\-\[\]()=#$:/\\.%*]", outside):
        return Message("unreadable_symbol", {"symbol": stray[0], "position": stray.start() + 1})
    if "[" in outside or "]" in outside:
        position = min(outside.find(sign) for sign in "[]" if sign in outside)
        return Message("unreadable_bracket_open", {"position": position + 1})
    if stray := re.search(r"[A-Za-z]", re.sub(r"Cl|Br|[BCNOPSFIbcnops]", lambda match: "*" * len(match[0]), outside)):
        return Message("unreadable_symbol", {"symbol": stray[0], "position": stray.start() + 1})
    depth = 0
    for position, sign in enumerate(outside, 1):
        depth += (sign == "(") - (sign == ")")
        if depth < 0:
            return Message("unreadable_branch_closed", {"position": position})
    if depth:
        return Message("unreadable_branch_open", {"position": outside.rfind("(") + 1})
    labels: dict[str, int] = {}
    for match in _RING_LABEL.finditer(outside):
        label = match[0].lstrip("%")
        if label in labels:
            del labels[label]
        else:
            labels[label] = match.start() + 1
    if labels:
        label, position = next(iter(labels.items()))
        return Message("unreadable_ring_open", {"label": label, "position": position})
    return Message("unreadable_smiles")


def _parameters() -> Chem.SmilesParserParams:
    parameters = Chem.SmilesParserParams()
    parameters.sanitize = False  # type: ignore[assignment]
    parameters.removeHs = False  # type: ignore[assignment]
    return parameters


def _deepest(outside: str) -> int:
    depth = deepest = 0
    for sign in outside:
        if sign == "(":
            depth += 1
            deepest = max(deepest, depth)
        elif sign == ")":
            depth -= 1
    return deepest


_OUTSIDE = re.compile(r"\[[^\[\]]*\]")
_RING_LABEL = re.compile(r"%\d\d|%\(\d+\)|\d")
_MAX_DEPTH = 2_000
