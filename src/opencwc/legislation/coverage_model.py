"""The learned model of coverage: the signs of measures to probabilities, and to the verdict that can be shown.

A multinomial logistic regression over the signs of a measure and what other countries' laws say of it, and one more
that tells how likely its verdict is right; a verdict that is not sure enough is left to a person ("needs reading"). The
weights are the JSON file ``data/coverage.json``, made by ``python -m benchmarks.legislation_training``. Where the model
may not be used, the rules propose the verdicts.

It is measured again on this machine, on laws that the weights were not learned from: ``data/coverage.held.parquet`` has
the signs of every label that it is measured on. A real or a model law is weighed by the weights learned without any law
of its country (they stand in the weights file too), a held-out one by those in use. A lawyer's own corrections
(`corrections`) are measured beside them, where the house has some.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from math import exp, log
from pathlib import Path
from typing import Any, NamedTuple

from opencwc.finding import Message
from opencwc.legislation.corrections import Corrections
from opencwc.legislation.model import COVERED, NONE, PARTIAL
from opencwc.legislation.verdicts import ORDER, SIGNS, by_rules, verdict_of
from opencwc.models.model import Evaluation, Figure, Model
from opencwc.models.statistics import calibration_error

WEIGHTS = Path(__file__).parent / "data" / "coverage.json"


class ProposedVerdict(NamedTuple):
    """A verdict, how likely it is right (``None`` where the rules gave it), and whether that is enough to decide."""

    verdict: str
    probability: float | None
    decided: bool = True


def likeliest_verdicts(
    measures: Sequence[str], signs: Sequence[Mapping[str, float]], weights: Mapping[str, Any]
) -> list[ProposedVerdict]:
    """Return the verdict of each measure by the model, how likely it is right, and whether that is enough to decide.

    Readers need *partly* as much as the others, though it is seldom said, and *covered* said wrongly hides a gap:
    ``costs`` weighs the chances so. A verdict that its elements do not bear out is left to a person: nothing is covered
    with an element missing or held short of its reach, in part with none missing, or found where nothing stands.
    """
    return [
        _proposed(chance, sign, weights)
        for chance, sign in zip(verdict_chances(measures, signs, weights), signs, strict=True)
    ]


def _proposed(chance: Sequence[float], sign: Mapping[str, float], weights: Mapping[str, Any]) -> ProposedVerdict:
    weighed = [share * cost for share, cost in zip(chance, weights["costs"], strict=True)]
    verdict = verdict_of(weighed)
    lead = weighed[ORDER.index(verdict)] / sum(weighed)
    probability = confidence_in(verdict, lead, sign, weights)
    decided = lead >= weights["decides_from"] and probability >= _LIKELIER_THAN_NOT and bears_out(verdict, sign)
    return ProposedVerdict(verdict, probability, decided)


_LIKELIER_THAN_NOT = 0.5
"""What is less likely right than wrong is never stated as a fact."""


def bears_out(verdict: str, sign: Mapping[str, float]) -> bool:
    """Whether the elements of a measure bear a verdict out."""
    if verdict == COVERED:
        return sign["all_firm"] >= 1.0 and not sign["short"]
    if verdict == PARTIAL:
        return sign["all_tight"] < 1.0 and bool(sign["any"] or sign["delegated"])
    return True


CONFIDENCE_SIGNS = ("lead", "covered", "partial", "bears_out", "scope_all", "law_sections", "nearness_over")
"""What tells how likely a verdict is right: how far it leads, which it is, and how well the law can be read."""


def confidence_signs(verdict: str, lead: float, sign: Mapping[str, float]) -> list[float]:
    """Return the values of `CONFIDENCE_SIGNS`."""
    lead = min(max(lead, _LEAST_LEAD), 1 - _LEAST_LEAD)
    return [
        log(lead / (1 - lead)), float(verdict == COVERED), float(verdict == PARTIAL), float(bears_out(verdict, sign)),
        sign["scope_all"], sign["law_sections"], sign["nearness_over"],
    ]  # fmt: skip


_LEAST_LEAD = 0.001


def confidence_in(verdict: str, lead: float, sign: Mapping[str, float], weights: Mapping[str, Any]) -> float:
    """Return how likely a verdict is right, as laws of countries left out have shown it."""
    values = confidence_signs(verdict, lead, sign)
    learned = weights["confidence"]
    score = learned["bias"] + sum(w * value for w, value in zip(learned["weights"], values, strict=True))
    return 1.0 / (1.0 + exp(-score))


def verdict_chances(
    measures: Sequence[str], signs: Sequence[Mapping[str, float]], weights: Mapping[str, Any]
) -> list[tuple[float, float, float]]:
    """Apply the weights: for each class an intercept and one weight a sign, scaled and cut off where it is extreme."""
    chances = []
    for measure, sign in zip(measures, signs, strict=True):
        values = model_values(measure, sign, weights["prior"])
        scaled = [
            min(max((value - mean) / scale, -_EXTREME), _EXTREME)
            for value, mean, scale in zip(values, weights["mean"], weights["scale"], strict=True)
        ]
        scores = [
            bias + sum(w * v for w, v in zip(row, scaled, strict=True))
            for row, bias in zip(weights["weights"], weights["bias"], strict=True)
        ]
        top = max(scores)
        raised = [exp(score - top) for score in scores]
        whole = sum(raised)
        chances.append((raised[0] / whole, raised[1] / whole, raised[2] / whole))
    return chances


_EXTREME = 3.0

PRIOR_SIGNS = ("prior_covered", "prior_partial", "prior_none", "nearness_over_usual")
"""What other countries' laws say of a measure: how often it is covered, and how near laws usually come to it."""
MODEL_SIGNS = (*SIGNS, *PRIOR_SIGNS)


def model_values(measure: str, sign: Mapping[str, float], prior: Mapping[str, Any]) -> list[float]:
    """Return the values of `MODEL_SIGNS`; a measure that no law was learned from has the shares of all."""
    covered, in_part, none, usual = prior.get(measure) or prior[""]
    own = [sign[name] for name in SIGNS]
    return [*own, covered, in_part, none, sign["nearness_over_law"] - usual]


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
    signs = {name: float(row[name]) for name in SIGNS}
    learned = weights | weights["without"].get(row.get("country"), {})
    return likeliest_verdicts([str(row["measure"])], [signs], learned)[0]


def _figures(
    part: str, rows: Sequence[Mapping[str, Any]], weighed: Callable[[Mapping[str, Any]], ProposedVerdict]
) -> list[Figure]:
    figures: list[Figure] = []
    for lang in (*sorted({str(row["lang"]) for row in rows}), "all"):
        labels = [row for row in rows if lang in ("all", row["lang"])]
        figures += measured(part, lang, [str(row["verdict"]) for row in labels], [weighed(row) for row in labels])
    return figures


def measured(part: str, lang: str, true: Sequence[str], proposed: Sequence[ProposedVerdict]) -> tuple[Figure, ...]:
    """Return the figures of verdicts beside what was labelled: of what is decided, and of all."""
    pairs = list(zip(true, proposed, strict=True))
    decided = [(label, one.verdict) for label, one in pairs if one.decided]
    others = [verdict for label, verdict in decided if label != COVERED]
    hits = [label == one.verdict for label, one in pairs]
    sure = [one.probability or 0.0 for one in proposed]
    something = sum((label == NONE) == (one.verdict == NONE) for label, one in pairs)
    right = sum(label == verdict for label, verdict in decided)
    return (
        Figure.of_share(part, lang, "decided", len(decided), len(pairs)),
        Figure.of_share(part, lang, "false covered, decided", others.count(COVERED), len(others)),
        Figure.of_share(part, lang, "accuracy, decided", right, len(decided)),
        Figure(part, lang, "balanced accuracy, decided", round(balanced(decided), 4), len(decided)),
        Figure.of_share(part, lang, "something or nothing", something, len(pairs)),
        Figure(part, lang, "area under the curve of confidence", round(area_under_curve(sure, hits), 4), len(pairs)),
        Figure(part, lang, "calibration error", round(calibration_error(sure, hits), 4), len(pairs)),
    )


def balanced(pairs: Sequence[tuple[str, str]]) -> float:
    """Return the mean over the verdicts of the share that came out right, of (label, verdict)."""
    shares = [
        sum(label == verdict == one for label, verdict in pairs) / sum(label == one for label, _ in pairs)
        for one in ORDER
        if any(label == one for label, _ in pairs)
    ]
    return sum(shares) / len(shares) if shares else 0.0


def area_under_curve(sure: Sequence[float], hits: Sequence[bool]) -> float:
    """Return how often what is right is surer than what is wrong; 0.5 where either is lacking.

    >>> area_under_curve([0.9, 0.8, 0.4], [True, False, False])
    1.0
    """
    right = [value for value, hit in zip(sure, hits, strict=True) if hit]
    wrong = [value for value, hit in zip(sure, hits, strict=True) if not hit]
    if not right or not wrong:
        return 0.5
    won = sum((one > other) + 0.5 * (one == other) for one in right for other in wrong)
    return won / (len(right) * len(wrong))


def propose_verdicts(
    measures: Sequence[str], signs: Sequence[Mapping[str, float]], *, model: bool = True
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
    return likeliest_verdicts(measures, signs, load_weights(WEIGHTS)), id, hash, []


def verdicts_by_rules(signs: Sequence[Mapping[str, float]]) -> list[ProposedVerdict]:
    """Return the verdicts of the rules, which know no probability."""
    return [ProposedVerdict(verdict_of(by_rules(sign)), None) for sign in signs]


MODEL = Model(
    "law-coverage", Path(__file__).parent / "data" / "coverage.card.yaml", lambda: (WEIGHTS,), evaluate_coverage
)
"""Registered through the entry points ``opencwc.models``."""
