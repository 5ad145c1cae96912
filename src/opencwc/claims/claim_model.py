"""The learned weights of claims as a model: its card, its figures on folders left out, and what is done without it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from msgspec.structs import replace

from opencwc.claims.claim_weights import FILE, Learned, Logistic, learned_weights
from opencwc.claims.model import ASPECTS
from opencwc.claims.own_labels import FILE as OWN
from opencwc.claims.own_labels import OwnWeights, forget_own, keep_own, learn_own, own_weights, read_labels
from opencwc.convention.fields import read_yaml
from opencwc.errors import InputError
from opencwc.finding import Message
from opencwc.language.encoders import named_encoder
from opencwc.models.model import Evaluation, Figure, Model, OwnLearning, OwnStanding
from opencwc.models.statistics import calibration_error
from opencwc.records import from_json
from opencwc.wording.languages import language_named

HELD = FILE.with_name("claims.held.parquet")
"""The signs and labels of the sentences that the model is measured on."""
FOLDS = FILE.with_name("claims.folds.json")
"""The weights learned without each folder of them."""
_RULES = FILE.with_name("claims.rules.yaml")


def usable_weights() -> Learned:
    """Return the learned weights, or those set by hand where the model may not be used."""
    return _usable(_changes())


def _changes() -> tuple[object, ...]:
    """Return what the answer of `usable_weights` depends on, cheaply."""
    import os

    from opencwc.models.register import OFF
    from opencwc.models.switches import FILE as SWITCHES
    from opencwc.settings import load_settings

    paths = [load_settings().folder / name for name in (SWITCHES, OWN)]
    return os.environ.get(OFF, ""), *((path, path.stat().st_mtime_ns if path.exists() else 0) for path in paths)


@lru_cache(maxsize=4)
def _usable(changes: tuple[object, ...]) -> Learned:
    from opencwc.models.register import state_of

    if not state_of(MODEL).usable:
        return hand_weights()
    own = own_weights()
    fits = own is not None and own.encoder == named_encoder().id
    return replace(learned_weights(), own=own.weights) if own and fits else learned_weights()


@cache
def hand_weights() -> Learned:
    """Return the weights set by hand: few signs, each with a plain reason."""
    raw = read_yaml(_RULES)

    def logistic(one: Mapping[str, Any]) -> Logistic:
        signs = {str(name): float(weight) for name, weight in one.items() if name != "base"}
        return Logistic(float(one["base"]), signs)

    aspects = {aspect: logistic(raw["aspects"][aspect]) for aspect in ASPECTS}
    least = dict.fromkeys(ASPECTS, 0.5)
    return Learned("", logistic(raw["matched"]), aspects, logistic(raw["checkworthy"]), 0.5, least)


class HeldSentence(NamedTuple):
    """A sentence of the held-back ones: its labels, its signs, and the signs of the pairs that speak most."""

    folder: str
    lang: str
    checkworthy: bool
    matched: bool
    differs_in: frozenset[str]
    signs: Mapping[str, float]
    vector: Sequence[float]
    pairs: Sequence[tuple[bool, Mapping[str, float]]]


def evaluate_claims() -> Evaluation:
    """Return the figures by language: by weights learned without the sentence's folder, and by those set by hand."""
    import polars as pl

    folds = {name: from_json(Learned, json.dumps(one).encode()) for name, one in json.loads(FOLDS.read_bytes()).items()}
    sentences = [_held(row) for row in pl.read_parquet(HELD).to_dicts()]
    learned = [_right(folds[one.folder], one) for one in sentences]
    by_hand = [_right(hand_weights(), one) for one in sentences]
    figures = (
        *_figures("folder left out", learned), *_figures("by hand", by_hand),
        *_calibration("folder left out", sentences, [folds[one.folder] for one in sentences]),
    )  # fmt: skip
    return Evaluation(figures, own=tuple(_own_figures()))


def _own_figures() -> Iterator[Figure]:
    """Yield how well a house's own labels are ordered by the weights that come with the package, and by its own."""
    own = own_weights()
    for one in own.figures if own else ():
        for part, value in (("as shipped", one.shipped), ("own labels, left out", one.own)):
            yield Figure(f"checkworthy, {part}", one.lang, "average precision", round(value, 4), one.labels)


def learn_labels(file: Path | None, by: str) -> OwnStanding:
    """Learn from a table of own labels what can be checked, keep it, and say how good it is in each language."""
    if file is None:
        raise InputError("labels_not_named")
    own = learn_own(read_labels(file), by)
    keep_own(own)
    return _standing(own)


def own_standing() -> OwnStanding | None:
    """Return how the own weights stand that are kept; ``None`` where there are none."""
    own = own_weights()
    return _standing(own) if own else None


def _standing(own: OwnWeights) -> OwnStanding:
    says = tuple(
        Message(
            "claims_own_taken" if one.better else "claims_own_not_taken",
            {"lang": language_named(one.lang), "labels": one.labels,
             "shipped": f"{one.shipped:.3f}", "own": f"{one.own:.3f}"},
        )
        for one in own.figures
    )  # fmt: skip
    used = bool(own.weights) and own.encoder == named_encoder().id
    return OwnStanding(own.by, own.at, sum(one.labels for one in own.figures), used, says)


def _held(row: Mapping[str, Any]) -> HeldSentence:
    return HeldSentence(
        row["folder"], row["lang"], row["checkworthy"], row["matched"],
        frozenset(name for name in row["differs_in"].split(";") if name), json.loads(row["signs"]),
        [value / 127 for value in row["vector"]], [(bool(right), signs) for right, signs in json.loads(row["pairs"])],
    )  # fmt: skip


def _right(weights: Learned, one: HeldSentence) -> tuple[str, dict[str, bool]]:
    """Return the language of a sentence, and which questions on it were answered rightly."""
    import numpy as np

    worth = weights.worth(one.signs, np.asarray(one.vector, np.float32), one.lang)
    answers = {"checkworthy": (worth >= 0.5) == one.checkworthy}
    if not one.checkworthy:
        return one.lang, answers
    scored = sorted(((weights.about(signs), right, signs) for right, signs in one.pairs), key=lambda each: -each[0])
    best, right, signs = scored[0] if scored else (0.0, False, {})
    second = scored[1][0] if len(scored) > 1 else 0.0
    found = bool(scored) and weights.in_record(signs, best, second) >= weights.least_match
    differing = weights.differing_parts(signs) if found else ()
    relation = "not_in_record" if not found else "differs" if differing else "agrees"
    wanted = "not_in_record" if not one.matched else "differs" if one.differs_in else "agrees"
    answers["relation"] = relation == wanted
    if one.matched:
        answers["matched"] = found and right
        answers["differs_in"] = frozenset(differing) == one.differs_in
    return one.lang, answers


def _figures(part: str, answers: Sequence[tuple[str, dict[str, bool]]]) -> list[Figure]:
    figures = []
    for question in ("checkworthy", "matched", "relation", "differs_in"):
        for lang in (*sorted({lang for lang, _ in answers}), "all"):
            some = [right[question] for one, right in answers if lang in ("all", one) and question in right]
            figures.append(Figure.of_share(f"{question}, {part}", lang, "right", sum(some), len(some)))
    return figures


def _calibration(part: str, sentences: Sequence[HeldSentence], weights: Sequence[Learned]) -> list[Figure]:
    """Return how far checkworthiness is from a chance, by language."""
    import numpy as np

    told = [
        (one.lang, each.worth(one.signs, np.asarray(one.vector, np.float32), one.lang), one.checkworthy)
        for one, each in zip(sentences, weights, strict=True)
    ]
    figures = []
    for lang in (*sorted({lang for lang, _, _ in told}), "all"):
        some = [(worth, answer) for one, worth, answer in told if lang in ("all", one)]
        error = calibration_error([worth for worth, _ in some], [answer for _, answer in some])
        figures.append(Figure(f"checkworthy, {part}", lang, "calibration error", round(error, 4), len(some)))
    return figures


def _weight_files() -> tuple[Path, ...]:
    return (FILE,)


MODEL = Model(
    "claims",
    FILE.with_name("claims.card.yaml"),
    _weight_files,
    evaluate_claims,
    OwnLearning(OWN, learn_labels, forget_own, own_standing),
)
"""Registered through the entry points ``opencwc.models``."""
