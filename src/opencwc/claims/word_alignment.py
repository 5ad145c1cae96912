"""The words of a sentence as they can be compared with those of another, whatever the languages: by what they mean.

Each word is encoded by itself. Chinese has no spaces: of a run of its signs every piece of up to four is a word, and
the cut that says most of the other sentence is taken.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from opencwc.claims.name_sounds import names_in_chinese, sound_alike, sound_of
from opencwc.convention.fields import read_yaml
from opencwc.language.name_words import NameWord, name_words
from opencwc.language.word_likeness import alike
from opencwc.reports.model import Span

if TYPE_CHECKING:
    from opencwc.language.encoders import Encoder

_RUN = re.compile(r"(?P<han>[㐀-鿿]+)|(?P<word>[^\W\d_㐀-鿿]+(?:['’\u064b-\u0652-]+[^\W\d_㐀-鿿]+)*)")
_LED = {
    "fr": re.compile(r"(?:[ldjmtscn]|qu|lorsqu|puisqu|jusqu|quelqu)['’](?=\w{2})", re.IGNORECASE),
    "ar": re.compile(r"[وف](?=[أإ]\w{2}|[بلك]\w{4})"),
}
"""What is joined to the beginning of a word without being part of it. The Arabic article stays: encoders know it."""
_LONGEST_PIECE = 4
_MOST_WORDS = 60
"""Words of one sentence that are compared; what comes behind is not."""
_KEPT = 200_000
_DULL = 0.45
"""How near any two words are: what a piece of a Chinese sentence has beyond that speaks for cutting it out."""
_SAME_NAME = 0.75
"""How alike two names must sound to be one."""


class Words(NamedTuple):
    """Where the words of a sentence stand, and a vector of length one for each."""

    spans: tuple[Span, ...]
    written: tuple[str, ...]
    vectors: NDArray[np.float32]
    chinese: bool


class Aligned(NamedTuple):
    """A word of one sentence, how near the nearest word of the other is (0 to 1), and which that is."""

    span: Span
    near: float
    other: Span


def words_of(text: str, lang: str, taken: Sequence[Span], encoder: Encoder) -> Words:
    """Return the words of a sentence that say something, but for those within the spans ``taken``."""
    small = _small_words(lang)
    found: list[tuple[Span, str]] = []
    for match in _RUN.finditer(text):
        if match.lastgroup == "han":
            found += _pieces(match.start(), match[0], small)
            found += [
                (Span(match.start() + one.start, match.start() + one.end), match[0][one.start : one.end])
                for one in names_in_chinese(match[0])
                if one.end - one.start > _LONGEST_PIECE
            ]
        elif match[0].lower() not in small and len(match[0]) > 1:
            lead = _LED[lang].match(match[0]) if lang in _LED else None
            found.append((Span(match.start(), match.end()), match[0][lead.end() if lead else 0 :]))
    free = [
        (span, word) for span, word in found if not any(first < span.end and span.start < last for first, last in taken)
    ]
    chinese = lang == "zh"
    free = free[: _MOST_WORDS * (_LONGEST_PIECE if chinese else 1)]
    return Words(
        tuple(span for span, _ in free),
        tuple(word for _, word in free),
        word_vectors([word for _, word in free], encoder),
        chinese,
    )


def _pieces(start: int, run: str, small: frozenset[str]) -> list[tuple[Span, str]]:
    return [
        (Span(start + at, start + at + length), run[at : at + length])
        for at in range(len(run))
        for length in range(2, _LONGEST_PIECE + 1)
        if at + length <= len(run) and run[at] not in small and run[at + length - 1] not in small
    ]


def align(words: Words, others: Words) -> list[Aligned]:
    """Return the words of one sentence, each with the nearest of the other; in the order of the sentence."""
    if not words.spans or not others.spans:
        return [Aligned(span, 0.0, Span(0, 0)) for span in _cut(words, np.ones(len(words.spans)))]
    near = words.vectors @ others.vectors.T
    best = near.argmax(axis=1)
    scores = near[np.arange(len(best)), best].astype(float)
    for place, word in enumerate(words.written):
        if scores[place] < _SAME_NAME:
            other, sound = _by_sound(word, others)
            if sound > scores[place]:
                scores[place], best[place] = sound, other
    kept = set(_cut(words, scores))
    return [
        Aligned(span, float(score), others.spans[other])
        for span, score, other in zip(words.spans, scores, best, strict=True)
        if span in kept
    ]


def _cut(words: Words, scores: NDArray[np.float64]) -> list[Span]:
    """Return the words that do not overlap: of Chinese, those that together say most."""
    if not words.chinese:
        return list(words.spans)
    best: dict[int, tuple[float, tuple[Span, ...]]] = {0: (0.0, ())}
    by_end: dict[int, list[tuple[Span, float]]] = {}
    for span, score in zip(words.spans, scores, strict=True):
        by_end.setdefault(span.end, []).append((span, max(0.0, float(score) - _DULL) * (span.end - span.start)))
    latest = (0.0, tuple[Span, ...]())
    ends = [0]
    for end in sorted(by_end):
        choice = latest
        for span, gain in by_end[end]:
            before = best[max(at for at in ends if at <= span.start)]
            if before[0] + gain > choice[0]:
                choice = (before[0] + gain, (*before[1], span))
        best[end] = latest = choice
        ends.append(end)
    return list(latest[1])


def _by_sound(word: str, others: Words) -> tuple[int, float]:
    found, score = 0, 0.0
    if sound_of(word) or "-" in word:
        score, found = max((sound_alike(word, other), place) for place, other in enumerate(others.written))
    mine = _as_name(word)
    if mine is None:
        return found, score
    for place, other in enumerate(others.written):
        theirs = _as_name(other)
        if theirs is not None and (likeness := alike(mine, theirs)) > score:
            found, score = place, likeness
    return (found, score) if score >= _SAME_NAME else (0, 0.0)


@lru_cache(maxsize=65_536)
def _as_name(word: str) -> NameWord | None:
    """Return a word as a name to be compared by sound; ``None`` for one that is too short or plainly no name."""
    if len(word) < 3 and not re.match("[㐀-鿿]", word):
        return None
    words = name_words(word)
    return words[0] if len(words) == 1 and words[0].kind in ("word", "place") else None


_vectors: dict[tuple[str, str], NDArray[np.float32]] = {}


def word_vectors(words: Sequence[str], encoder: Encoder) -> NDArray[np.float32]:
    """Return a vector of length one for each word; those met before are not encoded again."""
    if len(_vectors) > _KEPT:
        _vectors.clear()
    new = [word for word in dict.fromkeys(words) if (encoder.id, word) not in _vectors]
    if new:
        for word, vector in zip(new, encoder.passages(new), strict=True):
            _vectors[encoder.id, word] = vector
    if not words:
        return np.zeros((0, encoder.dimensions), np.float32)
    return np.stack([_vectors[encoder.id, word] for word in words])


@cache
def _small_words(lang: str) -> frozenset[str]:
    raw = read_yaml(Path(__file__).parent / "data" / "small_words.yaml")
    return frozenset(str(raw.get(lang, "")).split())
