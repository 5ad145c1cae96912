"""All rules of the chosen lists on one day, indexed by composition so that a component meets only what could fit it.

The same index feeds the gate: what it does not hold, no entry can list.
"""

from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from msgspec import Struct
from rdkit.Chem import GetMolFrags, Mol

from opencwc.chemistry.composition import METALS, atoms_of, composition_key
from opencwc.convention import Chemical, Convention, Entry, Structure
from opencwc.convention.fields import cached
from opencwc.screening.cores import Counts, Drawing, compile_structure
from opencwc.screening.groups import Counted
from opencwc.settings import cache_folder


class Ruling(Struct, frozen=True, dict=True):
    """One structure rule of one entry and what it says where it fits: ``listed``, ``doubt`` or ``exempt``."""

    entry: Entry
    says: str
    structure: Structure
    chemical: Chemical | None = None

    @cached_property
    def drawing(self) -> Drawing:
        """The rule, compiled on first use."""
        return compile_structure(self.structure, f"{self.entry.list} {self.entry.id}")


class Gate(NamedTuple):
    """What the compositions of all rules allow, for a bulk reader to hold texts against.

    ``full_keys`` are the full keys of single components, ``keys`` those without hydrogens, for what is drawn between
    metals, ``bare`` those of the heavy atoms alone; ``needs`` are the least counts of rules whose rest is
    free or whose groups are of any size.
    """

    full_keys: tuple[int, ...]
    keys: tuple[int, ...]
    bare: tuple[int, ...]
    needs: tuple[Counts, ...]


class _Index(NamedTuple):
    """The numbers of the rulings by composition key, and those of any size with the least counts they ask for.

    ``full_keys`` and ``keys`` are those of the `Gate`.
    """

    closed: dict[int, list[int]]
    open: list[tuple[int, Counts]]
    full_keys: tuple[int, ...]
    keys: tuple[int, ...]


class RuleIndex:
    """The rulings of a `Convention`, and which of them a component of a given composition could meet."""

    def __init__(self, convention: Convention) -> None:
        self.convention = convention
        self.rulings: tuple[Ruling, ...] = tuple(_rulings((*convention.entries, *convention.excepted)))
        self._index = cached(cache_folder(), "index", self._fingerprint(), self._make_index, _Index)

    @property
    def list_ids(self) -> tuple[str, ...]:
        """The ids of the lists that are checked."""
        return tuple(list_.id for list_ in self.convention.lists)

    @cached_property
    def gate(self) -> Gate:
        """What the compositions of all rules allow."""
        needs = tuple(dict.fromkeys(needs for _, needs in self._index.open))
        return Gate(self._index.full_keys, self._index.keys, tuple(self._index.closed), needs)

    def may_meet(self, mol: Mol) -> bool:
        """Tell whether any ruling could apply to a molecule as it was read, by the composition of its parts.

        Standardising moves charges, protons and double bonds, but no heavy atom to another part; only bonds to metals
        are cut, so what lies between metals is a part of its own too.
        """
        drawn = atoms_of(mol)
        numbers = [atom.GetAtomicNum() for atom in drawn]
        if 0 in numbers:
            return True
        parts = [[numbers[index] for index in part] for part in GetMolFrags(mol)]
        pieces = parts
        if any(number in METALS and atom.GetDegree() for number, atom in zip(numbers, drawn, strict=True)):
            pieces = [[numbers[index] for index in piece] for piece in _between_metals(mol, numbers)]
        positive = any(atom.GetFormalCharge() > 0 for atom in drawn)
        closed = any(composition_key(piece) in self._index.closed for piece in pieces)
        return closed or any(self._open_to(part, positive=positive) for part in parts)

    def check(self) -> None:
        """Refuse rules that cannot be right; called whenever they changed since they were last indexed."""

    def _open_to(self, atomic_numbers: list[int], *, positive: bool) -> list[int]:
        """Return the rulings of any size whose least counts a component meets."""
        counts = Counter(atomic_numbers)
        return [
            number
            for number, needs in self._index.open
            if (positive or not (needs.positive or needs.quaternary))
            and all(counts[z] >= least for z, least in needs.elements)
        ]

    def candidates(self, atomic_numbers: list[int], *, positive: bool) -> Iterator[Ruling]:
        """Yield the rulings that a component of these heavy atoms could meet; all of them where an atom is a dummy."""
        if 0 in atomic_numbers:
            yield from self.rulings
            return
        found = {
            *self._index.closed.get(composition_key(atomic_numbers), ()),
            *self._open_to(atomic_numbers, positive=positive),
        }
        for number in sorted(found):
            yield self.rulings[number]

    def _fingerprint(self) -> list[object]:
        entries = self.convention.entries
        examples = [[entry.id, [(c.name, c.smiles) for c in (*entry.examples, *entry.exempt)]] for entry in entries]
        rules = [
            (
                ruling.says,
                ruling.entry.salts,
                *ruling.structure[:1],
                dict(ruling.structure.places),
                *ruling.structure[2:],
            )
            for ruling in self.rulings
        ]
        return [_INDEX_VERSION, rules, examples]

    def _make_index(self) -> _Index:
        """Index every core by composition, and refuse the rules if an example does not meet its own."""
        closed: dict[int, list[int]] = {}
        unbounded: list[tuple[int, Counts]] = []
        full_keys: set[int] = set()
        keys: set[int] = set()
        for number, ruling in enumerate(self.rulings):
            for core in ruling.drawing.cores:
                if core.rest == "free" or core.unbounded or core.holds_metal:
                    unbounded.append((number, core.needs()))
                    continue
                for key in core.keys(Counted.ATOMS):
                    if number not in (numbers := closed.setdefault(key, [])):
                        numbers.append(number)
                full_keys |= core.keys(Counted.HYDROGENS)
                keys |= core.keys(Counted.NEIGHBOURS)
        self._index = _Index(closed, unbounded, tuple(sorted(full_keys)), tuple(sorted(keys)))
        self.check()
        return self._index


def _between_metals(mol: Mol, numbers: list[int]) -> list[list[int]]:
    """Collect the atoms of each piece that is left when the metals are taken out."""
    piece = list(range(len(numbers)))

    def root(index: int) -> int:
        while piece[index] != index:
            index = piece[index]
        return index

    for index in range(mol.GetNumBonds()):
        bond = mol.GetBondWithIdx(index)
        one, other = bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()
        if numbers[one] not in METALS and numbers[other] not in METALS:
            piece[root(one)] = root(other)
    pieces: dict[int, list[int]] = {}
    for index, number in enumerate(numbers):
        if number not in METALS:
            pieces.setdefault(root(index), []).append(index)
    return list(pieces.values())


def _rulings(entries: tuple[Entry, ...]) -> Iterator[Ruling]:
    for entry in entries:
        for chemical in entry.exempt:
            if chemical.smiles:
                yield Ruling(entry, "exempt", Structure(chemical.smiles, {}), chemical)
        for structure in entry.structure:
            yield Ruling(entry, "listed", structure)
        for structure in entry.doubt:
            yield Ruling(entry, "doubt", structure)


_INDEX_VERSION = 8
