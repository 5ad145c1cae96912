"""Names and numbers to structures, in the order of trust: what the lists themselves name, then the index of names.

A name or number with several readings keeps them all; what cannot be looked up says so.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple

from opencwc.chemistry.curated_names import TABLES_KEPT, CuratedNames
from opencwc.chemistry.inchi_keys import normalise_inchi_key
from opencwc.chemistry.molecule_reader import Unreadable, normalise_inchi, read_structure, sides_of_reaction
from opencwc.chemistry.name_resolver import Candidate, Resolver
from opencwc.chemistry.names import normalise_name
from opencwc.chemistry.registry_numbers import check_digit, is_valid, looks_like_cas, normalise_cas
from opencwc.convention import Chemical, Convention, Entry, OrdinaryWord
from opencwc.finding import Item, Message, chemical_named


class Known(NamedTuple):
    """What a name or a number stands for: the drawings that are read for it, and how to say that it was found.

    ``structures`` and ``names`` belong together, one a reading. ``named_in`` are the entries that name the chemical
    itself, where no structure can be drawn (ricin). ``doubt`` is the message id of a reason not to trust the reading,
    such as a name that speaks of a polymer, or one that is only nearly spelt so; ``also`` says what else the word is.
    ``cas`` are the readings' numbers.
    """

    found: Message
    structures: tuple[str, ...]
    names: tuple[str, ...] = ()
    named_in: tuple[tuple[Entry, Chemical], ...] = ()
    doubt: str = ""
    cas: tuple[str, ...] = ()
    also: Message | None = None


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
        return self.known(candidates, Message("found_cas", {"cas": cas, "name": _named(candidates[0])}))

    def by_inchi_key(self, text: str) -> Known | Message:
        """Look up an InChIKey; return the reason where no known chemical has it, since it cannot be turned back."""
        key = normalise_inchi_key(text)
        if key is None:
            return Message("unreadable_key_form")
        candidates = self.resolver.by_inchi_key(key)
        if not candidates:
            return Message("unreadable_key_unknown", {"key": key})
        return self.known(candidates, Message("found_key", {"key": key, "name": candidates[0].name}))

    def by_name(self, text: str, *, guessed: bool = False) -> Known | Message:
        """Look up a name, or the sequence accession of a protein; return the reason where it is not known.

        ``guessed`` where nobody said that it is a name: then a code of a few letters may be another thing's.
        """
        noise = is_noise(text)
        candidates = self.resolver.by_curated_name(text) if noise else self.resolver.resolve(text)
        if guessed and candidates and normalise_name(text) in self.resolver.curated.beside_agents:
            candidates = self.resolver.by_index(text)
        if not candidates or has_item_letter(text):
            return Message("unreadable_noise" if noise else "unreadable_name")
        known = self.known(candidates)
        if known.doubt or candidates[0].found not in ("curated", "index") or len(candidates) > 1:
            return known
        doubt = self._doubt_of_word(text, guessed=guessed)
        return known._replace(doubt=doubt, also=self._also(text) if doubt == "doubt_ordinary_word" else None)

    def _doubt_of_word(self, text: str, *, guessed: bool) -> str:
        """Say why a name may not be meant: it has an ordinary meaning, or isomers share the formula."""
        spellings = self.resolver.curated.by_name(text)
        if any(spelling.name.kind == "formula" for spelling in spellings):
            drawn = (smiles for spelling in spellings for smiles in spelling.chemical.structures)
            return "doubt_formula" if any(shared_by_isomers(text, smiles) for smiles in drawn) else ""
        printed = any(
            spelling.name.source == entry.source and spelling.name.lang in AUTHENTIC
            for spelling in spellings
            for entry, _ in spelling.chemical.named_in
        )
        is_code = sum(map(str.isalnum, text)) <= LONGEST_CODE and text.isascii()
        sure = printed and not (guessed and is_code)
        return "" if sure or normalise_name(text) not in self._ordinary else "doubt_ordinary_word"

    def _also(self, text: str) -> Message:
        """Say what else a word is."""
        return Message("by_language", dict(self._ordinary[normalise_name(text)].also))

    @cached_property
    def _ordinary(self) -> dict[str, OrdinaryWord]:
        """The words that need other signs of a chemical beside them, by their keys."""
        words = self._convention.naming.ordinary
        return {normalise_name(word.word): word for word in words if {"context", "chemical", "agent"} & {*word.needs}}

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
    names: tuple[Item, ...] = tuple({candidate.name: _named(candidate) for candidate in candidates}.values())
    if first.found == "curated" and len(names) > 1:
        if len(names) > MOST_NAMES:
            names = (*names[:MOST_NAMES], Message("found_others", {"count": len(names) - MOST_NAMES}))
        return Message("found_ambiguous", {"names": names})
    if first.found == "near":
        spelt = tuple(dict.fromkeys(candidate.written for candidate in candidates))
        return Message("found_near", {"names": spelt})
    if first.found == "systematic":
        return Message("found_systematic")
    return Message("found_name", {"name": _named(first)})


def _named(candidate: Candidate) -> Item:
    """Name a candidate in any language where it is of the curated table."""
    return chemical_named(candidate.name, candidate.cas if candidate.chemical else "")


def has_item_letter(written: str) -> bool:
    """Tell whether a bracket shows that the first letter only counts: "d) Stoff"."""
    return _ITEM_LETTER.match(written) is not None


def is_noise(text: str) -> bool:
    """Tell whether a text is no word of any language: one or two letters, signs alone, or bytes read in a wrong code.

    >>> [is_noise(text) for text in ("È", "ab", "Ã©", "â‚¬", "\x01\x02x", "Tea", "沙林", "Benzène")]
    [True, True, True, True, True, False, False, False]
    """
    letters = sum(2 if ord(sign) > _LAST_ALPHABET else 1 for sign in text if sign.isalnum())
    if letters < LEAST_LETTERS or any(unicodedata.category(sign) in _NO_SIGNS for sign in text):
        return True
    if text.isascii():
        return False
    try:
        return not text.encode("cp1252").decode("utf-8").isascii()
    except UnicodeError:
        return False


def recognise(text: str, known: KnownChemicals) -> str:
    """Say what a single value is: ``smiles``, ``inchi``, ``inchikey``, ``molblock``, ``cas`` or ``name``."""
    if "\n" in text and "M  END" in text:
        return "molblock"
    if normalise_inchi(text):
        return "inchi"
    if looks_like_cas(text):
        return "cas"
    if normalise_inchi_key(text):
        return "inchikey"
    drawing = text.replace(">", ".") if ">" in text and sides_of_reaction(text) else text
    if looks_drawn(drawing) and not (len(text) <= LONGEST_SHORT_NAME and text.lower() in known.short_names):
        return "smiles"
    return "name"


def looks_drawn(text: str) -> bool:
    """Tell whether a text can only be meant as SMILES, well-formed or not: no letter outside brackets is a stranger.

    >>> looks_drawn("CC(C"), looks_drawn("Sarin")
    (True, False)
    """
    return _SMILES_LIKE.fullmatch(_BRACKET.sub("*", text)) is not None


MOST_NAMES = 3
LEAST_LETTERS, LONGEST_CODE = 3, 4
"""Letters and digits of the shortest name of the index, and of the longest code that may be any other thing's."""
AUTHENTIC = ("any", "ar", "zh", "en", "fr", "ru", "es")
"""The languages of the Convention (Art. XXIV); a name printed in another translation may be a common word in these."""
_ITEM_LETTER = re.compile(r"\w{1,2}\) ")
_LAST_ALPHABET = 0x2E7F
_NO_SIGNS = ("Cc", "Co", "Cs", "Cn")
"""Categories of Unicode: control characters, private ones, halves of a pair, unassigned ones."""
LEAST_SHORT_NAME, LONGEST_SHORT_NAME = 4, 12
_BRACKET = re.compile(r"\[[^\[\]\s]*\]")
_SMILES_LIKE = re.compile(r"[BCNOPSFIbcnopslr0-9@+\-\[\]()=#$:/\\.%*~]+(?:\s+\|.*\|)?")
