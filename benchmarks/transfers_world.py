"""A world of invented transfers whose true shipments, causes of disagreement and planted diversions are all known.

    world = make(TRAINING)                      # also TEST and SHIFTED; scaled(TEST, 1_000_000) for more lines
    world.lines                                 # the ledgers of all States in one table, columns LEDGER_COLUMNS
    world.groups                                # the truth by chemical, exporter, importer and year
    world.shipments                             # the truth by line: which shipment it tells of
    write(world, Path("flows.csv"))

60 States trade 40 chemicals of Schedules 2 and 3 for ten years. Which State is large, a hub, careless or a place of
diversion is drawn by lot and says nothing of the real State with that code.

How the world is made
    *Links* (chemical, exporter, importer) are drawn without replacement, by weights that are Zipf's for exporters,
    importers and chemicals. A link begins in the first year or later, ends by a hazard, and now and then pauses a year;
    it has a yearly quantity around the declaration threshold with a heavy tail, a growth, a grade (concentration), a
    package (bottle, drum, IBC, tank container) and a usual delay of transport. A *group* is a link in a year. Its
    shipments are whole packages, each weighed for tanks and for half of the links, on days of the year of dispatch.
    Honest books differ too: of bulk some tenths of a per cent are lost on the way, arrival is days or weeks after
    dispatch (so a shipment of December may be of two years: `year_end`, by nature), States round in their own way,
    write kg or t, leave out the concentration or the HS code, give years for days, or declare one sum a year; a
    shipment arrives in two lots, or two shipments are booked as one.

How causes are planted: some shipments of a group get a cause, and a side (by the carelessness of the two States), and
that side's lines about them are altered. Two causes in a group are on different shipments of it.
    one_side_silent     the side has no line of them (mostly the whole group; persists over years)
    year_end            dispatched in December, arrived in January or February
    hub                 1 exporter names the hub, importer the origin; 2 exporter names the destination, importer the
                        hub; 3 and 4 as these, and the hub declares both legs (persists)
    unit                the figure in t under the unit kg, or the figure in kg under the unit t
    mixture             the one side states the whole, the other the pure chemical (persists)
    wrong_chemical      another chemical of the same HS heading; the HS code right in half of them
    wrong_partner       another partner, in half of them with a code that looks alike; a hub only in some worlds
    double_entry        entered twice, the second time on the same day or some days later
    returns_netted      goods went back in the same year, and the side states what stayed (a smaller figure, or a
                        negative line); the other States the whole and, in half of them, the way back as a transfer
    rounding            every figure rounded to a coarse multiple, mostly all up or all down (persists)
    concentration_rule  the side does not count mixtures below 80 %; the other states theirs, of 31 to 79 % (persists)
    unexplained         one side's figures off by a factor that nothing explains

Planted diversions, groups of two to four consecutive years; only that they can be told apart matters here
    hub_loss            a hub chain (1, 2 or 4) where a part of every shipment, 30 to 70 %, does not arrive
    under_declared      one State declares a fixed part of all its imports of a chemical, whoever the exporter is
    splitting           6 to 20 shipments a year of 82 to 99 % of the threshold; the importer declares none of them

Truth by group: every line is booked in a group, and what lines about shipments with a cause add to the difference of a
group is that cause's part of it. A cause is a group's where its part is at least a fifth of the greatest part, and a
twentieth of the greater side or more than the threshold; the first is the one with the greatest part. So an error in
one group tells on another (wrong partner, wrong chemical, hub, year end, way back), and is the truth there too.

Calibrated to what is told of the declarations (facts/discrepancy_stats.csv): in 2004 about 1,400 of 1,800 did not match
and 844 of those were declared by one side only; in 2019, 817 of 1,603 were over the threshold; in 2023 three quarters
did not match. `calibration` says how near a world comes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from opencwc.convention import Convention
from opencwc.convention.fields import read_yaml
from opencwc.transfers.model import CAUSES, LEDGER_COLUMNS
from opencwc.transfers.reconcile.third_states import ENTREPOTS

Array = np.ndarray[Any, np.dtype[Any]]

DIVERSIONS = ("hub_loss", "under_declared", "splitting")
TAGS = (*CAUSES, *DIVERSIONS, "")
"""What a shipment was given: a cause, a diversion, or nothing."""

STATES = (
    "ARE", "ARG", "AUS", "AUT", "BEL", "BGR", "BRA", "CAN", "CHE", "CHL", "CHN", "COL", "CRI", "CZE", "DEU", "DNK",
    "DZA", "ECU", "ESP", "EST", "FIN", "FRA", "GBR", "GHA", "GRC", "HUN", "IDN", "IND", "IRL", "ITA", "JOR", "JPN",
    "KAZ", "KEN", "KOR", "LTU", "LVA", "MAR", "MEX", "MYS", "NGA", "NLD", "NOR", "NZL", "PAN", "PER", "PHL", "POL",
    "PRT", "ROU", "SGP", "SVK", "SVN", "SWE", "THA", "TUN", "TUR", "URY", "VNM", "ZAF",
)  # fmt: skip
ENTRIES = MappingProxyType({
    "78-53-5": "2A01", "382-21-8": "2A02", "6581-06-2": "2A03", "676-97-1": "2B04", "756-79-6": "2B04",
    "78-38-6": "2B04", "993-13-5": "2B04", "68957-94-8": "2B04", "41203-81-0": "2B04", "683-08-9": "2B04",
    "6163-75-3": "2B04", "1066-50-8": "2B04", "677-43-0": "2B05", "2404-03-7": "2B06", "7784-34-1": "2B07",
    "76-93-7": "2B08", "1619-34-7": "2B09", "96-79-7": "2B10", "4261-68-1": "2B10", "869-24-9": "2B10",
    "96-80-0": "2B11", "111-48-8": "2B13", "464-07-3": "2B14", "75-44-5": "3A01", "506-77-4": "3A02",
    "74-90-8": "3A03", "76-06-2": "3A04", "10025-87-3": "3B05", "7719-12-2": "3B06", "10026-13-8": "3B07",
    "121-45-9": "3B08", "122-52-1": "3B09", "868-85-9": "3B10", "762-04-9": "3B11", "10025-67-9": "3B12",
    "10545-99-0": "3B13", "7719-09-7": "3B14", "139-87-7": "3B15", "105-59-9": "3B16", "102-71-6": "3B17",
})  # fmt: skip
"""The chemicals by CAS number, with the entry that each falls under."""

RETURN_REMARKS = ("returned goods", "return", "retour", "devolución", "возврат", "退货")
PERSISTENT = ("one_side_silent", "hub", "mixture", "rounding", "concentration_rule")
MIX = MappingProxyType({
    "one_side_silent": 0.34, "year_end": 0.05, "hub": 0.12, "unit": 0.06, "mixture": 0.08, "wrong_chemical": 0.06,
    "wrong_partner": 0.06, "double_entry": 0.06, "returns_netted": 0.05, "rounding": 0.05,
    "concentration_rule": 0.06, "unexplained": 0.06,
})  # fmt: skip


@dataclass(frozen=True)
class Parameters:
    """What a world is made by; shares are of 1, masses in kg, times in days."""

    seed: int
    links: int = 2_250
    first_year: int = 2014
    years: int = 10
    hubs: int = 6
    high_limit_states: int = 10
    aggregating_states: int = 3
    year_only_states: int = 3
    affected: float = 0.91
    """Share of the groups that a cause is planted in, before what other groups' causes do to them."""
    two_causes: float = 0.26
    """Share of the affected groups with two causes, by planting; nature adds some."""
    mix: Mapping[str, float] = field(default_factory=lambda: MIX)
    persistence: float = 0.6
    """Chance that a group takes its link's lasting state: agreement, or one of `PERSISTENT`."""
    whole: float = 0.87
    """Chance that a single cause is on all shipments of its group."""
    diverted: float = 0.0045
    """Share of the groups with a diversion, for each kind."""
    quantity_middle: float = 0.85
    """Median of a link's yearly quantity, in declaration thresholds."""
    quantity_spread: float = 1.6
    tail: float = 0.06
    """Share of links that are larger by a Pareto factor (exponent 1.2)."""
    shipments: float = 1.0
    """Shipments a group, in multiples of the usual number (about five)."""
    delay_middle: float = 16.0
    delay_spread: float = 0.6
    delay_jitter: float = 0.15
    loss: float = 0.002
    """Mean share lost on the way, of what travels in IBC and tank containers."""
    weighed: float = 0.5
    """Share of the links whose shipments have a net weight each, and not that of their packages."""
    grown: float = 0.03
    ends: float = 0.06
    pauses: float = 0.07
    split_lots: float = 0.03
    merged: float = 0.05
    shows_concentration: float = 0.8
    shows_hs: float = 0.7
    shows_cas: float = 0.85
    careless: float = 1.0
    """Spread (log) of the States' carelessness."""
    slip: float = 0.0
    """Chance that a wrong partner is on one shipment of its group, and on no other."""
    slips_to_hubs: bool = False
    """Whether a State that is a hub elsewhere may be the wrong partner."""
    hub_weight: float = 3.0
    """How much more a hub trades for itself than its like."""
    patterns: tuple[float, float, float, float] = (0.32, 0.38, 0.15, 0.15)
    """How often each pattern of a hub is met."""
    entrepots: float = 0.0
    """Share of the hubs that are drawn among the States known as such."""


TRAINING = Parameters(seed=20260101)
TEST = Parameters(
    seed=20270202, delay_middle=18.0, loss=0.0025, quantity_spread=1.7, persistence=0.55, whole=0.85, careless=1.1,
    mix=MappingProxyType({**MIX, "hub": 0.13, "unit": 0.05, "wrong_partner": 0.07, "unexplained": 0.07}),
)  # fmt: skip
"""Like the training world, yet other States, partners and days, and somewhat other parameters."""
SHIFTED = Parameters(
    seed=20280303, delay_jitter=0.25, weighed=0.35, delay_middle=27.0, delay_spread=0.8, loss=0.005,
    quantity_spread=2.0, tail=0.1, persistence=0.35, whole=0.7, careless=1.5, shows_concentration=0.6, shows_hs=0.4,
    aggregating_states=7, year_only_states=7, hubs=9, merged=0.1, split_lots=0.06, two_causes=0.32,
    mix=MappingProxyType({**MIX, "one_side_silent": 0.24, "mixture": 0.12, "double_entry": 0.1, "unexplained": 0.1}),
)  # fmt: skip
"""A world further away, to see how much is lost where the world is not as it was learnt."""


class Chemicals(NamedTuple):
    """The chemicals as columns: thresholds in kg, ``siblings`` the places of others of the same HS heading."""

    cas: tuple[str, ...]
    names: tuple[str, ...]
    entries: tuple[str, ...]
    hs: tuple[str, ...]
    thresholds: Array
    siblings: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class World:
    """Ledgers and their truth.

    ``lines`` has `LEDGER_COLUMNS`, all States in one table; ``id`` is unique in the world. ``groups`` has one row a
    chemical, exporter, importer and year in which anybody declared anything: ``cas``, ``chemical``, ``entry``,
    ``exporter``, ``importer``, ``year``, ``exported_kg``, ``imported_kg``, ``threshold_kg``, ``causes`` (List of
    String, greatest part first, empty where the books agree), ``parts_kg`` (beside it) and ``diversion`` (or ``""``).
    ``shipments`` has one row a line and shipment told of: ``id``, ``shipment``, ``export``, ``cause`` (of `TAGS`) and
    ``copy_of``, the line that a double entry repeats (or null).
    """

    parameters: Parameters
    lines: pl.DataFrame
    groups: pl.DataFrame
    shipments: pl.DataFrame


@cache
def chemicals() -> Chemicals:
    """Read the chemicals, with their names and HS subheadings, from the Convention's data."""
    convention = Convention(lists=["CWC"])
    names = {chemical.cas: chemical.name for chemical in convention.naming.chemicals}
    codes: dict[str, str] = {}
    for subheading in convention.naming.subheadings:
        for cas in subheading.chemicals:
            codes.setdefault(cas, subheading.code)
    numbers = tuple(ENTRIES)
    hs = tuple(codes[cas] for cas in numbers)
    siblings = tuple(_siblings(place, hs, tuple(ENTRIES.values())) for place in range(len(hs)))
    thresholds = np.array([_threshold(entry) for entry in ENTRIES.values()])
    return Chemicals(numbers, tuple(names[cas] for cas in numbers), tuple(ENTRIES.values()), hs, thresholds, siblings)


def _siblings(place: int, hs: tuple[str, ...], entries: tuple[str, ...]) -> tuple[int, ...]:
    """Find the other chemicals of the HS heading; those of Schedule 2A, a few kg, are mistaken for nothing."""
    if entries[place].startswith("2A"):
        return ()
    return tuple(
        other
        for other, code in enumerate(hs)
        if other != place and code[:4] == hs[place][:4] and not entries[other].startswith("2A")
    )


def _threshold(entry: str) -> float:
    if entry == "2A03":
        return 1.0
    return 100.0 if entry.startswith("2A") else 1_000.0 if entry.startswith("2B") else 30_000.0


def scaled(parameters: Parameters, lines: int) -> Parameters:
    """Return the parameters of a world with about so many lines: first more links, then more shipments a group."""
    factor = lines / LINES_A_LINK / parameters.links
    links = round(min(parameters.links * factor, 40_000))
    return replace(parameters, links=links, shipments=parameters.shipments * parameters.links * factor / links)


LINES_A_LINK = 47.3


# Making


def make(parameters: Parameters) -> World:
    """Make a world; the same parameters make the same world."""
    rng = np.random.default_rng(parameters.seed)
    states = _States.drawn(parameters, rng)
    links = _links(parameters, states, rng)
    groups = _groups(parameters, links, rng)
    _plan_diversions(parameters, states, groups, rng)
    _plan_causes(parameters, states, groups, rng)
    shipments = _shipments(parameters, groups, rng)
    pieces = _pieces(parameters, states, groups, shipments, rng)
    return _books(parameters, states, pieces, shipments, rng)


def write(world: World, file: Path) -> Path:
    """Write the ledgers of all States as one CSV file and return its path."""
    world.lines.write_csv(file)
    return file


Table = dict[str, Array]
NONE = len(TAGS) - 1
_TAG = {name: place for place, name in enumerate(TAGS)}


@dataclass(frozen=True)
class _States:
    """What States are like in this world, by their places in `STATES`."""

    exports: Array
    imports: Array
    hubs: Array
    slipped_to: Array
    high_limit: Array
    aggregates: Array
    year_only: Array
    careless: Array
    silent: Array
    tonnes: Array
    grain: Array
    shows_concentration: Array
    shows_hs: Array
    shows_cas: Array

    @staticmethod
    def drawn(p: Parameters, rng: np.random.Generator) -> _States:
        n = len(STATES)
        rank_out, rank_in = rng.permutation(n) + 1.0, rng.permutation(n) + 1.0
        hubs = _hubs(p, rng)
        boost = np.ones(n)
        boost[hubs] = p.hub_weight

        def some(count: int, among: Array) -> Array:
            chosen = np.zeros(n, bool)
            chosen[rng.permutation(among)[:count]] = True
            return chosen

        others = np.setdiff1d(np.arange(n), hubs)
        aggregates = some(p.aggregating_states, others)
        return _States(
            rank_out**-1.1 * boost,
            rank_in**-0.7 * boost,
            hubs,
            p.slips_to_hubs | ~np.isin(np.arange(n), hubs),
            some(p.high_limit_states, np.arange(n)),
            aggregates,
            aggregates | some(p.year_only_states, others),
            rng.lognormal(0, p.careless, n),
            rng.lognormal(0, 1.3 * p.careless, n),
            rng.random(n) < 0.35,
            rng.choice([1.0, 1.0, 10.0, 100.0], n),
            rng.random(n) < p.shows_concentration,
            rng.random(n) < p.shows_hs,
            rng.random(n) < p.shows_cas,
        )


def _hubs(p: Parameters, rng: np.random.Generator) -> Array:
    anyone = rng.permutation(len(STATES))
    if not p.entrepots:
        return anyone[: p.hubs]
    codes = set(read_yaml(ENTREPOTS)["codes"])
    known = [state for state in anyone if STATES[state] in codes][: round(p.hubs * p.entrepots)]
    others = [state for state in anyone if state not in known]
    return np.array([*known, *others][: p.hubs])


def _links(p: Parameters, states: _States, rng: np.random.Generator) -> Table:
    """Draw links without replacement by weight (the largest of log weight plus Gumbel noise)."""
    known, n = chemicals(), len(STATES)
    kinds = len(known.cas)
    schedule_3 = np.array([entry.startswith("3") for entry in known.entries])
    weight = np.where(schedule_3, 0.72 / schedule_3.sum(), 0.28 / (~schedule_3).sum()) * rng.lognormal(0, 0.8, kinds)
    weight[[entry.startswith("2A") for entry in known.entries]] *= 0.4
    out = states.exports * rng.lognormal(0, 1.0, (kinds, n))
    into = states.imports * rng.lognormal(0, 0.6, (kinds, n))
    score = np.log(weight[:, None, None] * out[:, :, None] * into[:, None, :]) + rng.gumbel(size=(kinds, n, n))
    score[:, np.arange(n), np.arange(n)] = -np.inf
    chosen = np.sort(np.argpartition(-score.ravel(), p.links)[: p.links])
    chem, exporter, importer = np.unravel_index(chosen, score.shape)
    size = len(chosen)
    threshold = known.thresholds[chem]
    quantity = threshold * p.quantity_middle * rng.lognormal(0, p.quantity_spread, size)
    quantity *= np.where(rng.random(size) < p.tail, 1 + rng.pareto(1.2, size).clip(0, 300), 1.0)
    stated_high = states.high_limit[exporter] | states.high_limit[importer]
    grade = np.where(
        (rng.random(size) < 0.7) | (threshold <= 100.0),
        rng.uniform(97, 99.9, size),
        np.where(stated_high, rng.uniform(81, 96, size), rng.uniform(31, 95, size)),
    )
    begins = np.where(rng.random(size) < 0.65, 0, rng.integers(0, p.years, size))
    hub = states.hubs[rng.integers(0, len(states.hubs), (size, 3))]
    fits = (hub != exporter[:, None]) & (hub != importer[:, None])
    return {
        "chem": chem, "exporter": exporter, "importer": importer, "quantity": quantity, "threshold": threshold,
        "grade": np.round(grade, 1), "begins": begins, "ends": begins + rng.geometric(p.ends, size),
        "growth": rng.normal(p.grown, 0.06, size),
        "delay": (p.delay_middle * rng.lognormal(0, p.delay_spread, size)).clip(2, 60),
        "hub": hub[np.arange(size), fits.argmax(axis=1)], "has_hub": fits.any(axis=1),
        "density": rng.uniform(0.85, 1.35, size), "weighed": rng.random(size) < p.weighed,
    }  # fmt: skip


def _groups(p: Parameters, links: Table, rng: np.random.Generator) -> Table:
    years = np.arange(p.years)
    active = (years >= links["begins"][:, None]) & (years < links["ends"][:, None])
    active &= rng.random(active.shape) >= p.pauses
    link, year = np.nonzero(active)
    size = len(link)
    quantity = links["quantity"][link] * (1 + links["growth"][link]) ** year * rng.lognormal(0, 0.3, size)
    threshold = links["threshold"][link]
    typical = 0.35 * threshold * (quantity / threshold) ** 0.5 * rng.lognormal(0, 0.4, size) / p.shipments
    return {
        **{name: links[name][link] for name in links if name not in ("quantity", "begins", "ends", "growth")},
        "link": link, "year": year, "quantity": quantity, "shipment": typical,
        "count": np.clip(np.round(quantity / typical), 1, 80 * max(1.0, p.shipments)).astype(np.int64),
        "diversion": np.full(size, NONE), "share": np.zeros(size),
        "cause": np.full((size, 2), NONE), "erring": np.zeros((size, 2), bool), "number": np.zeros((size, 2), np.int64),
        "pattern": np.zeros(size, np.int8),
    }  # fmt: skip


# Diversions


def _plan_diversions(p: Parameters, states: _States, groups: Table, rng: np.random.Generator) -> None:
    """Choose the groups with a diversion, in runs of two to four years, and what is done in them."""
    target = max(2, round(p.diverted * len(groups["link"])))
    relative = groups["quantity"] / groups["threshold"]
    summed = states.aggregates[groups["exporter"]] | states.aggregates[groups["importer"]]
    strict = groups["threshold"] > 100.0
    middling = (relative > 3) & (relative < 60)
    plans = (
        ("hub_loss", groups["link"], middling & ~summed & strict & groups["has_hub"], 1),
        ("under_declared", groups["chem"] * len(STATES) + groups["importer"], (relative > 2.5) & strict, 2),
        ("splitting", groups["link"], (relative > 1.5) & (relative < 60) & ~summed & strict, 1),
    )
    for plan in plans:
        _take_runs(p, groups, plan, target, rng)
    size = len(groups["link"])
    lost = groups["diversion"] == _TAG["hub_loss"]
    groups["pattern"][lost] = rng.choice([1, 2, 2, 2, 4], int(groups["link"].max()) + 1)[groups["link"][lost]]
    split = groups["diversion"] == _TAG["splitting"]
    groups["count"] = np.where(split, rng.integers(6, 21, size), groups["count"])


def _take_runs(
    p: Parameters,
    groups: Table,
    plan: tuple[str, Array, Array, int],
    target: int,
    rng: np.random.Generator,
) -> None:
    """Mark runs of years of the groups with the same key until the target is met.

    A plan names the kind of diversion, the key, the groups that fit, and the least number of exporters in a run.
    """
    kind, key, fits, partners = plan
    free = np.nonzero(fits & (groups["diversion"] == NONE))[0]
    free = free[np.argsort(key[free], kind="stable")]
    bounds = np.flatnonzero(np.diff(key[free], prepend=-1))
    taken = 0
    for place in rng.permutation(len(bounds)):
        if taken >= target:
            return
        last = bounds[place + 1] if place + 1 < len(bounds) else len(free)
        mine = free[bounds[place] : last]
        length = int(rng.integers(2, 5))
        first = int(rng.integers(0, max(1, p.years - length + 1)))
        mine = mine[(groups["year"][mine] >= first) & (groups["year"][mine] < first + length)]
        if len(mine) < 2 or len(np.unique(groups["exporter"][mine])) < partners:
            continue
        groups["diversion"][mine] = _TAG[kind]
        groups["share"][mine] = rng.uniform(0.3, 0.65)
        if kind == "hub_loss":
            groups["hub"][mine] = groups["hub"][mine[0]]
        taken += len(mine)


# Causes


def _plan_causes(p: Parameters, states: _States, groups: Table, rng: np.random.Generator) -> None:
    """Choose causes, erring sides and how many shipments of a group each cause is on."""
    size = len(groups["link"])
    eligible = _eligible(p, states, groups)
    weights = np.array([p.mix[cause] for cause in CAUSES])
    weights = weights / weights.sum() / np.maximum(eligible.mean(axis=0), 1e-3)
    odds = np.cumsum(np.where(eligible, weights, 0.0), axis=1)

    def drawn(uniform: Array) -> Array:
        places: Array = (odds < (uniform * odds[:, -1])[:, None]).sum(axis=1)
        return places.clip(0, len(CAUSES) - 1)

    links = int(groups["link"].max()) + 1
    by_link, by_link_affected = rng.random(links)[groups["link"]], rng.random(links)[groups["link"]]
    first = np.where(rng.random(size) < p.affected, drawn(rng.random(size)), NONE)
    lasting = np.where(by_link_affected < p.affected, drawn(by_link), NONE)
    lasts = np.isin(lasting, [NONE, *(_TAG[cause] for cause in PERSISTENT)]) & (rng.random(size) < p.persistence)
    first = np.where(lasts, lasting, first)
    first[groups["diversion"] != NONE] = NONE
    second = drawn(rng.random(size))
    several = groups["count"] >= 2
    two = several & (first != NONE) & (second != first)
    share = p.two_causes / max(0.05, two[first != NONE].mean())
    second = np.where(two & (rng.random(size) < share), second, NONE)
    groups["cause"] = np.stack([first, second], axis=1)
    _plan_sides(states, groups, rng)
    _plan_numbers(p, states, groups, rng)
    hub = (groups["cause"] == _TAG["hub"]).any(axis=1)
    pattern = rng.choice([1, 2, 3, 4], links, p=p.patterns)[groups["link"]]
    groups["pattern"] = np.where(hub, pattern, groups["pattern"]).astype(np.int8)


def _eligible(p: Parameters, states: _States, groups: Table) -> Array:
    exporter, importer = groups["exporter"], groups["importer"]
    siblings = np.array([bool(sibling) for sibling in chemicals().siblings])
    high = states.high_limit[exporter].astype(int) + states.high_limit[importer]
    summed = states.aggregates[exporter] | states.aggregates[importer]
    strict = groups["threshold"] > 100.0
    shows = states.shows_concentration
    able = dict.fromkeys(CAUSES, np.ones(len(exporter), bool))
    able |= {
        "year_end": groups["year"] < p.years - 1,
        "hub": groups["has_hub"],
        "mixture": strict & (high == 0) & (shows[exporter] | shows[importer]),
        "wrong_chemical": siblings[groups["chem"]],
        "rounding": (groups["count"] >= 4) & ~summed & strict,
        "concentration_rule": strict & (high == 1) & shows[np.where(states.high_limit[exporter], importer, exporter)],
        "returns_netted": ~summed,
    }
    return np.stack([able[cause] for cause in CAUSES], axis=1)


def _plan_sides(states: _States, groups: Table, rng: np.random.Generator) -> None:
    """Choose the importer as the erring side by the two States' carelessness; some causes leave no choice."""
    exporter, importer = groups["exporter"], groups["importer"]
    size, links = len(exporter), int(groups["link"].max()) + 1
    by_link = rng.random((links, 2))[groups["link"]]
    for place in (0, 1):
        cause = groups["cause"][:, place]
        silent = cause == _TAG["one_side_silent"]
        out = np.where(silent, states.silent[exporter], states.careless[exporter])
        into = np.where(silent, states.silent[importer], states.careless[importer])
        lasting = np.isin(cause, [_TAG[error] for error in PERSISTENT])
        draw = np.where(lasting, by_link[:, place], rng.random(size))
        errs = draw < into / (out + into)
        groups["erring"][:, place] = np.where(cause == _TAG["concentration_rule"], states.high_limit[importer], errs)


def _plan_numbers(p: Parameters, states: _States, groups: Table, rng: np.random.Generator) -> None:
    """Choose on how many of its shipments a cause is: on all, on a part, or two causes on a part each."""
    size, count = len(groups["link"]), groups["count"]
    first, second = groups["cause"].T
    part = rng.uniform(0.3, 0.8, size)
    few = np.isin(first, [_TAG["year_end"], _TAG["returns_netted"]])
    part[few] = rng.uniform(0.15, 0.5, few.sum())
    doubled = first == _TAG["double_entry"]
    erring_state = np.where(groups["erring"][:, 0], groups["importer"], groups["exporter"])
    whole = (rng.random(size) < p.whole) & ~few & ~(doubled & (count > 6))
    whole |= np.isin(first, [_TAG["rounding"], _TAG["one_side_silent"]]) & (rng.random(size) < 0.6)
    whole |= states.aggregates[erring_state] & ~few
    by_first = np.where(whole, count, np.maximum(1, np.round(part * count)))
    if p.slip:
        by_first = np.where((first == _TAG["wrong_partner"]) & (rng.random(size) < p.slip), 1, by_first)
    two = second != NONE
    share = np.clip(np.round(rng.uniform(0.35, 0.65, size) * count), 1, np.maximum(1, count - 1))
    share = np.where(few, np.minimum(share, by_first), share)
    rest = np.maximum(1, np.round((count - share) * rng.uniform(0.6, 1.0, size)))
    groups["number"][:, 0] = np.where(first == NONE, 0, np.where(two, share, by_first))
    groups["number"][:, 1] = np.where(two, np.minimum(rest, count - share), 0)


# Shipments


PACKAGES = np.array([0.1, 0.5, 1.0, 5.0, 25.0, 205.0, 1_050.0, 21_500.0])
"""What one package holds, in kg, at a density of one: bottles, cans, a drum, an IBC, a tank container."""


def _shipments(p: Parameters, groups: Table, rng: np.random.Generator) -> Table:
    """Draw the true shipments, in the order of their groups, and give each its cause."""
    count = groups["count"]
    group = np.repeat(np.arange(len(count)), count)
    size = len(group)
    target_kg = groups["shipment"][group] * rng.lognormal(0, 0.3, size)
    place = np.searchsorted(PACKAGES, groups["shipment"], side="right").clip(1) - 1
    package = (PACKAGES[place] * np.where(place >= 5, groups["density"], 1.0)).round(1)[group]
    kg = package * np.maximum(1, np.round(target_kg / package))
    bulk = place[group] >= 6
    weighs = np.where(place[group] == 7, 0.025, np.where(groups["weighed"][group], 0.012, 0.0))
    kg *= (1 + weighs * rng.normal(0, 1, size)).clip(0.9, 1.1)
    split = (groups["diversion"] == _TAG["splitting"])[group]
    kg = np.where(split, groups["threshold"][group] * rng.uniform(0.82, 0.99, size), kg)
    kg = np.where(groups["threshold"][group] > 1.0, kg.round(0 if p.shipments <= 1 else 1), kg.round(3))
    kg = np.maximum(kg, 0.05)
    order = np.lexsort((rng.random(size, np.float32), group))
    starts = np.cumsum(count) - count
    rank = np.empty(size, np.int64)
    rank[order] = np.arange(size) - starts[group[order]]
    first, both = groups["number"][group, 0], groups["number"][group].sum(axis=1)
    which = np.where(rank < first, 0, np.where(rank < both, 1, -1))
    tag = np.where(which == 0, groups["cause"][group, 0], np.where(which == 1, groups["cause"][group, 1], NONE))
    tag = np.where(groups["diversion"][group] != NONE, groups["diversion"][group], tag).astype(np.int8)
    erring = np.where(which == 1, groups["erring"][group, 1], groups["erring"][group, 0])
    return {"group": group, "kg": kg, "tag": tag, "erring": erring, "bulk": bulk, **_days(p, groups, group, tag, rng)}


def _days(p: Parameters, groups: Table, group: Array, tag: Array, rng: np.random.Generator) -> Table:
    """Draw days of dispatch, at a hub and of arrival, from the first day of the first year; set the year end's apart.

    Only shipments with no cause or with `year_end` arrive in the next year, so that what they add to a group has one
    cause; the rest, and those of the last year, leave early enough.
    """
    size = len(group)
    starts = (np.array([f"{p.first_year + n}-01-01" for n in range(p.years + 1)], "datetime64[D]")).astype(np.int64)
    begins, ends = starts[groups["year"][group]], starts[groups["year"][group] + 1] - 1
    dispatch = begins + np.floor(rng.random(size) * (ends - begins + 1)).astype(np.int64)
    delay = np.round(groups["delay"][group] * rng.lognormal(0, p.delay_jitter, size) + rng.uniform(0, 4, size)).astype(
        np.int64
    )
    delay = delay.clip(1, 75)
    through = groups["pattern"][group] > 0
    through &= np.isin(tag, [_TAG["hub"], _TAG["hub_loss"]])
    second = np.where(through, np.round(delay * rng.uniform(0.4, 1.0, size) + rng.uniform(3, 20, size)), 0).astype(
        np.int64
    )
    late = tag == _TAG["year_end"]
    dispatch[late] = ends[late] - rng.integers(0, 25, late.sum())
    delay[late] = ends[late] - dispatch[late] + 1 + rng.integers(1, 55, late.sum())
    stays = (~late & (tag != NONE)) | (groups["year"][group] == p.years - 1)
    over = stays & (dispatch + delay + second > ends)
    dispatch[over] = ends[over] - (delay + second)[over] - rng.integers(0, 30, over.sum())
    dispatch = np.maximum(dispatch, begins)
    return {
        "dispatch": dispatch.astype(np.int32), "at_hub": (dispatch + delay).astype(np.int32),
        "arrival": (dispatch + delay + second).astype(np.int32), "last": ends.astype(np.int32),
    }  # fmt: skip


# What the two sides write about the shipments


def _pieces(p: Parameters, states: _States, groups: Table, shipments: Table, rng: np.random.Generator) -> Table:
    """Write what each State says of each shipment: pieces, of which lines are made.

    Shipments over a hub that declares both legs are two shipments, the second with the number of the first plus n;
    what went back is the number plus 2 n.
    """
    group, tag, erring = shipments["group"], shipments["tag"], shipments["erring"]
    n = len(group)
    at = {name: groups[name][group] for name in ("chem", "exporter", "importer", "hub", "grade", "pattern")}
    concentration = _concentrations(groups, at, tag, group, rng)
    lost = np.where(shipments["bulk"], np.abs(rng.normal(p.loss, 0.75 * p.loss, n)).clip(0, 0.03), 0.0)
    ours = {
        "ship": np.arange(n), "chem": at["chem"], "reporter": at["exporter"], "partner": at["importer"],
        "export": np.ones(n, bool), "day": shipments["dispatch"], "kg": shipments["kg"].copy(),
        "concentration": concentration.copy(), "hs": at["chem"], "scale": np.zeros(n, np.int8), "grain": np.zeros(n),
        "way": np.zeros(n, np.int8), "tag": tag, "remark": np.full(n, -1, np.int8), "copy": np.full(n, -1),
        "keep": np.ones(n, bool),
    }  # fmt: skip
    theirs = {
        **{name: column.copy() for name, column in ours.items()}, "reporter": at["importer"], "partner": at["exporter"],
        "export": np.zeros(n, bool), "day": shipments["arrival"], "kg": shipments["kg"] * (1 - lost),
    }  # fmt: skip
    sides = (ours, theirs)
    more: list[Table] = []
    for side, book in enumerate(sides):
        err = erring == bool(side)
        _alter_side(states, groups, group, book, tag, err, rng)
        more += [_doubled(book, err & (tag == _TAG["double_entry"]), shipments["last"], n * side, rng)]
        more += _returned(book, sides[1 - side], err & (tag == _TAG["returns_netted"]), shipments["last"], n, rng)
    more += _over_hubs(states, groups, shipments, at, ours, theirs, rng)
    _divert(groups, group, ours, theirs, tag, rng)
    for book in sides:
        more += _lots(p, states, book, tag, shipments["last"], rng)
    _merge(p, states, ours, theirs, tag, group, rng)
    for extra in more:
        extra.setdefault("joined", np.full(len(extra["ship"]), -1))
    return {name: np.concatenate([book[name] for book in (*sides, *more)]) for name in theirs}


def _concentrations(groups: Table, at: Table, tag: Array, group: Array, rng: np.random.Generator) -> Array:
    """The grade of the link; mixtures and what falls under another State's limit have one by group."""
    size = len(groups["link"])
    mixed, low = rng.uniform(35, 85, size)[group], rng.uniform(31, 79, size)[group]
    is_mixed, is_low = tag == _TAG["mixture"], tag == _TAG["concentration_rule"]
    return np.round(np.where(is_mixed, mixed, np.where(is_low, low, at["grade"])), 1)


def _alter_side(
    states: _States, groups: Table, group: Array, book: Table, tag: Array, err: Array, rng: np.random.Generator
) -> None:
    """Alter what the erring side writes: the causes that change its own lines only."""
    size = len(groups["link"])
    is_import = not bool(book["export"][0])
    gone = err & np.isin(tag, [_TAG["one_side_silent"], _TAG["concentration_rule"]])
    book["keep"] &= ~gone
    unit = err & (tag == _TAG["unit"])
    book["scale"][unit] = rng.choice([-1, 1], size)[group][unit]
    pure = err & (tag == _TAG["mixture"])
    book["kg"][pure] *= book["concentration"][pure] / 100
    error_kind = rng.choice([0, 1, 2], size, p=[0.4, 0.35, 0.25])[group][pure]
    book["concentration"][pure] = np.select(
        [error_kind == 0, error_kind == 1], [np.nan, book["concentration"][pure]], 100.0
    )
    chemical = err & (tag == _TAG["wrong_chemical"])
    siblings = [np.array(sibling or (i,)) for i, sibling in enumerate(chemicals().siblings)]
    other = np.array([siblings[chem][int(draw * len(siblings[chem]))]
                      for chem, draw in zip(groups["chem"], rng.random(size), strict=True)])[group]  # fmt: skip
    book["chem"] = np.where(chemical, other, book["chem"])
    book["hs"] = np.where(chemical & (rng.random(size) < 0.5)[group], other, book["hs"])
    partner = err & (tag == _TAG["wrong_partner"])
    book["partner"] = np.where(partner, _wrong_partners(states, groups, is_import, rng)[group], book["partner"])
    rounded = err & (tag == _TAG["rounding"])
    grain = _nice(groups["shipment"] * rng.uniform(0.4, 1.2, size))[group]
    book["grain"][rounded] = grain[rounded]
    book["way"][rounded] = rng.choice([1, -1, 0], size, p=[0.4, 0.4, 0.2])[group][rounded]
    off = err & (tag == _TAG["unexplained"])
    middle = (rng.choice([-1.0, 1.0], size) * rng.uniform(0.3, 1.0, size))[group]
    book["kg"][off] *= np.exp(middle[off] + rng.normal(0, 0.35, off.sum()))


def _nice(value: Array) -> Array:
    """Round to the nearest of 1, 2, 5, 10 ... times a power of ten, by ratio."""
    power = 10.0 ** np.floor(np.log10(value))
    steps = np.array([1.0, 2.0, 5.0, 10.0])
    near = np.abs(np.log(value / power)[:, None] - np.log(steps)).argmin(axis=1)
    nice: Array = power * steps[near]
    return nice


@cache
def _likeness() -> Array:
    """How much codes look alike: one letter apart, or the same two first letters."""
    letters = np.array([list(code) for code in STATES])
    same = letters[:, None, :] == letters[None, :, :]
    alike: Array = (same.sum(axis=2) == 2) | same[:, :, :2].all(axis=2)
    return alike


def _wrong_partners(states: _States, groups: Table, is_import: bool, rng: np.random.Generator) -> Array:
    right = groups["exporter"] if is_import else groups["importer"]
    other = groups["importer"] if is_import else groups["exporter"]
    size, n = len(right), len(STATES)
    allowed = np.broadcast_to(states.slipped_to, (n, n)).copy()
    np.fill_diagonal(allowed, False)
    like = np.where(_likeness() & allowed, rng.random((n, n)), 0.0)
    alike = np.cumsum(like / np.maximum(like.sum(axis=1, keepdims=True), 1e-9), axis=1)
    anyone = np.cumsum(allowed / allowed.sum(axis=1, keepdims=True), axis=1)
    chosen = np.full(size, -1)
    unsettled = np.arange(size)
    looks = rng.random(size) < 0.5
    for attempt in range(12):
        table = np.where((looks[unsettled] & (attempt < 3))[:, None], alike[right[unsettled]], anyone[right[unsettled]])
        draw = (table < rng.random(len(unsettled))[:, None]).sum(axis=1)
        good = (draw < n) & (draw != other[unsettled])
        good &= (draw.clip(0, n - 1) != right[unsettled]) & states.slipped_to[draw.clip(0, n - 1)]
        chosen[unsettled[good]] = draw[good]
        unsettled = unsettled[~good]
        if not len(unsettled):
            break
    return np.where(chosen < 0, right, chosen)


def _taken(book: Table, mask: Array) -> Table:
    return {name: column[mask].copy() for name, column in book.items()}


def _doubled(book: Table, mask: Array, last: Array, offset: int, rng: np.random.Generator) -> Table:
    """The second entries of what is entered twice; ``copy`` is the place of the first among the pieces."""
    again = _taken(book, mask)
    count = int(mask.sum())
    later = np.where(rng.random(count) < 0.7, 0, rng.integers(1, 6, count))
    again["day"] = np.minimum(again["day"] + later, last[mask]).astype(np.int32)
    again["copy"] = np.flatnonzero(mask) + offset
    return again


def _returned(
    book: Table, other: Table, mask: Array, last: Array, n: int, rng: np.random.Generator
) -> list[Table]:  # fmt: skip
    """Net what went back on one side; the other side may declare the way back as a transfer of its own."""
    count = int(mask.sum())
    part = rng.uniform(0.3, 0.95, count)
    negative = rng.random(count) < 0.4
    remarks = rng.integers(0, len(RETURN_REMARKS), count).astype(np.int8)
    back = _taken(book, mask)
    back["kg"] = -part * back["kg"]
    back["day"] = np.minimum(back["day"] + rng.integers(15, 120, count), last[mask]).astype(np.int32)
    back["ship"] = back["ship"] + 2 * n
    back["remark"] = np.where(rng.random(count) < 0.7, remarks, -1).astype(np.int8)
    book["kg"][mask] *= np.where(negative, 1.0, 1 - part)
    way = _taken(other, mask)
    way["kg"] = part * way["kg"]
    way["ship"] = way["ship"] + 2 * n
    way["export"] = ~way["export"]
    way["day"] = np.minimum(back["day"] + rng.integers(-20, 20, count), last[mask]).astype(np.int32)
    way["remark"] = np.where(rng.random(count) < 0.6, remarks, -1).astype(np.int8)
    return [_taken(back, negative), _taken(way, rng.random(count) < 0.5)]


def _over_hubs(
    states: _States, groups: Table, shipments: Table, at: Table, ours: Table, theirs: Table, rng: np.random.Generator
) -> list[Table]:
    """Name the hub where the pattern says so, and write the hub's own lines where it declares both legs."""
    tag, n = shipments["tag"], len(shipments["tag"])
    over = np.isin(tag, [_TAG["hub"], _TAG["hub_loss"]])
    pattern = np.where(over, at["pattern"], 0)
    ours["partner"] = np.where(np.isin(pattern, [1, 3]), at["hub"], ours["partner"])
    theirs["partner"] = np.where(np.isin(pattern, [2, 4]), at["hub"], theirs["partner"])
    legs = np.isin(pattern, [3, 4])
    theirs["ship"] = np.where(legs, theirs["ship"] + n, theirs["ship"])
    into, out = _taken(theirs, legs), _taken(ours, legs)
    into |= {
        "ship": into["ship"] - n, "reporter": at["hub"][legs], "partner": at["exporter"][legs],
        "day": shipments["at_hub"][legs],
    }  # fmt: skip
    stay = shipments["arrival"][legs] - shipments["at_hub"][legs]
    out |= {
        "ship": out["ship"] + n, "reporter": at["hub"][legs], "partner": at["importer"][legs],
        "day": (shipments["at_hub"][legs] + np.floor(stay * rng.uniform(0.1, 0.5, legs.sum()))).astype(np.int32),
        "kg": theirs["kg"][legs] * rng.uniform(1.0, 1.002, legs.sum()),
    }  # fmt: skip
    lost = tag[legs] == _TAG["hub_loss"]
    part = _lost_part(groups, shipments["group"], rng)
    arrived = tag == _TAG["hub_loss"]
    theirs["kg"][arrived] *= 1 - part[arrived]
    out["kg"][lost] *= 1 - part[legs][lost]
    return [into, out]


def _lost_part(groups: Table, group: Array, rng: np.random.Generator) -> Array:
    return (groups["share"][group] + rng.normal(0, 0.06, len(group))).clip(0.25, 0.75)


def _divert(groups: Table, group: Array, ours: Table, theirs: Table, tag: Array, rng: np.random.Generator) -> None:
    """Under-declare a fixed part of the imports, and leave out the imports of split shipments."""
    under = tag == _TAG["under_declared"]
    theirs["kg"][under] *= 1 - groups["share"][group][under] + rng.normal(0, 0.01, under.sum())
    theirs["keep"] &= tag != _TAG["splitting"]


def _lots(
    p: Parameters, states: _States, book: Table, tag: Array, last: Array, rng: np.random.Generator
) -> list[Table]:  # fmt: skip
    """Write some shipments as two lines: the second lot a few days later, of the same year."""
    split = (tag == NONE) & (rng.random(len(tag)) < p.split_lots / 2) & ~states.aggregates[book["reporter"]]
    count = int(split.sum())
    part = rng.choice([0.25, 0.5, 0.5, 0.6, 0.75], count)
    second = _taken(book, split)
    second["kg"] *= 1 - part
    book["kg"][split] *= part
    year_end = _year_ends(second["day"])
    second["day"] = np.minimum(second["day"] + rng.integers(1, 15, count), year_end).astype(np.int32)
    return [second]


def _year_ends(day: Array) -> Array:
    year = day.astype("datetime64[D]").astype("datetime64[Y]")
    return ((year + 1).astype("datetime64[D]").astype(np.int64) - 1).astype(np.int32)


def _merge(
    p: Parameters, states: _States, ours: Table, theirs: Table, tag: Array, group: Array, rng: np.random.Generator
) -> None:
    """Book some neighbouring shipments of a group, of the same year and without a cause, as one line on one side.

    ``joined`` is the place of the first of them, or -1. It is nearest in time that is booked together.
    """
    for book in (ours, theirs):
        book["joined"] = np.full(len(tag), -1)
    order = np.lexsort((ours["day"], group))
    before = np.roll(order, 1)
    near = (group[order] == group[before]) & (tag[order] == NONE) & (tag[before] == NONE)
    near[0] = False
    for book in (ours, theirs):
        same_year = _year_ends(book["day"][order]) == _year_ends(book["day"][before])
        apart = np.abs(book["day"][order] - book["day"][before]) <= 40
        fits = (
            near & same_year & apart & (rng.random(len(tag)) < p.merged) & ~states.aggregates[book["reporter"][order]]
        )
        fits &= np.roll(~fits, 1)
        near &= ~fits & ~np.roll(fits, -1)
        book["joined"][order[fits]] = before[fits]
        book["joined"][before[fits]] = before[fits]


# Lines and truth


def _books(p: Parameters, states: _States, pieces: Table, shipments: Table, rng: np.random.Generator) -> World:
    """Make lines of the pieces, round and write them as each State does, and reckon the truth."""
    keep = pieces["keep"]
    place = np.cumsum(keep) - 1
    copy = np.where(pieces["copy"] >= 0, place[pieces["copy"].clip(0)], -1)[keep]
    entries = {name: column[keep] for name, column in pieces.items() if name not in ("keep", "copy")}
    entries["copy"] = copy
    entries["year"] = entries["day"].astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
    rounded = entries["grain"] > 0
    grain, kg = entries["grain"][rounded], entries["kg"][rounded]
    way = entries["way"][rounded]
    times = np.select([way > 0, way < 0], [np.ceil(kg / grain), np.floor(kg / grain)], np.round(kg / grain))
    entries["kg"][rounded] = np.maximum(times, 1) * grain
    line = _line_numbers(states, entries)
    lines, line_of = _lines(p, states, entries, line, rng)
    matched = _told(shipments, entries, lines, line_of)
    return World(p, lines.select(LEDGER_COLUMNS), _truth(entries, lines), matched)


def _line_numbers(states: _States, entries: Table) -> Array:
    """Number the lines: a piece has its own, pieces booked together share one, and so do yearly sums."""
    size = len(entries["ship"])
    line = np.arange(size)
    summed = states.aggregates[entries["reporter"]]
    if summed.any():
        again = entries["copy"][summed] >= 0
        names = ("reporter", "partner", "chem", "export", "year", "scale", "hs", "remark")
        keys = pl.DataFrame({
            **{name: entries[name][summed] for name in names},
            "again": again, "concentration": np.nan_to_num(entries["concentration"][summed], nan=-1.0),
            "negative": entries["kg"][summed] < 0,
        })  # fmt: skip
        first = keys.with_row_index("n").select(pl.col("n").min().over(keys.columns)).to_series().to_numpy()
        line[summed] = np.flatnonzero(summed)[first]
    joined = (entries["joined"] >= 0) & ~summed
    if joined.any():
        keys = pl.DataFrame({"joined": entries["joined"][joined], "export": entries["export"][joined]})
        first = keys.with_row_index("n").select(pl.col("n").min().over(keys.columns)).to_series().to_numpy()
        line[joined] = np.flatnonzero(joined)[first]
    return line


def _lines(
    p: Parameters, states: _States, entries: Table, line: Array, rng: np.random.Generator
) -> tuple[pl.DataFrame, Array]:
    """Write the lines in the order of reporters and days; return them and the line of every piece."""
    known = chemicals()
    unique, inverse = np.unique(line, return_inverse=True)
    kg = np.bincount(inverse, weights=entries["kg"], minlength=len(unique))
    day = entries["day"][unique].copy()
    np.maximum.at(day, inverse, entries["day"])
    reporter = entries["reporter"][unique]
    order = np.lexsort((day, reporter))
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    unique, kg, day, reporter = unique[order], kg[order], day[order], reporter[order]
    chem, export = entries["chem"][unique], entries["export"][unique]
    threshold = known.thresholds[chem]
    fine = np.minimum(states.grain[reporter], np.where(threshold >= 30_000, 100.0, 10.0))
    grain = np.where(threshold >= 1_000, fine, 0.001)
    grain = np.where((np.abs(kg) < 20 * grain) & (grain > 1), 1.0, grain)
    stated = np.round(np.round(kg / grain) * grain, 3)
    stated = np.where(stated == 0, np.round(kg, 3), stated)
    tonnes = states.tonnes[reporter] & (threshold >= 1_000)
    scale = entries["scale"][unique]
    # The wrong unit: a figure meant in t under kg (scale -1), or meant in kg under t (scale 1).
    tonnes = np.where(scale != 0, scale > 0, tonnes)
    figure = np.where(scale > 0, stated, np.where((scale < 0) | tonnes, stated / 1000, stated))
    stated = np.where(scale > 0, stated * 1000, np.where(scale < 0, stated / 1000, stated))
    shows_it = states.shows_concentration[reporter]
    concentration = np.where(shows_it, entries["concentration"][unique], np.nan)
    codes = pl.Series(STATES)
    by_year = states.year_only[reporter]
    days = pl.Series(day.astype("datetime64[D]"))
    remark = entries["remark"][unique]
    number = np.arange(len(unique)) - np.searchsorted(reporter, reporter) + 1
    lines = pl.DataFrame({
        "reporter": codes.gather(reporter), "partner": codes.gather(entries["partner"][unique]),
        "chemical": pl.Series(known.names).gather(chem), "quantity": figure.round(6), "export": export,
        "concentration": pl.Series(concentration).fill_nan(None).round(1), "day": days, "by_year": by_year,
        "shows_cas": states.shows_cas[reporter], "shows_hs": states.shows_hs[reporter],
        "cas_told": pl.Series(known.cas).gather(chem), "hs_told": pl.Series(known.hs).gather(entries["hs"][unique]),
        "tonnes": tonnes, "number": number, "remark": remark, "kg": stated, "chem": chem,
    })  # fmt: skip
    lines = lines.with_columns(
        id=pl.format("{}{}", "reporter", pl.col("number").cast(pl.String).str.zfill(7)),
        flow=pl.when("export").then(pl.lit("export")).otherwise(pl.lit("import")),
        date=pl.when("by_year").then(pl.col("day").dt.year().cast(pl.String)).otherwise(pl.col("day").cast(pl.String)),
        cas=pl.when("shows_cas").then("cas_told").otherwise(pl.lit("")),
        hs=pl.when("shows_hs").then("hs_told").otherwise(pl.lit("")),
        unit=pl.when("tonnes").then(pl.lit("t")).otherwise(pl.lit("kg")),
        remarks=pl.Series(["", *RETURN_REMARKS]).gather(remark.astype(np.int64) + 1),
        year=pl.col("day").dt.year(),
        exporter=pl.when("export").then("reporter").otherwise("partner"),
        importer=pl.when("export").then("partner").otherwise("reporter"),
    )
    return lines, rank[inverse]


def _told(shipments: Table, entries: Table, lines: pl.DataFrame, line_of: Array) -> pl.DataFrame:
    ids = lines["id"]
    copy = entries["copy"]
    original = np.where(copy >= 0, line_of[copy.clip(0)], 0)
    tags = pl.Series(TAGS)
    return pl.DataFrame({
        "id": ids.gather(line_of), "shipment": entries["ship"].astype(np.int64), "export": entries["export"],
        "cause": tags.gather(entries["tag"].astype(np.int64)), "copy_of": ids.gather(original),
        "again": copy >= 0,
    }).with_columns(copy_of=pl.when("again").then("copy_of")).drop("again")  # fmt: skip


def _truth(entries: Table, lines: pl.DataFrame) -> pl.DataFrame:
    """Reckon by group what each cause adds to the difference, and say the causes with a part worth telling."""
    known = chemicals()
    key = ["chem", "exporter", "importer", "year"]
    sums = lines.group_by(key).agg(
        exported_kg=pl.col("kg").filter("export").sum().round(3),  # rounded, since sums differ by their order
        imported_kg=pl.col("kg").filter(~pl.col("export")).sum().round(3),
    )
    signed = np.where(entries["export"], 1.0, -1.0) * entries["kg"] * np.float_power(1000.0, entries["scale"])
    exporter = np.where(entries["export"], entries["reporter"], entries["partner"])
    importer = np.where(entries["export"], entries["partner"], entries["reporter"])
    codes = pl.Series(STATES)
    parts = (
        pl.DataFrame({
            "chem": entries["chem"], "exporter": exporter, "importer": importer,
            "year": entries["year"].astype(np.int32), "tag": _crossing(entries), "part": signed,
        })
        .group_by("chem", "exporter", "importer", "year", "tag").agg(pl.col("part").sum().round(3))
        .filter(pl.col("tag") != NONE)
    )  # fmt: skip
    parts = parts.with_columns(
        exporter=codes.gather(parts["exporter"]), importer=codes.gather(parts["importer"]), size=pl.col("part").abs()
    )
    sums = sums.with_columns(
        greater=pl.max_horizontal(pl.col("exported_kg").abs(), pl.col("imported_kg").abs()),
        threshold=pl.Series(known.thresholds).gather(sums["chem"]),
    )
    parts = parts.join(sums.select(*key, "greater", "threshold"), on=key).filter(
        (pl.col("size") >= 0.2 * pl.col("size").max().over(key))
        & ((pl.col("size") >= 0.05 * pl.col("greater")) | (pl.col("size") > pl.col("threshold")))
    )
    parts = parts.sort([*key, "size", "tag"], descending=[False] * 4 + [True, False])
    named = parts.with_columns(name=pl.Series(TAGS).gather(parts["tag"].cast(pl.Int64)))
    truth = named.group_by(key, maintain_order=True).agg(
        causes=pl.col("name").filter(pl.col("tag") < len(CAUSES)),
        parts_kg=pl.col("part").filter(pl.col("tag") < len(CAUSES)),
        diversion=pl.col("name").filter(pl.col("tag") >= len(CAUSES)).first(),
    )
    groups = sums.join(truth, on=key, how="left").with_columns(
        pl.col("diversion").fill_null(""), pl.col("causes").fill_null([]), pl.col("parts_kg").fill_null([])
    )
    order = groups.sort(key)
    chem = order["chem"]
    return order.with_columns(
        cas=pl.Series(known.cas).gather(chem), chemical=pl.Series(known.names).gather(chem),
        entry=pl.Series(known.entries).gather(chem), threshold_kg=pl.Series(known.thresholds).gather(chem),
    ).select(
        "cas", "chemical", "entry", "exporter", "importer", "year", "exported_kg", "imported_kg", "threshold_kg",
        "causes", "parts_kg", "diversion",
    )  # fmt: skip


def _crossing(entries: Table) -> Array:
    """Give the shipments without a cause that are of two years by nature the cause `year_end`."""
    plain = entries["tag"] == NONE
    last = np.full(int(entries["ship"].max()) + 1, -1, np.int64)
    first = np.full(len(last), 99_999, np.int64)
    np.maximum.at(last, entries["ship"][plain], entries["year"][plain])
    np.minimum.at(first, entries["ship"][plain], entries["year"][plain])
    crosses = plain & (last[entries["ship"]] > first[entries["ship"]])
    return np.where(crosses, _TAG["year_end"], entries["tag"]).astype(np.int64)


# How near it comes


class Calibration(NamedTuple):
    """A world against what is told of the declarations.

    ``transfers_a_year`` (told: some 1,600 to 1,800); ``over_threshold`` the share of the transfers where a side
    states more than the threshold (0.51 in 2019); ``not_matching`` the share of those that differ by more than it
    (0.75 in 2023, about 0.78 in 2004); ``one_sided`` the share of these that one side alone declared (0.60 in 2004);
    ``two_causes`` the share with two causes among the groups with any; ``diverted`` the number of diverted groups.
    """

    transfers_a_year: float
    over_threshold: float
    not_matching: float
    one_sided: float
    two_causes: float
    diverted: int


TOLD = {"over_threshold": 0.51, "not_matching": 0.75, "one_sided": 0.60, "two_causes": 0.20}


def calibration(world: World) -> Calibration:
    """Reckon what the world's books look like from outside, as in facts/discrepancy_stats.csv."""
    groups = world.groups
    over = pl.max_horizontal("exported_kg", "imported_kg") > pl.col("threshold_kg")
    differs = (pl.col("exported_kg") - pl.col("imported_kg")).abs() > pl.col("threshold_kg")
    one_sided = (pl.col("exported_kg") == 0) != (pl.col("imported_kg") == 0)
    number = pl.col("causes").list.len()
    figures = groups.select(
        a_year=pl.len() / world.parameters.years,
        over=over.mean(),
        differs=differs.filter(over).mean(),
        one_sided=one_sided.filter(over & differs).mean(),
        two=(number >= 2).filter(number >= 1).mean(),
        diverted=(pl.col("diversion") != "").sum(),
    ).row(0)
    return Calibration(*figures)
