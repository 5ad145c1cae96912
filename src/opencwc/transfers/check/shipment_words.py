"""The words of planned shipments: purposes, packings, papers and answers, in six languages."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path

from opencwc.convention.fields import read_yaml

DATA = Path(__file__).parent / "data" / "shipment_columns.yaml"
WEAPONS = "weapons"
"""The purpose for which nothing may be transferred (Art. I)."""


def is_yes(text: str) -> bool:
    """Tell whether a cell says yes, in six languages."""
    return plain_words(text) in answer_words("yes")


def purpose_of(text: str) -> str:
    """Return the purpose that a text names, one of the words of ``shipment_columns.yaml``; empty where none is known.

    It is `WEAPONS` where the text plainly names chemical weapons; words that only touch on them stand for nothing.

    >>> purpose_of("Investigación"), purpose_of("medical/diagnostic"), purpose_of("various")
    ('research', 'diagnostic', '')
    >>> purpose_of("для химического оружия"), purpose_of("destruction of chemical weapons")
    ('weapons', '')
    """
    return meaning("purposes", text) or (WEAPONS if _is_for_weapons(text) else "")


def touches_on_weapons(text: str) -> bool:
    """Tell whether words of weapons stand in a text, whatever is said of them.

    >>> touches_on_weapons("not for chemical weapons"), touches_on_weapons("water treatment")
    (True, False)
    """
    words = _words_of_purpose(text)
    weapons = known_words()[WEAPONS]
    return any(_places(words, phrase) for kind in ("phrases", "alone") for phrase in weapons[kind])


def _is_for_weapons(text: str) -> bool:
    """Tell whether a text names chemical weapons, or weapons and nothing else, as what something is for."""
    words = _words_of_purpose(text)
    places = {
        kind: {place for phrase in phrases for place in _places(words, phrase)}
        for kind, phrases in known_words()[WEAPONS].items()
    }
    if places["against"]:
        return False
    whole = places["alone"] | places["small"] == set(range(len(words)))
    return bool(places["phrases"]) or (bool(places["alone"]) and whole)


def _words_of_purpose(text: str) -> list[str]:
    """Return the plain words of a text; Chinese, which has no spaces, is parted at the words looked for."""
    return " ".join(_chinese_words().split(plain_words(text))).split()


def _places(words: Sequence[str], phrase: str) -> list[int]:
    """Return the places at which the words of a phrase stand among words."""
    sought = plain_words(phrase).split()
    starts = (start for start in range(len(words)) if list(words[start : start + len(sought)]) == sought)
    return [place for start in starts for place in range(start, start + len(sought))]


@cache
def _chinese_words() -> re.Pattern[str]:
    phrases = (phrase for phrases in known_words()[WEAPONS].values() for phrase in phrases)
    written = {phrase for phrase in phrases if re.match(r"[\u4e00-\u9fff]", phrase)}
    return re.compile(f"({'|'.join(sorted(written, key=len, reverse=True))})")


@lru_cache(maxsize=10_000)
def meaning(kind: str, text: str) -> str:
    """Return what a text stands for among the words of a kind: the whole of it, or all of its parts alike."""
    plain = plain_words(text)
    known = _by_word(kind)
    if plain in known:
        return known[plain]
    parts = {known.get(plain_words(part), "") for part in re.split(r"[;,/|]", text) if part.strip()}
    return parts.pop() if len(parts) == 1 else ""


@cache
def _by_word(kind: str) -> Mapping[str, str]:
    return {word: name for name, words in meanings(kind).items() for word in words}


@cache
def meanings(kind: str) -> Mapping[str, tuple[str, ...]]:
    """The words of a kind by what they stand for, each plain, the longest first."""
    return {
        name: tuple(sorted({plain_words(name), *map(plain_words, words)}, key=len, reverse=True))
        for name, words in known_words()[kind].items()
    }


@cache
def answer_words(kind: str) -> frozenset[str]:
    """Return the words that say ``yes`` or ``no``, each plain."""
    return frozenset(plain_words(word) or word for word in read_yaml(DATA)[f"said_{kind}"])


@cache
def known_words() -> Mapping[str, Mapping[str, Sequence[str]]]:
    """Return the words of ``shipment_columns.yaml`` by their kind and what they stand for."""
    return {kind: words for kind, words in read_yaml(DATA).items() if isinstance(words, dict)}


def plain_words(text: str) -> str:
    """Return words without case, accents and punctuation, for names to be held against each other."""
    bare = unicodedata.normalize("NFKD", text).casefold().replace("ـ", "")
    spelt = "".join(sign for sign in bare if not unicodedata.combining(sign))
    return " ".join(re.findall(r"[^\W_]+", spelt)) or spelt.strip()
