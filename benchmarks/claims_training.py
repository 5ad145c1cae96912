"""Learn from written claims which statement they are about, in what they differ, and which sentences can be checked.

    python -m benchmarks.claims_training [FOLDER...] [--write]

Folders are those of tests/cases/claims that may be looked at; the written pairs beside them teach what compares two
texts. Without --write only the figures are printed: what is
learnt from all folders but one and measured on that one (from eight parts of the reports where there is one folder).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from msgspec.structs import replace
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from benchmarks.claims import Row, Scored, by_aspect, figures, looked_at, read_folder
from benchmarks.claims_pairs import READ, ComparedPair, compared_pairs
from benchmarks.model_cards import write_card
from opencwc.claims.checkworthiness import signs_of
from opencwc.claims.claim_matching import LEAST_WORTH
from opencwc.claims.claim_model import FOLDS, HELD, MODEL, evaluate_claims
from opencwc.claims.claim_weights import FILE, Learned, Logistic, lead_signs
from opencwc.claims.model import ASPECTS, Aspect, Claim, Difference, Relation
from opencwc.claims.pair_signs import Record, sentences_of_report
from opencwc.claims.sentence_support import first_sign, support_signs
from opencwc.language.encoders import named_encoder
from opencwc.records import to_json, to_plain
from opencwc.reports.model import Span

SIGNS_OF: Mapping[Aspect, tuple[str, ...]] = {
    "number": ("number_", "none_"),
    "date": ("date_", "time_"),
    "place": ("place_",),
    "agent": ("agent_",),
    "actor": ("doer_", "who_"),
    "attribution": ("found_", "who_", "blame_of", "blame_only", "number_nobody"),
}
"""The beginnings of the signs that may speak for each aspect: there are few claims to learn from."""
_PARTS, _FOLDS, _FEW_FOLDS = 8, 6, 3
LEAST_MATCH = 0.5
"""The best statement is given where it is more likely right than not; with 0.3 more are found, and more wrongly."""
LEADING = (
    "first", "told_mean", "told_share", "told_strong", "told_ahead", "held_mean", "held_share", "kin_best", "kin_mean",
    "kin_near", "kin_same", "near_alone", "near_mixed", "near_words", "behind_alone", "number_extra", "number_none",
    "number_conflict", "number_agrees", "date_conflict", "date_fits", "matter_mean", "matter_share", "matter_new",
    "matter_least", "matter_none", "matter_two", "number_new_unit", "contrary_along", "contrary_word", "same",
)  # fmt: skip
"""The signs of the best pair that may say whether the record has the sentence, beside its lead."""


SAME = (
    "matter_mean", "matter_share", "matter_new", "matter_least", "matter_two", "matter_none", "matter_rest",
    "matter_strong", "told_mean", "told_share",
    "told_strong", "held_mean", "held_share", "number_agrees", "number_conflict", "number_extra", "date_fits",
    "date_conflict", "time_conflict", "place_same", "place_conflict", "agent_same", "agent_conflict", "contrary_word",
    "contrary_along", "body_same", "blame_both", "found_blame_apart", "doer_owner", "number_people",
)  # fmt: skip
"""The signs that may say whether a statement says the same matter as a claim, or another detail of its event."""


class Sentence(NamedTuple):
    """A sentence as it is learnt from."""

    report: str
    text: str
    lang: str
    gold: Row
    signs: Mapping[str, float]
    vector: NDArray[np.float32]
    pairs: Sequence[tuple[str, Mapping[str, float]]]
    record: Record
    places: Mapping[str, int]


class RightPair(NamedTuple):
    """A claim beside the statement that it is about: in what they differ, and the signs of their comparison."""

    differs_in: frozenset[str]
    relation: str
    signs: Mapping[str, float]


def sentences_of_folder(folder: Path) -> list[Sentence]:
    """Return the sentences of a folder with the signs of their pairs."""
    encoder = named_encoder()
    statements, reports, gold = read_folder(folder)
    record = Record(statements, encoder)
    places = {statement.id: place for place, statement in enumerate(statements)}
    found = []
    for report in reports:
        sentences = sentences_of_report(report, encoder)
        compared = record.pairs(sentences, range(len(sentences.spans)))
        for number, (span, some) in enumerate(zip(sentences.spans, compared, strict=True)):
            text = report.whole[slice(*span)]
            pairs = [(statements[pair.statement].id, pair.signs) for pair in some]
            signs, vector = signs_of(sentences.details[number]), sentences.vectors[number]
            row = gold[report.id, text]
            found.append(Sentence(report.id, text, sentences.lang, row, signs, vector, pairs, record, places))
    return found


def learn(sentences: Sequence[Sentence], written: Sequence[ComparedPair] = ()) -> Learned:
    """Learn all weights; those of what differs from written pairs too."""
    claims = [one for one in sentences if one.gold["checkworthy"] == "1"]
    right = [
        RightPair(frozenset(one.gold["differs_in"].split(";")), one.gold["relation"], signs)
        for one in claims
        for name, signs in one.pairs
        if name == one.gold["matched"]
    ]
    right += [
        RightPair(frozenset(pair.differs_in), pair.relation, signs)
        for pair, signs in written
        if pair.relation != "not_in_record"
    ]
    same = _learn_same(right, written)
    aspects = {}
    for aspect in ASPECTS:
        beginnings = SIGNS_OF[aspect]
        chosen = [{name: value for name, value in one.signs.items() if name.startswith(beginnings)} for one in right]
        aspects[aspect] = _logistic(chosen, [aspect in one.differs_in for one in right], 0.3)
    return Learned(
        named_encoder().id,
        _learn_matched(claims),
        aspects,
        _learn_worth(sentences),
        LEAST_MATCH,
        dict.fromkeys(ASPECTS, 0.5),
        calibration=_learn_calibration(sentences),
        settled=_learn_settled(claims),
        recorded=_learn_recorded(claims, same),
        contrary=_learn_contrary(right),
        same=same,
    )


def _learn_same(right: Sequence[RightPair], written: Sequence[ComparedPair]) -> Logistic | None:
    """Learn which pairs say the same matter: from written pairs of which one side is another detail of the event."""
    others = [pair.signs for pair in written if pair.written.relation == "not_in_record"]
    signs = [one.signs for one in right] + others
    chosen = [{name: some.get(name, 0.0) for name in SAME} for some in signs]
    answers = [True] * len(right) + [False] * len(others)
    return _logistic(chosen, answers, 0.1, balanced=True) if others else None


def _learn_contrary(right: Sequence[RightPair]) -> Logistic | None:
    """Learn from pairs that differ in no aspect which of them say the contrary of each other."""
    same = [one for one in right if not any(one.differs_in)]
    chosen = [{name: value for name, value in one.signs.items() if name.startswith("contrary_")} for one in same]
    answers = [one.relation == "differs" for one in same]
    return _logistic(chosen, answers, 1.0) if any(answers) else None


def _is_claim(one: Sentence) -> bool:
    return one.gold["checkworthy"] == "1"


def _learn_worth(sentences: Sequence[Sentence]) -> Logistic:
    vectors = np.stack([one.vector for one in sentences])
    return _logistic([one.signs for one in sentences], [_is_claim(one) for one in sentences], 0.5, vectors)


def _learn_calibration(sentences: Sequence[Sentence]) -> dict[str, tuple[float, float]]:
    """Learn for each language what makes checkworthiness a chance, from sentences whose report was not known."""
    told: list[tuple[str, float, bool]] = []
    for rest, some in _folds(sentences, _FOLDS):
        worth = _learn_worth(rest)
        told += [(one.lang, worth.chance(one.signs, one.vector), _is_claim(one)) for one in some]
    langs = sorted({lang for lang, _, _ in told})
    return {lang: _scaled([one for one in told if lang in ("", one[0])]) for lang in ("", *langs)}


def _scaled(told: Sequence[tuple[str, float, bool]]) -> tuple[float, float]:
    """Return the slope and the shift of the logits of scores that fit the answers best (Platt 1999)."""
    logits = np.array([[first_sign(chance)] for _, chance, _ in told])
    model = LogisticRegression(C=10.0).fit(logits, [answer for _, _, answer in told])
    return round(float(model.coef_[0][0]), 4), round(float(model.intercept_[0]), 4)


def _learn_matched(claims: Sequence[Sentence]) -> Logistic:
    pairs = [(signs, name == one.gold["matched"]) for one in claims for name, signs in one.pairs]
    return _logistic([signs for signs, _ in pairs], [is_right for _, is_right in pairs], 0.1)


def _folds(claims: Sequence[Sentence], count: int) -> Iterator[tuple[list[Sentence], list[Sentence]]]:
    """Yield for each fold of the reports the sentences of the others, and its own."""
    place = {name: at % count for at, name in enumerate(dict.fromkeys(one.report for one in claims))}
    for fold in range(count):
        yield [one for one in claims if place[one.report] != fold], [one for one in claims if place[one.report] == fold]


def _learn_settled(claims: Sequence[Sentence], folds: int = _FOLDS) -> Logistic:
    """Learn the second scoring from first ones that did not know the report."""
    signs: list[Mapping[str, float]] = []
    answers: list[bool] = []
    for rest, some in _folds(claims, folds):
        first = _learn_matched(rest)
        for one, support in zip(some, supported(first, some), strict=True):
            signs += support
            answers += [name == one.gold["matched"] for name, _ in one.pairs]
    return _logistic(signs, answers, 1.0)


def _learn_recorded(claims: Sequence[Sentence], same: Logistic | None) -> Logistic:
    """Learn whether the best statement of a claim is right."""
    leads: list[tuple[Mapping[str, float], bool]] = []
    for rest, some in _folds(claims, _FEW_FOLDS):
        ranking = Learned(
            "",
            _learn_matched(rest),
            {},
            Logistic(0.0, {}),
            0.0,
            {},
            settled=_learn_settled(rest, _FEW_FOLDS),
            same=same,
        )
        for one, support in zip(some, supported(ranking.matched, some), strict=True):
            if best := _best(ranking, one, support):
                leads.append(({**best.lead(), **ranking.same_sign(best.signs)}, best.name == one.gold["matched"]))
    chosen = [{name: signs.get(name, 0.0) for name in (*LEADING, "lead", "lead_margin")} for signs, _ in leads]
    return _logistic(chosen, [is_right for _, is_right in leads], 0.1)


class Best(NamedTuple):
    """The statement that a claim is most likely about: its name, its signs, its score, and that of the next."""

    name: str
    signs: Mapping[str, float]
    score: float
    second: float

    def lead(self) -> dict[str, float]:
        """Return all that says whether the record has the claim."""
        return {**self.signs, **lead_signs(self.score, self.second)}


def _best(weights: Learned, one: Sentence, support: Sequence[Mapping[str, float]]) -> Best | None:
    whole = [(name, {**signs, **some}) for (name, signs), some in zip(one.pairs, support, strict=True)]
    scored = sorted(((weights.about(signs), name, signs) for name, signs in whole), key=lambda each: -each[0])
    if not scored:
        return None
    score, name, signs = scored[0]
    signs = {**signs, "first": first_sign(weights.matched.chance(signs))}
    return Best(name, signs, score, scored[1][0] if len(scored) > 1 else 0.0)


def supported(first: Logistic, sentences: Sequence[Sentence]) -> list[list[dict[str, float]]]:
    """Return the signs of the second scoring for each pair of sentences, in their order."""
    found: list[list[dict[str, float]]] = []
    for _, group in groupby(sentences, key=lambda one: one.report):
        some = list(group)
        record, places = some[0].record, some[0].places
        scored = [[(places[name], first.chance(signs)) for name, signs in one.pairs] for one in some]
        found += support_signs(scored, record.kin)
    return found


def _logistic(
    signs: Sequence[Mapping[str, float]],
    answers: Sequence[bool],
    strength: float,
    vectors: NDArray[np.float32] | None = None,
    *,
    balanced: bool = False,
) -> Logistic:
    names = sorted({name for some in signs for name in some})
    table = np.array([[some.get(name, 0.0) for name in names] for some in signs], float)
    scale = StandardScaler().fit(table)
    data = scale.transform(table)
    if vectors is not None:
        data = np.hstack([data, 4.0 * vectors])
    weight = "balanced" if balanced else None
    model = LogisticRegression(C=strength, solver="newton-cholesky", max_iter=200, class_weight=weight)
    model.fit(data, answers)
    weights = model.coef_[0]
    mine = weights[: len(names)] / scale.scale_
    base = float(model.intercept_[0] - (mine * scale.mean_).sum())
    rest = tuple(round(float(4.0 * weight), 4) for weight in weights[len(names) :])
    return Logistic(round(base, 4), {name: round(float(one), 4) for name, one in zip(names, mine, strict=True)}, rest)


def applied(weights: Learned, sentences: Sequence[Sentence]) -> list[Scored]:
    """Return what weights say of sentences, beside the gold; sentences that are no claims speak for none."""
    worth = [weights.worth(one.signs, one.vector, one.lang) for one in sentences]
    spoken = [one for one, each in zip(sentences, worth, strict=True) if each >= LEAST_WORTH]
    support = dict(zip(map(id, spoken), supported(weights.matched, spoken), strict=True))
    found = []
    for one, each in zip(sentences, worth, strict=True):
        claim = Claim(one.report, one.text, Span(0, len(one.text)), one.lang, each)
        best = _best(weights, one, support[id(one)]) if id(one) in support else None
        chance = weights.in_record(best.signs, best.score, best.second) if best else 0.0
        if best and chance >= weights.least_match:
            differing = tuple(map(Difference, weights.differing_parts(best.signs)))
            relation: Relation = "differs" if differing else "agrees"
            claim = replace(claim, matched=best.name, relation=relation, chance=chance, differences=differing)
        found.append(Scored(claim, one.gold, one.lang))
    return found


def eighths(parts: Mapping[str, Sequence[Sentence]]) -> Mapping[str, Sequence[Sentence]]:
    """Return the parts; where there is only one, its reports cut into eight."""
    if len(parts) == 1:
        (sentences,) = parts.values()
        place = {
            report: number % _PARTS for number, report in enumerate(dict.fromkeys(one.report for one in sentences))
        }
        parts = {str(part): [one for one in sentences if place[one.report] == part] for part in range(_PARTS)}
    return parts


def without_each(parts: Mapping[str, Sequence[Sentence]], written: Sequence[ComparedPair]) -> dict[str, Learned]:
    """Learn for each part from all others and the written pairs."""
    return {
        name: learn([one for other, rest in parts.items() if other != name for one in rest], written) for name in parts
    }


def write(
    parts: Mapping[str, Sequence[Sentence]], folds: Mapping[str, Learned], written: Sequence[ComparedPair]
) -> None:
    """Write the weights, those without each folder, the sentences that they are measured on, and the card."""
    FILE.write_bytes(to_json(learn([one for some in parts.values() for one in some], written)) + b"\n")
    FOLDS.write_bytes(json.dumps({name: to_plain(fold) for name, fold in folds.items()}).encode() + b"\n")
    rows = []
    for name, some in parts.items():
        claims = [one for one in some if one.gold["checkworthy"] == "1"]
        support = dict(zip(map(id, claims), supported(folds[name].matched, claims), strict=True))
        rows += [_held(name, one, folds[name], support.get(id(one), [])) for one in some]
    pl.DataFrame(rows).write_parquet(HELD, compression="zstd", compression_level=19)
    write_card(MODEL, evaluate_claims())


def _held(folder: str, one: Sentence, weights: Learned, support: Sequence[Mapping[str, float]]) -> dict[str, Any]:
    """Return a sentence as it is held back: of its pairs the right one, and the two that speak most beside it."""
    whole = [(name, {**signs, **some}) for (name, signs), some in zip(one.pairs, support, strict=bool(support))]
    right = [signs for name, signs in whole if name == one.gold["matched"]]
    others = [signs for name, signs in whole if name != one.gold["matched"]]
    rivals = sorted(others, key=lambda signs: -weights.about(signs))[:2]
    pairs = [(1, signs) for signs in right] + [(0, signs) for signs in rivals]
    is_claim = one.gold["checkworthy"] == "1"
    return {
        "folder": folder,
        "lang": one.lang,
        "checkworthy": is_claim,
        "matched": bool(one.gold["matched"]),
        "differs_in": one.gold["differs_in"] or ("contrary" if one.gold["relation"] == "differs" else ""),
        "signs": json.dumps(_short(one.signs)),
        "vector": [round(127 * float(value)) for value in one.vector],
        "pairs": json.dumps([(is_right, _short(signs)) for is_right, signs in pairs] if is_claim else []),
    }


def _short(signs: Mapping[str, float]) -> dict[str, float]:
    return {name: round(float(value), 3) for name, value in signs.items() if value}


def main() -> None:
    """Print what is reached on what was not learnt from, and write the weights where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    parts = eighths({folder.name: sentences_of_folder(folder) for folder in asked.folders or looked_at()})
    written = [pair for path in READ for pair in compared_pairs(path)]
    folds = without_each(parts, written)
    results = {name: applied(folds[name], some) for name, some in parts.items()}
    rows = [row for some in results.values() for row in some]
    for name, some in (*results.items(), ("all", rows)):
        told = ", ".join(f"{figure} {value:.3f}" for figure, value in {**figures(some), **by_aspect(some)}.items())
        sys.stdout.write(f"{name}: {told}\n")
    if asked.write:
        write(parts, folds, written)


if __name__ == "__main__":
    main()
