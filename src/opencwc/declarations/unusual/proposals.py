"""Which figures of a year are worth asking about, in order, each with its plain reason and the data of a chart.

A model ranks where it is switched on and the register is large enough, else plain rules do, and the answer says so.
Either way a proposal decides nothing: it is a question for the operator.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

import numpy as np

from opencwc.declarations.books import Books
from opencwc.declarations.law import Law
from opencwc.declarations.unusual import learned, rules
from opencwc.declarations.unusual.charts import ChartYear, chart_years
from opencwc.declarations.unusual.features import Year, features_of, year_of
from opencwc.declarations.unusual.figures import KEYS, Codes, Numbers, figures_of, panel_of
from opencwc.declarations.unusual.reasons import Names, Reasons
from opencwc.finding import Maker, Message
from opencwc.models.register import state_of
from opencwc.version import __version__

LEAST_FIGURES, LEAST_YEARS = 30, 3
"""A register with fewer figures in the year, or fewer years, tells a model too little of what is usual in it."""


class Proposal(NamedTuple):
    """A figure to ask about: what it is, how probable it is that it is wrong, and why.

    ``probability`` is calibrated, and ``None`` where rules ranked; ``strength`` is what it was ranked by, from 0 to 1.
    ``reason`` is one of `rules.REASONS`. ``kg`` is the weight of the chemical; ``rows`` are the register's rows that
    make up the figure, ``years`` the data of its chart.
    """

    rank: int
    site: str
    plant: str
    chemical: str
    key: str
    entry: str
    activity: str
    year: int
    kg: Decimal
    probability: float | None
    strength: float
    reason: str
    message: Message
    rows: tuple[int, ...]
    years: tuple[ChartYear, ...]


class Unusual(NamedTuple):
    """The proposals of a year, how many figures it has, and who ranked them; ``why_rules`` where rules did.

    ``more`` is how many proposals were left out.
    """

    year: int
    figures: int
    proposals: tuple[Proposal, ...]
    model: str = ""
    weights: str = ""
    why_rules: Message | None = None
    more: int = 0

    def maker(self, law: Law) -> Maker:
        """Return who made the proposals, for findings."""
        day = law.convention.as_of.isoformat()
        return Maker("opencwc.declarations", __version__, day, ("CWC",), self.model, self.weights)


def unusual_figures(books: Books, law: Law, year: int, most: int | None = None) -> Unusual:
    """Return the figures of a year (the one declared on) that are worth asking about, the most probable first.

    ``most`` is how many are told at most, since each is told with its reason and its chart.
    """
    figures = figures_of(books, law)
    panel = panel_of(figures)
    if year not in panel.years:
        return Unusual(year, 0, ())
    series, features = features_of(panel, year)
    if not len(series):
        return Unusual(year, 0, ())
    why_rules, weights = _why_rules(len(series), panel.years.index(year) + 1)
    strength = rules.by_rules(features) if why_rules else learned.by_model(features)
    cut = rules.CUT if why_rules else learned.calibration()["cut"]
    order = np.argsort(-strength, kind="stable")
    worth = order[strength[order] >= cut]
    listed = worth[:most]
    ranked = _Ranked(series[listed], strength[listed], rules.reasons_of(features)[listed], why_rules is not None)
    names = tuple(zip(*(figures[name].to_list() for name in KEYS), strict=True))
    proposals = _proposals(books, year_of(panel, year), names, ranked)
    model = "" if why_rules else learned.MODEL.id
    return Unusual(year, len(series), proposals, model, weights, why_rules, len(worth) - len(listed))


class _Ranked(NamedTuple):
    """The series that are listed, in order: how strongly, and the places of their reasons; and whether rules ranked."""

    series: Codes
    strength: Numbers
    reasons: Codes
    by_rules: bool


def _why_rules(figures: int, years: int) -> tuple[Message | None, str]:
    """Return why rules have to rank, ``None`` where the model may; and the hash of its weights."""
    state = state_of(learned.MODEL)
    if not state.usable:
        return state.why or Message("models_weights_missing", {"id": learned.MODEL.id}), ""
    if not learned.fits():
        return Message("models_weights_differ", {"id": learned.MODEL.id}), ""
    if figures < LEAST_FIGURES or years < LEAST_YEARS:
        return Message("declare_unusual_few", {"figures": str(figures), "years": str(years)}), ""
    return None, state.hash


def _proposals(books: Books, seen: Year, names: Names, ranked: _Ranked) -> tuple[Proposal, ...]:
    year = seen.panel.years[seen.at]
    wording, rows = Reasons(books, seen, names), _rows_of(books, year)
    proposals = []
    for rank, (series, strength, place) in enumerate(zip(*(column.tolist() for column in ranked[:3]), strict=True), 1):
        site, plant, key, activity = names[seen.panel.row[series, seen.at]]
        kg, of = rows[site, plant, key, activity]
        reason = rules.REASONS[place]
        proposals.append(
            Proposal(
                rank, site, plant, books.name(key), key, books.chemicals[key].entry, activity, year, kg,
                None if ranked.by_rules else strength, strength, reason, wording.message(series, reason, kg), of,
                chart_years(seen.panel, series, wording.peers.others(series)),
            )
        )  # fmt: skip
    return tuple(proposals)


def _rows_of(books: Books, year: int) -> Mapping[tuple[str, str, str, str], tuple[Decimal, tuple[int, ...]]]:
    """Return the weight of each figure of a year, and the rows of the register that it is the sum of."""
    found: dict[tuple[str, str, str, str], list[tuple[Decimal, int]]] = defaultdict(list)
    for activity, chemical in books.lines:
        if activity.year == year and not activity.planned and activity.kg is not None:
            key = (activity.site, activity.plant, chemical.key, activity.activity)
            found[key].append((activity.content, activity.row))
    return {
        key: (sum((kg for kg, _ in parts), Decimal(0)), tuple(row for _, row in parts)) for key, parts in found.items()
    }
