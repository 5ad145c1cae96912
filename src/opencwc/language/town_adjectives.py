"""Adjectives of towns and regions: rosarino, wallon, рижский; regular ones of Russian lead back to the town's name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from opencwc.convention.fields import read_yaml
from opencwc.language.nations import adjective_forms
from opencwc.language.place_keys import ADJECTIVE_ENDINGS

DATA = Path(__file__).parent / "data" / "townsfolk.yaml"
_ADJECTIVE = re.compile(f"([а-я]{{2,}})([сц]к)(?:{'|'.join(ADJECTIVE_ENDINGS)})")
_VOWELS = ("", "а", "о", "ь", "и", "ы", "у", "е", "я")
_SOFTENED = {"ж": ("г", "га", "ж"), "ш": ("х", "ха", "ш"), "ч": ("к", "ка", "ч")}
_LONGER = (
    ("инск", ("а", "я", "и", "у", "е", "о", "ы", "")),
    ("ийск", ("и", "ия", "ь", "е", "о")),
    ("йск", ("о", "й", "я", "е")),
    ("овск", ("", "а", "о")),
    ("енск", ("а", "ь", "ый")),
    ("анск", ("а", "о", "")),
)
_NO_TOWN = re.compile("ческ|истск|ительск")


def adjectives_of_places() -> Iterator[tuple[str, str, str]]:
    """Yield the State, the English name and a form of an adjective of each place that has one of its own."""
    for country, places in read_yaml(DATA)["adjectives"].items():
        for name, by_language in places.items():
            for lang, words in by_language.items():
                for word in filter(None, words.split("|")):
                    yield from ((country, name, form) for form in adjective_forms(word.strip(), lang))


def towns_of_adjective(word: str) -> tuple[str, ...]:
    """Return the names of towns that a Russian adjective can be made from; none where it is made in no such way.

    >>> "караганда" in towns_of_adjective("карагандинском"), "рига" in towns_of_adjective("рижский")
    (True, True)
    >>> "минск" in towns_of_adjective("минского"), "донецк" in towns_of_adjective("донецкой")
    (True, True)
    >>> towns_of_adjective("химический")
    ()
    """
    match = _ADJECTIVE.fullmatch(word)
    if not match:
        return ()
    base, suffix = match[1], match[2]
    stem = base + suffix
    if stem in _ordinary() or _NO_TOWN.search(stem):
        return ()
    if suffix == "цк":
        return (stem, base + "ц", base[:-1] + "ец")
    names = [stem, *(base + vowel for vowel in _VOWELS), base + "к", base + "са"]
    names += [base[:-1] + end for end in _SOFTENED.get(base[-1], ())]
    names += [base[:-1] + vowel for vowel in _VOWELS if base[-1] == "ь"]
    for ending, others in _LONGER:
        if stem.endswith(ending):
            names += [stem[: -len(ending)] + other for other in others]
    return tuple(dict.fromkeys(name for name in names if len(name) > 2))


@cache
def _ordinary() -> frozenset[str]:
    return frozenset(read_yaml(DATA)["ordinary"])
