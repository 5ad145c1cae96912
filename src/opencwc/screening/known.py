"""Names and numbers to structures, in the order of trust: what the lists themselves name, then the index of names.

A name or number with several readings keeps them all; what cannot be looked up says so.
"""

import re
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from opencwc.chemistry.registry_numbers import check_digit, is_valid, looks_like_cas, normalise_cas
from opencwc.convention import Chemical, Convention, Entry
from opencwc.finding import Message

if TYPE_CHECKING:
    from opencwc.chemistry.name_index import NameIndex, Reading


class Known(NamedTuple):
    """What a name or a number stands for: the structures that are read for it, and how to say that it was found.

    ``named_in`` are the entries that name the chemical itself, where no structure can be drawn (ricin). ``doubt`` is
    the message id of a reason not to trust the drawing, such as a name that speaks of a polymer.
    """

    found: Message
    structures: tuple[str, ...]
    named_in: tuple[tuple[Entry, Chemical], ...] = ()
    doubt: str = ""


class KnownChemicals:
    """The chemicals that can be looked up; the large index is opened only when the lists' own names do not answer."""

    def __init__(self, convention: Convention, progress: Callable[[int, int], None] | None = None) -> None:
        self._convention = convention
        self._progress = progress

    def by_number(self, text: str) -> Known | Message:
        """Look up a CAS number; return the reason where it cannot stand for a chemical."""
        cas = normalise_cas(text)
        if cas is None:
            return Message("unreadable_cas_form")
        if not is_valid(cas):
            return Message("unreadable_cas_digit", {"cas": cas, "digit": check_digit(cas)})
        if cas in self._numbers:
            return self._from_lists(self._numbers[cas], "found_cas", cas)
        readings = self._index.by_cas(cas)
        if not readings:
            return Message("unreadable_cas_unknown", {"cas": cas})
        found = Message("found_cas", {"cas": cas, "name": readings[0].name})
        return Known(found, tuple(reading.smiles for reading in readings), doubt=_doubt(readings[0].name, readings))

    def by_name(self, text: str) -> Known | Message:
        """Look up a name, or the sequence accession of a protein; return the reason where it is not known."""
        if listed := self.listed_name(text):
            return listed
        readings = self._index.by_name(text)
        if not readings:
            return Message("unreadable_name")
        structures = tuple(reading.smiles for reading in readings)
        return Known(Message("found_name", {"name": readings[0].name}), structures, doubt=_doubt(text, readings))

    def listed_name(self, text: str) -> Known | None:
        """Look up a name among those that the lists themselves give."""
        from opencwc.chemistry.names import normalise_name

        found = self._names.get(normalise_name(text))
        return self._from_lists(found, "found_name", "") if found else None

    def short_names(self) -> frozenset[str]:
        """The lists' names, in lower case, that could be taken for SMILES (PFIB): they are names first."""
        return self._short

    def _from_lists(self, found: list[tuple[Entry, Chemical]], said: str, cas: str) -> Known:
        chemical = found[0][1]
        structures = tuple(dict.fromkeys(one.smiles for _, one in found if one.smiles))
        values: dict[str, str] = {"name": chemical.name, **({"cas": cas} if cas else {})}
        chosen = {(entry.list, entry.id) for entry in self._convention.entries}
        named = tuple((entry, one) for entry, one in found if not one.smiles and (entry.list, entry.id) in chosen)
        return Known(Message(said, {**values}), structures, named)

    @cached_property
    def _numbers(self) -> dict[str, list[tuple[Entry, Chemical]]]:
        table: dict[str, list[tuple[Entry, Chemical]]] = {}
        for entry, chemical in self._convention.chemicals():
            table.setdefault(chemical.cas, []).append((entry, chemical))
        return table

    @cached_property
    def _names(self) -> dict[str, list[tuple[Entry, Chemical]]]:
        from opencwc.chemistry.names import normalise_name

        table: dict[str, list[tuple[Entry, Chemical]]] = {}
        for entry, chemical in self._convention.chemicals():
            for name in {normalise_name(name) for name in (*_all_names(chemical), *_titles(entry, chemical))}:
                table.setdefault(name, []).append((entry, chemical))
        return table

    @cached_property
    def _short(self) -> frozenset[str]:
        names = (name for _, chemical in self._convention.chemicals() for name in _all_names(chemical))
        return frozenset(name.lower() for name in names if looks_drawn(name))

    @cached_property
    def _index(self) -> "NameIndex":
        from opencwc.chemistry.name_index import NameIndex

        return NameIndex.open(self._progress)


def recognise(text: str, known: KnownChemicals) -> str:
    """Say what a single value is: ``smiles``, ``inchi``, ``molblock``, ``cas`` or ``name``."""
    if "\n" in text and "M  END" in text:
        return "molblock"
    if text.startswith("InChI="):
        return "inchi"
    if looks_like_cas(text):
        return "cas"
    if looks_drawn(text) and not (len(text) <= LONGEST_SHORT_NAME and text.lower() in known.short_names()):
        return "smiles"
    return "name"


def looks_drawn(text: str) -> bool:
    """Tell whether a text can only be meant as SMILES, well-formed or not: no letter outside brackets is a stranger.

    >>> looks_drawn("CC(C"), looks_drawn("Sarin")
    (True, False)
    """
    return _SMILES_LIKE.fullmatch(_BRACKET.sub("*", text)) is not None


def _doubt(name: str, readings: tuple["Reading", ...]) -> str:
    """Say why a drawing found for a name may not be what the name means; empty where nothing speaks against it."""
    if _POLYMER.search(name):
        return "doubt_named_polymer"
    if "phosph" in name.lower() and not any("P" in reading.smiles for reading in readings):
        return "doubt_no_phosphorus"
    return ""


def _all_names(chemical: Chemical) -> list[str]:
    spoken = [name for names in chemical.names.values() for name in names]
    head, colon, tail = chemical.name.partition(": ")
    return [chemical.name, *([head, tail] if colon else []), *spoken, *_printed(chemical), *chemical.accessions]


def _titles(entry: Entry, chemical: Chemical) -> list[str]:
    """The title of an entry for one chemical is a name of it, abbreviation and all: "Dimethyl phosphite (DMP)"."""
    return [entry.title["en"]] if entry.kind == "chemicals" and entry.examples == (chemical,) else []


def _printed(chemical: Chemical) -> list[str]:
    """Join a short name and the systematic one as the Annex prints them: "Sarin: O-Isopropyl ..."."""
    joined = []
    for names in chemical.names.values():
        if len(names) > 1:
            joined += [f"{names[0]}: {names[1]}", f"{names[0]} : {names[1]}"]
    return joined


LONGEST_SHORT_NAME = 12
_POLYMER = re.compile(r"polymer|telomer|adduct|reaction product|poly\(", re.IGNORECASE)
BRACKET_ATOM = r"\[[^\[\]\s]*\]"
DRAWN = r"[BCNOPSFIbcnopslr0-9@+\-\[\]()=#$:/\\.%*~]+(?:\s+\|.*\|)?"
_BRACKET = re.compile(BRACKET_ATOM)
_SMILES_LIKE = re.compile(DRAWN)
