"""Mistyped words of names of several words: each word is put right by itself, and the whole must then be a name.

A word that is known, of this or another chemical's name, is never changed: sulfate is no mistyped sulfide. Nor is one
changed into a word from which it differs as one chemical's name does from another's: trimethoxy is no mistyped
trimethyl.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import islice, product

from rapidfuzz import process
from rapidfuzz.distance import OSA

from opencwc.chemistry.curated_names import TABLES_KEPT, CuratedNames, Spelling
from opencwc.chemistry.name_parts import NameParts
from opencwc.chemistry.name_resolver import NEARLY_SPELT, Resolver
from opencwc.chemistry.name_scanning import NameScanner, Spotted, Word, running_key
from opencwc.chemistry.near_names import differs_as_chemicals_do

LEAST_LETTERS, MANY_LETTERS = 5, 8
"""Letters of a word in which one may be mistyped, and from which on two may be."""
LEAST_SOUNDED = 4
"""Letters of a word that is written as it sounds: etil, tio, fosfor."""
LEAST_WORDS = 2
LEAST_ALONE = 9
"""Letters of a word that is looked at without another one of names beside it: the rest may be places, N,N- and 2-."""
MOST_BESIDE = 7
"""Words on either side of a mistyped one that its name may have."""
MOST_MEANT, MOST_TRIED, MOST_REMEMBERED = 4, 24, 100_000


class Corrector:
    """Puts mistyped words right; what was weighed once is remembered."""

    def __init__(self, resolver: Resolver, scanner: NameScanner) -> None:
        self._resolver = resolver
        self._scanner = scanner
        self._words = name_words(resolver.curated)
        self._meant: dict[str, tuple[str, ...]] = {}

    def meant(self, word: Word) -> tuple[str, ...]:
        """Return, and remember, the words of listed chemicals' names that a word can be mistyped for, nearest first."""
        known = self._meant.get(word.stem)
        if known is None:
            if len(self._meant) >= MOST_REMEMBERED:
                self._meant.clear()
            known = self._meant[word.stem] = tuple(self._near(word))[:MOST_MEANT]
        return known

    def is_mistyped(self, word: Word) -> bool:
        """Tell whether a word can be a mistyped one of listed chemicals' names."""
        return bool(self.meant(word))

    def is_mistyped_alone(self, word: Word) -> bool:
        """Tell whether a word can be so without another word of names beside it."""
        return len(word.stem) >= LEAST_ALONE and self.is_mistyped(word)

    def is_of_names(self, word: Word) -> bool:
        """Tell whether a word is one of listed chemicals' names."""
        return word.stem in self._words.listed

    def read(self, text: str, words: Sequence[Word], number: int) -> tuple[int, int, tuple[Spelling, ...]] | None:
        """Return first and last word and the spellings of the longest name around a mistyped word.

        Where two corrections that are as near give names of two chemicals, the spellings are of both.
        """
        around = words[max(0, number - 2) : number + 3]
        alone = len(words[number].stem) >= LEAST_ALONE
        if (
            not alone
            and sum(word.stem in self._words.listed or bool(self.meant(word)) for word in around) < LEAST_WORDS
        ):
            return None
        low = max(0, number - MOST_BESIDE)
        run = list(words[low : number + MOST_BESIDE + 1])
        best: dict[str, Spelling] = {}
        span, least = (0, -1), 0
        for mended in self._mended(run, number - low):
            found = self._around(text, mended, number - low)
            changes = self._changes(run, mended, found) if found else 0
            if found is None or not changes:  # a name as it should be is for others to take or to leave
                continue
            length = found.last - found.first
            if length > span[1] - span[0] or (length == span[1] - span[0] and changes < least):
                best, span, least = {}, (found.first, found.last), changes
            if (found.first, found.last) == span and changes == least:
                best |= {spelling.chemical.cas: spelling for spelling in found.spellings if spelling.chemical.named_in}
        return (low + span[0], low + span[1], tuple(best.values())) if best else None

    def _mended(self, run: list[Word], number: int) -> Iterator[list[Word]]:
        """Yield the words with each as it can be meant, the nearest to the mistyped one changed first."""
        order = sorted(range(len(run)), key=lambda place: -abs(place - number))
        for stems in islice(product(*(self._readings(run[place]) for place in order)), MOST_TRIED):
            mended = run.copy()
            for place, stem in zip(order, stems, strict=True):
                mended[place] = run[place]._replace(stem=stem)
            yield mended

    def _readings(self, word: Word) -> tuple[str, ...]:
        """Return what a word can be: itself where it is of names or nothing is nearer, and what it is mistyped for."""
        meant = self.meant(word)
        return (word.stem, *meant) if not meant or word.stem in self._words.listed else meant

    def _around(self, text: str, words: list[Word], number: int) -> Spotted | None:
        """Return the longest name of two words or more, of a listed chemical, that the word is in."""
        names = (one for one in self._scanner.curated_around(text, words, number) if one.last > one.first)
        of_lists = (name for name in names if any(spelling.chemical.named_in for spelling in name.spellings))
        return max(of_lists, key=lambda list_: list_.last - list_.first, default=None)

    @staticmethod
    def _changes(words: Sequence[Word], mended: Sequence[Word], found: Spotted) -> int:
        span = slice(found.first, found.last + 1)
        return sum(
            OSA.distance(one.stem, other.stem) for one, other in zip(words[span], mended[span], strict=True)
        )  # fmt: skip

    def _near(self, word: Word) -> Iterator[str]:
        stem = word.stem
        if len(stem) < LEAST_SOUNDED or not stem.isalpha() or _HAN.search(stem):
            return
        is_of_names = stem in self._words.listed  # and of another language, it may be: chlorure de tionil
        if not is_of_names and self._is_known(word):
            return
        sounded = [other for other in self._words.by_sound.get(_sound(stem), ()) if other != stem]
        yield from sounded
        if is_of_names or (len(stem) < LEAST_LETTERS and not (_CYRILLIC.match(stem) and len(word.key) > LEAST_LETTERS)):
            return
        allowed = 2 if len(stem) >= MANY_LETTERS else 1
        near = [
            (distance, other)
            for length in range(len(stem) - allowed, len(stem) + allowed + 1)
            for other, distance, _ in process.extract(
                stem, self._words.of_length.get(length, ()), scorer=OSA.distance, score_cutoff=allowed, limit=None
            )
        ]
        for distance, other in sorted(near):
            if other not in sounded and not differs_as_chemicals_do(stem, other, int(distance)):
                yield other

    def _is_known(self, word: Word) -> bool:
        """Tell whether a word is one of other chemicals' names, which is not mistyped for one of listed ones."""
        if word.stem in self._words.known or word.stem in self._others:
            return True
        return word.key.isascii() and self._resolver.index.name_id(word.key) is not None

    @cached_property
    def _others(self) -> frozenset[str]:
        return NameParts.load().other_words


class NameWords:
    """The words of the curated names that a word can be mistyped for, or that keep it from being one."""

    def __init__(self, curated: CuratedNames) -> None:
        self._curated = curated

    @cached_property
    def of_length(self) -> dict[int, tuple[str, ...]]:
        """Those of listed chemicals, by how many letters they have."""
        names = (
            name.text
            for chemical in self._curated.chemicals
            if chemical.named_in
            for name in chemical.names
            if name.kind in NEARLY_SPELT and _SEVERAL.search(name.text)
        )
        table: dict[int, list[str]] = {}
        for stem in sorted(set(_stems(names))):
            if len(stem) >= LEAST_LETTERS - 1 and stem.isalpha():
                table.setdefault(len(stem), []).append(stem)
        return {length: tuple(stems) for length, stems in table.items()}

    @cached_property
    def listed(self) -> frozenset[str]:
        """The words, long enough to be mistyped, of listed chemicals' names."""
        return frozenset(stem for stems in self.of_length.values() for stem in stems)

    @cached_property
    def known(self) -> frozenset[str]:
        """Those of other chemicals."""
        others = (chemical for chemical in self._curated.chemicals if not chemical.named_in)
        return frozenset(_stems(name.text for other in others for name in other.names)) - self.listed

    @cached_property
    def by_sound(self) -> dict[str, tuple[str, ...]]:
        """The words of listed chemicals' names by how they sound."""
        table: dict[str, list[str]] = {}
        for stem in sorted(self.listed):
            table.setdefault(_sound(stem), []).append(stem)
        return {sound: tuple(stems) for sound, stems in table.items() if sound}


@lru_cache(maxsize=TABLES_KEPT)
def name_words(curated: CuratedNames) -> NameWords:
    """Return the words of these names, made once."""
    return NameWords(curated)


def _stems(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        for word in re.findall(r"\w+", name):
            yield running_key(word)


def _sound(stem: str) -> str:
    """Return how a word of Latin letters sounds, whatever language spells it; nothing for other alphabets.

    >>> _sound("thionyl") == _sound("tionil") == "tionil"
    True
    """
    if not stem.isascii():
        return ""
    plain = _H.sub("", _SPELT.sub(lambda found: _AS_SPOKEN[found[0]], stem))
    return _TWICE.sub(r"\1", plain.translate(_ONE_SOUND))


_SPELT = re.compile("ph|th|ch|qu|ck")
_AS_SPOKEN = {"ph": "f", "th": "t", "ch": "k", "qu": "k", "ck": "k"}
_H = re.compile("h")
_ONE_SOUND = str.maketrans("cyz", "kis")
_TWICE = re.compile(r"(.)\1")
_SEVERAL = re.compile(r"\w\W+\w")
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_HAN = re.compile("[\u3400-\u9fff]")
