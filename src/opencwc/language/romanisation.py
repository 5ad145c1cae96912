"""How words sound and are spelt in Latin letters, so that one word of several scripts is alike.

The scripts are Latin, Cyrillic, Arabic and Chinese. Romanisations differ, so words are compared in a coarser spelling;
of Arabic, which leaves short vowels out, the consonants are compared, and the long vowels only where both have them.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from opencwc.convention.fields import read_yaml

LETTERS: dict[str, dict[str, str]] = read_yaml(Path(__file__).parent / "data" / "romanisation.yaml")
CYRILLIC_MARKS = re.compile("[\u0300-\u036fъь]")
_ENDINGS = re.compile(
    "(?<=....)(?:[аяыи]ми|[оеё]го|[ое]му|[ыи]х|[оеё]в|[еоыи]й|[ая]я|[оеыи]е|[аяое]м|[ая]х|[ыиаяоеуюй])$"
)
_ARABIC_MARKS = re.compile("[\u064b-\u065f\u0670\u0640\u0621]")
_ARABIC_FORMS = str.maketrans("أإآٱىیکةؤئگپچژڤ", "ااااييكهويكبجزف")
_LATIN_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ı": "i", "þ": "th"})
_COARSE = re.compile("|".join(sorted(LETTERS["coarse"], key=len, reverse=True)))
_LAST_F = re.compile("f$")
_LAST_J = re.compile("j$")
_FIRST_YE = re.compile("^ye(?=[^aeiou])")
_SOFT_C = re.compile("c(?=[ei])")
DOUBLED = re.compile(r"(.)\1+")
_LAST_H = re.compile(r"([aeiou])h$")
_CONSONANTS = {**LETTERS["consonants"], "ou": "w"}
_TO_CONSONANTS = re.compile("^ou(?=[aeiou])|" + "|".join(LETTERS["consonants"]))
_MERGED_CONSONANTS = str.maketrans({"g": "j", "q": "k", "c": "k", "p": "b", "v": "f"})


class Bones(NamedTuple):
    """The consonants of a word, and the vowels before, between and after them (one more than consonants)."""

    consonants: str
    vowels: tuple[str, ...]


@lru_cache(maxsize=262_144)
def coarse(latin: str) -> str:
    """Give the spelling in which romanisations of one word are alike.

    >>> coarse("tchaikovskiy") == coarse("chaykovsky"), coarse("youssef") == coarse("yusuf")
    (True, False)
    >>> coarse("mohammad"), coarse("khalid") == coarse("halid"), coarse("muller") == coarse("mueller")
    ('mohamad', True, True)
    """
    spelt = _COARSE.sub(lambda match: LETTERS["coarse"][match[0]], _FIRST_YE.sub("e", latin))
    spelt = _SOFT_C.sub("s", spelt).replace("c", "k").replace("Z", "c")
    spelt = DOUBLED.sub(r"\1", spelt)
    return _LAST_H.sub(r"\1", spelt)


@lru_cache(maxsize=262_144)
def bones(word: str, *, arabic: bool = False) -> Bones:
    """Take a word apart into consonants and vowels, such that an Arabic word and its romanisations are alike.

    >>> bones("محمد", arabic=True).consonants == bones("mohammed").consonants == "mhmd"
    True
    >>> bones("حسين", arabic=True), bones("hussein")
    (Bones(consonants='hsn', vowels=('', '', 'i', '')), Bones(consonants='hsn', vowels=('', 'u', 'ei', '')))
    """
    if arabic:
        text = "".join(LETTERS["arabic"].get(letter, "") for letter in word)
        if text[:1] in ("a", "'"):  # alef, with what it carries, or ain
            text = "A" + text[1:].lstrip("aui")
        elif text[:1] in ("u", "i"):
            text = {"u": "w", "i": "y"}[text[0]] + text[1:]
        text = text.replace("'", "")
    else:
        text = _SOFT_C.sub("s", _TO_CONSONANTS.sub(lambda match: _CONSONANTS[match[0]], word)).translate(
            _MERGED_CONSONANTS
        )
        text = "A" + text.lstrip("aeiou") if text[:1] in ("a", "e", "i", "o", "u") else text
    consonants: list[str] = []
    vowels = [""]
    for letter in text:
        if letter in "aeiou" or (letter in "yw" and consonants):
            vowels[-1] += {"y": "i", "w": "u"}.get(letter, letter)
        elif consonants and consonants[-1] == letter and not vowels[-1] and not arabic:
            continue
        else:
            consonants.append(letter)
            vowels.append("")
    if len(consonants) > 2 and consonants[-1] == "h":
        consonants.pop()
        vowels[-2] = ""
        vowels.pop()
    return Bones("".join(consonants), tuple(vowels))


def romanised(key: str, *, cyrillic: bool = True) -> frozenset[str]:
    """Give the spellings in which what Western languages write for one letter is one: of ``cyrillic`` also zh, j, sch.

    A j is French for zh and German for the glide of ya and yu, so that a word with one can be read in two ways.

    >>> romanised(coarse("morosow")) == romanised(coarse("morozov")) == romanised(coarse("morosoff"))
    True
    >>> romanised(coarse("joukov")) & romanised(coarse("schukow")) & romanised(coarse("zhukov"))
    frozenset({'Sukov'})
    >>> romanised(coarse("jakowlewa")) & romanised(coarse("yakovleva"))
    frozenset({'iakovleva'})
    """
    spelt = _LAST_F.sub("v", key.replace("z", "s"))
    if not cyrillic:
        return frozenset({spelt})
    spelt = _LAST_J.sub("i", spelt).replace("J", "S")
    return frozenset({spelt.replace("j", "S"), spelt.replace("j", "i")})


def stem(russian: str) -> str:
    """Take the ending off a Russian word, so that полимеров and полимеры are one.

    >>> stem("полимеров"), stem("химия"), stem("ооо")
    ('полимер', 'хими', 'ооо')
    """
    return _ENDINGS.sub("", russian)


@lru_cache(maxsize=262_144)
def in_latin(script: str, written: str) -> str:
    """Return a word of a script in Latin letters."""
    if script == "cyrillic":
        return plain_latin("".join(LETTERS["cyrillic"].get(letter, letter) for letter in written))
    if script == "arabic":
        return "".join(LETTERS["arabic"].get(letter, "") for letter in written)
    if script == "chinese":
        return "".join(syllables(written))
    return written


@lru_cache(maxsize=65_536)
def syllables(chinese: str) -> tuple[str, ...]:
    """Give the pinyin of Chinese characters without tones, one a character.

    >>> syllables("华源")
    ('hua', 'yuan')
    """
    from pypinyin import lazy_pinyin

    return tuple(plain_latin(syllable) for syllable in lazy_pinyin(chinese, v_to_u=False))


def plain_latin(text: str) -> str:
    """Return a text without accents and special letters."""
    if text.isascii():
        return text
    spelt = unicodedata.normalize("NFD", text.translate(_LATIN_LETTERS))
    return "".join(letter for letter in spelt if not unicodedata.combining(letter))


def plain_arabic(run: str) -> str:
    """Return an Arabic word without short vowels, variants of letters, and article."""
    text = _ARABIC_MARKS.sub("", run).translate(_ARABIC_FORMS)
    for start in ("وال", "بال", "ال", "لل"):
        if text.startswith(start) and len(text) > len(start) + 1:
            return text[len(start) :]
    return text
