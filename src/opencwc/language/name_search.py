"""Names found by a part of them, without accents, and with small slips of the keyboard, in any language.

A question is cut at its spaces; a name is found where each part of the question stands in one of its words, or almost.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Generic, NamedTuple, TypeVar

from rapidfuzz import fuzz, process

from opencwc.convention.measure_terms import fold

Held = TypeVar("Held")
WHOLE, BEGINS, WITHIN, ALMOST = 1.0, 0.9, 0.7, 0.5
"""How well a part of a question fits a word: as a whole, at its beginning, within it, but for a slip."""
LEAST_FOR_SLIPS = 4
"""Letters of a part from which on a slip is allowed."""
LEAST_FOR_ANY_SLIP = 7
"""Letters of a part from which on the first may be the slip."""
ALIKE = 80.0
"""Of 100: how alike the beginning of a word is to a part that has a slip."""
MOST_ALIKE = 12
LONGEST = 200
_WORD = re.compile(r"\w(?:[\w-]*\w)?")


class Found(NamedTuple, Generic[Held]):
    """What was found: what the name stands for, the name as it is written, and how well it fits, from 0 to 1."""

    held: Held
    name: str
    score: float


def parts_of(question: str) -> list[str]:
    """Return the parts of a question as they are compared.

    >>> parts_of(" Åland  Acide ")
    ['aland', 'acide']
    """
    return fold(question[:LONGEST]).text.split()


class NameIndex(Generic[Held]):
    """Names, each with what it stands for.

    >>> index = NameIndex([("Thiodiglycol", 1), ("Phosphorus trichloride", 2), ("Côte d'Ivoire", 3)])
    >>> [found.held for asked in ("phosph", "tiodiglycol", "cote ivoire") for found in index.find(asked)]
    [2, 1, 3]
    """

    def __init__(self, names: Iterable[tuple[str, Held]]) -> None:
        self._names: list[tuple[str, Held]] = []
        self._length: list[int] = []
        holding: dict[str, list[int]] = defaultdict(list)
        for number, (name, held) in enumerate(names):
            folded = fold(name[:LONGEST]).text
            self._names.append((name, held))
            self._length.append(max(1, len(folded)))
            for word in dict.fromkeys(folded.split()):
                holding[word].append(number)
        self._holding = dict(holding)
        self._words = list(holding)

    def find(self, question: str, most: int = 20) -> list[Found[Held]]:
        """Return what a question finds, the best first."""
        parts = parts_of(question)
        if not parts:
            return []
        scores: dict[int, float] = {}
        for place, part in enumerate(parts):
            here = self._by_part(part)
            scores = (
                here if not place else {number: scores[number] + here[number] for number in scores if number in here}
            )
        asked = sum(map(len, parts))
        ranked = sorted(
            (
                (score / len(parts) + 0.1 * min(1, asked / self._length[number]), -number)
                for number, score in scores.items()
            ),
            reverse=True,
        )
        return [Found(self._names[-number][1], self._names[-number][0], score / 1.1) for score, number in ranked[:most]]

    def fitting(self, part: str) -> dict[Held, float]:
        """Return how well one part of a question fits what the names stand for, each by the best of its names."""
        best: dict[Held, float] = {}
        for number, score in self._by_part(part).items():
            held = self._names[number][1]
            best[held] = max(score, best.get(held, 0.0))
        return best

    def _by_part(self, part: str) -> dict[int, float]:
        """Return how well a part fits each name that has it."""
        best: dict[int, float] = {}
        fitting = [(word, _fits(part, word)) for word in self._words if part in word]
        if not any(score > WITHIN for _, score in fitting):
            fitting += [(self._words[place], ALMOST * score) for place, score in alike_words(part, self._words)]
        for word, score in fitting:
            for number in self._holding[word]:
                best[number] = max(score, best.get(number, 0.0))
        return best


def alike_words(part: str, words: Sequence[str]) -> list[tuple[int, float]]:
    """Return the places of the words that begin almost as a part of a question, each with how alike it is, to 1.

    A short word keeps its first letter, so that a person's name is not taken for a piece of a chemical's.
    """
    if len(part) < LEAST_FOR_SLIPS:
        return []
    first = part[0] if len(part) < LEAST_FOR_ANY_SLIP else ""
    beginnings = [word[: len(part) + 1] if word.startswith(first) else "" for word in words]
    alike = process.extract(part, beginnings, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=MOST_ALIKE)
    return [(place, score / 100) for _, score, place in alike]


def taken_for(part: str, texts: Sequence[str]) -> tuple[str, ...]:
    """Return what a part of a question is taken for: itself where it stands in a text, else the words nearest to it.

    >>> texts = ["phosgene in ypres", "phosphorus"]
    >>> taken_for("phos", texts), taken_for("phsogene", texts), taken_for("xyz", texts)
    (('phos',), ('phosgene',), ())
    """
    if any(part in text for text in texts):
        return (part,)
    words = sorted({word for text in texts for word in _WORD.findall(text)})
    return tuple(words[place] for place, _ in alike_words(part, words))


def _fits(part: str, word: str) -> float:
    if part == word:
        return WHOLE
    return BEGINS if word.startswith(part) else WITHIN
