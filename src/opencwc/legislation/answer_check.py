"""Whether a passage holds what a question asks: its words, what it is near to, and the matter that it is about.

The passages that a search finds are put in order by what each is worth as an answer. The best then has to hold what is
asked; where it does not, the law does not say it, and nothing is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
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

    def holds(self, at: int) -> bool:
        """Tell whether a candidate holds what is asked, rather than something near it."""
        score = (
            _NEAR * float(self.similar[at]) + _MET * float(self.met.share[at])
            + _HEADED * float(self.headings[at]) + _WEAKEST * float(self.met.weakest[at]) + _BIAS
        )  # fmt: skip
        return 1 / (1 + exp(-score)) >= HELD_FROM


_NEAR, _MET, _HEADED, _WEAKEST, _BIAS = 3.83, 3.52, 1.89, 1.53, -4.03
"""A logistic regression on the questions of `benchmarks` that may be looked at (`python -m benchmarks.asking`)."""
HELD_FROM = 0.5


@cache
def _matters() -> dict[str, dict[str, list[str]]]:
    matters: dict[str, dict[str, list[str]]] = load_yaml(_MATTERS.read_text(encoding="utf-8"))
    return matters


def asked_matters(question: str) -> tuple[str, ...]:
    """Return the matters that a question is about, of those that a section must name to answer it.

    >>> asked_matters("Can offenders be extradited?")
    ('extradition',)
    """
    lowered = f" {question.lower()}"
    return tuple(matter for matter in _matters() if _named(lowered, matter, ()))


def names_matter(text: str, matter: str, lang: str) -> bool:
    """Tell whether a text names a matter in its language."""
    return _named(f" {text.lower()}", matter, (lang,))


def _named(lowered: str, matter: str, languages: Sequence[str]) -> bool:
    by_language = _matters()[matter]
    for lang in languages or by_language:
        for beginning in by_language.get(lang, ()):
            at = lowered.find(beginning)
            while at >= 0:
                if lang in ("zh", "ar") or not lowered[at - 1].isalpha():
                    return True
                at = lowered.find(beginning, at + 1)
    return False
