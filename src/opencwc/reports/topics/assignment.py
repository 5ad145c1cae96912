"""Which topics a report is on, and the passages that say so; none where it is not sure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec import structs

from opencwc.reports.model import OnTopic, Report, Span, Told
from opencwc.reports.topics.topic_model import learned_topics, meaning_counts
from opencwc.reports.topics.topic_signs import TopicEvidence, evidence_of
from opencwc.reports.topics.tree import Topic, load_tree

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_PASSAGES = 3
_SURELY_NEAR = 0.5
"""From which nearness on a sentence without words of the topic is a passage of it."""


def with_topics(told: Told, vectors: NDArray[np.float32], encoder: str) -> Told:
    """Return what a report tells with its topics; ``vectors`` and ``encoder`` are those of `traits_of`."""
    found = topics_of(told.report, told.lang, vectors, encoder)
    return structs.replace(told, topics=found) if found else told


def topics_of(report: Report, lang: str, vectors: NDArray[np.float32], encoder: str) -> tuple[OnTopic, ...]:
    """Return the topics of a report, the likeliest first."""
    model = learned_topics()
    by_meaning = vectors.size > 0 and meaning_counts(encoder)
    evidence = evidence_of(report, lang, vectors, model.about if by_meaning else None)
    if evidence is None:
        return ()
    weights = model.near if by_meaning else model.words
    chances = weights.chances(evidence.signs)
    found = [
        OnTopic(topic.id, round(float(chance), 3), *_passages(topic, place, evidence))
        for place, (topic, chance) in enumerate(zip(load_tree().topics, chances, strict=True))
        if chance >= weights.cut
    ]
    return tuple(sorted(found, key=lambda one: -one.chance))


def _passages(topic: Topic, place: int, evidence: TopicEvidence) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """Return the sentences that speak for a topic, in the order of the text, and the words in them that do."""
    words = [Span(word.start, word.end) for word in evidence.words if topic.id in (*word.topics, *word.beside)]
    ranked = sorted(_weighed(place, evidence, words), key=lambda pair: (-pair[0], pair[1]))
    best = [span for weight, span in ranked[:MOST_PASSAGES] if weight > 0]
    passages = tuple(sorted(best or [span for _, span in ranked[:1]]))
    return passages, tuple(word for word in words if any(one.start <= word.start < one.end for one in passages))


def _weighed(place: int, evidence: TopicEvidence, words: Sequence[Span]) -> Iterator[tuple[float, Span]]:
    """Yield each sentence with how much it speaks for a topic: words of it, and nearness from a bound on."""
    for number, span in enumerate(evidence.sentences):
        near = float(evidence.near[number, place]) if number < len(evidence.near) else 0.0
        there = sum(span.start <= word.start < span.end for word in words)
        yield there + (near if there or near >= _SURELY_NEAR else 0.0), span
