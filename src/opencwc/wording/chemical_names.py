"""What chemicals are called in each language: as the lists print them, else as the tables of names have it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from opencwc.convention import Convention

KINDS = ("official", "common")
"""The kinds of names that a sentence may use, the better one first."""


def chemical_name(cas: str, name: str, lang: str) -> str:
    """Return the name of a chemical by its CAS number; in English, and where the tables have none, ``name``.

    >>> chemical_name("111-48-8", "Thiodiglycol", "es"), chemical_name("58-08-2", "caffeine", "es")
    ('Tiodiglicol', 'caffeine')
    """
    return name if lang == "en" else _names(lang).get(cas, name)


def as_noun(name: str) -> str:
    """Return a name as it stands inside a sentence: a word's capital is small, a locant's and a code's stay.

    >>> as_noun("2,2-Diphenyl-2-hydroxyacetic acid"), as_noun("O-Ethyl S-phenyl"), as_noun("VX")
    ('2,2-diphenyl-2-hydroxyacetic acid', 'O-Ethyl S-phenyl', 'VX')
    """
    first = _FIRST_WORD.match(name)
    if first is None or not first[2].istitle():
        return name
    return first[1] + first[2].lower() + name[first.end() :]


@cache
def _names(lang: str) -> Mapping[str, str]:
    written = Convention().written
    names: dict[str, str] = {}
    for _, chemical in written.chemicals():
        if own := chemical.names.get(lang, ()):
            names.setdefault(chemical.cas, own[0])
    for kind in KINDS:
        for named in written.naming.chemicals:
            own = tuple(name.text for name in named.names if name.lang == lang and name.kind == kind)
            if own:
                names.setdefault(named.cas, own[0])
    return names


_FIRST_WORD = re.compile(r"([\d,'′’().\[\]-]*)([^\W\d_]{3,})")
