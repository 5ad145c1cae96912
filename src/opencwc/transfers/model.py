"""The records of transfers: a line of a ledger, what two ledgers make of it, and why they differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from opencwc.finding import Message

if TYPE_CHECKING:
    import polars as pl

LEDGER_COLUMNS = (
    "id", "reporter", "flow", "partner", "date", "chemical", "cas", "hs", "quantity", "unit", "concentration",
    "remarks",
)  # fmt: skip
"""A ledger's own columns. ``flow`` is ``export`` (the partner is the State of intended destination) or ``import`` (the
partner is the State of dispatch); ``date`` a day or a year; ``concentration`` per cent by weight."""

CAUSES = (
    "one_side_silent", "year_end", "hub", "unit", "mixture", "wrong_chemical", "wrong_partner", "double_entry",
    "returns_netted", "rounding", "concentration_rule", "unexplained",
)  # fmt: skip
"""Why the two sides' figures can differ, in the order in which they are told."""

RECONCILED_COLUMNS = (
    "rank", "score", "chemical", "entry", "exporter", "importer", "year", "exported_kg", "imported_kg",
    "difference_kg", "over_threshold", "cause", "cause_probability", "second_cause", "why", "also_chemical",
    "also_exporter", "also_importer", "also_year", "also_exported_kg", "also_imported_kg",
)  # fmt: skip
"""``also_...`` is the second half of the row's matter, where it has two: the other year of a shift over the year's end,
the other chemical of a mix-up, the other State."""
HUGE_KG = 1e10
"""A line of more is told: no chemical of the lists moves in such amounts, so grams or digits may be meant."""
MATCH_COLUMNS = ("ledger", "id", "match_group", "status", "reason")
LINE_STATUSES = ("matched", "matched_in_sum", "matched_across", "unmatched", "netted", "not_compared", "unreadable")
"""What became of a line: matched one to one; with several lines of the other side; with a line of another chemical,
partner or chain; left over; set off against the trade of its own side, as goods that came back; of a State whose
ledger is not at hand, or within one State; not readable."""


class Substance(NamedTuple):
    """What a ledger's lines move: its key (a CAS number, or the name where there is none), its name, its entries.

    ``entries`` are as in ``CWC 3B17``, gravest first; ``threshold_kg`` is the declaration threshold of the gravest
    (``None`` where the Convention sets none), ``limit`` the per cent up to which a mixture need not be declared,
    ``heading`` its four-digit HS heading (-1 where none is known). Of goods that only an HS subheading names, ``code``
    is its six digits (else 0) and ``may_be`` the CAS numbers of the chemicals of the lists that it holds.
    """

    key: str
    name: str
    entries: tuple[str, ...] = ()
    threshold_kg: float | None = None
    limit: float | None = None
    heading: int = -1
    code: int = 0
    may_be: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ledger:
    """A ledger as it was read: its lines as a table, and what was said of it on the way.

    ``lines`` has one line for every data row of the file, in its order: ``row`` (UInt32, from 1), ``id`` (String; the
    row's number where the file has none), ``reporter`` and ``partner`` (Enum of alpha-3 codes), ``export`` (Boolean),
    ``substance`` (UInt32, a place in ``substances``), ``day`` (Date, null where only the year is known), ``year``
    (Int16), ``kg`` (Float64, the quantity as stated, in kg; null where it cannot be read), ``concentration`` (Float32,
    per cent or null), ``hs`` (UInt32: the six digits, 0 where none), ``returned`` (Boolean: the remarks or a negative
    quantity say that goods came back) and ``problem`` (UInt16: 0, or a place in ``problems`` plus 1). A line with a
    problem that hinders its reading has nulls where nothing could be read; it is kept and told.
    """

    name: str
    lines: pl.DataFrame
    substances: tuple[Substance, ...]
    problems: tuple[Message, ...]
    columns: Mapping[str, str]
    notes: tuple[Message, ...] = ()


def number_substances(ledgers: Sequence[Ledger]) -> tuple[tuple[Substance, ...], list[list[int]]]:
    """Return the substances of several ledgers, each once, and by ledger the places among them of its own."""
    known: dict[str, Substance] = {}
    for ledger in ledgers:
        for substance in ledger.substances:
            known.setdefault(substance.key, substance)
    places = {key: place for place, key in enumerate(known)}
    return tuple(known.values()), [[places[own.key] for own in ledger.substances] or [0] for ledger in ledgers]


class SecondHalf(NamedTuple):
    """The other sum of a matter that has two: its chemical's name, States and year, and both sides' kg."""

    chemical: str
    exporter: str
    importer: str
    year: int
    exported_kg: float
    imported_kg: float


class Discrepancy(NamedTuple):
    """What the two sides say of one chemical, pair of States and year, and what explains that they differ.

    Quantities in kg; ``difference_kg`` is exported less imported. ``causes`` are (cause, probability) by likelihood;
    ``score`` from 0 to 100 is how much it deserves an officer's hour; ``why`` says so, ``evidence`` holds the lines;
    ``also`` is the second half of the same matter.
    """

    substance: Substance
    exporter: str
    importer: str
    year: int
    exported_kg: float
    imported_kg: float
    threshold_kg: float
    causes: tuple[tuple[str, float], ...]
    score: float
    why: Message
    evidence: tuple[Message, ...] = ()
    also: SecondHalf | None = None

    @property
    def difference_kg(self) -> float:
        """Exported less imported, in kg."""
        return self.exported_kg - self.imported_kg

    @property
    def over_threshold(self) -> bool:
        """Whether it counts as a discrepancy: the difference is more than the declaration threshold."""
        return abs(self.difference_kg) > self.threshold_kg
