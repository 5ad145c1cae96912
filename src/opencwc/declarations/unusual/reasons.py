"""The reason beside a proposal in words: the figure, what is usual, and what may have gone wrong, as a question."""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from opencwc.declarations.books import Books
from opencwc.declarations.phrases import amount, place_said
from opencwc.declarations.unusual.features import Year, swapped_digits
from opencwc.declarations.unusual.figures import Groups
from opencwc.finding import Message, Value

Names = tuple[tuple[str, str, str, str], ...]
"""Site, plant, chemical and activity of each row of the table of figures."""
_GROUPS = {
    "activity": ("plant", "chemical"), "chemical": ("plant", "activity"),
    "plant": ("site", "chemical", "activity"),
}  # fmt: skip
"""What a figure has in common with the missing one that it may have been meant for."""


class Reasons:
    """Says why figures of a year are asked about. ``names`` are those of the rows of the table of figures."""

    def __init__(self, books: Books, year: Year, names: Names) -> None:
        self.books, self.year, self.names = books, year, names
        self.peers = Groups(year.panel, "chemical", "activity")
        self._groups = {reason: Groups(year.panel, *fields) for reason, fields in _GROUPS.items()}
        self._missed = np.isnan(year.this) & np.isfinite(year.past[:, -2:]).any(axis=1)

    def message(self, series: int, reason: str, kg: Decimal) -> Message:
        """Return the reason of a series in this year, whose figure is ``kg``."""
        values: dict[str, Value] = {"figure": self._figure(series, kg)}
        usual = float(10 ** self.year.usual[series])
        if np.isfinite(usual):
            values |= {"usual": weight(usual), "times": times(float(kg) / usual)}
        values |= self._further(series, reason, kg)
        return Message(f"declare_unusual_{reason}", values)

    def _figure(self, series: int, kg: Decimal) -> Message:
        site, plant, key, activity = self._named(series)
        return Message(
            "declare_unusual_figure",
            {
                "place": place_said(site, plant), "chemical": self.books.named(key),
                "activity": Message(f"declare_unusual_activity_{activity}"), "year": str(self._year),
                "amount": amount(kg),
            },
        )  # fmt: skip

    @property
    def _year(self) -> int:
        return self.year.panel.years[self.year.at]

    def _further(self, series: int, reason: str, kg: Decimal) -> dict[str, Value]:
        """Return the values that only this reason names."""
        panel, at = self.year.panel, self.year.at
        year: dict[str, Value] = {"year": str(self._year)}
        if reason in self._groups:
            return year | self._missing(series, reason, float(kg))
        if reason in ("copied", "shifted"):
            return year | {"before": str(self._year - 1)}
        if reason == "site_sum":
            others = self._groups["plant"].others(series)
            return {"others": weight(float(np.nansum(panel.kg[others, at])))}
        if reason == "swapped":
            share = panel.share[series, at] / 100
            return {"swapped": weight(float(swapped_digits(panel.weight[[series], at])[0] * share))}
        if reason == "concentration":
            shares = panel.share[series, :at]
            return {"share": float(f"{np.nanmedian(shares):.4g}")}
        if reason == "threshold":
            return {"limit": weight(float(panel.limit[series]))}
        if reason == "peers":
            return self._peers(series, float(kg))
        return {}

    def _missing(self, series: int, reason: str, kg: float) -> dict[str, Value]:
        """Return what is missing this year and comes nearest to the figure, and how much it usually is."""
        mates, seen = self._groups[reason].of(series), self.year
        mates = mates[self._missed[mates]]
        own = np.nan_to_num(10 ** seen.usual[series])
        lost = 10 ** seen.usual[mates]
        nearest = int(np.argmin(np.abs(np.log10((own + lost) / kg))))
        site, plant, key, activity = self._named(int(mates[nearest]))
        missing: dict[str, Value] = {
            "activity": Message(f"declare_unusual_activity_{activity}"),
            "chemical": self.books.named(key),
            "plant": place_said(site, plant),
        }
        return {"missing": missing[reason], "lost": weight(float(lost[nearest]))}

    def _peers(self, series: int, kg: float) -> dict[str, Value]:
        same = self.peers.of(series)
        middle = float(10 ** np.nanmedian(self.year.logs[same][:, : self.year.at + 1]))
        return {"usual": weight(middle), "times": times(kg / middle)}

    def _named(self, series: int) -> tuple[str, str, str, str]:
        rows = self.year.panel.row[series]
        return self.names[int(rows[rows >= 0][0])]


def weight(kg: float) -> str:
    """Return a weight in kg to three digits, in the unit in which it reads best.

    >>> weight(1384.0), weight(0.02)
    ('1.38 t', '20 g')
    """
    return amount(Decimal(f"{kg:.3g}"))


def times(ratio: float) -> str:
    """Return how many times as much, or as little, in signs that every language reads.

    >>> times(1003.0), times(0.25)
    ('× 1000', '÷ 4')
    """
    sign, size = ("×", ratio) if ratio >= 1 else ("÷", 1 / ratio)
    return f"{sign} {float(f'{size:.3g}'):.10g}"
