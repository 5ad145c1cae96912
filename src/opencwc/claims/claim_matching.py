"""Claims from end to end: reports in sentences, each held against the record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from opencwc.claims.checkworthiness import signs_of
from opencwc.claims.claim_model import usable_weights
from opencwc.claims.claim_record import laid_out
from opencwc.claims.claim_weights import Learned
from opencwc.claims.model import Claim, Difference
from opencwc.claims.pair_signs import Pair, Record, Sentences, sentences_of_report
from opencwc.claims.sentence_support import support_signs
from opencwc.finding import Message
from opencwc.reports.model import Report

if TYPE_CHECKING:
    from opencwc.language.encoders import Encoder

LEAST_WORTH = 0.2
"""Below this a sentence is not taken for one that can be checked."""


class HeldReport(Struct, frozen=True):
    """A report with the claims of its sentences, in their order."""

    report: Report
    lang: str
    claims: tuple[Claim, ...]


def hold(
    reports: Iterable[Report], record: Record, encoder: Encoder, progress: Callable[[int], None] = lambda done: None
) -> Iterator[HeldReport]:
    """Yield each report with its sentences and what the record says of those that can be checked."""
    weights = usable_weights()
    for done, report in enumerate(reports, 1):
        sentences = sentences_of_report(report, encoder)
        claims = [_claim(sentences, number, weights) for number in range(len(sentences.spans))]
        worth = [number for number, claim in enumerate(claims) if claim.checkworthy >= LEAST_WORTH]
        pairs = list(record.pairs(sentences, worth))
        scored = [[(pair.statement, weights.matched.chance(pair.signs)) for pair in some] for some in pairs]
        for number, some, support in zip(worth, pairs, support_signs(scored, record.kin), strict=True):
            claims[number] = _against(claims[number], some, support, record, weights)
        yield HeldReport(report, sentences.lang, tuple(claims))
        progress(done)


def _claim(sentences: Sentences, number: int, weights: Learned) -> Claim:
    details, span = sentences.details[number], sentences.spans[number]
    text = sentences.report.whole[slice(*span)]
    worth = weights.worth(signs_of(details), sentences.vectors[number], sentences.lang)
    return Claim(sentences.report.id, text, span, sentences.lang, worth, laid_out(details))


def _against(
    claim: Claim, pairs: Sequence[Pair], support: Sequence[Mapping[str, float]], record: Record, weights: Learned
) -> Claim:
    scored = [(weights.about({**pair.signs, **some}), pair, some) for pair, some in zip(pairs, support, strict=True)]
    scored.sort(key=lambda one: -one[0])
    pair, chance = (scored[0][1], _in_record(scored, weights)) if scored else (None, 0.0)
    if pair is None or chance < weights.least_match:
        return replace(claim, relation="not_in_record", chance=1 - chance, why=(Message("claims_not_in_record"),))
    differing = tuple(_differences(pair, weights))
    statement = record.statements[pair.statement]
    return replace(
        claim,
        matched=statement.id,
        relation="differs" if differing else "agrees",
        chance=chance,
        differences=differing,
        why=(Message("claims_differs" if differing else "claims_agrees", {"statement": statement.id}),),
    )


def _in_record(scored: Sequence[tuple[float, Pair, Mapping[str, float]]], weights: Learned) -> float:
    """Return how likely the first of the scored statements is the right one."""
    best, pair, support = scored[0]
    return weights.in_record({**pair.signs, **support}, best, scored[1][0] if len(scored) > 1 else 0.0)


def _differences(pair: Pair, weights: Learned) -> Iterator[Difference]:
    for aspect in weights.differing(pair.signs):
        compared = pair.comparison.aspects[aspect]
        yield Difference(aspect, compared.claimed, compared.recorded)
