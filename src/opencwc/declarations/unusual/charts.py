"""The chart of a figure: its series over the years, beside the middle half of its peers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from opencwc.declarations.unusual.figures import Codes, Panel


class ChartYear(NamedTuple):
    """A year of a figure's chart in kg: its own series, and a quarter, the half and three quarters of its peers.

    Its peers are the other plants with the same chemical and activity. ``None`` where there is none.
    """

    year: int
    kg: float | None
    low: float | None
    middle: float | None
    high: float | None


def chart_years(panel: Panel, series: int, peers: Codes) -> tuple[ChartYear, ...]:
    """Return the data of the chart of a series beside those of its peers."""
    years = []
    for at, year in enumerate(panel.years):
        others = panel.kg[peers, at]
        others = others[np.isfinite(others)]
        parts = np.quantile(others, [0.25, 0.5, 0.75]).tolist() if len(others) else (None, None, None)
        own = panel.kg[series, at]
        years.append(ChartYear(year, float(own) if np.isfinite(own) else None, *parts))
    return tuple(years)


def chart(years: Sequence[ChartYear], asked: int, lang: str = "en") -> dict[str, Any]:
    """Return a Vega-Lite specification: the series as points and a line, its peers as a band; ``asked`` is the year."""
    from opencwc.wording import say

    values = [year._asdict() | {"asked": year.year == asked} for year in years]
    x = {"field": "year", "type": "ordinal", "title": say("label_year", lang)}
    scale = {"type": "log"}
    peers, own = say("declare_unusual_peers_shown", lang), say("declare_unusual_own_shown", lang)
    band = {
        "mark": {"type": "area", "opacity": 0.25, "description": peers},
        "encoding": {
            "x": x, "y": {"field": "low", "type": "quantitative", "scale": scale, "title": "kg"},
            "y2": {"field": "high"}, "color": {"datum": peers},
        },
    }  # fmt: skip
    line = {
        "transform": [{"filter": "datum.kg !== null"}],
        "mark": {"type": "line", "point": {"size": 60}, "description": own},
        "encoding": {
            "x": x, "y": {"field": "kg", "type": "quantitative", "scale": scale, "title": "kg"},
            "color": {"datum": own, "title": None},
        },
    }  # fmt: skip
    ring = {
        "transform": [{"filter": "datum.asked && datum.kg !== null"}],
        "mark": {"type": "point", "size": 220, "strokeWidth": 2},
        "encoding": {"x": x, "y": {"field": "kg", "type": "quantitative", "scale": scale}, "color": {"datum": own}},
    }
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "description": f"{own}; {peers}", "data": {"values": values}, "layer": [band, line, ring],
    }  # fmt: skip
