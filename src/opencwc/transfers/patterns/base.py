"""What all kinds of patterns share: they look at the trade, and what they see beyond the threshold becomes a proposal.

A file of a kind holds its idea only: it yields what it sees (`Sighting`). The base class drops what is within the
declaration threshold and writes the rest down (`opencwc.transfers.patterns.proposal.Proposal`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from opencwc.finding import Message, Value
from opencwc.transfers.patterns.proposal import Pair, Proposal, Unusual, YearlyKg
from opencwc.transfers.patterns.trade import Trade

if TYPE_CHECKING:
    import polars as pl

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
            "substance": substance.name, "exporter": exporter, "importer": importer, "via": via,
            "start": sighting.start, "end": sighting.end, "unusual": sighting.unusual.says,
            **_written(sighting.figures), **(sighting.named or {}),
        }  # fmt: skip
        return Proposal(
            self.id, substance, exporter, importer, via, sighting.start, sighting.end, dict(sighting.figures),
            sighting.unusual, Message(sighting.says or f"pattern_{self.id}", values), trade.first_lines(lines),
            len(lines), sighting.years() if sighting.years else trade.years_of(sighting.pair),
        )  # fmt: skip


def _written(figures: Mapping[str, float]) -> dict[str, Value]:
    """Write figures as people read them: kg in whole kilograms (or three digits), shares in per cent."""
    written: dict[str, Value] = {}
    for name, value in figures.items():
        if name.endswith("share"):
            written[name] = f"{100 * value:.0f} %"
        elif name.endswith("kg"):
            written[name] = (f"{value:,.0f}" if value >= 100 else f"{value:.3g}").replace(",", "\u202f") + " kg"
        elif name == "factor":
            written[name] = f"{max(value, 1 / value):.3g}"
        else:
            written[name] = int(value)
    return written
