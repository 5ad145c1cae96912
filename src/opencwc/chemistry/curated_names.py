"""The curated names and numbers of chemicals: what the lists print, and what trade, press and laboratories say for it.

They come first in the order of trust. A spelling that stands for two chemicals gives both; nothing is settled here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple
from zlib import crc32

from opencwc.chemistry.names import NORMALISER_VERSION, normalise_name
from opencwc.convention import Chemical, Entry, Name, NamedChemical, Written
from opencwc.convention.fields import cached
from opencwc.settings import cache_folder

TABLES_KEPT = 2
"""Of what is made of all curated names: one for each set of rule files that is in use."""


SHORT_FOR = frozenset({"abbreviation", "code"})
"""Kinds of names that need more beside them; a spelling that is also a name of another kind is that one."""


class CuratedChemical(NamedTuple):
    """A chemical that is known by curated names; ``named_in`` are the entries that name it, chosen or not."""

    cas: str
    name: str
    structures: tuple[str, ...]
    names: tuple[Name, ...]
    ec: tuple[str, ...]
    un: tuple[str, ...]
    named_in: tuple[tuple[Entry, Chemical], ...]


class Spelling(NamedTuple):
    """One curated name and the chemical that it is for."""

    name: Name
    chemical: CuratedChemical


class CuratedNames:
    """The curated table of what the rule files name, by name, CAS, EC and UN number.

    >>> from opencwc.convention import Convention
    >>> names = CuratedNames(Convention().written)
    >>> [(one.chemical.cas, one.name.kind) for one in names.by_name("Triéthanolamine")]
    [('102-71-6', 'official')]
    """

    def __init__(self, written: Written) -> None:
        self._written = written
        self._made: dict[str, CuratedChemical] = {}

    def by_name(self, text: str) -> tuple[Spelling, ...]:
        """Return the spellings of a name, one a chemical, in the order of the table."""
        return self.by_key.get(normalise_name(text), ())

    def by_cas(self, cas: str) -> CuratedChemical | None:
        """Return the chemical of a CAS number in its normal form; one of the lists comes without loading all names."""
        if "_named" not in self.__dict__ and cas in self._printed:
            return _printed_chemical(cas, self._printed[cas])
        if cas not in self._made and (cas in self._printed or cas in self._named):
            self._made[cas] = self._chemical(cas)
        return self._made.get(cas)

    def by_ec(self, ec: str) -> tuple[CuratedChemical, ...]:
        """Return the chemicals of an EC number."""
        return tuple(chemical for chemical in self.chemicals if ec in chemical.ec)

    def by_un(self, un: str) -> tuple[CuratedChemical, ...]:
        """Return the chemicals that go under a UN number."""
        return tuple(chemical for chemical in self.chemicals if un in chemical.un)

    @cached_property
    def chemicals(self) -> tuple[CuratedChemical, ...]:
        """Every chemical of the table: those of the lists in their order, then their neighbours."""
        numbers = dict.fromkeys((*self._printed, *self._named))
        return tuple(self._made.get(cas) or self._chemical(cas) for cas in numbers)

    def _chemical(self, cas: str) -> CuratedChemical:
        """Put together what the lists print of a chemical and what is known of its names."""
        entries, curated = self._printed.get(cas), self._named.get(cas)
        chemical = _printed_chemical(cas, entries) if entries else CuratedChemical(cas, "", (), (), (), (), ())
        if curated is None:
            return chemical
        drawn = chemical.structures or ((curated.smiles,) if curated.smiles else ())
        names = tuple(_once((*chemical.names, *curated.names)))
        name = chemical.name or curated.name
        return chemical._replace(name=name, structures=drawn, names=names, ec=curated.ec, un=curated.un)

    @cached_property
    def _printed(self) -> dict[str, list[tuple[Entry, Chemical]]]:
        """What the lists name, by CAS number."""
        printed: dict[str, list[tuple[Entry, Chemical]]] = {}
        for entry, chemical in self._written.chemicals():
            printed.setdefault(chemical.cas, []).append((entry, chemical))
        return printed

    @cached_property
    def by_key(self) -> dict[str, tuple[Spelling, ...]]:
        """The spellings by the key of `normalise_name`."""
        return by_key(self.chemicals, normalise_name, "key")

    @cached_property
    def beside_agents(self) -> frozenset[str]:
        """The everyday words, as keys, that are short for an agent in one list with another alone: moutarde."""
        return frozenset(normalise_name(word.word) for word in self._written.naming.ordinary if "agent" in word.needs)

    @cached_property
    def _named(self) -> dict[str, NamedChemical]:
        """What is known of names, by CAS number."""
        return {chemical.cas: chemical for chemical in self._written.naming.chemicals}


@lru_cache(maxsize=TABLES_KEPT)
def curated_names(written: Written) -> CuratedNames:
    """Return the table of these rule files, which all who ask share: making it takes a good part of a second."""
    return CuratedNames(written)


def by_key(
    chemicals: Sequence[CuratedChemical], key_of: Callable[[str], str], name: str
) -> dict[str, tuple[Spelling, ...]]:
    """Return the spellings of chemicals by the key that ``key_of`` makes of a name; one spelling a chemical and key.

    The keys are kept in the cache folder under ``name``: making them takes longer than all else.
    """
    keys = kept_of_names(chemicals, f"names-by-{name}", lambda written: map(key_of, written))
    table: dict[str, dict[str, Spelling]] = {}
    spelt = ((chemical, name) for chemical in chemicals for name in chemical.names)
    for (chemical, spelt_name), key in zip(spelt, keys, strict=True):
        if key:
            spellings = table.setdefault(key, {})
            known = spellings.get(chemical.cas)
            if known is None or (known.name.kind in SHORT_FOR and spelt_name.kind not in SHORT_FOR):
                spellings[chemical.cas] = Spelling(spelt_name, chemical)
    return {key: tuple(spellings.values()) for key, spellings in table.items()}


def kept_of_names(
    chemicals: Sequence[CuratedChemical], name: str, make: Callable[[list[str]], Iterable[str]]
) -> list[str]:
    """Return what ``make`` makes of all names as written, kept in the cache folder for as long as these stay so."""
    written = [name.text for chemical in chemicals for name in chemical.names]
    seen = [NORMALISER_VERSION, crc32("\n".join(written).encode())]
    return cached(cache_folder(), name, seen, lambda: list(make(written)), list[str])


def _printed_chemical(cas: str, entries: Sequence[tuple[Entry, Chemical]]) -> CuratedChemical:
    structures = dict.fromkeys(chemical.smiles for _, chemical in entries if chemical.smiles)
    names = tuple(_once(name for entry, chemical in entries for name in _printed_names(entry, chemical)))
    return CuratedChemical(cas, entries[0][1].name, tuple(structures), names, (), (), tuple(entries))


def _once(names: Iterable[Name]) -> Iterator[Name]:
    seen: set[str] = set()
    for name in names:
        if name.text not in seen:
            seen.add(name.text)
            yield name


def _printed_names(entry: Entry, chemical: Chemical) -> Iterator[Name]:
    """Yield the names that a list prints, the whole of "Sarin: O-Isopropyl ..." and its parts, and its accessions."""

    def name(text: str, lang: str = "en", kind: str = "") -> Name:
        return Name(text, lang, kind or _kind_of(text), entry.source, entry.evidence)

    yield name(chemical.name)
    head, colon, tail = chemical.name.partition(": ")
    if colon:
        yield name(head)
        yield name(tail)
    for lang, spoken in chemical.names.items():
        for one in spoken:
            yield name(one, lang)
        if len(spoken) > 1:
            yield name(f"{spoken[0]}: {spoken[1]}", lang)
    for accession in chemical.accessions:
        yield name(accession, "any", "code")
    if entry.kind == "chemicals" and entry.examples == (chemical,):
        for lang, title in entry.title.items():
            yield name(title, lang)


def _kind_of(printed: str) -> str:
    """Tell a code (GB) and an abbreviation (DMMP) from a name."""
    short = printed.isascii() and len(printed) <= 4 and printed.upper() == printed and any(map(str.isalpha, printed))
    return "official" if not short else "code" if len(printed) <= 3 else "abbreviation"
