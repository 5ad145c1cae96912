"""What a State's texts hold of one measure: section by section, and the passages that come nearest to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from opencwc.convention.measures import Measure
from opencwc.legislation.model import SectionHolding
from opencwc.legislation.reading.elements import holding_of
from opencwc.legislation.reading.stages import ReadLaw
from opencwc.legislation.search.passage_ranking import RankedPassage, rank
from opencwc.legislation.search.passage_search import Hit, PassageIndex
from opencwc.legislation.texts.passages import LegalPassage
from opencwc.legislation.verdicts import strength


@dataclass(frozen=True, slots=True)
class MeasureReading:
    """What sections hold of a measure, how near and at which rank the search has each, and the passages, best first.

    Sections are called by their place in the law.
    """

    measure: Measure
    holdings: Mapping[int, SectionHolding]
    similarities: Mapping[int, float]
    ranks: Mapping[int, int]
    ranked: Sequence[RankedPassage]


def read_measure(measure: Measure, law: ReadLaw, index: PassageIndex, hits: Sequence[Hit]) -> MeasureReading:
    """Read what the sections hold of a measure, and rank the passages by it and by the search."""
    places = {id(text.section): at for at, text in enumerate(law.texts)}
    section_of = [places[id(passage.section)] for passage in index.passages]
    holdings = {at: holding for at in range(len(law.texts)) if (holding := holding_of(law, measure, at)) is not None}
    similarities: dict[int, float] = {}
    ranks: dict[int, int] = {}
    for hit in hits:
        at = section_of[hit.at]
        similarities[at] = max(similarities.get(at, 0.0), hit.similarity)
        ranks.setdefault(at, len(ranks))
    strengths = {at: strength(measure, holding) for at, holding in holdings.items()}
    ranked = rank(hits, holdings, strengths, section_of, _deciding_words(index.passages, section_of, holdings))
    return MeasureReading(measure, holdings, similarities, ranks, ranked)


def _deciding_words(
    passages: Sequence[LegalPassage], section_of: Sequence[int], holdings: Mapping[int, SectionHolding]
) -> dict[int, int]:
    """Count the deciding words in each passage."""
    counts: dict[int, int] = {}
    for at, passage in enumerate(passages):
        section = holdings.get(section_of[at])
        if section is not None:
            spans = {(span.start, span.end) for holding in section.holdings for span in holding.spans}
            counts[at] = sum(passage.start <= start < passage.end for start, _ in spans)
    return counts
