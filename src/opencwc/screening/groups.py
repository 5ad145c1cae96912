"""What may stand in a place of a core: alkyl groups of exact size, halogens, and the few kinds that entries name.

A place is written as in the rule files, ``alkyl(max=10, cyclo=true, H=true)``, and judged on a drawn molecule: the
answer is yes, no, or maybe with the reason of the doubt.
"""

import re
from enum import Enum
from typing import NamedTuple

from rdkit import Chem

from opencwc.chemistry.composition import CARBON, HYDROGEN_WEIGHT, MASK, RING_WEIGHT, bonded_weight, weight
from opencwc.chemistry.standardisation import pattern
from opencwc.errors import RuleError
from opencwc.finding import Message

HALOGENS = (9, 17, 35, 53, 85)
UNBOUNDED = 10**6


class Answer(Enum):
    """Whether something meets a rule."""

    YES = "yes"
    MAYBE = "maybe"
    NO = "no"


class Counted(Enum):
    """What a composition key counts: heavy atoms, the neighbours of heteroatoms and rings too, hydrogens besides."""

    ATOMS = "atoms"
    NEIGHBOURS = "neighbours"
    HYDROGENS = "hydrogens"


class Judgement(NamedTuple):
    """An answer about one place, what stands there (to be said to a person), and the reason of a doubt."""

    answer: Answer
    group: Message
    doubt: Message | None = None


class Place(NamedTuple):
    """One kind of place.

    ``kind`` is ``alkyl``, ``alkylating``, ``halogen`` or ``methylenes``; ``max`` counts carbons, ``doubt`` the carbons
    up to which the wording can be read (0: it cannot); ``bearing`` are the groups of which the alkyl carries exactly
    one, on a carbon whose position from the core (1 is the attached one) lies in ``at``.
    """

    kind: str
    max: int = UNBOUNDED
    doubt: int = 0
    cyclo: bool = False
    hydrogen: bool = False
    bearing: tuple[str, ...] = ()
    at: tuple[int, int] = (1, UNBOUNDED)

    @property
    def most_carbons(self) -> int:
        """The most carbons that are not refused outright."""
        return max(self.max, self.doubt)

    def keys(self, counted: Counted, *, on_carbon: bool) -> set[int]:
        """Return the composition keys that a group here may add; not for the unbounded ``alkylating``.

        ``on_carbon`` says what the core has where it is attached. An alkyl of n carbons has fewer than n rings.
        """
        if self.kind == "halogen":
            plain = counted is Counted.ATOMS
            return {weight(number) if plain else bonded_weight(number, 1, int(on_carbon)) for number in HALOGENS}
        hydrogen = HYDROGEN_WEIGHT if counted is Counted.HYDROGENS else 0
        ring = 0 if counted is Counted.ATOMS else RING_WEIGHT
        alkyls = {
            weight(CARBON) * count + hydrogen * (2 * count + 1 - 2 * rings) + ring * rings
            for count in range(1, self.most_carbons + 1)
            for rings in range(count if self.cyclo else 1)
        }
        extras = [_EXTRA_KEYS[counted][name] for name in self.bearing] or [0]
        return {(alkyl + extra) & MASK for alkyl in alkyls for extra in extras}

    def judge(self, mol: Chem.Mol, atoms: list[int], start: int) -> Judgement:
        """Judge the group of these atoms, attached to the core through ``start``."""
        if any(mol.GetAtomWithIdx(index).GetAtomicNum() == 0 for index in atoms):
            return self._judge_open(mol, atoms)
        if self.kind == "halogen":
            halogen = len(atoms) == 1 and mol.GetAtomWithIdx(start).GetAtomicNum() in HALOGENS
            name = Message("group_halogen", {"element": mol.GetAtomWithIdx(start).GetSymbol()})
            return Judgement(Answer.YES if halogen else Answer.NO, name)
        if self.bearing:
            return self._judge_bearing(mol, atoms, start)
        if self.kind == "alkylating":
            return _judge_alkylating(mol, atoms, start)
        return self._judge_alkyl(mol, atoms, start)

    def _judge_open(self, mol: Chem.Mol, atoms: list[int]) -> Judgement:
        """Judge a group with a dummy atom in it: it could be allowed unless the atoms that are said forbid it."""
        said = {number for index in atoms if (number := mol.GetAtomWithIdx(index).GetAtomicNum())}
        possible = not said if self.kind == "halogen" else bool(self.bearing) or said <= {CARBON}
        return Judgement(Answer.MAYBE if possible else Answer.NO, Message("group_open"), Message("doubt_open_atom"))

    def _judge_alkyl(self, mol: Chem.Mol, atoms: list[int], start: int) -> Judgement:
        rings = _rings_of_alkyl(mol, atoms)
        group = name_group(mol, atoms, start, rings)
        if rings is None or len(atoms) > self.most_carbons or (rings and not self.cyclo):
            return Judgement(Answer.NO, group)
        if rings > 1:
            return Judgement(Answer.MAYBE, group, Message("doubt_polycyclic", {"rings": rings}))
        if len(atoms) > self.max:
            return Judgement(Answer.MAYBE, group, Message("doubt_count", {"carbons": len(atoms), "limit": self.max}))
        return Judgement(Answer.YES, group)

    def _judge_bearing(self, mol: Chem.Mol, atoms: list[int], start: int) -> Judgement:
        inside = set(atoms)
        for name in self.bearing:
            for match in mol.GetSubstructMatches(pattern(_BEARING[name])):
                carrier, *substituent = match
                skeleton = sorted(inside - set(substituent))
                if not set(match) <= inside or start not in skeleton or _rings_of_alkyl(mol, skeleton) != 0:
                    continue
                position = len(Chem.GetShortestPath(mol, start, carrier)) if carrier != start else 1
                said = Message(
                    "group_bearing", {"carbons": len(skeleton), "group": Message(f"group_{name}"), "at": position}
                )
                if len(skeleton) <= self.max and self.at[0] <= position <= self.at[1]:
                    return Judgement(Answer.YES, said)
        return Judgement(Answer.NO, Message("group_other"))


def parse_place(text: str, where: str = "") -> Place:
    """Read a place as written in a rule file; raise `RuleError` where it names what does not exist.

    >>> parse_place("alkyl(max=10, cyclo=true)").max
    10
    >>> parse_place("alkyl(R4)") == parse_place("alkyl(max=3)")
    True
    """
    match = re.fullmatch(r"\s*([a-z]+)\s*(?:\((.*)\))?\s*", text)
    kind = match[1] if match else ""
    if not match or kind not in ("alkyl", "alkylating", "halogen", "methylenes"):
        raise RuleError("place_unknown", where=where, place=text)
    options: dict[str, str] = {}
    for item in filter(None, (part.strip() for part in (match[2] or "").split(","))):
        name, _, value = item.partition("=")
        options[name.strip()] = value.strip()
    if kind == "methylenes":
        low, high = _range(next(iter(options), ""), text, where)
        return Place(kind, max=high, at=(low, high))
    if "R4" in options:
        options = {"max": "3", **{key: value for key, value in options.items() if key != "R4"}}
    unknown = set(options) - {"max", "doubt", "cyclo", "H", "bearing", "at"}
    if unknown:
        raise RuleError("place_option_unknown", where=where, place=text, option=min(unknown))
    try:
        return Place(
            kind,
            max=int(options.get("max", UNBOUNDED)),
            doubt=int(options.get("doubt", 0)),
            cyclo=_truth(options.get("cyclo")),
            hydrogen=_truth(options.get("H")),
            bearing=_bearing(options.get("bearing", "")),
            at=_range(options["at"], text, where) if "at" in options else (1, UNBOUNDED),
        )
    except (ValueError, KeyError) as error:
        raise RuleError("place_unreadable", where=where, place=text, reason=str(error)) from None


def name_group(mol: Chem.Mol, atoms: list[int], start: int, rings: int | None) -> Message:
    """Name a group for a person: methyl, ethyl, n-propyl, isopropyl, or an alkyl or cycloalkyl by its carbons."""
    if rings is None:
        return Message("group_other")
    if rings:
        return Message("group_cycloalkyl", {"carbons": len(atoms)})
    if len(atoms) <= 2:
        return Message("group_methyl" if len(atoms) == 1 else "group_ethyl")
    if len(atoms) == 3:
        inside = sum(neighbour.GetIdx() in atoms for neighbour in mol.GetAtomWithIdx(start).GetNeighbors())
        return Message("group_isopropyl" if inside == 2 else "group_propyl")
    return Message("group_alkyl", {"carbons": len(atoms)})


def _judge_alkylating(mol: Chem.Mol, atoms: list[int], start: int) -> Judgement:
    rings = _rings_of_alkyl(mol, atoms)
    group = name_group(mol, atoms, start, rings)
    if rings is not None and rings <= 1:
        return Judgement(Answer.YES, group)
    if mol.GetAtomWithIdx(start).GetAtomicNum() == CARBON:
        return Judgement(Answer.MAYBE, group, Message("doubt_alkylating"))
    return Judgement(Answer.NO, group)


def _rings_of_alkyl(mol: Chem.Mol, atoms: list[int]) -> int | None:
    """Count the rings of a saturated group of carbon and hydrogen alone; ``None`` where it is anything else."""
    inside = set(atoms)
    bonds = 0
    for index in atoms:
        atom = mol.GetAtomWithIdx(index)
        if atom.GetAtomicNum() != CARBON or atom.GetFormalCharge() or atom.GetNumRadicalElectrons():
            return None
        for bond in atom.GetBonds():
            if bond.GetBondType() != Chem.BondType.SINGLE:
                return None
            bonds += bond.GetOtherAtomIdx(index) in inside
    return bonds // 2 - len(atoms) + 1


def _truth(value: str | None) -> bool:
    if value not in (None, "true", "false"):
        raise ValueError(f"{value!r} is neither true nor false")
    return value == "true"


def _bearing(value: str) -> tuple[str, ...]:
    names = tuple(part.strip() for part in value.split("|") if part.strip())
    for name in names:
        _BEARING[name]
    return names


def _range(value: str, text: str, where: str) -> tuple[int, int]:
    low, dots, high = value.partition("..")
    if not dots or not low.isdigit() or not high.isdigit():
        raise RuleError("place_needs_range", where=where, place=text)
    return int(low), int(high)


_BEARING = {
    "hydroxyl": "[CX4]-[OX2H1]",
    "cyano": "[CX4]-[CX2]#[NX1]",
    "acetoxy": "[CX4]-[OX2]-[CX3](=[OX1])-[CH3]",
}
_BONDED_EXTRA_KEYS = {
    "hydroxyl": bonded_weight(8, 1, 1),
    "cyano": weight(6) + bonded_weight(7, 1, 1),
    "acetoxy": 2 * weight(6) + bonded_weight(8, 1, 1) + bonded_weight(8, 2, 2),
}
_EXTRA_KEYS = {
    Counted.ATOMS: {"hydroxyl": weight(8), "cyano": weight(6) + weight(7), "acetoxy": 2 * weight(6) + 2 * weight(8)},
    Counted.NEIGHBOURS: _BONDED_EXTRA_KEYS,
    Counted.HYDROGENS: {
        name: _BONDED_EXTRA_KEYS[name] + hydrogens * HYDROGEN_WEIGHT
        for name, hydrogens in (("hydroxyl", 0), ("cyano", -1), ("acetoxy", 2))
    },
}
"""What the groups that an alkyl bears add to its key, one hydrogen of the alkyl replaced."""
