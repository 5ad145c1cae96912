"""How near the sentences of a report and the statements of a record are: signs of each pair for the learned weights.

A sentence alone seldom says which event it is about, so the sentence before it and the whole report are compared too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from opencwc.claims.aspects.days import stretch
from opencwc.claims.aspects.told_places import same_place
from opencwc.claims.details import Details, details_of
from opencwc.claims.differences import Comparison, compare
from opencwc.claims.model import Statement
from opencwc.language.sentences import sentences_in
from opencwc.reports.facts import language_of
from opencwc.reports.model import Report, Span

if TYPE_CHECKING:
    from opencwc.language.encoders import Encoder

CANDIDATES = 10
"""Statements that are compared with a sentence for each way of being near."""
_HEAD = 600
"""Characters of a report that say what it is about."""
_LONGEST_SENTENCE = 2_000
_KEPT = 20_000


class Sentences(NamedTuple):
    """A report in sentences: where each stands, what it says, and vectors of it, of it with the one before, of all."""

    report: Report
    lang: str
    spans: tuple[Span, ...]
    details: tuple[Details, ...]
    vectors: NDArray[np.float32]
    with_before: NDArray[np.float32]
    whole: NDArray[np.float32]
    about: Details


class Pair(NamedTuple):
    """A sentence and a statement, compared."""

    statement: int
    signs: Mapping[str, float]
    comparison: Comparison


class Record:
    """The statements of a record, ready to be compared."""

    def __init__(self, statements: Sequence[Statement], encoder: Encoder) -> None:
        self.statements, self._encoder = tuple(statements), encoder
        texts = [statement.text[:_LONGEST_SENTENCE] for statement in self.statements]
        self.vectors = _encoded(texts, encoder)
        self.details = lru_cache(maxsize=_KEPT)(self._details)

    def _details(self, number: int) -> Details:
        one = self.statements[number]
        return details_of(one.text[:_LONGEST_SENTENCE], one.lang, one.made.date(), self._encoder, one.source)

    def pairs(self, sentences: Sentences, number: int) -> list[Pair]:
        """Return the statements that a sentence may be about, compared; those nearest in some way first."""
        if not self.statements:
            return []
        alone = self.vectors @ sentences.vectors[number]
        together = self.vectors @ sentences.with_before[number]
        about = self.vectors @ sentences.whole
        mixed = alone + together + about
        chosen = dict.fromkeys(int(place) for near in (mixed, alone, about) for place in _highest(near, CANDIDATES))
        ranks = {
            name: {place: rank for rank, place in enumerate(sorted(chosen, key=lambda one: -near[one]))}
            for name, near in (("alone", alone), ("together", together), ("about", about), ("mixed", mixed))
        }
        best = {
            name: max(float(near[place]) for place in chosen)
            for name, near in (("alone", alone), ("together", together), ("about", about), ("mixed", mixed))
        }
        found = []
        for place in chosen:
            compared = compare(sentences.details[number], self.details(place))
            signs = dict(compared.signs)
            for name, near in (("alone", alone), ("together", together), ("about", about), ("mixed", mixed)):
                signs[f"near_{name}"] = float(near[place])
                signs[f"rank_{name}"] = 1 / (1 + ranks[name][place])
                signs[f"behind_{name}"] = best[name] - float(near[place])
            signs |= _of_report(sentences, self.statements[place], self.details(place))
            signs["other_language"] = float(sentences.lang != self.statements[place].lang)
            found.append(Pair(place, signs, compared))
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


def _of_report(sentences: Sentences, statement: Statement, details: Details) -> dict[str, float]:
    """Return what the whole report and a statement share, whatever the sentence says."""
    about = sentences.about
    agents, held = {name for name, _ in about.agents}, {name for name, _ in details.agents}
    places = [one for one in details.places if one.spots[0].sort == "town"]
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
    spans = [Span(start + one.start, start + min(one.end, one.start + _LONGEST_SENTENCE)) for one in sentences_in(text)]
    texts = [report.whole[slice(*span)] for span in spans]
    before = [f"{first} {second}" for first, second in zip([report.title, *texts], texts, strict=False)]
    day = report.published.date()
    vectors = _encoded([*texts, *before, report.whole[:_HEAD]], encoder)
    return Sentences(
        report, lang, tuple(spans),
        tuple(details_of(one, lang, day, encoder) for one in texts),
        vectors[: len(texts)], vectors[len(texts) : -1], vectors[-1],
        details_of(report.whole[:4_000], lang, day, encoder),
    )  # fmt: skip


def _encoded(texts: Sequence[str], encoder: Encoder) -> NDArray[np.float32]:
    return encoder.passages(list(texts)) if texts else np.zeros((0, encoder.dimensions), np.float32)
