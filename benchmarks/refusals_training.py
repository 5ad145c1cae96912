"""Learn to refuse by meaning, and write weights and card: `python -m benchmarks.refusals_training`.

    python -m benchmarks.refusals_training          learn, print what leaving out a hand shows, write the weights
    python -m benchmarks.refusals_training --card   and measure on the parts kept to measure on, and write the card

Learnt from `refusal-meanings.yaml`, from `refusal-hands.yaml` (several people, each in a way of their own), from the
parts of the older requests that may be looked at (dev, seen), and from the names of the lists, which are no requests;
some in a frame too (`request_frames.yaml`). Probabilities are calibrated, and the limits set, on scores that each
request gets from weights learnt without its hand, or without its like in any language where it is of the first lists.
Nothing of `refusal-meanings-held.yaml` and `refusal-hands-held.yaml` is read to learn.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from benchmarks.model_cards import write_card
from opencwc.convention import Convention
from opencwc.convention.fields import load_yaml
from opencwc.convention.measures import read_measures
from opencwc.language.language_recogniser import language_examples
from opencwc.language.letter_runs import PLACES, runs_in
from opencwc.language.refusal_card import refusal_examples
from opencwc.language.request_meaning import (
    HANDS,
    LEARNT,
    MODEL,
    WEIGHTS,
    MeantRequest,
    meant_requests,
    nearness,
    parts_of,
    requests_by_hands,
    signs_of,
)  # fmt: skip
from opencwc.language.request_rules import load_rules
from opencwc.language.rule_judge import CATEGORIES, Refusal, judge_by_rules
from opencwc.wording import LANGUAGES

GAMMA = 1.0
GROUP_SCALE = 0.3
RUN_SHARE = 1.0
"""How much the runs of letters weigh beside the meaning, whose share is one."""
RIDGE = 0.3
HARMLESS_REFUSED = 0.04
"""Share of the harmless that may be refused where each is scored without its hand: the limit is set by it."""
LIFTED = ("synthesis", "route", "dispersal")
"""Categories whose words a question on punishment has too; what the rules refuse as another is never let pass."""
LIFTED_AT_MOST = 0.4
LIFTED_SHARE = 0.7
"""A refusal of the rules is lifted below this share of the least chance that one of its category had rightly."""
FRAMES = Path(__file__).with_name("request_frames.yaml")
FRAMED = 4
"""One request in so many is learnt in a frame too."""
NAMES = "names"
EVERY = 3
"""Of names, of words of a law and of everyday sentences one in so many is learnt from."""
READ_PARTS = ("dev", "seen")


class Row(NamedTuple):
    """A text to learn from: whose part it is, whether it must be refused, and what it is left out together with."""

    text: str
    request: int
    harmful: bool
    like: str


def main() -> int:
    """Learn, calibrate, set the limits, write the weights, and print the figures."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--card", action="store_true")
    chosen = options.parse_args()
    requests, likes = _requests()
    rows = _rows(requests, likes)
    groups = _groups()
    signs = signs_of([row.text for row in rows], groups, GROUP_SCALE)
    runs = _runs([row.text for row in rows])
    harmful = np.array([row.harmful for row in rows])
    weights, scores = _learnt(signs, runs, harmful, [row.like for row in rows])
    scale = LogisticRegression(C=1e6).fit(scores[:, None], harmful)
    slope, offset = float(scale.coef_[0, 0]), float(scale.intercept_[0])
    chances = _of_requests(1 / (1 + np.exp(-(slope * scores + offset))), rows, len(requests))
    asked = np.array([request.language != NAMES for request in requests])
    bad = np.array([bool(request.category) for request in requests])
    by_rules = [judge_by_rules(request.text) for request in requests]
    refuse_from = float(np.quantile(chances[~bad & asked], 1 - HARMLESS_REFUSED))
    lift_below = np.array(_lift_below(chances, bad, by_rules))
    step = float(np.abs(signs).max() / 127)
    np.savez_compressed(
        WEIGHTS, vectors=np.round(signs / step).astype(np.int8), step=step, weights=weights,
        run_weights=(RUN_SHARE * (runs.T @ weights)).astype(np.float16), gamma=GAMMA, slope=slope, offset=offset,
        groups=np.array(groups), group_scale=GROUP_SCALE, centres=_centres(requests, rows, signs[:, : -len(groups)]),
        refuse_from=refuse_from, lift_below=lift_below,
    )  # fmt: skip
    print(f"learnt from {bad.sum()} requests to refuse and {(~bad).sum()} harmless texts, {len(rows)} rows")
    print(f"refused from {refuse_from:.2f}, lifted below {lift_below.round(2)}")
    _print_left_out(requests, chances, bad, refuse_from, by_rules)
    if chosen.card:
        measured = MODEL.evaluate()
        write_card(MODEL, measured)
        for figure in measured.figures:
            print(figure.part, figure.language, figure.metric, figure.value, figure.n, sep="\t")
    return 0


def _groups() -> list[str]:
    rules = load_rules()
    return sorted({term.group for terms in (rules.words, rules.stems) for each in terms.values() for term in each})


def _rows(requests: list[MeantRequest], likes: list[str]) -> list[Row]:
    """Return each request, some in a frame of their language, and each sentence of a harmless text of several."""
    frames, lot = load_yaml(FRAMES.read_text(encoding="utf-8")), random.Random(1)
    rows = [Row(request.text, at, bool(request.category), likes[at]) for at, request in enumerate(requests)]
    for at, (text, language, category, *_) in enumerate(requests):
        if language in frames and lot.randrange(FRAMED) == 0:
            rows.append(Row(lot.choice(frames[language]).format(text), at, bool(category), likes[at]))
        if not category:
            rows += [
                Row(text[start:end], at, False, likes[at])
                for start, end in parts_of(text)
                if (start, end) != (0, len(text))
            ]
    return rows


def _runs(texts: list[str]) -> Any:
    """Return the runs of letters of each text as a sparse matrix whose rows have the length one."""
    runs = [runs_in(text) for text in texts]
    lengths = [len(places) for places in runs]
    shares = np.repeat([1 / max(1, length) ** 0.5 for length in lengths], lengths)
    ends = np.cumsum([0, *lengths])
    return csr_matrix((shares, np.concatenate(runs).astype(int), ends), (len(texts), PLACES), dtype=np.float32)


def _learnt(
    signs: NDArray[Any], runs: Any, harmful: NDArray[Any], likes: Sequence[str]
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the weights of a kernel ridge regression, and the score of each text without those that it is like.

    The score without a block follows from the inverse of the whole: t - inverse(block)^-1 (inverse t)(block).
    """
    kernel = nearness(signs, signs, (signs**2).sum(1), GAMMA) + RUN_SHARE * (runs @ runs.T).toarray()
    kernel[np.diag_indices(len(kernel))] += RIDGE
    inverse = cho_solve(cho_factor(kernel, overwrite_a=True), np.eye(len(kernel), dtype=np.float32), overwrite_b=True)
    wanted = np.where(harmful, 1, -1).astype(np.float32)
    weights = inverse @ wanted
    scores = np.zeros(len(wanted))
    blocks: dict[str, list[int]] = {}
    for at, like in enumerate(likes):
        blocks.setdefault(like, []).append(at)
    for block in blocks.values():
        left = np.linalg.solve(inverse[np.ix_(block, block)].astype(np.float64), weights[block])
        scores[block] = wanted[block] - left
    return weights, scores


def _of_requests(chances: NDArray[Any], rows: list[Row], number: int) -> NDArray[Any]:
    """Return the chance of each request; of a harmless one it is its likeliest sentence's. Frames do not count."""
    most = np.array(chances[:number])
    for row, chance in zip(rows[number:], chances[number:], strict=True):
        if not row.harmful and len(row.text) < len(rows[row.request].text):
            most[row.request] = max(most[row.request], chance)
    return most


def _print_left_out(
    requests: list[MeantRequest],
    chances: NDArray[Any],
    bad: NDArray[Any],
    refuse_from: float,
    by_rules: list[Refusal | None],
) -> None:
    """Print by hand and by language what is refused where each request is scored without its hand."""
    refused = (chances >= refuse_from) | np.array([refusal is not None for refusal in by_rules])
    for kind in ("hand", "language"):
        names = np.array([getattr(request, kind) for request in requests])
        hands = np.array([bool(request.hand) for request in requests])
        for name in dict.fromkeys(names):
            of_name = (names == name) & (hands | (kind == "hand"))
            counts = [refused[of_name & which] for which in (bad, ~bad)]
            print(kind, name or "first lists", *(f"{count.sum()} of {len(count)}" for count in counts), sep="\t")
    hands = np.array([bool(request.hand) for request in requests])
    for share in (0.01, 0.02, 0.04, 0.06, 0.08, 0.1):
        limit = np.quantile(chances[hands & ~bad], 1 - share)
        print(f"{share:.2f} of the harmless: {(chances[hands & bad] >= limit).mean():.3f} refused, from {limit:.2f}")


def _requests() -> tuple[list[MeantRequest], list[str]]:
    """Return what is learnt from, and for each what it is like: the same request stands in several languages."""
    requests = meant_requests(LEARNT)
    likes = [f"{'en' if request.language == 'en' else ''} {request.category} {request.place}" for request in requests]
    by_hands = requests_by_hands(HANDS)
    requests += by_hands
    likes += [request.hand for request in by_hands]
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
        min(LIFTED_AT_MOST, LIFTED_SHARE * float(chances[of_category & harmful].min())) if category in LIFTED else 0.0
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


def _centres(requests: list[MeantRequest], rows: list[Row], vectors: NDArray[Any]) -> NDArray[Any]:
    """Return the mean vector of each category."""
    of_row = [requests[row.request].category for row in rows]
    means = [vectors[[category == wanted for category in of_row]].mean(0) for wanted in CATEGORIES]
    return np.array(means, np.float32)


if __name__ == "__main__":
    sys.exit(main())
