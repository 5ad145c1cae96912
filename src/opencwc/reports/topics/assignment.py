"""Which topics a report is on, and the passages that say so; none where it is not sure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec import structs
from threadpoolctl import threadpool_limits

from opencwc.reports.model import OnTopic, Report, Span, Told
from opencwc.reports.topics.topic_model import TopicWeights, learned_topics, meaning_counts
from opencwc.reports.topics.topic_signs import TopicEvidence, evidence_of, nearness
from opencwc.reports.topics.tree import Topic, load_tree

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_PASSAGES = 3
_SURELY_NEAR = 0.5
"""From which nearness on a sentence without words of the topic is a passage of it."""


def with_topics(tolds: Sequence[Told], vectors: Sequence[NDArray[np.float32]], encoder: str) -> list[Told]:
    """Return what reports tell with their topics; ``vectors`` and ``encoder`` are those of `traits_of`."""
    import numpy as np

    model = learned_topics()
    if not tolds or not all(len(rows) for rows in vectors) or not meaning_counts(encoder):
        return [_with(told, topics_by_words(told.report, told.lang)) for told in tolds]
    with threadpool_limits(1, user_api="blas"):  # one product is too small to be shared
        near = nearness(np.concatenate(list(vectors)), model.about)
    each = np.split(near, np.cumsum([len(rows) for rows in vectors])[:-1])
    return [
        _with(told, _topics(evidence_of(told.report, told.lang, rows, of), model.near))
        for told, rows, of in zip(tolds, vectors, each, strict=True)
    ]


def topics_by_words(report: Report, lang: str) -> tuple[OnTopic, ...]:
    """Return the topics of a report by words alone, the likeliest first."""
    import numpy as np

    return _topics(evidence_of(report, lang, np.zeros((0, 0), np.float32), None), learned_topics().words)


def _with(told: Told, found: tuple[OnTopic, ...]) -> Told:
    return structs.replace(told, topics=found) if found else told


def _topics(evidence: TopicEvidence | None, weights: TopicWeights) -> tuple[OnTopic, ...]:
    if evidence is None:
        return ()
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
