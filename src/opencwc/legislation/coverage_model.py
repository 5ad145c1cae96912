"""The learned model of coverage: what it proposes, how it is measured, and what a house's own labels teach it.

`coverage_weights` has the weights and how they are applied. Where the model may not be used, the rules propose the
verdicts. It is measured again on this machine, on laws that the weights were not learned from:
``data/coverage.held.parquet`` has the signs of every label that it is measured on. A real or a model law is weighed by
the weights learned without any law of its country (they stand in the weights file too), a held-out one by those in use.
A lawyer's own corrections (`corrections`) are measured beside them, where the house has some; it learns from them only
where a person asks for it (`own_labels`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from opencwc.finding import Message
from opencwc.legislation.corrections import Corrections
from opencwc.legislation.coverage_weights import WEIGHTS, ProposedVerdict, likeliest_verdicts, load_weights
from opencwc.legislation.model import COVERED, NONE
from opencwc.legislation.own_labels import FILE as OWN
from opencwc.legislation.own_labels import (
    OwnWeights,
    fits,
    forget_own,
    keep_own,
    learn_own,
    own_weights,
    weights_in_use,
)
from opencwc.legislation.verdicts import ORDER, SIGNS, by_rules, verdict_of
from opencwc.models.model import Evaluation, Figure, Model, OwnLearning, OwnStanding
from opencwc.models.statistics import calibration_error

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
    own = _figures("corrections of this house", corrected, partial(_by_model, weights=weights)) if corrected else []
    own += _own_figures(own_weights())
    return Evaluation(tuple(figures), own=tuple(own), notes=(*left_out, Message("law_measured_elsewhere")))


def _own_figures(own: OwnWeights | None) -> Iterator[Figure]:
    """Yield how often the weights of the package and those of a house are right on its labels, each law left out."""
    for part, score in (("as shipped", own.shipped), ("own labels, left out", own.own)) if own else ():
        yield Figure.of_share(part, "all", "right", score.right, own.labels if own else 0)


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
    return likeliest_verdicts(measures, signs, weights_in_use()), id, hash, []


def verdicts_by_rules(signs: Sequence[Mapping[str, float]]) -> list[ProposedVerdict]:
    """Return the verdicts of the rules, which know no probability."""
    return [ProposedVerdict(verdict_of(by_rules(sign)), None) for sign in signs]


def learn_labels(file: Path | None, by: str) -> OwnStanding:
    """Learn from the labels of a file, else from the house's shelf of labels; keep what is better than the package's.

    Raises `InputError` where they are too few, or a line of the file is no label.
    """
    labels, _ = (Corrections(file) if file else Corrections.of_house()).rows()
    own = learn_own(labels, by)
    if own.better:
        keep_own(own)
    return _standing(own)


def own_standing() -> OwnStanding | None:
    """Return how the own weights stand that are kept; ``None`` where there are none."""
    own = own_weights()
    return _standing(own) if own else None


def _standing(own: OwnWeights) -> OwnStanding:
    name = "law_own_taken" if own.better else "law_own_not_taken"
    told = Message(
        name,
        {"labels": own.labels, "laws": len(own.laws), "own": own.own.right, "shipped": own.shipped.right,
         "own_false": own.own.false_covered, "shipped_false": own.shipped.false_covered},
    )  # fmt: skip
    used = own.better and fits(own)
    says = (told,) if used or not own.better else (told, Message("law_own_unfit"))
    return OwnStanding(own.by, own.at, own.labels, used, says)


def labels_on_shelf() -> int:
    """Return how many labels the house has on its shelf."""
    return len(Corrections.of_house().rows()[0])


MODEL = Model(
    "law-coverage",
    Path(__file__).parent / "data" / "coverage.card.yaml",
    lambda: (WEIGHTS,),
    evaluate_coverage,
    OwnLearning(OWN, learn_labels, forget_own, own_standing, labels_on_shelf),
)
"""Registered through the entry points ``opencwc.models``."""
