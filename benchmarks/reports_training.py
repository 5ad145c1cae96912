"""Learn how much each sign weighs that two reports are on one event, or of one origin, from written reports.

    python -m benchmarks.reports_training [--write]

The reports are those of tests/cases/reports that may be looked at. Each is learnt from four times: with the facts as
the rules find them, twice with facts as they should be but for errors put in, and once with no facts at all, so that
no sign leans on facts that are always right. Pairs of different events get days of publication and of the event that
are near as often as far: what is on one day is not one event for that. Without --write only the figures are printed:
what is learnt from one folder and measured on the other.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import combinations
from random import Random
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import minimize

from benchmarks.reports import CASES, Row, b_cubed, pair_f1, read_folder
from opencwc.language.encoders import named_encoder
from opencwc.reports import likeness
from opencwc.reports.events import FLOOR, average_linkage
from opencwc.reports.facts import tell
from opencwc.reports.likeness import DATA, Item, Rarity, Weights, fact_signs, item_of, origin_signs, text_signs, weighed
from opencwc.reports.model import Agents, Casualties, Count, Date, Nature, Place, Report, Told
from opencwc.reports.traits import Traits, traits_of

LOOKED_AT = ("a", "b")
CUTS = np.arange(-3.0, 1.6, 0.5)
Pair = tuple[int, int]


class Case(NamedTuple):
    """Reports as they are learnt from, with the gold row of each."""

    items: list[Item]
    gold: dict[str, Row]

    def of(self, number: int) -> Row:
        """Return the gold row of an item."""
        return self.gold[self.items[number].told.report.id]


def cases_of(folder: str) -> dict[str, Case]:
    """Return a folder's reports in the four ways in which they are learnt from."""
    reports, gold = read_folder(CASES / folder)
    on_event = [report for report in reports if gold[report.id]["event"]]
    plain = [Told(report, gold[report.id]["lang"], Nature("other")) for report in on_event]
    traits = traits_of(plain, named_encoder())
    found = [tell(report) for report in on_event]
    found = [one if one.nature.kind else bare for one, bare in zip(found, plain, strict=True)]
    told = {
        "found": found,
        "erring 1": [_erring(report, gold[report.id], Random(f"1{report.id}")) for report in on_event],
        "erring 2": [_erring(report, gold[report.id], Random(f"2{report.id}")) for report in on_event],
        "blank": plain,
    }
    return {name: Case(_items(some, traits), gold) for name, some in told.items()}


def _items(told: Sequence[Told], traits: Sequence[Traits]) -> list[Item]:
    return list(map(item_of, told, traits))


def _erring(report: Report, gold: Row, chance: Random) -> Told:
    """Return what a report tells as the gold has it, with errors as rules make them."""
    wrong = chance.random
    day, precision = gold["date"], gold["date_precision"]
    if wrong() < 0.2:
        near = report.published.date() - timedelta(days=chance.choice([0, 1, 2, 5, 9]))
        day, precision = chance.choice([("", ""), (near.isoformat(), "day")])
    country = chance.choice(["", "USA", "FRA"]) if wrong() < 0.1 else gold["country"]
    place = chance.choice(["", f"{gold['place'][:4]}x"]) if wrong() < 0.3 else gold["place"]
    kind = chance.choice(["accident", "other", "policy", "attack"]) if wrong() < 0.15 else gold["kind"]
    agents = () if wrong() < 0.1 else tuple(name.strip().lower() for name in gold["agents"].split(";") if name.strip())
    killed, affected = (_count(gold[name], wrong() < 0.2) for name in ("killed", "affected"))
    nature = Nature(
        kind,  # type: ignore[arg-type]
        "reported" if wrong() < 0.25 else gold["stage"],  # type: ignore[arg-type]
        "asserts" if wrong() < 0.2 else gold["stance"],  # type: ignore[arg-type]
    )
    told_day = Date(day, precision)  # type: ignore[arg-type]
    return Told(
        report, gold["lang"], nature, told_day, Place(country, place), Agents(agents), Casualties(killed, affected)
    )


def _count(cell: str, is_missed: bool) -> Count:
    return Count(None if is_missed or not cell else int(cell))


# ------------------------------------------------------------------------------------------------------------- pairs


def event_pairs(case: Case, chance: Random) -> Iterator[tuple[dict[str, float], bool]]:
    """Yield the signs of pairs, and whether they are on one event."""
    rarity = Rarity(case.items)
    for one, other in combinations(range(len(case.items)), 2):
        pair = case.items[one], case.items[other]
        signs = {**fact_signs(*pair), **text_signs(*pair), **rarity.signs(*pair)}
        same = case.of(one)["event"] == case.of(other)["event"]
        yield signs, same
        if not same and chance.random() < 0.3:
            yield _as_if_near(signs, chance), same


def _as_if_near(signs: Mapping[str, float], chance: Random) -> dict[str, float]:
    """Return the signs of a pair as if it had been published, and perhaps had happened, at one time."""
    plain = {name: value for name, value in signs.items() if not name.startswith("date_")}
    plain |= {"published_gap": chance.choice([0.08, 0.15, 0.26, 0.35, 0.43]), "published_far": 0.0}
    dates = ("date_unknown", "date_within", "date_near", "date_same", "date_differs")
    (day,) = chance.choices(dates, weights=(25, 10, 20, 10, 35))
    return {**plain, day: 1.0, **({"date_far": 0.7 * chance.random()} if day == "date_differs" else {})}


def origin_pairs(case: Case) -> Iterator[tuple[dict[str, float], bool]]:
    """Yield the signs of pairs on one event, and whether they are of one origin."""
    for one, other in combinations(range(len(case.items)), 2):
        mine, theirs = case.of(one), case.of(other)
        if mine["event"] == theirs["event"]:
            yield origin_signs(case.items[one], case.items[other]), mine["origin"] == theirs["origin"]


def learnt(pairs: Sequence[tuple[dict[str, float], bool]], firmness: float) -> Weights:
    """Return the weights of a logistic regression with a penalty on large weights."""
    names = sorted({name for signs, _ in pairs for name in signs})
    rows = np.array([[1.0, *(signs.get(name, 0.0) for name in names)] for signs, _ in pairs])
    right = np.array([same for _, same in pairs], float)

    def loss(weight: np.ndarray[Any, Any]) -> tuple[float, np.ndarray[Any, Any]]:
        odds = rows @ weight
        held = weight.copy()
        held[0] = 0.0
        error = 1 / (1 + np.exp(-odds)) - right
        return float(
            (np.logaddexp(0, odds) - right * odds).sum() + firmness * held @ held / 2
        ), rows.T @ error + firmness * held

    best = minimize(loss, np.zeros(rows.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 3_000}).x
    return Weights(float(best[0]), dict(zip(names, map(float, best[1:]), strict=True)), 0.0)


# ------------------------------------------------------------------------------------------------------------- figures


def events_right(case: Case, known: Weights) -> list[float]:
    """Return the B-cubed F1 of events at each cut."""
    rarity = Rarity(case.items)
    scores = np.full((len(case.items),) * 2, 0.0)
    for one, other in combinations(range(len(case.items)), 2):
        pair = case.items[one], case.items[other]
        signs = {**fact_signs(*pair), **text_signs(*pair), **rarity.signs(*pair)}
        scores[one, other] = scores[other, one] = weighed(signs, known)
    gold = {item.told.report.id: case.of(number)["event"] for number, item in enumerate(case.items)}
    return [b_cubed(_clusters(case, scores, range(len(case.items)), cut), gold) for cut in CUTS]


def origins_right(case: Case, known: Weights) -> list[float]:
    """Return the F1 of pairs of one origin at each cut, within the events of the gold."""
    scores = np.full((len(case.items),) * 2, 0.0)
    events: dict[str, list[int]] = {}
    for number in range(len(case.items)):
        events.setdefault(case.of(number)["event"], []).append(number)
    for members in events.values():
        for one, other in combinations(members, 2):
            signs = origin_signs(case.items[one], case.items[other])
            scores[one, other] = scores[other, one] = weighed(signs, known)
    gold = {item.told.report.id: case.of(number)["origin"] for number, item in enumerate(case.items)}
    found = [
        {key: value for some in events.values() for key, value in _clusters(case, scores, some, cut).items()}
        for cut in CUTS
    ]
    return [pair_f1(some, gold) for some in found]


def _clusters(case: Case, scores: np.ndarray[Any, Any], members: Sequence[int], cut: float) -> dict[str, str]:
    groups = average_linkage([[member] for member in members], lambda one, other: float(scores[one, other]), cut, FLOOR)
    return {case.items[number].told.report.id: f"{group[0]}" for group in groups for number in group}


def main() -> int:
    words = argparse.ArgumentParser()
    words.add_argument("--write", action="store_true")
    chosen = words.parse_args()
    cases = {folder: cases_of(folder) for folder in LOOKED_AT}
    for name, firmness, measured in (("event", 2.0, events_right), ("origin", 0.5, origins_right)):
        pairs = {folder: list(_pairs(name, cases[folder])) for folder in LOOKED_AT}
        figures = []
        for held in LOOKED_AT:
            known = learnt([pair for folder in LOOKED_AT if folder != held for pair in pairs[folder]], firmness)
            figures += [measured(cases[held][way], known) for way in ("found", "erring 1")]
            print(name, held, [" ".join(f"{value:.3f}" for value in row) for row in figures[-2:]])
        means = np.mean(figures, axis=0)
        cut = float(CUTS[np.flatnonzero(means > means.max() - 0.007)[-1]])  # the strictest that costs next to nothing
        print(name, "cut", cut, " ".join(f"{value:.3f}" for value in means))
        if chosen.write:
            known = learnt([pair for folder in LOOKED_AT for pair in pairs[folder]], firmness)
            lines = [f"  {sign}: {weight:.3f}" for sign, weight in known.signs.items()]
            top = ["# Made by: python -m benchmarks.reports_training --write", f"base: {known.base:.3f}", f"cut: {cut}"]
            (DATA / f"{name}-likeness.yaml").write_text("\n".join([*top, "signs:", *lines]) + "\n", encoding="utf-8")
            likeness.weights.cache_clear()
    return 0


def _pairs(name: str, cases: Mapping[str, Case]) -> Iterator[tuple[dict[str, float], bool]]:
    for way, case in cases.items():
        if name == "event":
            yield from event_pairs(case, Random(way))
        elif way != "blank":
            yield from origin_pairs(case)


if __name__ == "__main__":
    sys.exit(main())
