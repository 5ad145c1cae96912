"""The learned model of coverage: the signs of measures to probabilities, and to the verdict that can be shown.

A multinomial logistic regression; its weights are the JSON file ``data/coverage.json``, made by
``python -m benchmarks.legislation_training``. Where the model may not be used, the rules propose the verdicts.

It is measured again on this machine, on laws that the weights were not learned from: ``data/coverage.held.parquet`` has
the signs of every label that it is measured on. A real or a model law is weighed by the weights learned without any law
of its country (they stand in the weights file too), a held-out one by those in use. A lawyer's own corrections
(`corrections`) are measured beside them, where the house has some.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from math import exp
from pathlib import Path
from typing import Any, NamedTuple

from opencwc.finding import Message
from opencwc.legislation.corrections import Corrections
from opencwc.legislation.verdicts import ORDER, SIGNS, by_rules, verdict_of
from opencwc.models.model import Evaluation, Figure, Model
from opencwc.models.statistics import calibration_error

WEIGHTS = Path(__file__).parent / "data" / "coverage.json"


class ProposedVerdict(NamedTuple):
    """A verdict and its probability, ``None`` where the rules gave it."""

    verdict: str
    probability: float | None


def likeliest_verdicts(
    chances: Sequence[tuple[float, float, float]], signs: Sequence[Mapping[str, float]]
) -> list[ProposedVerdict]:
    """Return the likeliest verdict that can be shown, with the probability that the model gives it.

    Nothing is covered with an element missing or held short of its reach, in part with none missing, or found where
    nothing stands; what speaks for a verdict that cannot be shown speaks for the next that can. The probability stays
    the model's own: where it holds another verdict for likelier than the one that can be shown, it is low.
    """
    proposals = []
    for chance, sign in zip(chances, signs, strict=True):
        covered, in_part, none = chance
        if sign["all_firm"] < 1.0 or sign["short"]:
            shown = (0.0, covered + in_part, none)
        elif sign["all_tight"] >= 1.0:
            shown = (covered + in_part, 0.0, none)
        else:
            shown = chance
        if not sign["any"] and not sign["delegated"]:
            shown = (shown[0], 0.0, shown[1] + shown[2])
        verdict = verdict_of(shown)
        proposals.append(ProposedVerdict(verdict, chance[ORDER.index(verdict)]))
    return proposals


def verdict_chances(
    signs: Sequence[Mapping[str, float]], weights: Mapping[str, Any]
) -> list[tuple[float, float, float]]:
    """Apply the weights: for each class an intercept and one weight a sign, scaled, over a temperature."""
    names = weights["signs"]
    chances = []
    for sign in signs:
        values = [
            (sign[name] - mean) / scale
            for name, mean, scale in zip(names, weights["mean"], weights["scale"], strict=True)
        ]
        scores = [
            (bias + sum(w * v for w, v in zip(row, values, strict=True))) / weights["temperature"]
            for row, bias in zip(weights["weights"], weights["bias"], strict=True)
        ]
        top = max(scores)
        raised = [exp(score - top) for score in scores]
        whole = sum(raised)
        chances.append((raised[0] / whole, raised[1] / whole, raised[2] / whole))
    return chances


def load_weights(path: Path = WEIGHTS) -> Mapping[str, Any]:
    """Read the weights; they are those of the signs of this version."""
    return _weights(path, path.stat().st_mtime_ns)


@cache
def _weights(path: Path, changed: int) -> Mapping[str, Any]:
    read: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return read


HELD = WEIGHTS.with_name("coverage.held.parquet")
LEFT_OUT, HELD_OUT = "leave-one-country-out", "held out"


def evaluate_coverage() -> Evaluation:
    """Return the figures by language: on countries left out, on texts held out, by the rules, on own corrections."""
    import polars as pl

    rows = pl.read_parquet(HELD).to_dicts()
    weights = load_weights(WEIGHTS)
    figures: list[Figure] = []
    for part in (LEFT_OUT, HELD_OUT):
        rows_of_part = [row for row in rows if row["part"] == part]
        figures += _figures(part, rows_of_part, partial(_by_model, weights=weights))
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
        labels = [row for row in rows if lang in ("all", row["lang"])]
        proposed = [weighed(row) for row in labels]
        verdicts = [proposal.verdict for proposal in proposed]
        true = [str(row["verdict"]) for row in labels]
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
    error = calibration_error(list(sure), [label == proposal for label, proposal in pairs])
    return (
        Figure(part, lang, "F2 of covered", round(f2, 4), len(covered)),
        Figure.of_share(part, lang, "false covered", falsely, len(others)),
        Figure(part, lang, "balanced accuracy", round(sum(shares) / len(shares), 4) if shares else 0.0, len(pairs)),
        Figure.of_share(part, lang, "accuracy", hits, len(pairs)),
        Figure(part, lang, "calibration error", round(error, 4), len(pairs)),
    )  # fmt: skip


def propose_verdicts(
    signs: Sequence[Mapping[str, float]], *, model: bool = True
) -> tuple[list[ProposedVerdict], str, str, list[Message]]:
    """Return the verdict of each measure, and the model and weights that gave them.

    The id of the model is empty where the rules gave them; then the last value says why.
    """
    if not model:
        return verdicts_by_rules(signs), "", "", [Message("law_by_rules", {"why": Message("models_not_asked")})]
    from opencwc.models import maker_fields, state_of

    state = state_of(MODEL)
    if not state.usable:
        why = state.why or Message("models_not_asked")
        return verdicts_by_rules(signs), "", "", [Message("law_by_rules", {"why": why})]
    id, hash = maker_fields(MODEL)
    return likeliest_verdicts(verdict_chances(signs, load_weights(WEIGHTS)), signs), id, hash, []


def verdicts_by_rules(signs: Sequence[Mapping[str, float]]) -> list[ProposedVerdict]:
    """Return the verdicts of the rules, which know no probability."""
    return [ProposedVerdict(verdict_of(by_rules(sign)), None) for sign in signs]


MODEL = Model(
    "law-coverage", Path(__file__).parent / "data" / "coverage.card.yaml", lambda: (WEIGHTS,), evaluate_coverage
)
"""Registered through the entry points ``opencwc.models``."""
