"""Claims from end to end: reports in sentences, each held against the record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from opencwc.claims.checkworthiness import signs_of
from opencwc.claims.claim_model import usable_weights
from opencwc.claims.claim_record import laid_out
from opencwc.claims.claim_weights import Learned
from opencwc.claims.model import Claim, Difference
from opencwc.claims.pair_signs import Pair, Record, Sentences, sentences_of_report
from opencwc.claims.posts import is_post
from opencwc.claims.sentence_support import support_signs
from opencwc.claims.statement_retrieval import post_chance
from opencwc.finding import Message
from opencwc.reports.model import Report

if TYPE_CHECKING:
    from opencwc.language.encoders import Encoder

_Scored: TypeAlias = tuple[float, Pair, Mapping[str, float]]
"""How likely a sentence is about a statement, their signs, and what the others of its report are about."""
LEAST_WORTH = 0.2
"""Below this a sentence is not taken for one that can be checked."""


class HeldReport(Struct, frozen=True):
    """A report with the claims of its sentences, in their order; ``left_out`` sentences behind them were not read."""

    report: Report
    lang: str
    claims: tuple[Claim, ...]
    left_out: int = 0


def left_out_of(held: Iterable[HeldReport]) -> Iterator[Message]:
    """Yield what is told of reports that are too long to be read whole."""
    for one in held:
        if one.left_out:
            yield Message("claims_sentences_left_out", {"report": one.report.id, "count": one.left_out})


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
        post = is_post(report)
        for number, some, support in zip(worth, pairs, support_signs(scored, record.kin), strict=True):
            chances = pair_chances(some, support, weights, post=post)
            scored_pairs = list(zip(chances, some, support, strict=True))
            claims[number] = _against(claims[number], scored_pairs, record, weights, post=post)
        yield HeldReport(report, sentences.lang, tuple(claims), sentences.left_out)
        progress(done)


def _claim(sentences: Sentences, number: int, weights: Learned) -> Claim:
    details, span = sentences.details[number], sentences.spans[number]
    text = sentences.report.whole[slice(*span)]
    worth = weights.worth(signs_of(details), sentences.vectors[number], sentences.lang)
    identity = f"{sentences.report.row}-{number + 1}"
    return Claim(sentences.report.id, text, span, sentences.lang, worth, laid_out(details), id=identity)


def pair_chances(
    pairs: Sequence[Pair], support: Sequence[Mapping[str, float]], weights: Learned, *, post: bool
) -> list[float]:
    """Return how likely a sentence is about the statement of each pair; a post, by what it says as a whole too."""
    learned = [weights.about({**pair.signs, **some}) for pair, some in zip(pairs, support, strict=True)]
    if not post:
        return learned
    return [post_chance(pair.signs["odds_whole"], chance) for pair, chance in zip(pairs, learned, strict=True)]


def _against(claim: Claim, scored: Sequence[_Scored], record: Record, weights: Learned, *, post: bool) -> Claim:
    in_order = sorted(scored, key=lambda one: -one[0])
    pair, chance = (in_order[0][1], _in_record(in_order, weights, post=post)) if in_order else (None, 0.0)
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


def _in_record(scored: Sequence[_Scored], weights: Learned, *, post: bool) -> float:
    """Return how likely the first of the scored statements is the right one; of a post its own chance says so."""
    best, pair, support = scored[0]
    if post:
        return best
    return weights.in_record({**pair.signs, **support}, best, scored[1][0] if len(scored) > 1 else 0.0)


def _differences(pair: Pair, weights: Learned) -> Iterator[Difference]:
    for aspect in weights.differing_parts(pair.signs):
        compared = pair.comparison.aspects[aspect]
        yield Difference(aspect, compared.claimed, compared.recorded)
