"""Whether a passage holds what a question asks: its words, what it is near to, and the matter that it is about.

The passages that a search finds are put in order by what each is worth as an answer. The best then has to hold what is
asked; where it does not, the law does not say it, and nothing is shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from math import exp
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from opencwc.convention.fields import load_yaml

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from opencwc.legislation.passage_words import WordsMet

_MATTERS = Path(__file__).parent / "data" / "asked_matters.yaml"


class AnswerSigns(NamedTuple):
    """What speaks for candidates as answers: nearness, words in common, headings, words met, rank of the search."""

    similar: NDArray[np.float32]
    words: NDArray[np.float32]
    headings: NDArray[np.float32]
    met: WordsMet
    ranked: NDArray[np.float32]

    def worth(self) -> NDArray[np.float32]:
        """Return what each candidate is worth as an answer."""
        nearness: NDArray[np.float32] = 2 * self.similar + 2 * self.words + self.headings + self.ranked
        return nearness + 2 * self.met.share + 0.5 * self.met.in_heading

    def of(self, at: int) -> list[float]:
        """Return the signs by which a candidate holds what is asked: nearness, words met, heading, weakest word."""
        return [float(sign[at]) for sign in (self.similar, self.met.share, self.headings, self.met.weakest)]

    def holds(self, at: int) -> bool:
        """Tell whether a candidate holds what is asked, rather than something near it."""
        score = sum(weight * sign for weight, sign in zip(_HELD_BY, self.of(at), strict=True)) + _BIAS
        return 1 / (1 + exp(-score)) >= HELD_FROM


_HELD_BY, _BIAS = (3.83, 3.52, 1.89, 1.53), -4.03
"""A logistic regression on the questions of `benchmarks` that may be looked at (`python -m benchmarks.asking`)."""
HELD_FROM = 0.43
"""From here on most that is answered is found, and nine in ten that no text says are still found missing."""


Beginnings = Mapping[str, Sequence[str]]
"""Beginnings of words by language; in Chinese and Arabic, stretches."""


class _Matter(NamedTuple):
    """What a question can be about as a whole: how it is asked for, and how a law names it."""

    asked: Beginnings
    named: Beginnings


@cache
def _matters() -> dict[str, _Matter]:
    matters = load_yaml(_MATTERS.read_text(encoding="utf-8"))
    return {name: _Matter(words.get("asked", words), words.get("named", words)) for name, words in matters.items()}


def asked_matters(question: str) -> tuple[str, ...]:
    """Return the matters that a question is about, of those that a section must name to answer it.

    >>> asked_matters("Can offenders be extradited?"), asked_matters("How long must records be kept?")
    (('extradition',), ('duration',))
    """
    lowered = f" {question.lower()}"
    return tuple(name for name, matter in _matters().items() if _stands_in(lowered, matter.asked, tuple(matter.asked)))


def names_matter(text: str, matter: str, lang: str) -> bool:
    """Tell whether a text names a matter in its language; where that is not known, in any."""
    named = _matters()[matter].named
    return _stands_in(f" {text.lower()}", named, (lang,) if lang else tuple(named))


def _stands_in(lowered: str, beginnings: Beginnings, languages: Sequence[str]) -> bool:
    for lang in languages:
        for beginning in beginnings.get(lang, ()):
            at = lowered.find(beginning)
            while at >= 0:
                if lang in ("zh", "ar") or not lowered[at - 1].isalpha():
                    return True
                at = lowered.find(beginning, at + 1)
    return False
