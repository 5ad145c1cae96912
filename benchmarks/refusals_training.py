"""Learn to refuse by meaning, and write weights and card: `python -m benchmarks.refusals_training`.

Learnt from `refusal-meanings.yaml`, from the parts of the older requests that may be looked at (dev, seen), and from
the names of the lists, which are no requests; each as it stands and in a frame (`request_frames.yaml`). Probabilities
are calibrated, and the limits set, on scores that each request gets from weights learnt without its like in any
language. Nothing of `refusal-meanings-held.yaml` is read to learn.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.svm import SVC

from benchmarks.model_cards import write_card
from opencwc.convention import Convention
from opencwc.convention.fields import load_yaml
from opencwc.convention.measures import read_measures
from opencwc.language.language_recogniser import language_examples
from opencwc.language.refusal_card import refusal_examples
from opencwc.language.request_meaning import LEARNT, MODEL, WEIGHTS, MeantRequest, meant_requests, signs_of
from opencwc.language.request_rules import load_rules
from opencwc.language.rule_judge import CATEGORIES, Refusal, judge_by_rules
from opencwc.wording import LANGUAGES

SHAPE = {"C": 3.0, "gamma": 1.0}
GROUP_SCALE = 0.2
FOLDS = 8
HARMLESS_REFUSED = 0.04
"""Share of the harmless that may be refused where each is scored without its like: the limit is set by it."""
LIFTED = ("synthesis", "route", "dispersal")
"""Categories whose words a question on punishment has too; what the rules refuse as another is never let pass."""
LIFTED_AT_MOST = 0.25
"""A refusal of the rules is lifted below half the least chance that one of its category had rightly, and below this."""
FRAMES = Path(__file__).with_name("request_frames.yaml")
NAMES = "names"
EVERY = 3
"""Of names, of words of a law and of everyday sentences one in so many is learnt from."""
READ_PARTS = ("dev", "seen")


def main() -> int:
    """Learn, calibrate, set the limits, write the weights and the card, and print the figures."""
    requests, likes = _requests()
    rules = load_rules()
    groups = sorted({term.group for terms in (rules.words, rules.stems) for each in terms.values() for term in each})
    signs = signs_of([request.text for request in requests], groups, GROUP_SCALE)
    framed = signs_of(_framed(requests), groups, GROUP_SCALE)
    harmful = np.array([bool(request.category) for request in requests])
    scores = _scored_without_their_like(signs, framed, harmful, likes)
    scale = LogisticRegression(C=1e6).fit(scores[:, None], harmful)
    slope, offset = float(scale.coef_[0, 0]), float(scale.intercept_[0])
    chances = 1 / (1 + np.exp(-(slope * scores + offset)))
    by_rules = [judge_by_rules(request.text) for request in requests]
    machine = SVC(**SHAPE).fit(np.vstack([signs, framed]), np.concatenate([harmful, harmful]))
    asked = np.array([request.language != NAMES for request in requests])
    refuse_from = float(np.quantile(chances[~harmful & asked], 1 - HARMLESS_REFUSED))
    lift_below = np.array(_lift_below(chances, harmful, by_rules))
    np.savez_compressed(
        WEIGHTS, vectors=machine.support_vectors_.astype(np.float16), weights=machine.dual_coef_[0].astype(np.float32),
        bias=machine.intercept_[0], gamma=SHAPE["gamma"], slope=slope, offset=offset, groups=np.array(groups),
        group_scale=GROUP_SCALE, centres=_centres(requests, signs[:, : -len(groups)]), refuse_from=refuse_from,
        lift_below=lift_below,
    )  # fmt: skip
    print(f"learnt from {harmful.sum()} requests to refuse and {(~harmful).sum()} harmless texts")
    print(f"refused from {refuse_from:.2f}, lifted below {lift_below.round(2)}")
    for language in dict.fromkeys(request.language for request in requests):
        of_language = np.array([request.language == language for request in requests])
        refused = (chances >= refuse_from) | np.array([refusal is not None for refusal in by_rules])
        kinds = [refused[of_language & kind] for kind in (harmful, ~harmful)]
        print(language, *(f"{of_kind.sum()} of {len(of_kind)}" for of_kind in kinds))
    measured = MODEL.evaluate()
    write_card(MODEL, measured)
    for figure in measured.figures:
        print(figure.part, figure.language, figure.metric, figure.value, figure.n, sep="\t")
    return 0


def _requests() -> tuple[list[MeantRequest], list[str]]:
    """Return what is learnt from, and for each what it is like: the same request stands in several languages."""
    requests = meant_requests(LEARNT)
    likes = [f"{'en' if request.language == 'en' else ''} {request.category} {request.place}" for request in requests]
    older = [example for example in refusal_examples() if example.part in READ_PARTS]
    requests += [MeantRequest(example.text, example.language, example.category, 0) for example in older]
    likes += [f"older {at // 4}" for at in range(len(older))]
    names = sorted({*_names_of_lists(), *_words_of_measures(), *_everyday_sentences()})[::EVERY]
    requests += [MeantRequest(name, NAMES, "", 0) for name in names]
    likes += [f"name {at // 10}" for at in range(len(names))]
    return requests, likes


def _lift_below(chances: NDArray[Any], harmful: NDArray[Any], by_rules: list[Refusal | None]) -> list[float]:
    """Return for each category the chance below which what the rules refuse is let pass."""
    refused = [np.array([refusal is not None and refusal.category == category for refusal in by_rules])
               for category in CATEGORIES]  # fmt: skip
    return [
        min(LIFTED_AT_MOST, float(chances[of_category & harmful].min()) / 2) if category in LIFTED else 0.0
        for category, of_category in zip(CATEGORIES, refused, strict=True)
    ]


def _names_of_lists() -> set[str]:
    """Return the names of the lists' chemicals and the titles of their entries, which are no requests."""
    convention = Convention()
    entries = [entry for known_list in convention.known_lists for entry in known_list.entries]
    return {chemical.name for _, chemical in convention.chemicals()} | {
        title for entry in entries for title in entry.title.values()
    }


def _words_of_measures() -> set[str]:
    """Return what a law would say and what our own pages say of the measures: the text of a law is no request."""
    measures = read_measures().measures
    said = {text for measure in measures for text in (*measure.titles.values(), *measure.queries.values())}
    return said | {text for measure in measures for element in measure.elements for text in element.says.values()}


def _everyday_sentences() -> set[str]:
    """Return the sentences that the language recogniser is measured on, in the six languages."""
    return {example.text for example in language_examples() if example.whole and example.language in LANGUAGES}


def _framed(requests: list[MeantRequest]) -> list[str]:
    """Return each request in a frame of its language, drawn by lot; what is in none of the languages stays bare."""
    frames, lot = load_yaml(FRAMES.read_text(encoding="utf-8")), random.Random(1)
    return [lot.choice(frames.get(request.language, ["{}"])).format(request.text) for request in requests]


def _scored_without_their_like(
    signs: NDArray[Any], framed: NDArray[Any], harmful: NDArray[Any], likes: list[str]
) -> NDArray[Any]:
    scores = np.zeros(len(harmful))
    for learnt, left in GroupKFold(FOLDS).split(signs, harmful, likes):
        both = np.vstack([signs[learnt], framed[learnt]])
        machine = SVC(**SHAPE).fit(both, np.concatenate([harmful[learnt]] * 2))
        scores[left] = machine.decision_function(signs[left])
    return scores


def _centres(requests: list[MeantRequest], vectors: NDArray[Any]) -> NDArray[Any]:
    """Return the mean vector of each category."""
    means = [vectors[[request.category == category for request in requests]].mean(0) for category in CATEGORIES]
    return np.array(means, np.float32)


if __name__ == "__main__":
    sys.exit(main())
