"""Learn how much each sign weighs that two reports are on one event, or of one origin, from written reports.

    python -m benchmarks.reports_training [FOLDER...] [--write]

The reports are those of tests/cases/reports that may be looked at, and copies made of them: in the same language,
with sentences left out and a stranger's sentence added, which nobody wrote. Each is learnt from five times: with the
facts as the rules find them, twice with facts as they should be but for errors put in, and twice with no facts at all,
once without the words of day and place, so that no sign leans on facts that are always right. Pairs of different
events get days of publication and of the event that are near as often as far, and some are put into one country: what
is there on one day is not one event for that. Some pairs of one event are learnt from as two, on days that are far
apart or in two States: what is told in like words of another day or place is another event.
Without --write only the figures are printed: what is learnt from all folders but one and measured on that one, without
the copies.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import combinations
from math import log1p
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from msgspec.structs import replace
from scipy.optimize import minimize

from benchmarks.model_cards import write_card
from benchmarks.reports import Row, looked_at, read_folder
from opencwc.language.encoders import named_encoder
from opencwc.language.sentences import sentences_of
from opencwc.reports.facts import tell
from opencwc.reports.item import Item, item_of
from opencwc.reports.likeness import (
    DATA,
    FAR_DAYS,
    NEAR_DAYS,
    Rarity,
    fact_signs,
    says_only_words,
    text_signs,
)
from opencwc.reports.likeness_model import (
    FLOOR,
    HELD,
    MODELS,
    WAYS,
    Weights,
    b_cubed,
    pair_f1,
    read_weights,
    weighed,
)
from opencwc.reports.linkage import average_linkage
from opencwc.reports.model import Agents, Casualties, Count, Date, Nature, Place, Report, Told
from opencwc.reports.origin_signs import origin_signs
from opencwc.reports.traits import Traits, traits_of

_MADE = "#copy"
_IN_ONE_COUNTRY = 0.15
"""Of the pairs of different events that are put at one time, how many are put into one country too."""
_AS_ANOTHER = 0.2
"""Of the pairs of one event, how many are learnt from as two events that are told alike."""
CUTS = np.arange(-3.0, 1.1, 0.25)
Pair = tuple[int, int]


class Case(NamedTuple):
    """Reports as they are learnt from, with the gold row of each."""

    items: list[Item]
    gold: dict[str, Row]

    def of(self, number: int) -> Row:
        """Return the gold row of an item."""
        return self.gold[self.items[number].told.report.id]

    def events(self) -> dict[str, list[int]]:
        """Return the items of each event of the gold."""
        events: dict[str, list[int]] = defaultdict(list)
        for number in range(len(self.items)):
            events[self.of(number)["event"]].append(number)
        return events

    def as_written(self) -> Case:
        """Return the case without the copies that were made."""
        return Case([item for item in self.items if not item.told.report.id.endswith(_MADE)], self.gold)


def cases_of(folder: Path) -> dict[str, Case]:
    """Return a folder's reports in the five ways in which they are learnt from."""
    reports, gold = read_folder(folder)
    on_event = [report for report in reports if gold[report.id]["event"]]
    copies = _made_copies(on_event, Random(folder.name))
    gold |= {copy.id: gold[copy.id.removesuffix(_MADE)] for copy in copies}
    on_event += copies
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
    hidden = [_hidden(one, Random(one.report.id)) for one in found]
    cases = {name: Case(_items(some, traits), gold) for name, some in told.items()}
    return {**cases, "hidden": Case(_items(hidden, traits_of(hidden, named_encoder())), gold)}


def _hidden(told: Told, chance: Random) -> Told:
    """Return a report without facts and without the words of its day and place, some also cut to a few sentences."""
    report = told.report
    spans = sorted({*told.date.spans, *told.place.spans}, reverse=True)
    whole = list(report.whole)
    for start, end in spans:
        whole[start:end] = " " * (end - start)
    title, text = "".join(whole[: len(report.title)]), "".join(whole[report.body_at :])
    if chance.random() < 0.5:
        sentences = list(sentences_of(text))
        count = chance.choice([1, 2, 3])
        title, text = "", " ".join(text[start:end] for start, end in sentences[:count])
    return Told(replace(report, title=title, text=text), told.lang, Nature("other"))


def _made_copies(reports: Sequence[Report], chance: Random) -> list[Report]:
    """Return copies of a third of the reports as outlets make them: shortened, with a sentence from elsewhere."""
    copies = []
    for report in chance.sample(reports, len(reports) // 3):
        others = [other for other in reports if other.lang == report.lang and other.source != report.source]
        other, outlet = chance.choice(others), chance.choice(others)
        sentences, strange = (
            [some.text[start:end] for start, end in sentences_of(some.text)] for some in (report, other)
        )
        kept = sorted(chance.sample(range(len(sentences)), max(1, round(len(sentences) * chance.uniform(0.4, 1)))))
        text = " ".join([*(sentences[at] for at in kept), strange[-1]])
        published = report.published + timedelta(hours=chance.uniform(0.5, 30))
        copies.append(replace(report, id=report.id + _MADE, published=published, source=outlet.source, text=text))
    return copies


def _items(told: Sequence[Told], traits: Sequence[Traits]) -> list[Item]:
    return list(map(item_of, told, traits))


def _erring(report: Report, gold: Row, chance: Random) -> Told:
    """Return what a report tells as the gold has it, with as many errors as rules make where nobody tuned."""
    wrong = chance.random
    day, precision = gold["date"], gold["date_precision"]
    if wrong() < 0.1:
        near = report.published.date() - timedelta(days=chance.choice([0, 1, 2, 5, 9]))
        day, precision = chance.choice([("", ""), (near.isoformat(), "day")])
    country = chance.choice(["", "USA", "FRA"]) if wrong() < 0.06 else gold["country"]
    place = chance.choice(["", f"{gold['place'][:4]}x"]) if wrong() < 0.3 else gold["place"]
    place = place if country == gold["country"] or wrong() < 0.5 else ""
    kind = chance.choice(["accident", "other", "policy", "attack"]) if wrong() < 0.11 else gold["kind"]
    agents = () if wrong() < 0.05 else tuple(name.strip().lower() for name in gold["agents"].split(";") if name.strip())
    killed, affected = (_count(gold[name], wrong() < 0.3) for name in ("killed", "affected"))
    nature = Nature(
        kind,  # type: ignore[arg-type]
        "reported" if wrong() < 0.25 else gold["stage"],  # type: ignore[arg-type]
        "asserts" if wrong() < 0.2 else gold["stance"],  # type: ignore[arg-type]
    )
    told_day = Date(day, precision)  # type: ignore[arg-type]
    where, harmed = Place(country, place), Casualties(killed, affected)
    return Told(report, gold["lang"], nature, told_day, where, Agents(agents), harmed)


def _count(cell: str, is_missed: bool) -> Count:
    return Count(None if is_missed or not cell else int(cell))


# ------------------------------------------------------------------------------------------------------------- pairs


def event_pairs(case: Case, way: str) -> Iterator[tuple[dict[str, float], bool]]:
    """Yield the signs of pairs, and whether they are on one event.

    Pairs of which only words speak are taken from where the words of day and place are hidden.
    """
    chance = Random(way)
    rarity = Rarity()
    for one, other in combinations(range(len(case.items)), 2):
        pair = case.items[one], case.items[other]
        if {"hidden": False, "blank": True}.get(way) == says_only_words(*pair):
            continue
        signs = {**fact_signs(*pair), **text_signs(*pair), **rarity.signs(*pair)}
        same = case.of(one)["event"] == case.of(other)["event"]
        yield signs, same
        if not same and chance.random() < 0.3:
            yield _as_if_near(signs, chance), same
        if same and "date_same" in signs and chance.random() < _AS_ANOTHER:
            yield _as_if_again(signs, chance), False
        if same and "country_same" in signs and chance.random() < _AS_ANOTHER:
            yield _as_if_elsewhere(signs, chance), False


def _as_if_near(signs: Mapping[str, float], chance: Random) -> dict[str, float]:
    """Return the signs of a pair as if it had been published, and perhaps had happened, at one time and in one country.

    What many events share is then no sign that they are one.
    """
    plain = {name: value for name, value in signs.items() if not name.startswith("date_")}
    if chance.random() < _IN_ONE_COUNTRY:
        (place,) = chance.choices(["place_diff", "place_same", ""], weights=(6, 1, 3))
        plain = {name: value for name, value in plain.items() if not name.startswith(("country_", "place_"))}
        plain |= {"country_same": 1.0, **({place: 1.0} if place else {})}
    plain |= {"published_gap": chance.choice([0.08, 0.15, 0.26, 0.35, 0.43]), "published_far": 0.0}
    dates = ("date_unknown", "date_within", "date_near", "date_same", "date_differs")
    (day,) = chance.choices(dates, weights=(25, 10, 20, 10, 35))
    return {**plain, day: 1.0, **({"date_far": 0.7 * chance.random()} if day == "date_differs" else {})}


def _as_if_again(signs: Mapping[str, float], chance: Random) -> dict[str, float]:
    """Return the signs of a pair on one event as if one had been told of another, at the same place on another day."""
    days = chance.choice([9, 12, 15, 21, 28, 31, 40, 60, 90])
    plain = {name: value for name, value in signs.items() if not name.startswith(("date_", "figures_"))}
    return {
        **plain,
        "date_differs": 1.0,
        "date_far": min(1.0, log1p(days - NEAR_DAYS) / 4),
        "days_apart": 1.0,
        "each_of_its_day": float(chance.random() < 0.8),
        "again_later": float(chance.random() < 0.4),
        "published_gap": min(1.0, log1p(days) / 8),
        "published_far": float(days > FAR_DAYS),
    }


def _as_if_elsewhere(signs: Mapping[str, float], chance: Random) -> dict[str, float]:
    """Return the signs of a pair on one event as if one had been told of another, in another State."""
    gone = ("country_", "place_", "figures_", *(("date_",) if chance.random() < 0.5 else ()))
    plain = {name: value for name, value in signs.items() if not name.startswith(gone)}
    day = {} if any(name.startswith("date_") for name in plain) else {"date_near": 1.0}
    return {**plain, **day, "country_diff": 1.0, "elsewhere": float(chance.random() < 0.8)}


def origin_pairs(case: Case) -> Iterator[tuple[dict[str, float], bool]]:
    """Yield the signs of pairs on one event, and whether they are of one origin."""
    for members in case.events().values():
        for (one, other), signs in origin_signs(case.items, members).items():
            yield signs, case.of(one)["origin"] == case.of(other)["origin"]


_FOR = (
    "agents_s",
    "bare_",
    "common_",
    "country_same",
    "cover",
    "date_same",
    "figures_same",
    "later_cites",
    "later_relays",
    "lead",
    "names",
    "numbers",
    "numbers_told",
    "place_same",
    "rare_",
    "same_kind",
    "same_st",
    "same_words",
    "sentences",
    "shingles",
    "speakers_shared",
    "title",
)
_AGAINST = (
    "again_later",
    "agents_diff",
    "country_diff",
    "days_apart",
    "each_of",
    "elsewhere",
    "date_differs",
    "date_far",
    "figures_differ",
    "hours_",
    "kind_diff",
    "later_own",
    "numbers_clash",
    "over_",
    "place_diff",
    "same_language",
    "speakers_a",
)
"""How signs begin that by their meaning speak only for one event or origin, or only against it; the others are free."""


def _bounds(name: str) -> tuple[float | None, float | None]:
    if name.startswith(_AGAINST):
        return None, 0.0
    return (0.0, None) if name.startswith(_FOR) else (None, None)


def learnt(pairs: Sequence[tuple[dict[str, float], bool]], firmness: float) -> Weights:
    """Return the weights of a logistic regression with a penalty on large weights, each with the sign it must have."""
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

    best = minimize(
        loss,
        np.zeros(rows.shape[1]),
        jac=True,
        method="L-BFGS-B",
        bounds=[(None, None), *map(_bounds, names)],
        options={"maxiter": 3_000},
    ).x
    return Weights(float(best[0]), dict(zip(names, map(float, best[1:]), strict=True)), 0.0)


# ------------------------------------------------------------------------------------------------------------- figures


def events_right(case: Case, known: Weights) -> list[float]:
    """Return the B-cubed F1 of events at each cut."""
    scores = np.full((len(case.items),) * 2, 0.0)
    for (one, other), signs in _event_signs(case).items():
        scores[one, other] = scores[other, one] = weighed(signs, known)
    gold = {item.told.report.id: case.of(number)["event"] for number, item in enumerate(case.items)}
    return [b_cubed(_clusters(case, scores, range(len(case.items)), cut), gold) for cut in CUTS]


def origins_right(case: Case, known: Weights) -> list[float]:
    """Return the F1 of pairs of one origin at each cut, within the events of the gold."""
    scores = np.full((len(case.items),) * 2, 0.0)
    events = case.events()
    for members in events.values():
        for (one, other), signs in origin_signs(case.items, members).items():
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


class Question(NamedTuple):
    """What is learnt: for events or origins, how weights are held down, how it is measured, how much a cut may cost."""

    name: str
    firmness: float
    measured: Callable[[Case, Weights], list[float]]
    slack: float


QUESTIONS = (Question("event", 2.0, events_right, 0.004), Question("origin", 1.5, origins_right, 0.01))


def main() -> int:
    words = argparse.ArgumentParser()
    words.add_argument("folders", nargs="*", type=Path)
    words.add_argument("--write", action="store_true")
    chosen = words.parse_args()
    cases = {folder.name: cases_of(folder) for folder in chosen.folders or looked_at()}
    rows: list[dict[str, Any]] = []
    for question in QUESTIONS:
        pairs = {folder: list(_pairs(question.name, cases[folder])) for folder in cases}
        without = {
            held: learnt([pair for folder in cases if folder != held for pair in pairs[folder]], question.firmness)
            for held in cases
        }
        cut = _cut(question, cases, without)
        if chosen.write:
            known = learnt([pair for folder in cases for pair in pairs[folder]], question.firmness)
            _write_weights(question.name, known._replace(cut=cut))
            for folder, case in cases.items():
                rows += _held_rows(question.name, folder, case["found"].as_written(), without[folder])
    if chosen.write:
        read_weights.cache_clear()
        pl.DataFrame(rows).write_parquet(HELD, compression="zstd")
        for model in MODELS.values():
            write_card(model, model.evaluate())
    return 0


def _cut(question: Question, cases: Mapping[str, Mapping[str, Case]], without: Mapping[str, Weights]) -> float:
    """Return the cut that suits the folders by weights learnt without each; print how much is right at every cut."""
    figures, right = [], []
    for held, known in without.items():
        figures += [question.measured(cases[held][way].as_written(), known) for way in ("found", "erring 1")]
        right += [_to_join(question.name, cases[held]["found"].as_written())] * 2
        print(question.name, held, [" ".join(f"{value:.3f}" for value in row) for row in figures[-2:]])
    means = np.average(figures, axis=0, weights=right)
    good = np.flatnonzero(means >= means.max() - question.slack)  # cuts that cost next to nothing
    # Of these the strictest for events, which must not swallow each other; for origins the one in the middle.
    cut = float(CUTS[good[-1] if question.name == "event" else good[len(good) // 2]])
    print(question.name, "cut", cut, " ".join(f"{value:.3f}" for value in means))
    return cut


def _write_weights(name: str, known: Weights) -> None:
    lines = [f"  {sign}: {weight:.3f}" for sign, weight in known.signs.items()]
    top = ["# Made by: python -m benchmarks.reports_training --write", f"base: {known.base:.3f}", f"cut: {known.cut}"]
    (DATA / f"{name}-likeness.yaml").write_text("\n".join([*top, "signs:", *lines]) + "\n", encoding="utf-8")


def _held_rows(name: str, folder: str, case: Case, learned: Weights) -> Iterator[dict[str, Any]]:
    """Yield what the model is measured on: each report with its scores with those of its group that stand before it."""
    ways = dict(zip(WAYS, (learned, read_weights(f"{name}.hand")), strict=True))
    groups = {folder: list(range(len(case.items)))} if name == "event" else case.events()
    for group, members in groups.items():
        signs = _event_signs(case) if name == "event" else origin_signs(case.items, members)
        for place, number in enumerate(members):
            some = {
                way: [weighed(signs[before, number], known) for before in members[:place]]
                for way, known in ways.items()
            }
            near = [at for at in range(place) if max(scores[at] for scores in some.values()) > 2 * FLOOR]
            yield {
                "model": name,
                "group": f"{folder} {group}",
                "report": case.items[number].told.report.id,
                "lang": case.of(number)["lang"],
                "gold": f"{folder} {case.of(number)[name]}",
                "before": near,
                **{way: [round(scores[at], 2) for at in near] for way, scores in some.items()},
            }


def _event_signs(case: Case) -> dict[Pair, dict[str, float]]:
    rarity = Rarity()
    pairs = {at: (case.items[at[0]], case.items[at[1]]) for at in combinations(range(len(case.items)), 2)}
    return {at: {**fact_signs(*pair), **text_signs(*pair), **rarity.signs(*pair)} for at, pair in pairs.items()}


def _to_join(name: str, case: Case) -> int:
    """Count the pairs of a case that are one: so much does its figure weigh."""
    counts = Counter(case.of(number)[name] for number in range(len(case.items)))
    return sum(count * (count - 1) // 2 for count in counts.values())


def _pairs(name: str, cases: Mapping[str, Case]) -> Iterator[tuple[dict[str, float], bool]]:
    for way, case in cases.items():
        if name == "event":
            yield from event_pairs(case.as_written(), way)  # copies would teach that words say nothing more
        elif way not in ("blank", "hidden"):
            yield from origin_pairs(case)


if __name__ == "__main__":
    sys.exit(main())
