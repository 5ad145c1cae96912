"""What chemicals are called in each language: as the lists print them, else as the tables of names have it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache, lru_cache

from opencwc.convention import Chemical, Convention, NamedChemical
from opencwc.wording.typography import in_type

KINDS = ("official", "common")
"""The kinds of names that a sentence may use, the better one first."""


def chemical_name(cas: str, name: str, lang: str) -> str:
    """Return the name of a chemical by its CAS number; in English, and where the tables have none, ``name``.

    >>> chemical_name("111-48-8", "Thiodiglycol", "es"), chemical_name("58-08-2", "caffeine", "es")
    ('Tiodiglicol', 'caffeine')
    """
    return name if lang == "en" else in_type(_name_in(cas, lang) or name, lang)


def name_said(name: str, lang: str) -> str:
    """Return what a chemical is called that is known by its English name; a name that the tables lack stays.

    >>> name_said("Thiodiglycol", "es"), name_said("Thiodiglycol + Sarin", "ru"), name_said("our mixture 7", "es")
    ('Tiodiglicol', 'Тиодигликоль + Зарин', 'our mixture 7')
    """
    return name if lang == "en" else " + ".join(_alone_said(part, lang) for part in name.split(" + "))


def _alone_said(name: str, lang: str) -> str:
    number = numbers_by_name().get(name.casefold())
    said = chemical_name(number, name, lang) if number else name
    return said[:1].upper() + said[1:] if name[:1].isupper() else said


def chemical_by_number(cas: str) -> str:
    """Return the English name of a chemical that the lists or the tables have by its CAS number, else nothing.

    >>> chemical_by_number("111-48-8"), chemical_by_number("0-0-0")
    ('Thiodiglycol', '')
    """
    printed, named = _by_number()
    return next((chemical.name for chemical in printed.get(cas, ())), named[cas].name if cas in named else "")


def as_noun(name: str) -> str:
    """Return a name as it stands inside a sentence: a word's capital is small, a locant's and a code's stay.

    >>> [as_noun(name) for name in ("2,2-Diphenyl-2-hydroxyacetic acid", "O-Ethyl S-phenyl", "VX", "Agent Orange")]
    ['2,2-diphenyl-2-hydroxyacetic acid', 'O-ethyl S-phenyl', 'VX', 'Agent Orange']
    """
    if _PROPER_NAME.match(name):
        return name
    return _with_first_word(name, lambda word: word.lower() if word.istitle() else word)


def as_heading(name: str) -> str:
    """Return a name as it stands by itself: its first word has a capital; a locant and a code stay.

    >>> as_heading("trichlorure de phosphore"), as_heading("2,2-diméthylpropane"), as_heading("p-xylène")
    ('Trichlorure de phosphore', '2,2-Diméthylpropane', 'p-xylène')
    """
    return _with_first_word(name, lambda word: word.capitalize() if word.islower() else word)


def _with_first_word(name: str, written: Callable[[str], str]) -> str:
    first = _FIRST_WORD.match(name)
    return name if first is None else first[1] + written(first[2]) + name[first.end() :]


@cache
def numbers_by_name() -> Mapping[str, str]:
    """Return the CAS number of each chemical of the lists and tables by its English names, in small letters."""
    printed, named = _by_number()
    numbers: dict[str, str] = {}
    for number, chemical in named.items():
        for name in (chemical.name, *(one.text for one in chemical.names if one.lang == "en")):
            numbers.setdefault(name.casefold(), number)
    for number, chemicals in printed.items():
        for one in chemicals:
            numbers.setdefault(one.name.casefold(), number)
    return numbers


def longer_name(cas: str, lang: str, most: int) -> str:
    """Return the first name of a chemical in a language that has more characters than ``most``; else nothing.

    >>> longer_name("6581-06-2", "en", 4), longer_name("6581-06-2", "fr", 4)
    ('3-Quinuclidinyl benzilate', 'Benzilate de 3-quinuclidinyle')
    """
    name = next((name for name in _names_in(cas, lang) if len(name) > most), "")
    return as_heading(in_type(name, lang))


def _name_in(cas: str, lang: str) -> str:
    return next(iter(_names_in(cas, lang)), "")


@lru_cache(maxsize=5_000)
def _names_in(cas: str, lang: str) -> tuple[str, ...]:
    """Return the names that the lists print in a language, then those of the tables, the best first."""
    printed, named = _by_number()
    own = [name for chemical in printed.get(cas, ()) for name in chemical.names.get(lang, ())]
    others = named[cas].names if cas in named else ()
    return (*own, *(name.text for kind in KINDS for name in others if name.lang == lang and name.kind == kind))


@cache
def _by_number() -> tuple[Mapping[str, list[Chemical]], Mapping[str, NamedChemical]]:
    """Return the chemicals that the lists print and those of the tables of names, by CAS number."""
    written = Convention().written
    printed: dict[str, list[Chemical]] = {}
    for _, chemical in written.chemicals():
        printed.setdefault(chemical.cas, []).append(chemical)
    return printed, {chemical.cas: chemical for chemical in written.naming.chemicals}


_PROPER_NAME = re.compile(r"[A-Z][a-z]{2,} [A-Z][a-z]{2,}\b")
_FIRST_WORD = re.compile(r"((?:[\d,'′’().\[\]-]|[NOPSО](?=[,'′’-]))*)([^\W\d_]{3,})")
