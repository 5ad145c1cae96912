"""Coverage measured again on this machine, on laws that the weights were not learned from.

``data/coverage.held.parquet`` has the signs of every label that it is measured on; a real or a model law is weighed by
the weights learned without any law of its country (they stand in the weights file too), a held-out one by those in use.
A lawyer's own corrections (`corrections`) are measured beside them, where the house has some.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from opencwc.finding import Message
from opencwc.legislation.corrections import Corrections
from opencwc.legislation.coverage_weights import (
    WEIGHTS,
    ProposedVerdict,
    likeliest_verdicts,
    load_weights,
    verdict_chances,
)
from opencwc.legislation.verdicts import ORDER, SIGNS, by_rules, verdict_of
from opencwc.models.model import Evaluation, Figure
from opencwc.models.statistics import calibration_error, wilson

HELD = WEIGHTS.with_name("coverage.held.parquet")
LEFT_OUT, HELD_OUT = "leave-one-country-out", "held out"


def evaluate_coverage() -> Evaluation:
    """Return the figures by language: on countries left out, on texts held out, by the rules, on own corrections."""
    import polars as pl

    rows = pl.read_parquet(HELD).to_dicts()
    weights = load_weights(WEIGHTS)
    figures: list[Figure] = []
    for part in (LEFT_OUT, HELD_OUT):
        held = [row for row in rows if row["part"] == part]
        figures += _figures(part, held, partial(_by_model, weights=weights))
    figures += _figures("by rules", rows, _by_rules)
    corrected, left_out = Corrections.of_house().rows()
    own = _figures("corrections of this house", corrected, partial(_by_model, weights=weights)) if corrected else ()
    return Evaluation(tuple(figures), own=tuple(own), notes=(*left_out, Message("law_measured_elsewhere")))


def _by_rules(row: Mapping[str, Any]) -> ProposedVerdict:
    chances = by_rules(row)
    return ProposedVerdict(verdict_of(chances), max(chances))


def _by_model(row: Mapping[str, Any], weights: Mapping[str, Any]) -> ProposedVerdict:
    signs = [{name: float(row[name]) for name in SIGNS}]
    learned = weights["without"].get(row.get("country"), weights)
    return likeliest_verdicts(verdict_chances(signs, learned), signs)[0]


def _figures(
    part: str, rows: Sequence[Mapping[str, Any]], weighed: Callable[[Mapping[str, Any]], ProposedVerdict]
) -> list[Figure]:
    figures: list[Figure] = []
    for lang in (*sorted({str(row["lang"]) for row in rows}), "all"):
        held = [row for row in rows if lang in ("all", row["lang"])]
        proposed = [weighed(row) for row in held]
        verdicts = [proposal.verdict for proposal in proposed]
        true = [str(row["verdict"]) for row in held]
        figures += measured(part, lang, true, verdicts, [proposal.probability or 0.0 for proposal in proposed])
    return figures


def measured(
    part: str, lang: str, true: Sequence[str], proposed: Sequence[str], sure: Sequence[float]
) -> tuple[Figure, ...]:
    """Return the figures of verdicts beside what was labelled: F2 of covered, false covered, balanced accuracy ..."""
    pairs = list(zip(true, proposed, strict=True))
    covered = [pair for pair in pairs if pair[0] == "covered"]
    others = [pair for pair in pairs if pair[0] != "covered"]
    right = sum(verdict == "covered" for _, verdict in covered)
    claimed = sum(verdict == "covered" for verdict in proposed)
    recall, precise = (right / len(covered) if covered else 0.0), (right / claimed if claimed else 0.0)
    f2 = 5 * precise * recall / (4 * precise + recall) if precise + recall else 0.0
    falsely = sum(verdict == "covered" for _, verdict in others)
    shares = [
        sum(label == verdict == proposal for label, proposal in pairs) / true.count(verdict)
        for verdict in ORDER
        if verdict in true
    ]
    hits = sum(label == proposal for label, proposal in pairs)
    low, high = wilson(falsely, len(others))
    low_hits, high_hits = wilson(hits, len(pairs))
    error = calibration_error(list(sure), [label == proposal for label, proposal in pairs])
    return (
        Figure(part, lang, "F2 of covered", round(f2, 4), len(covered)),
        Figure(part, lang, "false covered", round(falsely / len(others), 4) if others else 0.0, len(others),
               round(low, 4), round(high, 4)),
        Figure(part, lang, "balanced accuracy", round(sum(shares) / len(shares), 4) if shares else 0.0, len(pairs)),
        Figure(part, lang, "accuracy", round(hits / len(pairs), 4) if pairs else 0.0, len(pairs),
               round(low_hits, 4), round(high_hits, 4)),
        Figure(part, lang, "calibration error", round(error, 4), len(pairs)),
    )  # fmt: skip
