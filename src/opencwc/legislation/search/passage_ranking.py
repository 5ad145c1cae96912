"""The passages that come nearest to each measure: by meaning, by words, and by what they hold of its elements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from opencwc.convention.measures import Measure
from opencwc.legislation.model import SectionHolding
from opencwc.legislation.search.passage_search import FUSION, Hit, PassageIndex, Question

MOST = 60
"""Passages that the search gives for a measure at most."""


class RankedPassage(NamedTuple):
    """A passage found for a measure: its place in the index, the fused score, its similarity, the section's holding."""

    at: int
    score: float
    similarity: float
    holding: SectionHolding | None


def question_of(measure: Measure, languages: Sequence[str]) -> Question:
    """Return what is looked for: the measure as a law would have it, in the law's languages and in English."""
    queries = [measure.queries[lang] for lang in languages if lang in measure.queries]
    wordings = [*dict.fromkeys([*queries[:2], measure.queries["en"]])]
    words = {
        lang: " ".join(
            (measure.titles.get(lang, ""), query, *(element.says.get(lang, "") for element in measure.elements))
        )
        for lang, query in measure.queries.items()
    }
    return Question(tuple(wordings), words)


def retrieve(index: PassageIndex, measures: Sequence[Measure], languages: Sequence[str]) -> dict[str, list[Hit]]:
    """Search the index for every measure; the passages come best first."""
    questions = [question_of(measure, languages) for measure in measures]
    return dict(zip((measure.id for measure in measures), index.search(questions, MOST), strict=True))


def rank(
    hits: Sequence[Hit],
    holdings: Mapping[int, SectionHolding],
    strength: Mapping[int, float],
    section_of: Sequence[int],
    spoken: Mapping[int, int],
) -> list[RankedPassage]:
    """Fuse the search with what sections hold: one passage a section, best first.

    ``strength`` says how much of the measure each section holds; ``section_of`` in which section a passage stands;
    ``spoken`` counts the deciding words that stand in each passage.
    """
    fused: dict[int, float] = {hit.at: hit.score for hit in hits}
    similar = {hit.at: hit.similarity for hit in hits}
    nearest: dict[int, float] = {}
    for hit in hits:
        nearest[section_of[hit.at]] = max(nearest.get(section_of[hit.at], 0.0), hit.score)
    order = sorted(
        (section for section in strength if strength[section] > 0),
        key=lambda section: (-round(strength[section], 1), -nearest.get(section, 0.0)),
    )
    passages: dict[int, list[int]] = {}
    for at, section in enumerate(section_of):
        passages.setdefault(section, []).append(at)
    for number, section in enumerate(order):
        gained = _WEIGHT * min(1.0, strength[section]) / (FUSION + 1 + number)
        for at in passages.get(section, ()):
            share = 1.0 if spoken.get(at) else 0.9
            fused[at] = fused.get(at, 0.0) + gained * share + 1e-5 * min(spoken.get(at, 0), 20)
    best: dict[int, int] = {}
    for at in sorted(fused, key=lambda at: -fused[at]):
        best.setdefault(section_of[at], at)
    chosen = sorted(best.values(), key=lambda at: -fused[at])
    return [RankedPassage(at, fused[at], similar.get(at, 0.0), holdings.get(section_of[at])) for at in chosen]


_WEIGHT = 2.0
"""How much what a section holds counts beside each ranking of the search."""
