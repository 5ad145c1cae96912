"""Names as they sound, for scripts that share no letters: the consonants of a name, those alike taken for one.

Chinese writes foreign names sign by sign (贾尔马克 is Jarmaq), with vowels between and with l for r, so that mostly the
consonants in their order are held against those of another script; of short names the vowels too, where both have them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from pathlib import Path

from rapidfuzz.distance import Levenshtein

from opencwc.convention.fields import read_yaml
from opencwc.language.name_words import name_words
from opencwc.language.romanisation import bones, syllables
from opencwc.reports.model import Span
from opencwc.reports.traits import bones_of

_ALIKE = str.maketrans({
    "S": "s", "C": "s", "z": "s", "x": "s", "c": "s", "Z": "s", "v": "f", "w": "f", "p": "b", "d": "t", "g": "k",
    "q": "k", "j": "k", "J": "k", "r": "l", "h": "",
})  # fmt: skip
_SHORTEST, _LONG = 3, 5
_SHORTEST_SPELT = 4
_SYLLABLE = (("ng$", "n"), ("^w(?=[aeio])", "v"), ("^wu", "u"), ("^y(?=[iu])", ""))
"""What Chinese writes otherwise: Gonzalez with gang, Novak with wa, Ivanov with yi."""
_SPELT = (
    ("kh|x", "h"), ("sch|zh|sh|[zc](?!h)", "s"), ("dt", "t"), ("uo|ou", "o"), ("r", "l"), ("w", "v"), ("y", "i"),
    (r"(.)\1", r"\1"),
)  # fmt: skip
"""Letters that one script writes where another has the other ones."""
_LEFT_OUT = re.compile("[rр](?![aeiouyаеёиоуыэюя])")
"""What Chinese often leaves out: the last letter of Vektor."""
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
        found = bones(_in_syllables(word)).consonants if _runs().fullmatch(word) else ""
    elif word[:1].isupper() or "\u0600" <= word[:1] <= "\u06ff":
        found = next(iter(bones_of(word)), "")
    else:
        found = ""
    folded = found.replace("dj", "j").replace("tS", "s").translate(_ALIKE)
    return folded if len(folded) >= _SHORTEST else ""


def _in_syllables(word: str) -> str:
    """Return how Chinese signs sound, as other scripts write those sounds."""
    return "".join(_rewritten(syllable, _SYLLABLE) for syllable in syllables(word))


def _rewritten(text: str, by: Sequence[tuple[str, str]]) -> str:
    for pattern, letters in by:
        text = re.sub(pattern, letters, text)
    return text


@lru_cache(maxsize=65_536)
def _spelt(word: str) -> str:
    """Return a name with its vowels, letters alike taken for one; empty for Arabic, which leaves vowels out."""
    if _HAN.match(word):
        latin = _in_syllables(word)
    elif "\u0600" <= word[:1] <= "\u06ff" or not word[:1].isupper():
        return ""
    else:
        names = name_words(word)
        latin = names[0].latin if len(names) == 1 else ""
    latin = _rewritten(latin, _SPELT)
    return latin if len(latin) >= _SHORTEST_SPELT else ""


def _script(word: str) -> int:
    return next((place for place, last in enumerate(_SCRIPTS) if word[:1] <= last), len(_SCRIPTS))


def sound_alike(one: str, other: str) -> float:
    """Return how alike two names of different scripts sound (0 where they are of one script, or not alike)."""
    if _script(one) == _script(other):
        return 0.0
    sound = max(_alike(mine, theirs) for mine in _sounds(one) for theirs in _sounds(other))
    if sound or not (_HAN.match(one) or _HAN.match(other)):
        return sound
    mine, theirs = ([word, _LEFT_OUT.sub("", word)] for word in (one, other))
    return max(max(_alike(sound_of(a), sound_of(b)), _spelt_alike(a, b)) for a in mine for b in theirs)


def _spelt_alike(one: str, other: str) -> float:
    mine, theirs = _spelt(one), _spelt(other)
    return _LIKELY if mine and theirs and Levenshtein.normalized_similarity(mine, theirs) >= _LIKELY else 0.0


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
