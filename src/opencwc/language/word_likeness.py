"""How alike two words of names are, from 0 to 1: in their letters, in their sound, and across scripts."""

from __future__ import annotations

from functools import lru_cache

from rapidfuzz.distance import Levenshtein

from opencwc.language.name_words import NameWord
from opencwc.language.romanisation import DOUBLED, LETTERS, bones, coarse, in_latin, romanised, syllables

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


def alike(first: NameWord, second: NameWord) -> float:
    """Tell from 0 to 1 how alike two words are; below some likeness it is 0, since another word is no near miss.

    >>> from opencwc.language.name_words import name_words
    >>> def like(one, other): return round(alike(name_words(one)[0], name_words(other)[0]), 2)
    >>> like("Мохаммед", "Muhammad"), like("حسين", "Hussein"), like("حسين", "Hassan"), like("Orion", "Orient")
    (0.78, 0.97, 0.77, 0.0)
    >>> like("华源", "Huayuan"), like("chimie", "química"), like("Sigma", "Stigma")
    (0.97, 1.0, 0.71)
    """
    if first.kind != second.kind and "initial" not in (first.kind, second.kind):
        return 0.0 if "number" in (first.kind, second.kind) else _alike_in_writing(first, second)
    if first.kind in ("common", "place", "number") and first.kind == second.kind:
        return float(first.key == second.key)
    if "initial" in (first.kind, second.kind):
        return _alike_as_initials(first, second)
    return 1.0 if first.written == second.written else _alike_across_scripts(first, second)


def _alike_as_initials(first: NameWord, second: NameWord) -> float:
    if not {first.kind, second.kind} <= {"word", "initial"} or first.key[:1] != second.key[:1]:
        return 0.0
    return 1.0 if first.kind == second.kind else 0.8


def _alike_across_scripts(first: NameWord, second: NameWord) -> float:
    if first.foreign != second.foreign and "chinese" in (first.script, second.script) and first.script != second.script:
        as_heard = _AS_HEARD if heard(first) and heard(first) == heard(second) else 0.0
        return _SAME_SOUND if first.key == second.key else as_heard
    if first.script == second.script == "chinese":
        return _HOMOPHONE if first.key == second.key else 0.0
    if (first.script == "arabic") != (second.script == "arabic"):
        return _alike_in_consonants(first, second) if first.script == "arabic" else _alike_in_consonants(second, first)
    if first.key == second.key:
        return _SAME_SOUND
    cyrillic = first.script != second.script
    if len(first.key) >= _SHORTEST and romanised(first.key, cyrillic=cyrillic) & romanised(
        second.key, cyrillic=cyrillic
    ):
        return _ROMANISED
    return max(_alike_in_letters(first.key, second.key), _alike_in_sound(first.latin, second.latin))


def plural(first: NameWord, second: NameWord) -> float:
    """Tell how alike two words are of which one is the plural of the other, as goods in a company's name: ink, inks.

    A person's name has no plural (Han, Hans), so that it is for the caller to say that these are companies.

    >>> from opencwc.language.name_words import name_words
    >>> plural(name_words("Ink")[0], name_words("Inks")[0]), plural(name_words("Ink")[0], name_words("Inky")[0])
    (0.9, 0.0)
    """
    short, long = sorted((first.written, second.written), key=len)
    fits = first.kind == second.kind == "word" and first.script == second.script == "latin"
    return _PLURAL if fits and len(short) >= _SHORTEST_NOUN and long in (f"{short}s", f"{short}es") else 0.0


@lru_cache(maxsize=262_144)
def heard(word: NameWord) -> str:
    """Give the consonants of a foreign word as Chinese can write them by sound; empty where they tell too little.

    >>> from opencwc.language.name_words import name_words
    >>> heard(name_words("伊万·莫罗佐夫")[1]) == heard(name_words("Морозов")[0]) == heard(name_words("Morozov")[0])
    True
    """
    if word.script == "chinese":
        consonants = "".join(map(_heard_syllable, syllables(word.written)))
    else:
        consonants = coarse(word.latin).translate(_HEARD)
    consonants = DOUBLED.sub(r"\1", "".join(letter for letter in consonants if letter not in "aeiouy"))
    if len(consonants) > _LEAST_HEARD:
        consonants = consonants.removesuffix("l")  # a last r is often not written
    return consonants if len(consonants) >= _LEAST_HEARD else ""


def _heard_syllable(pinyin: str) -> str:
    if pinyin == "er":
        return "l"
    first = next((initial for initial in LETTERS["pinyin"] if pinyin.startswith(initial)), "")
    vowel = pinyin[len(first) :]
    if pinyin in ("wu", "w"):
        return "u"
    return LETTERS["pinyin"].get(first, "") + ("n" if vowel.endswith(("n", "ng")) else "a")


def _alike_in_writing(first: NameWord, second: NameWord) -> float:
    """Likeness of a word to a common word or a place of which it may be a slip or another spelling."""
    if first.written == second.written:
        return 1.0
    scripts = {first.script, second.script}
    if "word" not in (first.kind, second.kind) or not scripts <= {"latin", "cyrillic"}:
        return 0.0
    ours, theirs = (coarse(in_latin(word.script, word.written)) for word in (first, second))
    return _SAME_SOUND if ours == theirs else _alike_in_letters(ours, theirs)


def _alike_in_letters(first: str, second: str) -> float:
    longest = max(len(first), len(second))
    if min(len(first), len(second)) < _SHORTEST or first[0] != second[0]:
        return 0.0
    apart = Levenshtein.distance(first, second, score_cutoff=2)
    if apart > (1 if longest < _LONG else 2):
        return 0.0
    return float((1 - apart / longest) ** _STRICT)


def _alike_in_sound(first: str, second: str) -> float:
    """Likeness of Mohammed and Muhammad: the same consonants, and vowels that romanisations take for each other."""
    ours, theirs = bones(first), bones(second)
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
