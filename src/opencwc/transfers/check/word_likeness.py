"""How alike two words of names are, from 0 to 1: in their letters, in their sound, and across scripts."""

from __future__ import annotations

from functools import lru_cache

from rapidfuzz.distance import Levenshtein

from opencwc.transfers.check.name_words import NameWord
from opencwc.transfers.check.romanisation import DOUBLED, LETTERS, bones, coarse, in_latin, romanised, syllables

_SOUNDS = {"a": "ae", "u": "ou", "i": "ie", "'": "aeiou"}
_HEARD = str.maketrans(LETTERS["heard"])
_NEAR_VOWELS = ({"a", "e"}, {"o", "u"}, {"e", "i"})
_SAME_CONSONANTS = 0.88
_NEAR_VOWEL = 0.05
_HOMOPHONE = 0.6
_ROMANISED = 0.92
_AS_HEARD = 0.85
_LEAST_HEARD = 3
_SAME_SOUND = 0.97
_ODD_VOWEL = 0.2
_ONE_CONSONANT = 0.72
_LEAST = 0.5
_PLURAL = 0.9
_SHORTEST_NOUN = 3
_SHORTEST = 4
_LONG = 9
_STRICT = 1.9
"""How much of a word may differ: one letter in up to 8, two in more; a short word must be the same."""


def alike(one: NameWord, other: NameWord) -> float:
    """Tell from 0 to 1 how alike two words are; below some likeness it is 0, since another word is no near miss.

    >>> from opencwc.transfers.check.name_words import name_words
    >>> def like(one, other): return round(alike(name_words(one)[0], name_words(other)[0]), 2)
    >>> like("Мохаммед", "Muhammad"), like("حسين", "Hussein"), like("حسين", "Hassan"), like("Orion", "Orient")
    (0.78, 0.97, 0.77, 0.0)
    >>> like("华源", "Huayuan"), like("chimie", "química"), like("Sigma", "Stigma")
    (0.97, 1.0, 0.71)
    """
    if one.kind != other.kind and "initial" not in (one.kind, other.kind):
        return 0.0 if "number" in (one.kind, other.kind) else _alike_in_writing(one, other)
    if one.kind in ("common", "place", "number") and one.kind == other.kind:
        return float(one.key == other.key)
    if "initial" in (one.kind, other.kind):
        return _alike_as_initials(one, other)
    return 1.0 if one.written == other.written else _alike_across_scripts(one, other)


def _alike_as_initials(one: NameWord, other: NameWord) -> float:
    if not {one.kind, other.kind} <= {"word", "initial"} or one.key[:1] != other.key[:1]:
        return 0.0
    return 1.0 if one.kind == other.kind else 0.8


def _alike_across_scripts(one: NameWord, other: NameWord) -> float:
    if one.foreign != other.foreign and "chinese" in (one.script, other.script) and one.script != other.script:
        as_heard = _AS_HEARD if heard(one) and heard(one) == heard(other) else 0.0
        return _SAME_SOUND if one.key == other.key else as_heard
    if one.script == other.script == "chinese":
        return _HOMOPHONE if one.key == other.key else 0.0
    if (one.script == "arabic") != (other.script == "arabic"):
        return _alike_in_consonants(one, other) if one.script == "arabic" else _alike_in_consonants(other, one)
    if one.key == other.key:
        return _SAME_SOUND
    cyrillic = one.script != other.script
    if len(one.key) >= _SHORTEST and romanised(one.key, cyrillic=cyrillic) & romanised(other.key, cyrillic=cyrillic):
        return _ROMANISED
    return max(_alike_in_letters(one.key, other.key), _alike_in_sound(one.latin, other.latin))


def plural(one: NameWord, other: NameWord) -> float:
    """Tell how alike two words are of which one is the plural of the other, as goods in a company's name: ink, inks.

    A person's name has no plural (Han, Hans), so that it is for the caller to say that these are companies.

    >>> from opencwc.transfers.check.name_words import name_words
    >>> plural(name_words("Ink")[0], name_words("Inks")[0]), plural(name_words("Ink")[0], name_words("Inky")[0])
    (0.9, 0.0)
    """
    short, long = sorted((one.written, other.written), key=len)
    fits = one.kind == other.kind == "word" and one.script == other.script == "latin"
    return _PLURAL if fits and len(short) >= _SHORTEST_NOUN and long in (f"{short}s", f"{short}es") else 0.0


@lru_cache(maxsize=262_144)
def heard(word: NameWord) -> str:
    """Give the consonants of a foreign word as Chinese can write them by sound; empty where they tell too little.

    >>> from opencwc.transfers.check.name_words import name_words
    >>> heard(name_words("伊万·莫罗佐夫")[1]) == heard(name_words("Морозов")[0]) == heard(name_words("Morozov")[0])
    True
    """
    if word.script == "chinese":
        found = "".join(map(_heard_syllable, syllables(word.written)))
    else:
        found = coarse(word.latin).translate(_HEARD)
    found = DOUBLED.sub(r"\1", "".join(letter for letter in found if letter not in "aeiouy"))
    if len(found) > _LEAST_HEARD:
        found = found.removesuffix("l")  # a last r is often not written
    return found if len(found) >= _LEAST_HEARD else ""


def _heard_syllable(pinyin: str) -> str:
    if pinyin == "er":
        return "l"
    first = next((initial for initial in LETTERS["pinyin"] if pinyin.startswith(initial)), "")
    vowel = pinyin[len(first) :]
    if pinyin in ("wu", "w"):
        return "u"
    return LETTERS["pinyin"].get(first, "") + ("n" if vowel.endswith(("n", "ng")) else "a")


def _alike_in_writing(one: NameWord, other: NameWord) -> float:
    """Likeness of a word to a common word or a place of which it may be a slip or another spelling."""
    if one.written == other.written:
        return 1.0
    scripts = {one.script, other.script}
    if "word" not in (one.kind, other.kind) or not scripts <= {"latin", "cyrillic"}:
        return 0.0
    ours, theirs = (coarse(in_latin(word.script, word.written)) for word in (one, other))
    return _SAME_SOUND if ours == theirs else _alike_in_letters(ours, theirs)


def _alike_in_letters(one: str, other: str) -> float:
    longest = max(len(one), len(other))
    if min(len(one), len(other)) < _SHORTEST or one[0] != other[0]:
        return 0.0
    apart = Levenshtein.distance(one, other, score_cutoff=2)
    if apart > (1 if longest < _LONG else 2):
        return 0.0
    return float((1 - apart / longest) ** _STRICT)


def _alike_in_sound(one: str, other: str) -> float:
    """Likeness of Mohammed and Muhammad: the same consonants, and vowels that romanisations take for each other."""
    ours, theirs = bones(one), bones(other)
    if ours.consonants != theirs.consonants or len(ours.consonants) < _SHORTEST - 1:
        return 0.0
    differ = 0
    for left, right in zip(ours.vowels, theirs.vowels, strict=True):
        if left != right:
            if not any({left[:1], right[:1]} <= near for near in _NEAR_VOWELS) or abs(len(left) - len(right)) > 1:
                return 0.0
            differ += 1
    return _SAME_CONSONANTS - _NEAR_VOWEL * differ


def _alike_in_consonants(arabic: NameWord, other: NameWord) -> float:
    if other.script == "chinese":
        return 0.0
    ours = bones(arabic.written, arabic=True)
    best = 0.0
    for spelt in _without_article(other.latin):
        theirs = bones(spelt)
        if ours.consonants == theirs.consonants:
            odd = sum(map(_vowels_differ, ours.vowels, theirs.vowels))
            best = max(best, _SAME_SOUND - _ODD_VOWEL * odd)
        elif min(len(ours.consonants), len(theirs.consonants)) >= _SHORTEST:
            apart = Levenshtein.distance(ours.consonants, theirs.consonants, score_cutoff=1)
            best = max(best, _ONE_CONSONANT if apart == 1 else 0.0)
    return best if best > _LEAST else 0.0


def _vowels_differ(arabic: str, latin: str) -> bool:
    """Whether an Arabic word's long vowels cannot be read as these Latin ones; a short vowel is not written."""
    if not arabic:
        return len(latin) > 1 and latin not in ("ou", "oe", "ue", "ie")
    return not all(any(sound in latin for sound in _SOUNDS[letter]) for letter in arabic)


def _without_article(latin: str) -> tuple[str, ...]:
    fused = len(latin) >= _LONG - 2 and latin[:2] in ("al", "el")
    return (latin, latin[2:]) if fused else (latin,)
