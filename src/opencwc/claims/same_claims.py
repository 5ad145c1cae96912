"""Which claims say the same thing: of two sentences the later one repeats, changes or denies what the earlier one said.

What was said before is held against what is said now as a record is: by the same learned weights, across languages.
Copies word for word are one text, so that a flood of them costs what one of them does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from math import exp
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from opencwc.claims.claim_model import usable_weights
from opencwc.claims.claim_weights import Learned
from opencwc.claims.model import Statement
from opencwc.claims.near_sayings import NearSayings
from opencwc.claims.pair_signs import Record, Sentences, sentences_of_report
from opencwc.claims.sayings import Saying
from opencwc.claims.sentence_details import Details, details_of
from opencwc.claims.sentence_support import first_sign, support_signs
from opencwc.claims.statement_vectors import StatementVectors
from opencwc.claims.word_index import SharedWords
from opencwc.reports.model import Report

if TYPE_CHECKING:
    from opencwc.language.encoders import Encoder

SAME_MEANING = 0.86
"""From this nearness on two sentences say the same, whatever else they are."""
NEAR_MEANING = 0.72
"""From this nearness on they do where neither place nor day nor chemical differs. Both set by hand."""
_ELSEWHERE = frozenset({"place", "date", "agent"})
LEAST_SAME = 0.5
"""Below this chance two sentences are not joined: each stays the first of its own."""
_ON_ONE, _ON_TWO = 1.5, -0.5
"""What it says, as a logit, that two sentences are about one statement of the record, or about two. Set by hand."""
_CORRECTS, _CORRECTS_NUMBER = 1.0, 3.0
"""What it says that the later one calls itself a correction, and that it names a number of the earlier one."""
_NEAR = 12
"""Earlier texts that a sentence is compared with, for each way of being near."""
MOST_COMPARED = 20_000
"""Sentences that are compared in full; of more only copies and what comes near in meaning is joined."""
_OF_REPORT = 0.8
"""How much the report of a text counts beside the text where near ones are looked for."""
_HEAD = 600
_LONGEST = 2_000
_KEPT = 20_000


class Link(NamedTuple):
    """That a text says the same thing as an earlier one, by their places, and how likely that is."""

    later: int
    earlier: int
    chance: float


class UniqueTexts:
    """The texts of sayings, each once, in the order in which they were said first."""

    def __init__(self, sayings: Sequence[Saying], reports: Mapping[str, Report], encoder: Encoder) -> None:
        firsts: dict[str, Saying] = {}
        for saying in sorted(sayings, key=lambda saying: saying.order):
            firsts.setdefault(saying.copied_as, saying)
        self.firsts = tuple(firsts.values())
        self.place_of = {copied_as: place for place, copied_as in enumerate(firsts)}
        texts = [saying.sentence[:_LONGEST] for saying in self.firsts]
        self.vectors = encoder.passages(texts) if texts else np.zeros((0, encoder.dimensions), np.float32)
        in_report = self.vectors + _OF_REPORT * self._of_reports(reports, encoder)
        in_report /= np.maximum(1e-6, np.linalg.norm(in_report, axis=1, keepdims=True))
        named = [(text, one.lang) for text, one in zip(texts, self.firsts, strict=True)]
        self.index = NearSayings(named, in_report)
        self.details = lru_cache(maxsize=_KEPT)(self._details)
        self._encoder = encoder

    def _of_reports(self, reports: Mapping[str, Report], encoder: Encoder) -> NDArray[np.float32]:
        """Return a vector of the report of each text, or of the text itself where its report is not given."""
        ids = list(dict.fromkeys(one.report for one in self.firsts if one.report in reports))
        if not ids:
            return self.vectors
        heads = encoder.passages([reports[id_].whole[:_HEAD] for id_ in ids])
        row = {id_: number for number, id_ in enumerate(ids)}
        rows = self.vectors.copy()
        for place, one in enumerate(self.firsts):
            if one.report in row:
                rows[place] = heads[row[one.report]]
        return rows

    def _details(self, place: int) -> Details:
        one = self.firsts[place]
        return details_of(one.sentence[:_LONGEST], one.lang, one.said.date(), self._encoder, one.source)

    def before(self, place: int) -> list[int]:
        """Return the places of texts that were said before this one by other reports, and may say the same."""
        mine = self.firsts[place]
        near = (other for other in self.index.near(place, 4 * _NEAR) if other < place)
        return [other for other in near if self.firsts[other].report != mine.report][: 2 * _NEAR]


class EarlierTexts(Record):
    """Some of the texts, as a record that a report is held against."""

    def __init__(self, texts: UniqueTexts, places: Sequence[int], encoder: Encoder) -> None:
        some = [texts.firsts[place] for place in places]
        self.statements = tuple(
            Statement(str(place), one.said, one.sentence[:_LONGEST], one.source, one.lang)
            for place, one in zip(places, some, strict=True)
        )
        self.places, self._encoder = places, encoder
        self.vectors = StatementVectors.of_rows(texts.vectors[list(places)])
        self._langs = np.array([one.lang for one in self.statements])
        self._words = SharedWords([(one.text, one.lang) for one in self.statements])
        self.details = lambda number: texts.details(places[number])  # type: ignore[assignment]
        self.kin = lru_cache(maxsize=_KEPT)(self._kin)


def links_between(
    texts: UniqueTexts,
    reports: Mapping[str, Report],
    encoder: Encoder,
    progress: Callable[[int], None] = lambda done: None,
) -> Iterator[Link]:
    """Yield of each text the earlier ones that it says the same thing as.

    Reports that are not given, and sentences beyond `MOST_COMPARED`, are compared by meaning alone.
    """
    weights = usable_weights()
    by_report: dict[str, list[int]] = defaultdict(list)
    for place, saying in enumerate(texts.firsts):
        by_report[saying.report].append(place)
    compared = 0
    for report_id, places in by_report.items():
        before = {place: some for place in places if (some := texts.before(place))}
        report = reports.get(report_id)
        if report is None or compared >= MOST_COMPARED:
            yield from _by_meaning(texts, before)
        elif before:
            compared += len(before)
            yield from _by_weights(texts, report, before, weights, encoder)
        progress(compared)


def _by_meaning(texts: UniqueTexts, before: Mapping[int, Sequence[int]]) -> Iterator[Link]:
    for place, others in before.items():
        for other in others:
            if (near := float(texts.vectors[place] @ texts.vectors[other])) >= SAME_MEANING:
                yield Link(place, other, near)


def _by_weights(
    texts: UniqueTexts, report: Report, before: Mapping[int, Sequence[int]], weights: Learned, encoder: Encoder
) -> Iterator[Link]:
    sentences = sentences_of_report(report, encoder)
    number_at = {span.start: number for number, span in enumerate(sentences.spans)}
    numbers = {place: number_at[start] for place in before if (start := texts.firsts[place].span.start) in number_at}
    earlier = sorted({other for place in numbers for other in before[place]})
    if earlier:
        yield from _likely(EarlierTexts(texts, earlier, encoder), sentences, numbers, texts, weights)


def _likely(
    record: EarlierTexts, sentences: Sentences, numbers: Mapping[int, int], texts: UniqueTexts, weights: Learned
) -> Iterator[Link]:
    """Yield the links of texts by their places; ``numbers`` are those of their sentences."""
    pairs = list(record.pairs(sentences, list(numbers.values())))
    scored = [[(pair.statement, weights.matched.chance(pair.signs)) for pair in some] for some in pairs]
    for place, some, support in zip(numbers, pairs, support_signs(scored, record.kin), strict=True):
        for pair, more in zip(some, support, strict=True):
            earlier = record.places[pair.statement]
            chance = _with_more(weights.about({**pair.signs, **more}), texts.firsts[place], texts.firsts[earlier])
            near = float(texts.vectors[place] @ texts.vectors[earlier])
            if near >= NEAR_MEANING and _ELSEWHERE.isdisjoint(weights.differing(pair.signs)):
                chance = max(chance, near)
            if earlier < place and chance >= LEAST_SAME:
                yield Link(place, earlier, chance)


def _with_more(chance: float, later: Saying, earlier: Saying) -> float:
    """Return a chance, changed by what both are about in the record, and by whether the later one corrects."""
    more = 0.0
    if later.matched and earlier.matched:
        more = _ON_ONE if later.matched == earlier.matched else _ON_TWO
    if later.corrects:
        more += _CORRECTS_NUMBER if later.numbers & earlier.numbers else _CORRECTS
    return 1 / (1 + exp(-first_sign(chance) - more)) if more else chance
