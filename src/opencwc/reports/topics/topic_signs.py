"""What a report says for and against each topic: its words, and how near its sentences come to what the topic is about.

Each report gives a row of signs a topic; weights that all topics share (`topic_model`) turn them into a chance.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt
from typing import TYPE_CHECKING, NamedTuple

from opencwc.language.place_keys import folded
from opencwc.language.sentences import sentences_of
from opencwc.reports.model import Report, Span
from opencwc.reports.topics.tree import TopicWord, load_tree, topic_words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WORD_SIGNS = (
    "text_words", "words_in_context", "title_words", "beside_with_words", "ahead_of_others", "context",
)  # fmt: skip
NEAR_SIGNS = (
    "near",
    "title_near",
    "whole_near",
    "nearer_than_others",
    "meaning_in_context",
    "meaning_with_words",
    "beside_when_near",
)
ENOUGH_CONTEXT = 3
"""Different words of the context from which on more say nothing."""
UNRELATED = 0.3
"""How near unrelated sentences come by the encoder."""
_LONGEST = 20_000
"""Characters of a report in which words are looked for."""


class TopicEvidence(NamedTuple):
    """What stands in a report for topics: the phrases, the sentences, and the signs, a row a topic in the tree's order.

    ``near`` has how near each stretch (title, then first sentences) comes to each topic; empty without an encoder.
    """

    words: list[TopicWord]
    sentences: list[Span]
    signs: NDArray[np.float64]
    near: NDArray[np.float32]


def nearness(vectors: NDArray[np.float32], about: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how near each vector comes to each sentence on a topic: vector, topic, sentence; all at once is quickest.

    ``about`` has what each topic is about: topic, sentence, dimension.
    """
    topics, sentences_each, dimensions = about.shape
    products = vectors @ about.reshape(-1, dimensions).T
    return products.reshape(len(vectors), topics, sentences_each)


def evidence_of(
    report: Report, lang: str, vectors: NDArray[np.float32], near: NDArray[np.float32] | None
) -> TopicEvidence | None:
    """Return what stands in a report for topics, ``None`` where there is nothing: no word and no nearness.

    ``vectors`` are those of `traits`: a row for the title and one for each of the first sentences. ``near`` is their
    `nearness`; ``None`` where words decide alone.
    """
    import numpy as np

    whole = report.whole[:_LONGEST]
    words = topic_words(lang)
    plain = folded(whole)
    found = words.topics_in(whole, plain)
    if not found and near is None:
        return None
    signs, beside = _word_signs(whole, report.body_at, found, words.context_in(whole, plain))
    if near is None:
        return TopicEvidence(found, list(sentences(report)), signs, np.zeros((0, 0), np.float32))
    length = max(float(np.linalg.norm(vectors.mean(axis=0))), 1e-9)
    best = near.max(axis=2)
    middle = (near.mean(axis=0) / length).max(axis=1)
    signs = np.hstack([signs, _near_signs(best, middle, signs, beside)])
    best = best if report.title else best[1:]  # without a title the first sentence stands for it too
    return TopicEvidence(found, list(sentences(report)), signs, best)


def sentences(report: Report) -> Iterator[Span]:
    """Yield where the title and the sentences of a report stand in `Report.whole`."""
    if report.title:
        yield Span(0, len(report.title))
    start = report.body_at
    for first, last in sentences_of(report.whole[start:_LONGEST]):
        yield Span(start + first, start + last)


def _word_signs(
    whole: str, body_at: int, found: list[TopicWord], context: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the signs by words, and how many words stand beside; each phrase counts once, less where it is shared."""
    import numpy as np

    places = load_tree().places
    title, text, beside = np.zeros((3, len(places)))
    seen: set[tuple[bool, str]] = set()
    for word in found:
        said = whole[word.start : word.end].casefold()
        shared = 1 / sqrt(max(1, len(word.topics)))
        if word.start < body_at and (True, said) not in seen:
            title[[places[topic] for topic in word.topics]] += shared
        if not {(True, said), (False, said)} & seen:
            text[[places[topic] for topic in word.topics]] += shared
            beside[[places[topic] for topic in word.beside]] += 1
        seen.add((word.start < body_at, said))
    tied = min(context, ENOUGH_CONTEXT) / ENOUGH_CONTEXT
    text, beside = np.log1p(text), np.log1p(beside)
    both = beside * np.minimum(text, 1)
    ahead = text + both - _best_other(text + both)
    signs = [text, text * tied, np.minimum(title, 2), both, ahead, np.full(len(places), tied)]
    return np.column_stack(signs), beside


def _near_signs(
    near: NDArray[np.float32], middle: NDArray[np.float32], signs: NDArray[np.float64], beside: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the signs by meaning; ``middle`` is how near the report as a whole comes to each topic."""
    import numpy as np

    best = near.max(axis=0).astype(np.float64)
    tied, weighed = signs[:, -1], signs[:, 0]
    return np.column_stack([
        best, near[0], middle, best - _best_other(best), best * tied, best * np.minimum(weighed, 1),
        beside * np.maximum(0, best - UNRELATED),
    ])  # fmt: skip


def _best_other(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return for each value the greatest of the others."""
    import numpy as np

    first, second = np.sort(values)[::-1][:2]
    others: NDArray[np.float64] = np.where(values == first, second, first)
    return others
