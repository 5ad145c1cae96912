"""Mistyped words of names of several words: each word is put right by itself, and the whole must then be a name.

A word that is known, of this or another chemical's name, is never changed: sulfate is no mistyped sulfide.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import product

from rapidfuzz.distance import OSA

from opencwc.chemistry.curated_names import Spelling
from opencwc.chemistry.name_parts import NameParts
from opencwc.chemistry.name_scanning import NameScanner, Word, running_key
from opencwc.chemistry.resolving import NEARLY_SPELT, Resolver

LEAST_LETTERS, MANY_LETTERS = 5, 8
"""Letters of a word in which one may be mistyped, and from which on two may be."""
LEAST_WORDS = 2
MOST_WORDS, MOST_TRIED, MOST_REMEMBERED = 4, 24, 100_000


class Corrector:
    """Puts mistyped words right; what was weighed once is remembered."""

    def __init__(self, resolver: Resolver, scanner: NameScanner) -> None:
        self._resolver = resolver
        self._scanner = scanner
        self._meant: dict[str, tuple[str, ...]] = {}

    def meant(self, word: Word) -> tuple[str, ...]:
        """Return, and remember, the words of listed chemicals' names that a word can be mistyped for."""
        known = self._meant.get(word.stem)
        if known is None:
            if len(self._meant) >= MOST_REMEMBERED:
                self._meant.clear()
            known = self._meant[word.stem] = tuple(self._near(word))
        return known

    def is_mistyped(self, word: Word) -> bool:
        """Tell whether a word can be a mistyped one of listed chemicals' names."""
        return bool(self.meant(word))

    def is_of_names(self, word: Word) -> bool:
        """Tell whether a word is one of listed chemicals' names."""
        return word.stem in self._listed

    def read(self, words: Sequence[Word], number: int) -> tuple[int, int, tuple[Spelling, ...]] | None:
        """Return first and last word and the spellings of the longest name around a mistyped word."""
        around = words[max(0, number - 2) : number + 3]
        if sum(word.stem in self._listed or bool(self.meant(word)) for word in around) < LEAST_WORDS:
            return None
        for count in range(min(MOST_WORDS, len(words)), 1, -1):
            for first in range(max(0, number - count + 1), min(number, len(words) - count) + 1):
                run = words[first : first + count]
                choices = [(word.stem, *self.meant(word)) for word in run]
                for tried, stems in enumerate(product(*choices)):
                    if tried >= MOST_TRIED:
                        break
                    if spellings := self._scanner.curated("".join(stems)):
                        listed = tuple(one for one in spellings if one.chemical.named_in)
                        if listed and not all(stem == word.stem for stem, word in zip(stems, run, strict=True)):
                            return first, first + count - 1, listed
        return None

    def _near(self, word: Word) -> Iterator[str]:
        stem = word.stem
        if len(stem) < LEAST_LETTERS or not stem.isalpha() or _HAN.search(stem) or self._is_known(word):
            return
        allowed = 2 if len(stem) >= MANY_LETTERS else 1
        for length in range(len(stem) - allowed, len(stem) + allowed + 1):
            for other in self._words_of_length.get(length, ()):
                if OSA.distance(stem, other, score_cutoff=allowed) <= allowed:
                    yield other

    def _is_known(self, word: Word) -> bool:
        """Tell whether a word is one of other chemicals' names, which is not mistyped for one of listed ones."""
        if word.stem in self._known or word.stem in self._others:
            return True
        return word.key.isascii() and self._resolver.index.name_id(word.key) is not None

    @cached_property
    def _known(self) -> frozenset[str]:
        others = (one for one in self._resolver.curated.chemicals if not one.named_in)
        return frozenset(_stems(name.text for one in others for name in one.names)) - self._listed

    @cached_property
    def _listed(self) -> frozenset[str]:
        """The words, long enough to be mistyped, of listed chemicals' names."""
        return frozenset(stem for stems in self._words_of_length.values() for stem in stems)

    @cached_property
    def _others(self) -> frozenset[str]:
        return NameParts.load().other_words

    @cached_property
    def _words_of_length(self) -> dict[int, tuple[str, ...]]:
        names = (
            name.text
            for one in self._resolver.curated.chemicals
            if one.named_in
            for name in one.names
            if name.kind in NEARLY_SPELT and " " in name.text
        )
        table: dict[int, list[str]] = {}
        for stem in sorted(set(_stems(names))):
            if len(stem) >= LEAST_LETTERS - 1 and stem.isalpha():
                table.setdefault(len(stem), []).append(stem)
        return {length: tuple(stems) for length, stems in table.items()}


def _stems(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        for word in re.findall(r"\w+", name):
            yield running_key(word)


_HAN = re.compile("[\u3400-\u9fff]")
