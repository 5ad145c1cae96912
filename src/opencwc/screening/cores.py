"""A core with named places, as a chemist writes it, compiled to RDKit queries plus exact checks.

In ``{R}P(=O)(F)O{Q}`` every drawn atom is meant exactly: its element, charge, hydrogens and neighbours are those of
the drawing, and what hangs on a place must be a group that the place allows. Core and groups together are the whole
component, unless the rest is free.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import product
from typing import NamedTuple

from msgspec import Struct
from rdkit import Chem

from opencwc.chemistry.composition import (
    CARBON,
    HYDROGEN_WEIGHT,
    MASK,
    METALS,
    OXYGEN,
    PHOSPHORUS,
    RING_WEIGHT,
    atoms_of,
    bonded_weight,
    composition_key,
    drawn_weights,
)
from opencwc.chemistry.standardisation import pattern, phosphorous_tautomer, standardise
from opencwc.convention.model import Structure
from opencwc.errors import RuleError
from opencwc.finding import Message
from opencwc.screening.groups import Answer, Counted, Place, parse_place


class Placed(NamedTuple):
    """What stands in a place: its atoms, the atom of the core that carries it, and both in words."""

    label: str
    atoms: tuple[int, ...]
    anchor: int
    says: Message


class Fit(NamedTuple):
    """How a component fits a core: surely or perhaps, which atoms decide, and what stands in each place."""

    answer: Answer
    atoms: tuple[int, ...]
    places: tuple[Placed, ...]
    doubts: tuple[Message, ...] = ()


class Core(Struct, frozen=True, dict=True):
    """One drawing of a core with its places filled in but for their groups; a structure rule has one or several.

    ``drawing`` is SMILES in which place ``R`` is the dummy atom with the map number of its turn in ``names``.
    """

    drawing: str
    names: tuple[str, ...]
    places: tuple[Place, ...]
    rest: str = "closed"
    where: tuple[str, ...] = ()
    tautomers: str = ""

    @cached_property
    def mol(self) -> Chem.Mol:
        """The drawing as a molecule, standardised as every input is."""
        return _standard_core(self.drawing)

    @cached_property
    def query(self) -> Chem.Mol:
        """The drawing as an RDKit query: exact atoms where the rest is closed, elements and bonds where it is free."""
        return _query(self.mol, exact=self.rest == "closed")

    @cached_property
    def core_atoms(self) -> tuple[int, ...]:
        """The indices of the drawing's own atoms, places left out."""
        return tuple(atom.GetIdx() for atom in atoms_of(self.mol) if not atom.GetAtomMapNum())

    @cached_property
    def place_atoms(self) -> tuple[tuple[int, Place, str], ...]:
        """Each place: its atom in the drawing, what may stand there, and its name."""
        return tuple(
            (atom.GetIdx(), self.places[turn - 1], self.names[turn - 1])
            for atom in atoms_of(self.mol)
            if (turn := atom.GetAtomMapNum())
        )

    @property
    def unbounded(self) -> bool:
        """Whether a place takes groups of any size, so that only the other elements are bounded."""
        return any(place.kind == "alkylating" for place in self.places)

    @property
    def is_whole(self) -> bool:
        """Whether the drawing is one chemical, every atom of it bound as drawn."""
        return not self.places and not self.tautomers and self.rest == "closed"

    @property
    def holds_metal(self) -> bool:
        """Whether the drawing holds a metal, so that a reader that cuts metals out sees only its pieces."""
        return any(atom.GetAtomicNum() in METALS for atom in atoms_of(self.mol))

    def keys(self, counted: Counted) -> set[int]:
        """Return every composition key of a closed, bounded core; hydrogens are counted less the charge.

        Of one chemical without places each atom is weighed with what surrounds it.
        """
        own = [self.mol.GetAtomWithIdx(index) for index in self.core_atoms]
        if counted is Counted.ATOMS:
            key = composition_key(atom.GetAtomicNum() for atom in own)
        elif self.is_whole:
            beside = [[other.GetIdx() for other in atom.GetNeighbors()] for atom in own]
            key = sum(drawn_weights([atom.GetAtomicNum() for atom in own], beside))
        else:
            key = sum(
                bonded_weight(atom.GetAtomicNum(), atom.GetDegree(), self._neighbours(atom).count(CARBON))
                for atom in own
            )
        if counted is not Counted.ATOMS:
            key += RING_WEIGHT * (self.mol.GetNumBonds() - self.mol.GetNumAtoms() + 1)
        if counted is Counted.HYDROGENS:
            key += HYDROGEN_WEIGHT * sum(atom.GetTotalNumHs() - atom.GetFormalCharge() for atom in own)
        keys = {key & MASK}
        for index, place, _ in self.place_atoms:
            on_carbon = self._neighbours(self.mol.GetAtomWithIdx(index)) == [CARBON]
            keys = {(key + extra) & MASK for key in keys for extra in place.keys(counted, on_carbon=on_carbon)}
        return keys

    def _neighbours(self, atom: Chem.Atom) -> list[int]:
        """Return the atomic numbers beside an atom of the drawing: carbon for an alkyl's place, 0 for a halogen's."""
        of_place = {index: 0 if place.kind == "halogen" else CARBON for index, place, _ in self.place_atoms}
        return [of_place.get(other.GetIdx(), other.GetAtomicNum()) for other in atom.GetNeighbors()]

    def needs(self) -> "Counts":
        """Return what a component must hold at least, for a core with a free rest, any size or metals."""
        numbers = [self.mol.GetAtomWithIdx(index).GetAtomicNum() for index in self.core_atoms]
        numbers += [CARBON for _, place, _ in self.place_atoms if place.kind in ("alkyl", "alkylating")]
        conditions = [parse_condition(line) for line in self.where]
        quaternary = max((number for kind, _, number in conditions if kind == "quaternary"), default=0)
        numbers += [7] * max(0, quaternary - 1)
        alone = any(kind == "carbon neighbour" and (symbol, number) == ("P", 1) for kind, symbol, number in conditions)
        largest = max((place.most_carbons for _, place, _ in self.place_atoms), default=0) if alone else 0
        elements = tuple(sorted((number, numbers.count(number)) for number in set(numbers)))
        charged = (atom.GetAtomicNum() for atom in atoms_of(self.mol) if atom.GetFormalCharge() > 0)
        positive = next(charged, 0) if Chem.GetFormalCharge(self.mol) > 0 else 0
        own = [self.mol.GetAtomWithIdx(index) for index in self.core_atoms]
        beside = [(atom.GetAtomicNum(), self._neighbours(atom)) for atom in own]
        bridges = sum(number == OXYGEN and others.count(CARBON) >= 2 for number, others in beside)
        phosphorus = 0
        if self.rest == "closed":
            bound = (others for number, others in beside if number == PHOSPHORUS and 0 not in others)
            phosphorus = composition_key(number for number in next(bound, ()) if number not in METALS)
        return Counts(elements, largest, quaternary, positive, bridges, phosphorus)

    def fit(self, mol: Chem.Mol) -> Fit | None:
        """Fit a standardised component to this core, or return ``None``."""
        if self.tautomers:
            return self._fit_tautomer(mol)
        if not self.places and self.rest == "closed" and any(atom.GetAtomicNum() == 0 for atom in atoms_of(mol)):
            return self._fit_open(mol)
        best: Fit | None = None
        seen: set[tuple[int, ...]] = set()
        for match in mol.GetSubstructMatches(self.query, uniquify=False, maxMatches=_MOST_MATCHES):
            fit = self._fit_match(mol, match)
            if fit is None or match in seen:
                continue
            seen.add(match)
            if fit.answer is Answer.YES:
                return fit
            best = best or fit
        return best

    def _fit_match(self, mol: Chem.Mol, match: tuple[int, ...]) -> Fit | None:
        own = {match[index] for index in self.core_atoms}
        open_atoms = [index for index in own if mol.GetAtomWithIdx(index).GetAtomicNum() == 0]
        if len(open_atoms) > 1 or (open_atoms and len(own) < _LEAST_CORE_FOR_OPEN_ATOM):
            return None
        doubts = [Message("doubt_open_atom")] if open_atoms else []
        places = []
        covered = set(own)
        for atom, place, name in self.place_atoms:
            start = match[atom]
            group = _group(mol, start, own, closed=self.rest == "closed")
            if group is None or covered & set(group):
                return None
            judgement = place.judge(mol, group, start)
            if judgement.answer is Answer.NO:
                return None
            if judgement.doubt:
                doubts.append(judgement.doubt)
            covered |= set(group)
            anchor = next(n for n in mol.GetAtomWithIdx(start).GetNeighbors() if n.GetIdx() in own)
            symbol = anchor.GetSymbol()
            said = Message(f"place_{symbol if symbol in _SAID_ANCHORS else 'other'}", {"group": judgement.group})
            places.append(Placed(name, tuple(group), anchor.GetIdx(), said))
        if self.rest == "closed" and len(covered) != mol.GetNumAtoms():
            return None
        for line in self.where:
            answer = _meets(mol, line, match, self.mol)
            if answer is Answer.NO:
                return None
            if answer is Answer.MAYBE:
                doubts.append(Message("doubt_open_atom"))
        return Fit(Answer.MAYBE if doubts else Answer.YES, tuple(sorted(own)), tuple(places), tuple(doubts))

    def _fit_open(self, mol: Chem.Mol) -> Fit | None:
        """Fit a drawing with open positions to a chemical without places: could they be filled so that it is this one?

        The atoms that are said must lie in the chemical as they stand, grow only where a position is open (a hydrogen
        fills one too), and be at least half of it.
        """
        said = [atom.GetIdx() for atom in atoms_of(mol) if atom.GetAtomicNum()]
        if not said or 2 * len(said) < self.mol.GetNumAtoms() or len(said) > self.mol.GetNumAtoms():
            return None
        if not self.mol.HasSubstructMatch(_open_query(mol, said)):
            return None
        return Fit(Answer.MAYBE, tuple(said), (), (Message("doubt_open_atom"),))

    def _fit_tautomer(self, mol: Chem.Mol) -> Fit | None:
        if mol.GetNumAtoms() != self.mol.GetNumAtoms() or _tautomer_hash(mol) != _tautomer_hash(self.mol):
            return None
        return Fit(Answer.YES, tuple(range(mol.GetNumAtoms())), ())


class Counts(NamedTuple):
    """What a component must hold at least.

    ``elements`` are atomic numbers with counts; ``alkyl_on_phosphorus`` is the most carbons of the one alkyl group that
    a phosphorus must carry with no further carbon (0: no such phosphorus is asked for); ``quaternary`` counts
    quaternary nitrogens; ``positive`` is the atomic number of an atom that must be charged (0: none); ``bridges``
    counts oxygens with two carbon neighbours; ``phosphorus`` is the composition key of the heavy neighbours that some
    phosphorus must have, metals left out (0: none is asked for).
    """

    elements: tuple[tuple[int, int], ...]
    alkyl_on_phosphorus: int
    quaternary: int
    positive: int
    bridges: int
    phosphorus: int


class Drawing(Struct, frozen=True, dict=True):
    """One structure rule, compiled: the cores of its trigger (the part looked for) and the parts that go with it."""

    structure: Structure
    cores: tuple[Core, ...]
    beside: tuple[tuple[str, int], ...] = ()

    @cached_property
    def beside_smiles(self) -> dict[str, int]:
        """The parts that must stand beside the trigger, as standard SMILES with their number."""
        counted: dict[str, int] = {}
        for drawing, number in self.beside:
            smiles = standardise(_parse(drawing)).components[0].smiles
            counted[smiles] = counted.get(smiles, 0) + number
        return counted


def compile_structure(structure: Structure, where: str = "") -> Drawing:
    """Compile one structure rule; raise `RuleError` where the core is no SMILES or a place is not said."""
    names = tuple(dict.fromkeys(re.findall(r"\{(\w+)\}", structure.core)))
    missing = [name for name in names if name not in structure.places]
    if missing:
        raise RuleError("place_undefined", where=where, place=missing[0])
    places = {name: parse_place(structure.places[name], where) for name in names}
    for line in structure.where:
        parse_condition(line, where)
    parts = structure.core.split(".")
    trigger = _trigger(parts, where)
    beside = [(part, 1) for number, part in enumerate(parts) if number != trigger]
    cores = tuple(
        Core(drawing, kept, tuple(places[name] for name in kept), structure.rest, structure.where, structure.tautomers)
        for drawing, kept in _drawings(parts[trigger], places)
    )
    for core in cores:
        if Chem.MolFromSmiles(core.drawing) is None:
            raise RuleError("core_is_no_smiles", where=where, core=structure.core)
    return Drawing(structure, cores, tuple(beside))


def _drawings(core: str, places: Mapping[str, Place]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Spell out a core: with and without each place that hydrogen may take, with each length of each chain."""
    used = list(dict.fromkeys(re.findall(r"\{(\w+)\}", core)))
    choices: list[list[str]] = []
    for name in used:
        place = places[name]
        if place.kind == "methylenes":
            choices.append(["C" * count for count in range(place.at[0], place.at[1] + 1)])
        else:
            choices.append(["keep", ""] if place.hydrogen else ["keep"])
    for choice in product(*choices):
        drawing, kept = core, []
        for name, chosen in zip(used, choice, strict=True):
            if chosen == "keep":
                kept.append(name)
                drawing = drawing.replace("{" + name + "}", f"[*:{len(kept)}]")
            elif chosen:
                drawing = drawing.replace("{" + name + "}", chosen)
            else:
                drawing = drawing.replace("({" + name + "})", "").replace("{" + name + "}", "")
        yield drawing, tuple(kept)


def _trigger(parts: list[str], where: str) -> int:
    """Choose the part of a salt to look for: the largest, and no metal where there is another."""
    sizes = []
    for number, part in enumerate(parts):
        mol = Chem.MolFromSmiles(re.sub(r"\{\w+\}", "*", part))
        if mol is None:
            raise RuleError("core_is_no_smiles", where=where, core=part)
        metal = any(atom.GetAtomicNum() in METALS for atom in atoms_of(mol))
        lone = {atom.GetAtomicNum() for atom in atoms_of(mol)} in ({17}, {7})
        sizes.append((not (metal and mol.GetNumAtoms() == 1), not lone, mol.GetNumAtoms(), -number))
    return max(range(len(parts)), key=lambda number: sizes[number])


def _standard_core(drawing: str) -> Chem.Mol:
    mol = Chem.RWMol(_parse(drawing))
    maps = {atom.GetIdx(): atom.GetAtomMapNum() for atom in atoms_of(mol)}
    phosphorous_tautomer(mol)
    if not any(maps.values()):
        return standardise(mol).components[0].mol
    return mol.GetMol()


def _parse(drawing: str) -> Chem.Mol:
    mol = Chem.MolFromSmiles(drawing)
    if mol is None:
        raise RuleError("core_is_no_smiles", core=drawing)
    return mol


def _query(mol: Chem.Mol, *, exact: bool) -> Chem.Mol:
    query = Chem.RWMol()
    for atom in atoms_of(mol):
        if atom.GetAtomMapNum():
            query.AddAtom(Chem.AtomFromSmarts("*"))
            continue
        words = f"#{atom.GetAtomicNum()}"
        if atom.GetAtomicNum() == CARBON:
            words += "&a" if atom.GetIsAromatic() else "&A"
        if exact:
            words += f"&D{atom.GetDegree()}&H{atom.GetTotalNumHs()}&{atom.GetFormalCharge():+d}"
        elif atom.GetFormalCharge():
            words += f"&{atom.GetFormalCharge():+d}"
        query.AddAtom(Chem.AtomFromSmarts(f"[{words},#0]" if exact else f"[{words}]"))
    for bond in mol.GetBonds():
        query.AddBond(bond.GetBeginAtomIdx(), bond.GetEndAtomIdx(), bond.GetBondType())
    return _with_rings(query)


def _open_query(mol: Chem.Mol, said: list[int]) -> Chem.Mol:
    """Ask for the atoms that are said: exactly as drawn, or with room for more where a position beside them is open."""
    query = Chem.RWMol()
    place = {}
    for index in said:
        atom = mol.GetAtomWithIdx(index)
        opened = sum(neighbour.GetAtomicNum() == 0 for neighbour in atom.GetNeighbors())
        words = f"#{atom.GetAtomicNum()}&{atom.GetFormalCharge():+d}"
        if opened:
            words += f"&X{atom.GetTotalDegree()}" if atom.GetAtomicNum() == CARBON else ""
        else:
            words += f"&D{atom.GetDegree()}&H{atom.GetTotalNumHs()}"
        place[index] = query.AddAtom(Chem.AtomFromSmarts(f"[{words}]"))
    for bond in mol.GetBonds():
        one, other = bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()
        if one in place and other in place:
            query.AddBond(place[one], place[other], bond.GetBondType())
    return _with_rings(query)


def _with_rings(query: Chem.RWMol) -> Chem.Mol:
    """Return a finished query; RDKit matches none whose rings were never looked for."""
    mol = query.GetMol()
    Chem.FastFindRings(mol)
    return mol


def _group(mol: Chem.Mol, start: int, own: set[int], *, closed: bool) -> list[int] | None:
    """Collect the atoms that hang on the core through ``start``; ``None`` where they close a ring with the core."""
    group, queue = {start}, [start]
    while queue:
        index = queue.pop()
        for neighbour in mol.GetAtomWithIdx(index).GetNeighbors():
            other = neighbour.GetIdx()
            if other in own:
                if index != start:
                    return None
            elif other not in group:
                group.add(other)
                queue.append(other)
                if not closed and len(group) > _MOST_ATOMS_OF_A_GROUP:
                    return sorted(group)
    attached = sum(neighbour.GetIdx() in own for neighbour in mol.GetAtomWithIdx(start).GetNeighbors())
    return sorted(group) if attached == 1 else None


def parse_condition(line: str, where: str = "") -> tuple[str, str, int]:
    """Read what a rule says of the rest of the molecule: its kind, the atom that is meant, and a number.

    >>> parse_condition("P has exactly 1 carbon neighbour"), parse_condition("at least 2 quaternary nitrogens")
    (('carbon neighbour', 'P', 1), ('quaternary', 'N', 2))
    """
    if match := re.fullmatch(r"(\w+) has exactly (\d+) carbon neighbours?", line):
        return "carbon neighbour", match[1], int(match[2])
    if match := re.fullmatch(r"at least (\d+) quaternary nitrogens?", line):
        return "quaternary", "N", int(match[1])
    raise RuleError("condition_unknown", where=where, condition=line)


def _meets(mol: Chem.Mol, line: str, match: tuple[int, ...], core: Chem.Mol) -> Answer:
    kind, symbol, number = parse_condition(line)
    if kind == "quaternary":
        return Answer.YES if len(mol.GetSubstructMatches(pattern(_QUATERNARY))) >= number else Answer.NO
    centre = next(atom.GetIdx() for atom in atoms_of(core) if atom.GetSymbol() == symbol)
    neighbours = [atom.GetAtomicNum() for atom in mol.GetAtomWithIdx(match[centre]).GetNeighbors()]
    carbons, unsaid = neighbours.count(CARBON), neighbours.count(0)
    if not carbons <= number <= carbons + unsaid:
        return Answer.NO
    return Answer.MAYBE if unsaid else Answer.YES


def _tautomer_hash(mol: Chem.Mol) -> str:
    from rdkit.Chem import rdMolHash

    return str(rdMolHash.MolHash(mol, rdMolHash.HashFunction.HetAtomTautomer))


_QUATERNARY = "[N;+1;X4;H0]"
_LEAST_CORE_FOR_OPEN_ATOM = 4
_MOST_MATCHES = 50_000  # more than a structure of the largest size that is read can have
_MOST_ATOMS_OF_A_GROUP = 12
_SAID_ANCHORS = ("P", "O", "N", "C", "S")
