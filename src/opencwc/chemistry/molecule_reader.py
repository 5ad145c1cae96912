"""Text to molecule: SMILES, InChI and mol blocks, read with RDKit in bounded time and memory.

What cannot be read comes back as a reason to show beside the row, never as an exception.
"""

import re
from typing import NamedTuple

from rdkit import Chem, RDLogger

from opencwc.chemistry.composition import atoms_of
from opencwc.finding import Message

RDLogger.DisableLog("rdApp.*")  # type: ignore[attr-defined]

MAX_TEXT = 20_000
"""Characters of a structure that are read (50 times as many of a mol block); a 100 MB line is not."""

MAX_ATOMS = 4_000
"""Atoms of a structure that are read. RDKit walks a molecule by recursion, some 400 bytes of stack an atom: a chain of
20,000 overflows the 8 MB of a Linux process and ends it, 4,000 fit the 2 MB of a thread."""

MAX_RINGS = 150
"""Rings of a structure that are read; ring perception takes 1 s at 144 in the densest drawing (K13,13), 3 s at 196."""

MAX_PARTS = 500
"""Dot-separated parts of a structure that are read: what goes with what in a salt is asked of every pair."""

MAX_ATOMS_BESIDE_OPEN = 1_000
"""Atoms of a structure with an open position (R, ``*``) that are read: it is held against every rule there is."""

MAX_BRANCHES = 12
"""Neighbours beyond two of the open positions, taken together, that are read. Each stands for any atom of a core, so
that a core fits a mesh of them in a number of ways that grows as a power of this; 12 take half a second."""


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
    return _sanitised(mol) if mol is not None else Unreadable(explain_smiles(text))


def normalise_inchi(text: str) -> str | None:
    """Return the InChI that a text consists of, in any case and with any spaces; ``None`` where it is none.

    >>> normalise_inchi("inchi: 1S/CH4/h1H4"), normalise_inchi("1S/CH4/h1H4")
    ('InChI=1S/CH4/h1H4', 'InChI=1S/CH4/h1H4')
    >>> normalise_inchi("inchi=1s/ccl2o/c2-1(3)4"), normalise_inchi("INCHI=1S/CH4O/C1-2/H2H,1H3")
    ('InChI=1S/CCl2O/c2-1(3)4', 'InChI=1S/CH4O/c1-2/h2H,1H3')
    """
    written = _INCHI.fullmatch(text)
    if written is None:
        return None
    layers = written[2]
    if "/" in layers and (layers == layers.lower() or layers == layers.upper()):
        layers = _in_its_case(layers)
    return f"InChI={written[1].upper()}/{layers}"


def _in_its_case(layers: str) -> str:
    """Return the layers of an InChI written in one case: elements with a capital, the sign of a layer small."""
    formula, *others = layers.lower().split("/")
    elements = _ELEMENT.sub(lambda found: found[0].title(), formula)
    return "/".join([elements, *(layer[:1] + layer[1:].upper() for layer in others)])


def _read_inchi(text: str) -> Chem.Mol | Unreadable:
    text = normalise_inchi(text) or text
    if _LACKS_HYDROGENS.fullmatch(text):
        return Unreadable(Message("unreadable_inchi"))  # RDKit makes ions of what it is not told of
    try:
        mol = Chem.MolFromInchi(text, sanitize=False, removeHs=False)  # type: ignore[no-untyped-call]
    except (RuntimeError, ValueError):
        mol = None
    return _sanitised(mol) if mol is not None and mol.GetNumAtoms() else Unreadable(Message("unreadable_inchi"))


def _read_mol_block(text: str) -> Chem.Mol | Unreadable:
    if len(text) > 50 * MAX_TEXT:
        return Unreadable(Message("unreadable_long", {"length": len(text), "limit": 50 * MAX_TEXT}))
    try:
        mol = Chem.MolFromMolBlock(_with_three_lines_above(text), sanitize=False, removeHs=False, strictParsing=False)
    except (RuntimeError, ValueError):
        mol = None
    return _sanitised(mol) if mol is not None else Unreadable(Message("unreadable_molblock"))


def _with_three_lines_above(text: str) -> str:
    """Put back blank title lines that were stripped on the way, as a cell of a table or a shell's quotes strip them."""
    above = next((number for number, line in enumerate(text.split("\n", 4)[:4]) if _COUNTS_LINE.match(line)), 3)
    return "\n" * (3 - above) + text


def _sanitised(mol: Chem.Mol) -> Chem.Mol | Unreadable:
    if (reason := _beyond_bounds(mol)) is not None:
        return Unreadable(reason)
    if all(atom.GetAtomicNum() == 0 and not atom.HasQuery() for atom in atoms_of(mol)):
        return Unreadable(Message("unreadable_empty"))  # an open position and nothing else says nothing
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


def _beyond_bounds(mol: Chem.Mol) -> Message | None:
    """Say which bound a molecule as drawn goes beyond; within them all, no later step takes over two seconds."""
    atoms = mol.GetNumAtoms()
    if not atoms:
        return Message("unreadable_empty")
    links = [atom.GetDegree() for atom in atoms_of(mol) if atom.GetAtomicNum() == 0 or atom.HasQuery()]
    limit = MAX_ATOMS_BESIDE_OPEN if links else MAX_ATOMS
    if atoms > limit:
        return Message("unreadable_atoms_open" if links else "unreadable_atoms", {"atoms": atoms, "limit": limit})
    parts = len(Chem.GetMolFrags(mol))
    if parts > MAX_PARTS:
        return Message("unreadable_parts", {"parts": parts, "limit": MAX_PARTS})
    if mol.GetNumBonds() - atoms + parts > MAX_RINGS:
        return Message("unreadable_rings", {"limit": MAX_RINGS})
    if sum(max(0, number - 2) for number in links) > MAX_BRANCHES:
        return Message("unreadable_open", {"limit": MAX_BRANCHES})
    return None


def with_hydrogens(mol: Chem.Mol) -> Chem.Mol | None:
    """Fill in the hydrogens that atoms in brackets lack, as where ``[C][O]`` is written for methanol.

    ``None`` where none lacks any, or where that makes no molecule.

    >>> mol = read_structure("[C][O]", "smiles")
    >>> Chem.MolToSmiles(with_hydrogens(mol))
    'CO'
    """
    bare = [atom.GetIdx() for atom in atoms_of(mol) if atom.GetNumRadicalElectrons()]
    if not bare:
        return None
    filled = Chem.RWMol(mol)
    for index in bare:
        atom = filled.GetAtomWithIdx(index)
        atom.SetNumRadicalElectrons(0)
        atom.SetNoImplicit(False)
    try:
        Chem.SanitizeMol(filled)
    except (Chem.MolSanitizeException, RuntimeError, ValueError):
        return None
    return filled.GetMol()


def sides_of_reaction(text: str) -> tuple[str, str, str] | None:
    """Return the reactants, agents and products of a reaction SMILES; ``None`` where the text is none.

    >>> sides_of_reaction("CCO>[Na]>CC=O"), sides_of_reaction("N->[Fe]")
    (('CCO', '[Na]', 'CC=O'), None)
    """
    sides = _REACTION.fullmatch(text)
    return (sides[1], sides[2], sides[3]) if sides and len(sides[0]) > len(">>") else None


def is_query(text: str) -> bool:
    """Tell whether a text is a query pattern (SMARTS) and no structure.

    >>> is_query("[C,N]P(=O)F"), is_query("[CH3]P(=O)F"), is_query("[Na]O")
    (True, False, False)
    """
    return _QUERY.search(text) is not None and " " not in text and Chem.MolFromSmarts(text) is not None


def explain_smiles(text: str) -> Message:
    """Say why RDKit's reader refused a SMILES: the first thing that a person can go and mend.

    >>> explain_smiles("C1CC").id, explain_smiles("CC(C").id, explain_smiles("Sarin").id
    ('unreadable_ring_open', 'unreadable_branch_open', 'unreadable_symbol')
    >>> explain_smiles("[C,N]P(=O)F").id
    'unreadable_smarts'
    """
    if is_query(text):
        return Message("unreadable_smarts")
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


INCHI = r"(?:(?:std\s?)?inchi\s*[=:]?\s*(?=1s?/)|(?<![\w/.-])(?=1s/c?[a-z0-9]+/))(1s?)/(\S*[a-z]\S*)"
"""An InChI with its label in any form, or without one where the version says what it is."""
_INCHI = re.compile(rf"\s*{INCHI}\s*", re.IGNORECASE)
_ELEMENT = re.compile(r"al|as|br|cl|ge|hg|li|mg|na|pb|se|si|sn|[a-z]")
_LACKS_HYDROGENS = re.compile(r"InChI=1S?/[^/]*H(?![a-z])[^/]*(?:/(?!h)[^/]*)*")
"""An InChI whose formula has hydrogen, and which has no layer that says where."""
_SIDE = r"((?:->|[^>\s])*+)"
_REACTION = re.compile(rf"{_SIDE}>{_SIDE}>{_SIDE}")
"""Two signs between three sides; ``->`` is a dative bond."""
_QUERY = re.compile(r"\[[^\[\]]*(?:[,;&!$#]|[A-Za-z][XxDRrvh]\d)|\[[Aa]\d?\]|~|\$\(")
"""What only a query pattern (SMARTS) has: alternatives, conditions, counts of bonds, bonds of any kind."""
_OUTSIDE = re.compile(r"\[[^\[\]]*\]")
_COUNTS_LINE = re.compile(r"[ \d]{6}.*V[23]000\s*$")
_RING_LABEL = re.compile(r"%\d\d|%\(\d+\)|\d")
_MAX_DEPTH = 2_000
