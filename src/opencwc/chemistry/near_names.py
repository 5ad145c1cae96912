"""Near spellings of the names of listed chemicals: a letter or two mistyped, left out, put in or swapped.

A near spelling is a question for a person, never an answer. What differs from a name as one chemical's name differs
from another's (methyl and ethyl, phosphite and phosphate, di- and tri-) is no near spelling of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import pairwise, product
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

from rapidfuzz.distance import OSA

from opencwc.chemistry.names import normalise_name, typed_plainly

Chemical = TypeVar("Chemical")

_FEWEST_LETTERS = 7
_FEWEST_ARABIC = 6  # of consonants almost alone: as many sounds as seven or eight Latin letters
_CODE_LETTERS = 3  # of a code behind a name
_TWO_FROM = 10  # letters from which on two differences may be


class _Name(NamedTuple):
    key: str
    allowed: int
    digits: str
    locants: tuple[str, ...]
    less_a_word: tuple[str, ...] = ()


class NearNames(Generic[Chemical]):
    """Finds the names that a text is nearly spelt as.

    Distances are of optimal string alignment (a letter put in, left out, changed, or two neighbours swapped) between
    the keys of ``normalise_name``: 1 for names of 7 to 9 letters (Arabic 6 to 9), 2 for longer ones, and no others; the
    first letter is right unless it is the one difference in a longer name. Digits, primes and locants of one letter
    are equal. Chinese names are left out: each character is a word.

    >>> names = NearNames([("Thiodiglycol", 1), ("Phosgene", 2), ("Dimethyl phosphite", 3)])
    >>> names.find("thiodiglicol"), names.find("Phosgeen"), names.find("dimethyl phosphate")
    ([(1, 'Thiodiglycol', 1)], [(2, 'Phosgene', 1)], [])
    """

    def __init__(self, names: Iterable[tuple[str, Chemical]]) -> None:
        self._names: list[tuple[_Name, str, Chemical]] = []
        self._pieces: dict[str, list[int]] = {}
        self._lengths: set[int] = set()
        for name, chemical in names:
            if measured := _measured(name, normalise_name(name)):
                measured = measured._replace(less_a_word=_less_a_word(name))
                for piece in set(_pieces(measured.key, measured.allowed)):
                    self._pieces.setdefault(piece, []).append(len(self._names))
                self._lengths.add(len(measured.key))
                self._names.append((measured, name, chemical))

    def find(self, text: str) -> list[tuple[Chemical, str, int]]:
        """Give chemical, name and distance of each name that ``text`` nearly is, the nearest first.

        A name that the text is exactly has distance 0.
        """
        key = normalise_name(text)
        if len(key) < _FEWEST_ARABIC or not (candidates := self._candidates(key)):
            return []
        asked = _measured(text, key)
        if asked is None:
            return []
        found = []
        for number in sorted(candidates):
            known, name, chemical = self._names[number]
            allowed = min(known.allowed, asked.allowed)
            distance = OSA.distance(key, known.key, score_cutoff=allowed)
            if distance <= allowed and _is_near(asked, known, distance):
                found.append((chemical, name, distance))
        return sorted(found, key=lambda one: one[2])

    def _candidates(self, key: str) -> set[int]:
        """The names that have a piece in common with the key, in about the same place."""
        found: set[int] = set()
        length = len(key)
        known = self._pieces.get
        for other in range(length - 2, length + 3):
            if other not in self._lengths:
                continue
            allowed = 1 if other < _TWO_FROM else 2
            if abs(other - length) > allowed:
                continue
            for start, end in _cuts(other, allowed):
                size = end - start
                if start == 0:
                    places: Iterable[int] = (0,)
                elif end == other:
                    places = (length - size,)
                else:
                    places = range(max(0, start - allowed), min(length - size, start + allowed) + 1)
                for place in places:
                    if numbers := known(f"{other} {start} {key[place : place + size]}"):
                        found.update(numbers)
        return found


@lru_cache(maxsize=256)
def _cuts(length: int, allowed: int) -> tuple[tuple[int, int], ...]:
    """Where a name is cut into one piece more than it may have differences, so that one piece at least is untouched."""
    places = [length * part // (allowed + 1) for part in range(allowed + 2)]
    return tuple(pairwise(places))


def _pieces(key: str, allowed: int) -> Iterator[str]:
    """The pieces of a name, with its length and their place.

    Neighbours swapped across a cut would touch two pieces: the name's pieces with that done are given too.
    """
    cuts = _cuts(len(key), allowed)
    for swaps in product((False, True), repeat=len(cuts) - 1):
        letters = list(key)
        for swap, (_, cut) in zip(swaps, cuts, strict=False):
            if swap:
                letters[cut - 1], letters[cut] = letters[cut], letters[cut - 1]
        for start, end in cuts:
            yield f"{len(key)} {start} {''.join(letters[start:end])}"


_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_ARABIC = re.compile("[\u0600-\u06ff]")
_DIGITS = re.compile("[0-9′+±()]+")
_ONE_LETTER = re.compile(r"(?<![^\W\d_])[^\W\d_](?![^\W\d_])")


def _measured(text: str, key: str) -> _Name | None:
    """What a name is compared by; ``None`` where it is too short or Chinese."""
    letters = sum(map(str.isalpha, key))
    fewest = _FEWEST_ARABIC if _ARABIC.search(key) else _FEWEST_LETTERS
    if letters < fewest or _HAN.search(key):
        return None
    plain = text if text.isascii() else typed_plainly(text)
    locants = tuple(_ONE_LETTER.findall(plain.lower().replace("'", " ")))
    digits = ",".join(_DIGITS.findall(key))
    return _Name(key, 1 if len(key) < _TWO_FROM or letters < _TWO_FROM else 2, digits, locants)


def _is_near(asked: _Name, known: _Name, distance: int) -> bool:
    if distance == 0:
        return True
    if asked.digits != known.digits or asked.locants != known.locants:
        return False
    # Custard is no mustard, nitric acid no picric acid.
    if asked.key[0] != known.key[0] and (known.allowed == 1 or distance > 1):
        return False
    if any(OSA.distance(asked.key, key, score_cutoff=distance) < distance for key in known.less_a_word):
        return False  # an agent is not nearly called "agent VX"
    return not differs_as_chemicals_do(asked.key, known.key, distance)


def _less_a_word(name: str) -> tuple[str, ...]:
    """Return the keys of a name without its first or its last word, where that is a letter or two.

    >>> _less_a_word("Kampfstoff VX"), _less_a_word("Thiodiglycol")
    (('kampfstoff',), ())
    """
    words = name.split()
    shorter = [
        rest for word, rest in ((words[0], words[1:]), (words[-1], words[:-1])) if rest and len(word) < len("DMMP")
    ]
    return tuple(normalise_name(" ".join(rest)) for rest in shorter)


def differs_as_chemicals_do(asked: str, known: str, distance: int) -> bool:
    """Tell whether a text rather is, or is nearer to, another chemical's name than the one it is ``distance`` off.

    >>> differs_as_chemicals_do("trimethoxy", "trimethyl", 2), differs_as_chemicals_do("trimehtyl", "trimethyl", 1)
    (True, False)
    """
    return any(
        OSA.distance(other, asked, score_cutoff=distance - 1) < distance for other in _other_chemicals(known)
    ) or any(OSA.distance(other, known, score_cutoff=distance - 1) < distance for other in _without(asked))


@lru_cache(maxsize=4_096)
def _other_chemicals(key: str) -> tuple[str, ...]:
    """The name with one morpheme changed for another with which it makes another chemical's name."""
    others = {
        key[: found.start()] + other + key[found.end() :]
        for pattern, morphemes in _CONFUSABLE
        for found in pattern.finditer(key)
        for other in morphemes
    }
    others |= {key + ending for ending in _ADDED if key[-1:].isalpha()}
    return tuple(other for other in (others | _without(key)) - {key} if not _NO_NAME.search(other))


def _without(key: str) -> set[str]:
    """The key without one of its prefixes that count: diethanolamine is no ethanolamine."""
    return {key[: found.start()] + key[found.end() :] for found in _COUNTS.finditer(key)}


_NO_NAME = re.compile("[pf]h?osfanat|phosphanat|фосфанат")
"""What no chemical is called: of a phosphonate with a wrong vowel another chemical is not made."""
_COUNTS = re.compile("di|bi|ди|бис?")
_ADDED = ("ic", "yl", "al", "ol", "on", "id", "at", "ique", "ico", "ил", "ол", "ат", "ит", "ид")
_STEMS = "meth|eth|prop|but|pent|hex|hept|oct|non|dec|met|et"
_AFTER_STEM = "ane ene yne anone anol anal enol ynol yl oxy oyl ano eno ino anona"


def _confusable() -> Iterator[tuple[re.Pattern[str], tuple[str, ...]]]:
    def groups(file: str) -> Iterator[tuple[str, ...]]:
        """Yield the morphemes of each line, the longest first: the "eth" of "meth" is none of its own."""
        for line in (Path(__file__).parent / "data" / file).read_text(encoding="utf-8").splitlines():
            yield tuple(sorted(line.split(), key=len, reverse=True))

    for group in groups("confusable_morphemes.txt"):
        yield re.compile("|".join(group)), group
    # At the end of the name, or of one of its words where that is known by what follows.
    behind = "$|acid|amine|ether|ester|chloride|bromide|fluoride|oxide|phosph|sulf|hydro|alcohol|sodium|salt"
    for group in groups("confusable_endings.txt"):
        yield re.compile(f"(?:{'|'.join(group)})(?={behind})"), group
    endings = tuple(sorted(_AFTER_STEM.split(), key=len, reverse=True))
    for stem in _STEMS.split("|"):
        yield re.compile(f"(?<={stem})(?:{'|'.join(endings)})"), endings


_CONFUSABLE = tuple(_confusable())
