"""Learn from written claims which statement they are about, in what they differ, and which sentences can be checked.

    python -m benchmarks.claims_training [FOLDER...] [--write]

Folders are those of tests/cases/claims that may be looked at. Without --write only the figures are printed: what is
learnt from all folders but one and measured on that one (from eight parts of the reports where there is one folder).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from benchmarks.claims import Row, Scored, by_aspect, figures, looked_at, read_folder
from opencwc.claims.checkworthiness import signs_of
from opencwc.claims.learned import FILE, Learned, Logistic
from opencwc.claims.likeness import Record, sentences_of_report
from opencwc.claims.model import ASPECTS, Aspect, Claim, Difference
from opencwc.language.encoders import named_encoder
from opencwc.records import to_json
from opencwc.reports.model import Span

SIGNS_OF: Mapping[Aspect, tuple[str, ...]] = {
    "number": ("number_", "none_", "told_share", "time_conflict"),
    "date": ("date_", "time_", "number_conflict"),
    "place": ("place_", "state_", "name_strange", "report_place", "told_share"),
    "agent": ("agent_", "none_"),
    "actor": ("doer_", "who_"),
    "attribution": ("found_", "who_", "blame_of", "blame_only"),
}
"""The beginnings of the signs that may speak for each aspect: there are few claims to learn from."""
_PARTS = 8


class Sentence(NamedTuple):
    """A sentence as it is learnt from."""

    report: str
    text: str
    lang: str
    gold: Row
    signs: Mapping[str, float]
    vector: NDArray[np.float32]
    pairs: Sequence[tuple[str, Mapping[str, float]]]


def sentences_of_folder(folder: Path) -> list[Sentence]:
    """Return the sentences of a folder with the signs of their pairs."""
    encoder = named_encoder()
    statements, reports, gold = read_folder(folder)
    record = Record(statements, encoder)
    found = []
    for report in reports:
        sentences = sentences_of_report(report, encoder)
        for number, span in enumerate(sentences.spans):
            text = report.whole[slice(*span)]
            row = gold.get((report.id, text))
            if row is None:  # the sentence is cut in another way than by hand
                continue
            pairs = [(statements[pair.statement].id, pair.signs) for pair in record.pairs(sentences, number)]
            signs = signs_of(sentences.details[number])
            found.append(Sentence(report.id, text, sentences.lang, row, signs, sentences.vectors[number], pairs))
    return found


def learn(sentences: Sequence[Sentence]) -> Learned:
    """Learn all weights."""
    claims = [one for one in sentences if one.gold["checkworthy"] == "1"]
    pairs = [(signs, name == one.gold["matched"]) for one in claims for name, signs in one.pairs]
    right = [(one.gold, signs) for one in claims for name, signs in one.pairs if name == one.gold["matched"]]
    aspects = {}
    for aspect in ASPECTS:
        beginnings = SIGNS_OF[aspect]
        chosen = [({name: value for name, value in signs.items() if name.startswith(beginnings)}) for _, signs in right]
        aspects[aspect] = _logistic(chosen, [aspect in gold["differs_in"].split(";") for gold, _ in right], 0.3)
    worth = _logistic(
        [one.signs for one in sentences], [one.gold["checkworthy"] == "1" for one in sentences], 0.5,
        np.stack([one.vector for one in sentences]),
    )  # fmt: skip
    return Learned(
        named_encoder().id,
        _logistic([signs for signs, _ in pairs], [is_right for _, is_right in pairs], 0.3),
        aspects,
        worth,
        least_match=0.35,
        least_aspect=dict.fromkeys(ASPECTS, 0.35),
    )


def _logistic(
    signs: Sequence[Mapping[str, float]],
    answers: Sequence[bool],
    strength: float,
    vectors: NDArray[np.float32] | None = None,
) -> Logistic:
    names = sorted({name for some in signs for name in some})
    table = np.array([[some.get(name, 0.0) for name in names] for some in signs], float)
    scale = StandardScaler().fit(table)
    data = scale.transform(table)
    if vectors is not None:
        data = np.hstack([data, 4.0 * vectors])
    model = LogisticRegression(C=strength, max_iter=3_000).fit(data, answers)
    weights = model.coef_[0]
    mine = weights[: len(names)] / scale.scale_
    base = float(model.intercept_[0] - (mine * scale.mean_).sum())
    rest = tuple(round(float(4.0 * weight), 4) for weight in weights[len(names) :])
    return Logistic(round(base, 4), {name: round(float(one), 4) for name, one in zip(names, mine, strict=True)}, rest)


def applied(weights: Learned, sentences: Sequence[Sentence]) -> list[Scored]:
    """Return what weights say of sentences, beside the gold."""
    found = []
    for one in sentences:
        worth = weights.worth(one.signs, one.vector, one.lang)
        claim = Claim(one.report, one.text, Span(0, len(one.text)), one.lang, worth)
        scored = [(weights.matched.chance(signs), name, signs) for name, signs in one.pairs]
        chance, name, signs = max(scored, key=lambda each: each[0], default=(0.0, "", {}))
        if chance >= weights.least_match:
            differing = tuple(
                Difference(aspect) for aspect in ASPECTS
                if weights.aspects[aspect].chance(signs) >= weights.least_aspect[aspect]
            )  # fmt: skip
            claim = Claim(
                one.report, one.text, Span(0, len(one.text)), one.lang, worth, name,
                "differs" if differing else "agrees", chance, differing,
            )  # fmt: skip
        found.append(Scored(claim, one.gold, one.lang))
    return found


def left_out(parts: Mapping[str, Sequence[Sentence]]) -> dict[str, list[Scored]]:
    """Learn from all parts but one and apply it to that one; of one part alone, its reports are cut into eight."""
    if len(parts) == 1:
        (sentences,) = parts.values()
        place = {
            report: number % _PARTS for number, report in enumerate(dict.fromkeys(one.report for one in sentences))
        }
        parts = {str(part): [one for one in sentences if place[one.report] == part] for part in range(_PARTS)}
    found = {}
    for name, some in parts.items():
        others = [one for other, rest in parts.items() if other != name for one in rest]
        found[name] = applied(learn(others), some)
    return found


def main() -> None:
    """Print what is reached on what was not learnt from, and write the weights where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    parts = {folder.name: sentences_of_folder(folder) for folder in asked.folders or looked_at()}
    results = left_out(parts)
    rows = [row for some in results.values() for row in some]
    for name, some in (*(results.items() if len(parts) > 1 else ()), ("all", rows)):
        told = ", ".join(f"{figure} {value:.3f}" for figure, value in {**figures(some), **by_aspect(some)}.items())
        sys.stdout.write(f"{name}: {told}\n")
    if asked.write:
        FILE.write_bytes(to_json(learn([one for some in parts.values() for one in some])) + b"\n")


if __name__ == "__main__":
    main()
