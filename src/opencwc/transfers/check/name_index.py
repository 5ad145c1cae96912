"""The words of all names of a list, and in which names each stands: which to compare with a name, and how alike."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from opencwc.language.name_words import NameWord, name_words, together
from opencwc.language.romanisation import bones, coarse, syllables
from opencwc.language.word_likeness import alike, heard, plural

if TYPE_CHECKING:
    from numpy.typing import NDArray

WEIGHTS = {"word": 1.0, "number": 0.5, "initial": 0.5, "place": 0.3, "common": 0.2}
"""How much each kind of word tells of who it is."""
_Option: TypeAlias = tuple[float, float, tuple[int, ...], tuple[int, ...], str, str]
"""What is gained by taking words of ours for words of theirs, how alike they are, their places, their spelling."""
_COMPARED = 40
_PROMISING = 0.1
_LEAST_RARE = 0.45
_TWO_WORDS = 1.8
_PART = 0.7
_OTHER_NUMBER = 0.6
_OTHER_WORD = 0.88
_JOINED_LIKENESS = 0.9
_JOIN = 0.01
_LONG_KEY = 9
_TELLING_PART = 4
_LONGEST_WORD = 40


class Listed(NamedTuple):
    """An entry of a list: its id there, what it is (Person, Company ...), its names, and its countries (alpha-2)."""

    id: str
    schema: str
    names: tuple[str, ...]
    countries: tuple[str, ...] = ()


class IndexedName(NamedTuple):
    """A name of a list with its words; ``entry`` is the place of its entry."""

    entry: int
    text: str
    words: tuple[NameWord, ...]


class NameIndex:
    """The words of all names, and in which names each stands."""

    def __init__(self, entries: Sequence[Listed]) -> None:
        self.names: list[IndexedName] = []
        self.words: dict[str, int] = {}
        self.by_key: dict[str, list[int]] = {}
        self.by_bones: dict[str, list[int]] = {}
        self.by_sound: dict[str, list[int]] = {}
        self.by_foreign_sound: dict[str, list[int]] = {}
        holders: list[list[int]] = []
        trigrams: dict[str, list[int]] = {}
        for number, entry in enumerate(entries):
            for text in entry.names:
                if words := name_words(text):
                    self._add_name(IndexedName(number, text, words), holders, trigrams)
        number = len(self.names)
        self.rare = [max(_LEAST_RARE, math.log(1 + number / len(holder)) / math.log(1 + number)) for holder in holders]
        self.holders: list[NDArray[np.int32]] = [np.array(holder, np.int32) for holder in holders]
        self.trigrams: dict[str, NDArray[np.int32]] = {
            gram: np.array(places, np.int32) for gram, places in trigrams.items()
        }
        self.keys = [spelt[2:] for spelt in self.words]
        self.name_weight: NDArray[np.float32] = np.array([self.weight(name.words) for name in self.names], np.float32)

    def _add_name(self, name: IndexedName, holders: list[list[int]], trigrams: dict[str, list[int]]) -> None:
        place = len(self.names)
        self.names.append(name)
        for spelt, word in {f"{word.kind[0]}{word.script[0]}{word.key}": word for word in name.words}.items():
            if spelt not in self.words:
                self.words[spelt] = len(holders)
                holders.append([])
                self._add_word(len(holders) - 1, word, trigrams)
            holders[self.words[spelt]].append(place)

    def _add_word(self, number: int, word: NameWord, trigrams: dict[str, list[int]]) -> None:
        """Note how a new word can be found."""
        self.by_key.setdefault(word.key, []).append(number)
        if word.kind != "word":
            return
        for skeleton in _skeletons(word):
            self.by_bones.setdefault(skeleton, []).append(number)
        if word.foreign:
            self.by_foreign_sound.setdefault(heard(word), []).append(number)
        elif word.script in ("latin", "cyrillic"):
            self.by_sound.setdefault(heard(word), []).append(number)
        if word.script != "arabic":
            for gram in _trigrams(word.key):
                trigrams.setdefault(gram, []).append(number)

    def rarity(self, word: NameWord) -> float:
        """How much a word tells of who it is: less for a common word, and for one that many names have."""
        weight = WEIGHTS[word.kind]
        if word.kind != "word":
            return weight
        number = self.words.get(f"w{word.script[0]}{word.key}")
        return weight if number is None else weight * self.rare[number]

    def weight(self, words: Iterable[NameWord]) -> float:
        """The weight of all words of a name."""
        return sum(map(self.rarity, words))

    def candidates(self, words: tuple[NameWord, ...]) -> list[int]:
        """The names that share most with these words, to be compared one by one."""
        weight_of: dict[int, float] = {}
        for word in words:
            weight = self.rarity(word)
            for number, likeness in self._near(word):
                weight_of[number] = max(weight_of.get(number, 0.0), weight * likeness)
        for _, joined in together(words):
            for number in self.by_key.get(joined.key, ()):
                weight_of[number] = max(weight_of.get(number, 0.0), 2 * WEIGHTS["word"])
        if not weight_of:
            return []
        places = np.concatenate([self.holders[number] for number in weight_of])
        weights = np.repeat(
            np.fromiter(weight_of.values(), np.float32, len(weight_of)),
            [len(self.holders[number]) for number in weight_of],
        )
        order = np.argsort(places, kind="stable")
        places, weights = places[order], weights[order]
        starts = np.flatnonzero(np.r_[True, places[1:] != places[:-1]])
        shared = np.add.reduceat(weights, starts)
        names = places[starts]
        promise = shared / (self.weight(words) + self.name_weight[names])
        # Of a whole name the promise is a half; what shares only a common word with it needs no closer look.
        names, promise = names[promise >= _PROMISING], promise[promise >= _PROMISING]
        if len(names) > _COMPARED:
            chosen = np.argpartition(-promise, _COMPARED)[:_COMPARED]
            names = names[chosen]
        return sorted(int(name) for name in names)

    def likeness(
        self, words: tuple[NameWord, ...], total: float, known: IndexedName
    ) -> tuple[float, tuple[tuple[str, str, float], ...]]:
        """How alike two names are from 0 to 1, and the pairs of words that it rests on.

        The weights of the words that are alike, as a share of the weights of all words of both names (Dice); the
        words are laid beside each other so that the likest come first.
        """
        theirs = known.words
        ours_weight = [self.rarity(word) for word in words]
        their_weight = [self.rarity(word) for word in theirs]
        options = self._options(words, theirs, ours_weight, their_weight)
        ours_left, their_left = set(range(len(words))), set(range(len(theirs)))
        gained = telling = 0.0
        pairs: list[tuple[str, str, float]] = []
        for gain, value, ours, others, left, right in options:
            if ours_left.issuperset(ours) and their_left.issuperset(others):
                ours_left -= set(ours)
                their_left -= set(others)
                gained += gain
                if words[ours[0]].kind in ("word", "initial"):
                    telling += min(1.0, value) * len(ours)
                pairs.append((left, right, round(value, 2)))
        whole = total + sum(their_weight)
        score = gained / whole if whole else 0.0
        # A part of a long name (no patronymic, no third name) is more than the share of its words says, if two words
        # at least tell who it is; with one word alone it may be anybody.
        our_rest, their_rest = sum(ours_weight[i] for i in ours_left), sum(their_weight[j] for j in their_left)
        if telling >= _TWO_WORDS and min(our_rest, their_rest) == 0:
            score = _PART * (gained / (whole - (our_rest + their_rest))) + (1 - _PART) * score
        unmatched = [words[i] for i in ours_left], [theirs[j] for j in their_left]
        if all(any(word.kind == "number" for word in name) for name in unmatched):
            score *= _OTHER_NUMBER
        if not all(any(word.kind == "word" for word in name) for name in (words, theirs)):
            return score, tuple(pairs)
        # Two names that differ in a word which tells who it is are two names.
        rivals = min(sum(word.kind in ("word", "number") for word in name) for name in unmatched)
        return score * (_OTHER_WORD**rivals), tuple(pairs)

    def _options(
        self,
        words: tuple[NameWord, ...],
        theirs: tuple[NameWord, ...],
        ours_weight: list[float],
        their_weight: list[float],
    ) -> list[_Option]:
        """Return which words of ours can be taken for which of theirs, the most gained first."""
        options: list[_Option] = []
        companies = all(any(word.kind == "common" for word in name) for name in (words, theirs))
        for i, ours in enumerate(words):
            for j, other in enumerate(theirs):
                if value := alike(ours, other) or (plural(ours, other) if companies else 0.0):
                    gain = value * (ours_weight[i] + their_weight[j])
                    options.append((gain, value, (i,), (j,), ours.written, other.written))
        best_ours = {option[2][0] for option in options if option[1] >= _JOINED_LIKENESS}
        best_theirs = {option[3][0] for option in options if option[1] >= _JOINED_LIKENESS}
        if len(best_ours) < len(words) and len(best_theirs) < len(theirs):
            options += self._joined(words, theirs, ours_weight, their_weight)
        return sorted(options, key=lambda option: (-option[0], option[2], option[3]))

    @staticmethod
    def _joined(
        words: tuple[NameWord, ...], theirs: tuple[NameWord, ...], ours_weight: list[float], their_weight: list[float]
    ) -> Iterator[_Option]:
        their_words = [(j, other) for j, other in enumerate(theirs) if other.kind == "word"]
        for places, joined in together(words) if their_words else ():
            for j, other in their_words:
                if (value := alike(joined, other)) >= _JOINED_LIKENESS:
                    gain = value * (sum(ours_weight[i] for i in places) + their_weight[j]) + _JOIN
                    yield gain, value, places, (j,), joined.written, other.written
        our_words = [(i, word) for i, word in enumerate(words) if word.kind == "word"]
        for places, joined in together(theirs) if our_words else ():
            for i, word in our_words:
                if (value := alike(word, joined)) >= _JOINED_LIKENESS:
                    gain = value * (ours_weight[i] + sum(their_weight[j] for j in places)) + _JOIN
                    yield gain, value, (i,), places, word.written, joined.written

    def _near(self, word: NameWord) -> Iterator[tuple[int, float]]:
        """Yield the words of the list that may be this one, and how alike they may be."""
        yield from self._at(self.by_key, word.key, 1.0)
        if word.kind != "word":
            return
        for skeleton in _skeletons(word):
            yield from self._at(self.by_bones, skeleton, 0.9)
        if word.script == "arabic":
            return
        yield from self._near_in_trigrams(word.key)
        if sound := heard(word):
            yield from self._at(self.by_sound if word.foreign else self.by_foreign_sound, sound, 0.8)
        if word.script == "chinese":
            for syllable in syllables(word.written):
                yield from self._at(self.by_key, coarse(syllable), 0.5)
        yield from self._parts_of(word.latin)

    @staticmethod
    def _at(index: Mapping[str, list[int]], key: str, likeness: float) -> Iterator[tuple[int, float]]:
        return ((number, likeness) for number in index.get(key, ()))

    def _parts_of(self, latin: str) -> Iterator[tuple[int, float]]:
        """Yield the words of the list that are the start or the end of a word, where both are or one is long."""
        for cut in range(2, min(len(latin), _LONGEST_WORD) - 1):
            keys = [coarse(latin[:cut]), coarse(latin[cut:])]
            both = all(key in self.by_key for key in keys)
            for key, part in zip(keys, (latin[:cut], latin[cut:]), strict=True):
                if both or len(part) > _TELLING_PART:
                    yield from self._at(self.by_key, key, 0.5)

    def _near_in_trigrams(self, key: str) -> Iterator[tuple[int, float]]:
        grams = _trigrams(key)
        lists = [numbers for gram in grams if (numbers := self.trigrams.get(gram)) is not None]
        if len(key) < 4 or not lists:
            return
        numbers, shared = np.unique(np.concatenate(lists), return_counts=True)
        # One letter that differs spoils up to three trigrams, two up to six.
        for number in numbers[shared >= max(1, len(grams) - (3 if len(key) < _LONG_KEY else 6))].tolist():
            if abs(len(self.keys[number]) - len(key)) <= 2:
                yield number, 0.8


def _skeletons(word: NameWord) -> tuple[str, ...]:
    if word.script == "arabic":
        return (bones(word.written, arabic=True).consonants,)
    text = word.latin
    skeletons = [bones(text).consonants]
    if len(text) > 6 and text[:2] in ("al", "el"):
        skeletons.append(bones(text[2:]).consonants)
    return tuple(skeletons)


def _trigrams(key: str) -> set[str]:
    padded = f"^{key}$"
    return {padded[place : place + 3] for place in range(len(padded) - 2)}
