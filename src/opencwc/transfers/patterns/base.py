"""What all kinds of patterns share: what a kind sees in the trade beyond the threshold becomes a proposal.

A file of a kind holds its idea only: it yields what it sees (`Sighting`). The base class drops what is within the
declaration threshold and writes the rest down (`Proposal`), with how unusual it is and the lines that it rests on.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from opencwc.finding import Evidence, Finding, Maker, Message, Rule, Subject, Value, Verdict
from opencwc.transfers.model import Substance
from opencwc.transfers.patterns.trade import EVIDENCE_LINES, LineAt, Pair, Trade, YearlyKg
from opencwc.wording.states import state_named

if TYPE_CHECKING:
    import polars as pl


class Unusual(NamedTuple):
    """How unusual a proposal is.

    ``measure`` is ``p`` (a probability by chance), ``rate`` (how probable it is that this State has a new partner in a
    year, by its own past) or ``ratio`` (no probability can be given). ``tests`` is how many were looked at beside it,
    ``adjusted`` the value corrected for that number; for a rate or a ratio it is the value.
    """

    measure: str
    value: float
    tests: int
    adjusted: float

    @property
    def says(self) -> Message:
        """The measure in words."""
        if self.measure == "ratio":
            value: Value = _three_digits(self.value) if math.isfinite(self.value) else "∞"
            return Message("pattern_unusual_ratio", {"value": value})
        if self.measure == "rate":
            return Message("pattern_unusual_rate", {"value": f"{100 * self.value:.0f} %", "tests": self.tests})
        values = {"p": _probability(self.value), "tests": self.tests, "adjusted": _probability(self.adjusted)}
        return Message("pattern_unusual_p", values)


class Proposal(NamedTuple):
    """Something that deserves a look; always for review.

    ``exporter``, ``importer`` and ``via`` are alpha-3 codes, empty where the kind has none; ``start`` and ``end`` are
    years or days (ISO 8601); ``figures`` are in kg, or shares from 0 to 1. ``lines`` are the first of its
    ``line_count`` lines; ``years`` are (year, kg as the exporter says, kg as the importer says).
    """

    kind: str
    substance: Substance
    exporter: str
    importer: str
    via: str
    start: str
    end: str
    figures: Mapping[str, float]
    unusual: Unusual
    message: Message
    lines: tuple[LineAt, ...]
    line_count: int
    years: YearlyKg

    @property
    def verdict(self) -> Verdict:
        """A pattern decides nothing."""
        return Verdict.REVIEW

    @property
    def rank(self) -> tuple[float, float, str, str, str, str, str]:
        """The key by which proposals are sorted: the most unusual first, then the largest beside its threshold."""
        sure = {"p": self.unusual.adjusted, "rate": self.unusual.adjusted / 10, "ratio": 1e-3}[self.unusual.measure]
        size = self.figures["kg"] / (self.substance.threshold_kg or 1.0)
        weight = min(12.0, -math.log10(max(sure, 1e-300))) / 2 + 2 * math.log10(1 + size)
        sides = (self.exporter, self.importer, self.via)
        return (-round(weight, 9), -round(size, 9), self.substance.key, *sides, self.start)

    def chart(self, lang: str = "en") -> dict[str, Any]:
        """Return its chart as a Vega-Lite specification: the years, and what either side says in kg."""
        from opencwc.wording import say

        sides = (say("pattern_side_exporter", lang), say("pattern_side_importer", lang))
        values = [
            {"year": year, "side": side, "kg": kg}
            for year, *both in self.years
            for side, kg in zip(sides, both, strict=True)
        ]
        first, last = int(self.start[:4]), int(self.end[:4])
        axes = {
            "x": {"field": "year", "type": "ordinal", "title": say("label_year", lang)},
            "xOffset": {"field": "side", "sort": list(sides)},
            "y": {"field": "kg", "type": "quantitative", "title": "kg"},
            "color": {"field": "side", "type": "nominal", "title": None, "sort": list(sides)},
            "opacity": {
                "condition": {"test": f"datum.year >= {first} && datum.year <= {last}", "value": 1},
                "value": 0.5,
            },
        }
        return {
            "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
            "description": self.message.id, "data": {"values": values}, "mark": "bar", "encoding": axes,
        }  # fmt: skip

    def finding(self, maker: Maker, rule: Rule | None, rules: tuple[Evidence, ...] = ()) -> Finding:
        """Return it as a finding on the first of its lines, which rests on an entry and on these rules."""
        first = self.lines[0] if self.lines else LineAt("", 0, "")
        lines = (Evidence("line", line.ledger, value=f"{line.row} {line.id}") for line in self.lines[:EVIDENCE_LINES])
        sure = 1 - self.unusual.adjusted if self.unusual.measure == "p" else None
        subject = Subject(first.row, first.id, self.substance.name, None, first.ledger)
        return Finding(subject, self.verdict, self.message, maker, rule, self.kind, (*rules, *lines), (), sure)


NO_STATE = -1
"""Stands for a State where a pattern is of no State on that side."""


@dataclass(frozen=True)
class Sighting:
    """What a kind of pattern sees in the trade of a substance and pair of States.

    ``start`` and ``end`` are years or days; ``excess_kg`` is the amount that must be more than the declaration
    threshold. ``lines`` gives the lines that it rests on (those of the pair in the years, where none are given),
    ``years`` the figures of its chart (those of the pair). ``says`` is the id of its message (that of the kind);
    ``named`` are further values of the message.
    """

    pair: Pair
    start: str
    end: str
    figures: Mapping[str, float]
    unusual: Unusual
    excess_kg: float
    via: int = NO_STATE
    lines: Callable[[], pl.DataFrame] | None = None
    years: Callable[[], YearlyKg] | None = None
    says: str = ""
    named: Mapping[str, Value] | None = None


class PatternKind(ABC):
    """A kind of pattern: its id, and what it sees in the trade."""

    id: ClassVar[str]

    @abstractmethod
    def sightings(self, trade: Trade) -> Iterator[Sighting]:
        """Yield what of this kind there is in the trade, also where it is within the declaration threshold."""

    def find(self, trade: Trade) -> Iterator[Proposal]:
        """Yield a proposal for each sighting beyond the declaration threshold of its substance."""
        for sighting in self.sightings(trade):
            if sighting.excess_kg > trade.threshold_kg(sighting.pair[0]):
                yield self._proposal(trade, sighting)

    def _proposal(self, trade: Trade, sighting: Sighting) -> Proposal:
        substance = trade.substances[sighting.pair[0]]
        exporter, importer, via = (
            "" if state == NO_STATE else trade.codes[state] for state in (*sighting.pair[1:], sighting.via)
        )
        first, last = int(sighting.start[:4]), int(sighting.end[:4])
        lines = sighting.lines() if sighting.lines else trade.lines_of(sighting.pair, first, last)
        values: dict[str, Value] = {
            "substance": substance.name, "exporter": _named(exporter), "importer": _named(importer), "via": _named(via),
            "start": sighting.start, "end": sighting.end, "unusual": sighting.unusual.says,
            **_written(sighting.figures), **(sighting.named or {}),
        }  # fmt: skip
        return Proposal(
            self.id, substance, exporter, importer, via, sighting.start, sighting.end, dict(sighting.figures),
            sighting.unusual, Message(sighting.says or f"pattern_{self.id}", values), trade.first_lines(lines),
            len(lines), sighting.years() if sighting.years else trade.years_of(sighting.pair),
        )  # fmt: skip


def _named(state: str) -> Value:
    return state_named(state) if state else ""


def _three_digits(number: float) -> float:
    return float(f"{number:.3g}")


def _probability(chance: float) -> Value:
    """Return a probability as it is said: to one digit, and no more than that it is very small where it is."""
    return float(f"{chance:.1g}") if chance >= _LEAST_SAID else Message("number_below", {"limit": _LEAST_SAID})


_LEAST_SAID = 0.0001


def _written(figures: Mapping[str, float]) -> dict[str, Value]:
    """Write figures as people read them: kg in whole kilograms (or three digits), shares in per cent."""
    written: dict[str, Value] = {}
    for name, value in figures.items():
        if name.endswith("share"):
            written[name] = f"{100 * value:.0f} %"
        elif name.endswith("kg"):
            written[name] = f"{value:.0f} kg" if value >= 100 else f"{value:.3g} kg"
        elif name == "factor":
            written[name] = _three_digits(max(value, 1 / value))
        else:
            written[name] = int(value)
    return written
