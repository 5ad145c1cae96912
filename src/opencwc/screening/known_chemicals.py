"""Names and numbers to structures, in the order of trust: what the lists themselves name, then the index of names.

A name or number with several readings keeps them all; what cannot be looked up says so.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple

from opencwc.chemistry.curated_names import TABLES_KEPT, CuratedNames
from opencwc.chemistry.molecule_reader import Unreadable, read_structure
from opencwc.chemistry.name_resolver import Candidate, Resolver
from opencwc.chemistry.names import normalise_name
from opencwc.chemistry.registry_numbers import check_digit, is_valid, looks_like_cas, normalise_cas
from opencwc.convention import Chemical, Convention, Entry
from opencwc.finding import Item, Message


class Known(NamedTuple):
    """What a name or a number stands for: the drawings that are read for it, and how to say that it was found.

    ``structures`` and ``names`` belong together, one a reading. ``named_in`` are the entries that name the chemical
    itself, where no structure can be drawn (ricin). ``doubt`` is the message id of a reason not to trust the reading,
    such as a name that speaks of a polymer, or one that is only nearly spelt so. ``cas`` are the readings' numbers.
    """

    found: Message
    structures: tuple[str, ...]
    names: tuple[str, ...] = ()
    named_in: tuple[tuple[Entry, Chemical], ...] = ()
    doubt: str = ""
    cas: tuple[str, ...] = ()


class KnownChemicals:
    """The chemicals that can be looked up, through the `Resolver`, with how to say what was found."""

    def __init__(self, convention: Convention, progress: Callable[[int, int], None] | None = None) -> None:
        self._convention = convention
        self.resolver = Resolver(convention, progress)

    def by_number(self, text: str) -> Known | Message:
        """Look up a CAS number; return the reason where it cannot stand for a chemical."""
        cas = normalise_cas(text)
        if cas is None:
            return Message("unreadable_cas_form")
        if not is_valid(cas):
            return Message("unreadable_cas_digit", {"cas": cas, "digit": check_digit(cas)})
        candidates = self.resolver.by_number(cas)
        if not candidates:
            return Message("unreadable_cas_unknown", {"cas": cas})
        return self.known(candidates, Message("found_cas", {"cas": cas, "name": candidates[0].name}))

    def by_name(self, text: str) -> Known | Message:
        """Look up a name, or the sequence accession of a protein; return the reason where it is not known."""
        candidates = self.resolver.resolve(text)
        if not candidates:
            return Message("unreadable_name")
        known = self.known(candidates)
        if known.doubt or candidates[0].found != "curated" or len(candidates) > 1:
            return known
        return known._replace(doubt=self._doubt_of_word(text))

    def _doubt_of_word(self, text: str) -> str:
        """Say why a curated name may not be meant: it has an ordinary meaning, or isomers share the formula."""
        spellings = self.resolver.curated.by_name(text)
        if any(spelling.name.kind == "formula" for spelling in spellings):
            drawn = (smiles for spelling in spellings for smiles in spelling.chemical.structures)
            return "doubt_formula" if any(shared_by_isomers(text, smiles) for smiles in drawn) else ""
        printed = any(
            spelling.name.source == entry.source for spelling in spellings for entry, _ in spelling.chemical.named_in
        )
        return "" if printed or normalise_name(text) not in self._ordinary else "doubt_ordinary_word"

    @cached_property
    def _ordinary(self) -> frozenset[str]:
        """The keys of words that need other signs of a chemical beside them."""
        words = self._convention.naming.ordinary
        return frozenset(normalise_name(word.word) for word in words if {"context", "chemical"} & {*word.needs})

    def known(self, candidates: Sequence[Candidate], found: Message | None = None) -> Known:
        """Return what candidates for one text amount to."""
        drawn = [(candidate, smiles) for candidate in candidates for smiles in candidate.structures]
        chosen = {(entry.list, entry.id) for entry in self._convention.entries}
        named = [
            (entry, chemical)
            for candidate in candidates
            if candidate.chemical and not candidate.structures
            for entry, chemical in candidate.chemical.named_in
            if (entry.list, entry.id) in chosen
        ]
        return Known(
            found or _found(candidates),
            tuple(smiles for _, smiles in drawn),
            tuple(one.name for one, _ in drawn),
            tuple(named),
            candidates[0].doubt,
            tuple(candidate.cas for candidate in candidates if candidate.cas),
        )

    @cached_property
    def short_names(self) -> frozenset[str]:
        """The curated names, in lower case, that could be taken for SMILES (PFIB, CNCl): they are names first."""
        return _short_names(self.resolver.curated)


@lru_cache(maxsize=TABLES_KEPT)
def _short_names(curated: CuratedNames) -> frozenset[str]:
    return frozenset(
        name.text.lower()
        for chemical in curated.chemicals
        for name in chemical.names
        if LEAST_SHORT_NAME <= len(name.text) <= LONGEST_SHORT_NAME and looks_drawn(name.text)
    )


@lru_cache(maxsize=1000)
def shared_by_isomers(formula: str, smiles: str) -> bool:
    """Tell whether a formula only counts the atoms of a molecule with several carbons: others have the same."""
    from rdkit.Chem.rdMolDescriptors import CalcMolFormula

    mol = read_structure(smiles, "smiles")
    if isinstance(mol, Unreadable):
        return False
    plain = unicodedata.normalize("NFKC", formula).upper()
    carbons = sum(atom.GetAtomicNum() == 6 for atom in mol.GetAtoms())
    return CalcMolFormula(mol).upper() == plain and carbons > 1


def _found(candidates: Sequence[Candidate]) -> Message:
    first = candidates[0]
    names: tuple[Item, ...] = tuple(dict.fromkeys(candidate.name for candidate in candidates))
    if first.found == "curated" and len(names) > 1:
        if len(names) > MOST_NAMES:
            names = (*names[:MOST_NAMES], Message("found_others", {"count": len(names) - MOST_NAMES}))
        return Message("found_ambiguous", {"names": names})
    if first.found == "near":
        spelt = tuple(dict.fromkeys(candidate.written for candidate in candidates))
        return Message("found_near", {"names": spelt})
    if first.found == "systematic":
        return Message("found_systematic")
    return Message("found_name", {"name": first.name})


def recognise(text: str, known: KnownChemicals) -> str:
    """Say what a single value is: ``smiles``, ``inchi``, ``molblock``, ``cas`` or ``name``."""
    if "\n" in text and "M  END" in text:
        return "molblock"
    if text.startswith("InChI="):
        return "inchi"
    if looks_like_cas(text):
        return "cas"
    if looks_drawn(text) and not (len(text) <= LONGEST_SHORT_NAME and text.lower() in known.short_names):
        return "smiles"
    return "name"


def looks_drawn(text: str) -> bool:
    """Tell whether a text can only be meant as SMILES, well-formed or not: no letter outside brackets is a stranger.

    >>> looks_drawn("CC(C"), looks_drawn("Sarin")
    (True, False)
    """
    return _SMILES_LIKE.fullmatch(_BRACKET.sub("*", text)) is not None


MOST_NAMES = 3
LEAST_SHORT_NAME, LONGEST_SHORT_NAME = 4, 12
_BRACKET = re.compile(r"\[[^\[\]\s]*\]")
_SMILES_LIKE = re.compile(r"[BCNOPSFIbcnopslr0-9@+\-\[\]()=#$:/\\.%*~]+(?:\s+\|.*\|)?")
