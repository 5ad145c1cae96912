"""How near the sentences of a report and the statements of a record are: signs of each pair for the learned weights.

A sentence alone seldom says which event it is about, so the sentence before it and the whole report are compared too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from opencwc.claims.aspects.date_comparison import stretch
from opencwc.claims.aspects.place_comparison import same_place
from opencwc.claims.model import Statement
from opencwc.claims.posts import is_post, plain_post, post_body
from opencwc.claims.sentence_details import Details, details_of
from opencwc.claims.sentence_support import are_kin
from opencwc.claims.statement_comparison import Comparison, compare
from opencwc.claims.statement_retrieval import text_odds
from opencwc.claims.statement_vectors import PIECE, StatementVectors
from opencwc.claims.word_index import SharedWords
from opencwc.language.sentences import sentences_in
from opencwc.reports.facts import language_of
from opencwc.reports.model import Report, Span

if TYPE_CHECKING:
    from opencwc.language.encoders import Encoder
    from opencwc.language.gazetteer import Named

CANDIDATES = 10
"""Statements that are compared with a sentence for each way of being near."""
_CHOOSING = ("mixed", "alone", "event", "words")
_OF_EVENT = 4
"""Statements that are nearest to a report, whose kin are near to it too."""
_HEAD = 600
"""Characters of a report that say what it is about."""
_LONGEST_SENTENCE = 2_000
MOST_SENTENCES = 2_000
"""Sentences of a report that are compared: a text of 200,000 characters has more only where it is no prose."""
_KEPT = 20_000
_OF_REPORT, _OF_SENTENCE = 200, 40
"""Statements of a large record that are looked at for a report, and for a sentence, each by meaning and by words."""
_AT_ONCE = 64
"""Sentences that are compared with the same statements of a large record."""


class Sentences(NamedTuple):
    """A report in sentences: where each stands, what it says, and vectors of it, of it with the one before, of all.

    ``left_out`` are the sentences behind the last one that is compared.
    """

    report: Report
    lang: str
    spans: tuple[Span, ...]
    details: tuple[Details, ...]
    vectors: NDArray[np.float32]
    with_before: NDArray[np.float32]
    whole: NDArray[np.float32]
    about: Details
    left_out: int = 0


class Pair(NamedTuple):
    """A sentence and a statement, compared."""

    statement: int
    signs: Mapping[str, float]
    comparison: Comparison


class Record:
    """The statements of a record, ready to be compared; of more than ``piece`` only likely ones are."""

    def __init__(
        self, statements: Sequence[Statement], encoder: Encoder, piece: int = PIECE, folder: Path | None = None
    ) -> None:
        self.statements, self._encoder = tuple(statements), encoder
        texts = [plain_post(statement.text[:_LONGEST_SENTENCE]) for statement in self.statements]
        self.vectors = StatementVectors(texts, encoder, folder, piece)
        self._words = SharedWords([(text, one.lang) for text, one in zip(texts, self.statements, strict=True)], folder)
        self._langs = np.array([one.lang for one in self.statements])
        self.details = lru_cache(maxsize=_KEPT)(self._details)
        self.kin = lru_cache(maxsize=_KEPT)(self._kin)

    def _details(self, number: int) -> Details:
        one = self.statements[number]
        return details_of(one.text[:_LONGEST_SENTENCE], one.lang, one.made.date(), self._encoder, one.source)

    def _kin(self, one: int, other: int) -> float:
        """Return how likely two statements, by their places, tell of one event."""
        if one == other:
            return 1.0
        first, second = self.details(one), self.details(other)
        days = abs((self.statements[one].made - self.statements[other].made).days)
        town = any(same_place(mine, theirs) for mine in _towns(first) for theirs in _towns(second))
        mine, theirs = self.vectors.of(np.array((one, other)))
        return are_kin(float(mine @ theirs), first, second, days, town)

    def pairs(self, sentences: Sentences, numbers: Sequence[int]) -> Iterator[list[Pair]]:
        """Yield for each sentence of these numbers the statements that it may be about, compared."""
        for at in range(0, len(numbers), _AT_ONCE):
            some = numbers[at : at + _AT_ONCE]
            if self.statements:
                yield from self._pairs(sentences, some, self._pool(sentences, some))
            else:
                yield from ([] for _ in some)

    def _pool(self, sentences: Sentences, numbers: Sequence[int]) -> NDArray[np.int64]:
        """Return the statements that these sentences are compared with: all of a small record."""
        if not self.vectors.large:
            return np.arange(len(self.statements))
        text, lang = plain_post(sentences.report.whole[:_HEAD]), sentences.lang
        near = [self.vectors.nearest(sentences.whole, _OF_REPORT), self._words.likeliest(text, lang, _OF_REPORT)]
        for number in numbers:
            near += [self.vectors.nearest(sentences.vectors[number], _OF_SENTENCE),
                     self.vectors.nearest(sentences.with_before[number], _OF_SENTENCE),
                     self._words.likeliest(plain_post(sentences.details[number].text), lang, _OF_SENTENCE)]  # fmt: skip
        return np.unique(np.concatenate(near))

    def _pairs(self, sentences: Sentences, numbers: Sequence[int], pool: NDArray[np.int64]) -> Iterator[list[Pair]]:
        vectors = self.vectors.of(pool)
        all_alone = vectors @ sentences.vectors.T
        about = vectors @ sentences.whole
        near_any = all_alone.max(axis=1)
        likely = _highest(near_any + about, _OF_EVENT)
        text, lang = plain_post(sentences.report.whole[:_HEAD]), sentences.lang
        words_about = self._words.near(text, lang, pool)
        kin = vectors @ vectors[likely].T
        near_kin = (kin * (near_any + about)[likely]).max(axis=1) / 2
        whole = self._odds(text, lang, about, pool)
        for number in numbers:
            text = plain_post(sentences.details[number].text)
            near = {
                "alone": all_alone[:, number],
                "together": vectors @ sentences.with_before[number],
                "about": about,
                "any": near_any,
                "kin": near_kin,
                "words": self._words.near(text, lang, pool),
                "words_about": words_about,
            }
            near["mixed"] = near["alone"] + near["together"] + about
            near["event"] = about + near_any + near_kin
            odds = {"sentence": self._odds(text, lang, near["alone"], pool), "whole": whole}
            yield self._compared(sentences, number, pool, near, odds)

    def _odds(self, text: str, lang: str, meaning: NDArray[np.float32], pool: NDArray[np.int64]) -> NDArray[np.float32]:
        return text_odds(self._words.shared(text, lang, pool), meaning, self._langs[pool] == lang)

    def _compared(
        self,
        sentences: Sentences,
        number: int,
        pool: NDArray[np.int64],
        near: Mapping[str, NDArray[np.float32]],
        odds: Mapping[str, NDArray[np.float32]],
    ) -> list[Pair]:
        by = odds.values() if is_post(sentences.report) else [near[name] for name in _CHOOSING]
        chosen = dict.fromkeys(place for values in by for place in _highest(values, CANDIDATES))
        order = {name: sorted(chosen, key=lambda place: -values[place]) for name, values in near.items()}
        ranks = {name: {place: rank for rank, place in enumerate(places)} for name, places in order.items()}
        found = []
        for place in chosen:
            statement = int(pool[place])
            compared = compare(sentences.details[number], self.details(statement))
            signs = dict(compared.signs)
            for name, values in near.items():
                signs[f"near_{name}"] = float(values[place])
                signs[f"rank_{name}"] = 1 / (1 + ranks[name][place])
                signs[f"behind_{name}"] = float(values[order[name][0]] - values[place])
            signs |= {f"odds_{name}": float(values[place]) for name, values in odds.items()}
            signs |= _of_report(sentences, self.statements[statement], self.details(statement))
            signs["other_language"] = float(sentences.lang != self.statements[statement].lang)
            found.append(Pair(statement, signs, compared))
        return _with_rivals(found)


def _with_rivals(pairs: list[Pair]) -> list[Pair]:
    """Return the pairs, each knowing how far the best of the others is ahead in what the words say."""
    told = sorted((pair.signs["told_mean"] for pair in pairs), reverse=True)
    rivals = []
    for pair in pairs:
        mine = pair.signs["told_mean"]
        best = told[0] if mine != told[0] or len(told) == 1 else told[1]
        rivals.append(pair._replace(signs={**pair.signs, "told_ahead": mine - best}))
    return rivals


def _highest(near: NDArray[np.float32], most: int) -> list[int]:
    if len(near) <= most:
        return [int(place) for place in np.argsort(-near, kind="stable")]
    some = np.argpartition(-near, most)[:most]
    return [int(place) for place in sorted(some, key=lambda place: (-near[place], place))]


def _towns(details: Details) -> list[Named]:
    return [one for one in details.places if one.spots[0].sort == "town" and not one.ordinary]


def _of_report(sentences: Sentences, statement: Statement, details: Details) -> dict[str, float]:
    """Return what the whole report and a statement share, whatever the sentence says."""
    about = sentences.about
    agents, held = {name for name, _ in about.agents}, {name for name, _ in details.agents}
    places = _towns(details)
    known = [one for one in places if any(same_place(one, other) for other in about.places)]
    days = [stretch(one.text) for one in about.dates]
    theirs = [stretch(one.text) for one in details.dates]
    gap = abs((sentences.report.published.date() - statement.made.date()).days)
    return {
        "report_agent": float(bool(agents & held)),
        "report_agent_other": float(bool(agents and held and not agents & held)),
        "report_place": float(bool(known)), "report_place_other": float(bool(places and not known)),
        "report_day": float(any(a <= d and c <= b for a, b in days for c, d in theirs)),
        "report_gap": min(1.0, gap / 400), "report_near": float(gap <= 30), "report_far": float(gap > 900),
    }  # fmt: skip


def sentences_of_report(report: Report, encoder: Encoder) -> Sentences:
    """Return a report in sentences, ready to be compared; of its title only where it has no text."""
    lang = language_of(report)
    text, start = (report.text, report.body_at) if report.text.strip() else (report.title, 0)
    found = sentences_in(text)
    spans = [Span(start + one.start, start + one.end) for one in found[:MOST_SENTENCES]]
    texts = [report.whole[slice(*span)][:_LONGEST_SENTENCE] for span in spans]
    before = [f"{first} {second}" for first, second in zip([report.title, *texts], texts, strict=False)]
    day = report.published.date()
    vectors = _encoded([post_body(one) for one in (*texts, *before, report.whole[:_HEAD])], encoder)
    return Sentences(
        report, lang, tuple(spans),
        tuple(details_of(one, lang, day, encoder) for one in texts),
        vectors[: len(texts)], vectors[len(texts) : -1], vectors[-1],
        details_of(report.whole[:4_000], lang, day, encoder),
        max(0, len(found) - MOST_SENTENCES),
    )  # fmt: skip


def _encoded(texts: Sequence[str], encoder: Encoder) -> NDArray[np.float32]:
    return encoder.passages(list(texts)) if texts else np.zeros((0, encoder.dimensions), np.float32)
