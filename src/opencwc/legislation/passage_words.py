"""Which words of a question stand in a passage, in whatever language: each word of a law has a vector of its own.

A word of the question is met in a passage as well as the word there that is nearest to it in meaning. What is rare in
the law counts most. Where the encoder's words are not known to be comparable, only the same words meet.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opencwc.convention.fields import load_yaml
from opencwc.language.encoders import question_vectors_of, vectors_of
from opencwc.legislation.texts.passages import LegalPassage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from opencwc.language.encoders import Encoder

COMPARABLE = ("use-multilingual-3",)
"""Encoders whose vectors of single words are near where the words mean the same."""
_FILE = Path(__file__).parent / "data" / "question_words.yaml"


@cache
def question_words(lang: str) -> tuple[str, ...]:
    """Return the words of a language that only ask."""
    words = load_yaml(_FILE.read_text(encoding="utf-8"))
    return tuple(map(str, words.get(lang, ()) if lang else [word for each in words.values() for word in each]))


def asked_words(question: str, lang: str) -> list[str]:
    """Return the words of a question that say what is asked.

    >>> asked_words("Who may designate the National Authority?", "en")
    ['designate', 'national', 'authority']
    """
    asking = question_words(lang)
    if lang == "zh":
        for stretch in asking:
            question = question.replace(stretch, " ")
        return list(dict.fromkeys(word for _, _, word in spoken_words(question, lang)))
    words = (word for _, _, word in spoken_words(question, lang))
    return list(dict.fromkeys(word for word in words if word not in asking and len(word) > 1))


def spoken_words(text: str, lang: str) -> list[tuple[int, int, str]]:
    """Return the words of a text with their places; of Chinese, each two signs that follow each other."""
    found = []
    for match in _WORD.finditer(text):
        if lang == "zh" and _HAN.match(match[0]) and len(match[0]) > 1:
            found += [(at, at + 2, text[at : at + 2]) for at in range(match.start(), match.end() - 1)]
        else:
            found.append((match.start(), match.end(), _MARKS.sub("", match[0].lower())))
    return found


@dataclass(frozen=True, slots=True)
class WordsMet:
    """How well the asked words are met: in all, by the weakest of them, and in the heading alone; each by passage."""

    share: NDArray[np.float32]
    weakest: NDArray[np.float32]
    in_heading: NDArray[np.float32]


class PassageWords:
    """The words of an index's passages and their vectors, made once."""

    def __init__(self, passages: Sequence[LegalPassage], encoder: Encoder, *, cache: Path | None = None) -> None:
        import numpy as np

        self._encoder, self._cache, self._passages = encoder, cache, passages
        rows = [_content(passage.searched, passage.section.lang) for passage in passages]
        headings = [own_heading(passage) for passage in passages]
        in_headings = [
            _content(heading, passage.section.lang) for heading, passage in zip(headings, passages, strict=True)
        ]
        self.vocabulary = sorted({word for row in (*rows, *in_headings) for word in row})
        self._places = {word: at for at, word in enumerate(self.vocabulary)}
        self._rows = [np.array(sorted(self._places[word] for word in row), np.int64) for row in rows]
        self._in_headings = [np.array(sorted(self._places[word] for word in row), np.int64) for row in in_headings]
        self.comparable = encoder.id in COMPARABLE
        self._vectors = self._encoded(self.vocabulary) if self.comparable else None
        named = sorted(set(headings))
        self._headings = self._encoded([heading or " " for heading in named])
        at_heading = {heading: at for at, heading in enumerate(named)}
        self._heading_of = np.array([at_heading[heading] for heading in headings], np.int64)
        sections = {(heading, id(passage.section)) for heading, passage in zip(headings, passages, strict=True)}
        shared = Counter(heading for heading, _ in sections)
        self._alone = np.array([1 / shared[heading] for heading in headings], np.float32)
        self._spread = np.zeros(len(self.vocabulary))
        for row in self._rows:
            self._spread[row] += 1

    def _encoded(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return vectors_of(texts, self._encoder, as_="questions", folder=self._cache)

    def heading_nearness(self, vector: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return how near each passage's heading is to a question; one that many sections share says little."""
        nearness: NDArray[np.float32] = (self._headings @ vector)[self._heading_of] * self._alone
        return nearness

    def likeness(self, words: Sequence[str]) -> NDArray[np.float32]:
        """Return how like each asked word is to each word of the vocabulary."""
        import numpy as np

        like = np.zeros((len(words), len(self.vocabulary)), np.float32)
        if self._vectors is not None and len(words) and len(self.vocabulary):
            like = np.clip(question_vectors_of(words, self._encoder) @ self._vectors.T, 0, 1)
        stems = {word: word[:_STEM] for word in self.vocabulary} if self._vectors is None else {}
        for row, word in enumerate(words):
            if word in self._places:
                like[row, self._places[word]] = 1.0
            for other, stem in stems.items():
                if stem == word[:_STEM]:
                    like[row, self._places[other]] = 1.0
        return like

    def met_in(self, like: NDArray[np.float32], candidates: Sequence[int]) -> WordsMet:
        """Return how well the asked words are met in each of the candidates."""
        import numpy as np

        best, headed = self._best(like, candidates, self._rows), self._best(like, candidates, self._in_headings)
        spread = (like > _SAME) @ self._spread / max(len(self._rows), 1)
        weight = np.log(1 / np.clip(spread + 1 / max(len(self._rows), 1), 1e-6, 1)) + _LEAST_WEIGHT
        weight = weight / max(float(weight.sum()), 1e-6)
        share, in_heading = (weight @ np.clip((each - _UNLIKE) / (_LIKE - _UNLIKE), 0, 1) for each in (best, headed))
        weakest = best.min(axis=0) if len(best) else np.zeros(len(candidates), np.float32)
        return WordsMet(share, weakest, in_heading * self._alone[list(candidates)])

    @staticmethod
    def _best(like: NDArray[np.float32], candidates: Sequence[int], rows: Sequence[Any]) -> NDArray[np.float32]:
        import numpy as np

        best = np.zeros((len(like), len(candidates)), np.float32)
        for column, at in enumerate(candidates):
            if len(rows[at]):
                best[:, column] = like[:, rows[at]].max(axis=1, initial=0.0)
        return best

    def marked(self, like: NDArray[np.float32], at: int) -> tuple[tuple[int, int], ...]:
        """Return where in a passage's own text the words stand that meet what is asked."""
        passage = self._passages[at]
        best = like.max(axis=0, initial=0.0)
        spans: list[tuple[int, int]] = []
        for start, end, word in spoken_words(passage.text, passage.section.lang):
            place = self._places.get(word)
            if place is None or best[place] < _SAME:
                continue
            if spans and start <= spans[-1][1]:
                spans[-1] = (spans[-1][0], end)
            else:
                spans.append((start, end))
        return tuple(spans)


def own_heading(passage: LegalPassage) -> str:
    """Return the heading of a passage's own section, without those of the parts that it stands in."""
    return passage.section.heading.split(" — ")[-1].strip()


def _content(text: str, lang: str) -> set[str]:
    asking = frozenset(question_words(lang)) if lang != "zh" else frozenset()
    return {word for _, _, word in spoken_words(text, lang) if word not in asking and (len(word) > 1 or word.isdigit())}


_WORD = re.compile(
    r"[\u3400-\u9fff]+|[^\W_\u3400-\u9fff][^\W_\u3400-\u9fff\u064b-\u0652\u0640]*(?:[\u064b-\u0652\u0640]+[^\W_]+)*"
)
_HAN = re.compile(r"[\u3400-\u9fff]")
_MARKS = re.compile("[\u064b-\u0652\u0640]")
_STEM = 6
_UNLIKE, _LIKE = 0.3, 0.8
"""Likeness of two words from which on it counts, and from which on it counts in full."""
_SAME = 0.72
"""Likeness from which on a word is shown as one that was asked for."""
_LEAST_WEIGHT = 0.3
