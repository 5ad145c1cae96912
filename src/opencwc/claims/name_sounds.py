"""Names as they sound, for scripts that share no letters: the consonants of a name, those alike taken for one.

Chinese writes foreign names sign by sign (贾尔马克 is Jarmaq), with vowels between and with l for r, so that only the
consonants in their order can be held against those of another script.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path

from rapidfuzz.distance import Levenshtein

from opencwc.convention.fields import read_yaml
from opencwc.language.name_words import name_words
from opencwc.language.romanisation import bones
from opencwc.reports.model import Span
from opencwc.reports.traits import bones_of

_ALIKE = str.maketrans({
    "S": "s", "C": "s", "z": "s", "x": "s", "c": "s", "Z": "s", "v": "f", "w": "f", "p": "b", "d": "t", "g": "k",
    "q": "k", "j": "k", "J": "k", "r": "l", "h": "",
})  # fmt: skip
_SHORTEST, _LONG = 3, 5
_SURE, _LIKELY = 0.9, 0.8
_SCRIPTS = ("\u036f", "\u058f", "\u08ff")
"""The last signs of Latin, of Greek and Cyrillic, and of Arabic; Chinese comes behind."""
_ARTICLE = re.compile("(?:al|el|эль|аль)-(?=\\w{3})", re.IGNORECASE)
_HAN = re.compile("[㐀-鿿]")


def names_in_chinese(text: str) -> Iterator[Span]:
    """Yield the runs of signs that foreign names are written with."""
    for match in _runs().finditer(text):
        yield Span(*match.span())


@cache
def _runs() -> re.Pattern[str]:
    raw = read_yaml(Path(__file__).parent / "data" / "place_words.yaml")
    signs = f"{raw['transliterating']}{raw['transliterating_too']}"
    return re.compile(f"[{signs}]{{{_SHORTEST},10}}")


@lru_cache(maxsize=65_536)
def sound_of(word: str) -> str:
    """Return the consonants of a word that can be a name; empty for another one and where there are too few."""
    if _HAN.match(word):
        names = name_words(word) if _runs().fullmatch(word) else ()
        found = bones(names[0].latin).consonants if len(names) == 1 else ""
    elif word[:1].isupper() or "\u0600" <= word[:1] <= "\u06ff":
        found = next(iter(bones_of(word)), "")
    else:
        found = ""
    folded = found.replace("dj", "j").replace("tS", "s").translate(_ALIKE)
    return folded if len(folded) >= _SHORTEST else ""


def _script(word: str) -> int:
    return next((place for place, last in enumerate(_SCRIPTS) if word[:1] <= last), len(_SCRIPTS))


def sound_alike(one: str, other: str) -> float:
    """Return how alike two names of different scripts sound (0 where they are of one script, or not alike)."""
    if _script(one) == _script(other):
        return 0.0
    return max(_alike(mine, theirs) for mine in _sounds(one) for theirs in _sounds(other))


def _sounds(word: str) -> list[str]:
    """Return how a word sounds without its hyphens and its Arabic article, and how each of its parts does."""
    bare = _ARTICLE.sub("", word)
    parts = [part for part in bare.split("-") if part]
    joined = "".join([*parts[:1], *(part.lower() for part in parts[1:])])
    return [
        sound_of(joined[:1].upper() + joined[1:] if word[:1].isupper() else joined),
        *map(sound_of, parts[1:] and parts),
    ]


def _alike(mine: str, theirs: str) -> float:
    if not mine or not theirs:
        return 0.0
    if mine == theirs:
        return _SURE if len(mine) > _SHORTEST else _LIKELY
    likely = min(len(mine), len(theirs)) >= _LONG - 1 and max(len(mine), len(theirs)) >= _LONG
    return _LIKELY if likely and Levenshtein.normalized_similarity(mine, theirs) >= _LIKELY else 0.0
