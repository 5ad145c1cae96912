"""What changes over the years of one or several ledgers and deserves a look: proposals, each with its lines and chart.

Seven kinds. The trade of a pair of States moves to another level; a partner is new; a route over a third State is new;
the share of trade that runs through one State changes; shipments are split below the threshold; a quantity does not
fit its declared end use; a State takes in more than it says that it consumes. None of them says that anything is
wrong: all are for a person. What rests on chance is told with its probability, and with how many were looked at.

The statistics are plain. A change of level is a step in the logarithms of the yearly quantities, or two, there and
back; its noise is that within the levels, drawn towards what the other series have (the moderated t of Smyth,
Statistical Applications in Genetics and Molecular Biology 3 (2004) 3); many tests are corrected by Benjamini and
Hochberg (Journal of the Royal Statistical Society B 57 (1995) 289).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import polars as pl
from scipy import special, stats

from opencwc.finding import Evidence, Finding, Maker, Message, Rule, Subject, Value, Verdict
from opencwc.transfers.model import Ledger, Substance

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

KINDS = ("level_change", "new_partner", "new_route", "hub_share", "splitting", "end_use", "consumption")
ALARMS = 0.01
"""Among the proposals of one kind, the share that chance may bring (the false discovery rate); in a ledger in which
nothing changed, the probability of any."""
WINDOWS_DAYS = (7, 30, 90)
"""In how many days shipments below the threshold are taken together, beside the calendar year of the threshold."""
FACTOR = 2.0
"""By which factor a level must change, at least, to be told."""
EVIDENCE_LINES = 20
"""How many lines a proposal names; how many there are is told."""


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


class LineAt(NamedTuple):
    """A line of a ledger: the ledger's name, the row in it, and its id."""

    ledger: str
    row: int
    id: str


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
    years: tuple[tuple[int, float, float], ...]

    @property
    def verdict(self) -> Verdict:
        """A pattern decides nothing."""
        return Verdict.REVIEW

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

    def finding(self, maker: Maker) -> Finding:
        """Return it as a finding on the first of its lines."""
        first = self.lines[0] if self.lines else LineAt("", 0, "")
        entry = self.substance.entries[0].split(" ", maxsplit=1) if self.substance.entries else []
        rule = Rule(entry[0], entry[1]) if len(entry) == 2 else None
        seen = tuple(Evidence("line", line.ledger, value=f"{line.row} {line.id}") for line in self.lines)
        sure = 1 - self.unusual.adjusted if self.unusual.measure == "p" else None
        subject = Subject(first.row, first.id, self.substance.name, None, first.ledger)
        return Finding(subject, self.verdict, self.message, maker, rule, self.kind, seen, (), sure)


class Consumption(NamedTuple):
    """What States declare to have consumed: (state, chemical as written, year) to kg, and rows that were not read."""

    consumed: Mapping[tuple[str, str, int], float]
    problems: tuple[Message, ...] = ()


def find_patterns(
    ledgers: Sequence[Ledger],
    register: Consumption | None = None,
    kinds: Iterable[str] = KINDS,
) -> list[Proposal]:
    """Return what deserves a look in these ledgers, the most unusual and largest first.

    A quantity that both sides state counts once, with the larger figure. Lines without a quantity, returned goods and
    lines of a State with itself are left out. Neither the order of the lines nor the unit that they were written in
    makes a difference.
    """
    trade = _Trade.of(ledgers)
    if not len(trade.lines):
        return []
    finders: dict[str, Callable[[], Iterable[Proposal]]] = {
        "level_change": lambda: _level_changes(trade),
        "new_partner": lambda: _new_partners(trade, frozenset(kinds)),
        "hub_share": lambda: _hub_shares(trade),
        "splitting": lambda: _splittings(trade),
        "end_use": lambda: _end_uses(trade),
        "consumption": lambda: _over_consumption(trade, register) if register else (),
    }
    wanted = set(kinds) | ({"new_partner"} if "new_route" in kinds else set())
    found = [one for kind, finder in finders.items() if kind in wanted for one in finder()]
    return sorted((one for one in found if one.kind in kinds), key=_rank)


def read_consumption(source: str | bytes | Any) -> Consumption:
    """Read a register of consumption: CSV with the columns state, chemical, year, consumed_kg.

    The state is an alpha-3 code, the chemical a CAS number or a name as in the ledger. Raises `InputError` where a
    column is missing; a row that cannot be read is a problem.
    """
    from opencwc.errors import InputError

    where = str(source) if not isinstance(source, bytes) else ""
    try:
        table = pl.read_csv(source, infer_schema=False, encoding="utf8-lossy")
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InputError(f"The register cannot be read ({error}).", where=where, remedy="Give a CSV file.") from error
    names = {name.strip().lstrip("\ufeff").casefold(): name for name in table.columns}
    if missing := [name for name in _REGISTER if name not in names]:
        raise InputError(
            f"The register has no column {missing[0]!r}.",
            where=where,
            remedy=f"It needs the columns {', '.join(_REGISTER)}; it has {', '.join(map(repr, table.columns))}.",
        )
    consumed: dict[tuple[str, str, int], float] = {}
    problems: list[Message] = []
    for row, cells in enumerate(table.select(names[name] for name in _REGISTER).iter_rows(), start=1):
        state, chemical, year, kg = (str(cell or "").strip() for cell in cells)
        try:
            amount, in_year = float(kg), int(year)
        except ValueError:
            amount, in_year = math.nan, 0
        if len(state) != 3 or not state.isalpha() or not chemical or not 1900 <= in_year <= 2200 or not amount >= 0:
            problems.append(Message("pattern_register_unread", {"row": row}))
            continue
        key = (state.upper(), chemical.casefold(), in_year)
        consumed[key] = consumed.get(key, 0.0) + amount
    return Consumption(consumed, tuple(problems))


@dataclass(frozen=True)
class _Trade:
    """All lines of all ledgers in one table, and the yearly sums by substance and pair."""

    ledgers: tuple[Ledger, ...]
    substances: tuple[Substance, ...]
    codes: tuple[str, ...]
    lines: pl.DataFrame
    yearly: pl.DataFrame
    _line_places: Mapping[tuple[int, int, int], tuple[int, int]]
    _year_places: Mapping[tuple[int, int, int], tuple[int, int]]
    told_in: Mapping[int, frozenset[int]] = field(default_factory=dict)

    @property
    def whole_years(self) -> pl.DataFrame:
        """The yearly sums of years that a side tells to their end: half a year's sum is no lower level."""
        return self.yearly.filter("whole")

    @classmethod
    def of(cls, ledgers: Sequence[Ledger]) -> _Trade:
        """Bring the lines of all ledgers together; codes of States and substances are numbered anew."""
        numbers: dict[str, int] = {}
        substances: list[Substance] = []
        codes = sorted(
            {code for ledger in ledgers for name in ("reporter", "partner") for code in _codes(ledger.lines[name])}
        )
        states = pl.Enum(codes or ["???"])
        parts = []
        for place, ledger in enumerate(ledgers):
            renumbered = []
            for substance in ledger.substances:
                if substance.key not in numbers:
                    numbers[substance.key] = len(substances)
                    substances.append(substance)
                renumbered.append(numbers[substance.key])
            parts.append(_sided(ledger.lines, place, renumbered, states))
        lines = pl.concat(parts, how="diagonal") if parts else pl.DataFrame()
        if len(lines):
            # Sorted through and through, so that neither sums nor evidence hang on the order of the file.
            order = ("substance", "exporter", "importer", "year", "day", "kg", "export", "ledger", "id")
            lines = lines.sort(order, nulls_last=True)
        yearly = _by_year(lines).pipe(_with_whole_years, lines)
        told: dict[int, set[int]] = {}
        if len(lines):
            reporter = pl.when("export").then("exporter").otherwise("importer").alias("state")
            for state, year in lines.select(reporter, "year").unique().iter_rows():
                told.setdefault(state, set()).add(year)
        return cls(
            tuple(ledgers), tuple(substances), tuple(codes), lines, yearly, _places(lines), _places(yearly),
            {state: frozenset(years) for state, years in told.items()},
        )  # fmt: skip

    def years_of(self, pair: tuple[int, int, int]) -> tuple[tuple[int, float, float], ...]:
        """The yearly sums of a substance and pair: year, as the exporter says, as the importer says."""
        start, length = self._year_places.get(pair, (0, 0))
        rows = self.yearly.slice(start, length).select("year", "exported", "imported").iter_rows()
        return tuple((int(year), float(exported), float(imported)) for year, exported, imported in rows)

    def lines_of(self, pair: tuple[int, int, int], first: int, last: int) -> pl.DataFrame:
        """The lines of a substance and pair in these years."""
        start, length = self._line_places.get(pair, (0, 0))
        return self.lines.slice(start, length).filter(pl.col("year").is_between(first, last))

    def named(self, lines: pl.DataFrame) -> tuple[LineAt, ...]:
        """The first lines of a table as evidence."""
        shown = lines.head(EVIDENCE_LINES).select("ledger", "row", "id")
        return tuple(LineAt(self.ledgers[ledger].name, int(row), str(id)) for ledger, row, id in shown.iter_rows())

    def threshold(self, substance: int) -> float:
        """The declaration threshold in kg; 0 where there is none."""
        return self.substances[substance].threshold_kg or 0.0

    def proposal(
        self,
        kind: str,
        pair: tuple[int, int, int],
        window: tuple[str, str],
        figures: Mapping[str, float],
        unusual: Unusual,
        *,
        via: int | None = None,
        hub: bool = False,
        lines: pl.DataFrame | None = None,
        years: tuple[tuple[int, float, float], ...] | None = None,
        says: str = "",
    ) -> Proposal:
        """Make a proposal on a substance and pair, with what it rests on; -1 stands for no State."""
        substance, exporter, importer = pair
        if lines is None:
            lines = self.lines_of(pair, int(window[0][:4]), int(window[1][:4]))
        left, right = ("" if one < 0 else self.codes[one] for one in (exporter, importer))
        through = self.codes[via] if via is not None else ""
        name = self.substances[substance].name
        values: dict[str, Value] = {
            "substance": name, "exporter": left, "importer": right, "via": through, "start": window[0],
            "end": window[1], "unusual": _unusual_said(unusual), **_written(figures),
        }  # fmt: skip
        return Proposal(
            kind, self.substances[substance], left, right, through, *window, dict(figures), unusual,
            Message(says or f"pattern_{kind}", values), self.named(lines), len(lines),
            years if years is not None else self.years_of(pair),
        )  # fmt: skip


def _codes(column: pl.Series) -> list[str]:
    return [str(one) for one in column.drop_nulls().unique().cast(pl.String).to_list()]


def _sided(lines: pl.DataFrame, ledger: int, renumbered: Sequence[int], states: pl.Enum) -> pl.DataFrame:
    """The lines that count, with exporter and importer in the place of reporter and partner."""
    number = pl.Series(renumbered or [0], dtype=pl.UInt32)
    kept = lines.filter(
        (pl.col("kg") > 0) & pl.col("kg").is_finite() & ~pl.col("returned") & pl.col("export").is_not_null()
        & pl.col("substance").is_not_null() & pl.col("reporter").is_not_null() & pl.col("partner").is_not_null()
        & pl.col("year").is_not_null()
    )  # fmt: skip
    end_use = ["end_use"] if "end_use" in lines.columns else []
    reporter, partner = (pl.col(name).cast(pl.String).cast(states).to_physical().cast(pl.Int32) for name in _SIDES)
    return kept.select(
        number.gather(kept["substance"]).cast(pl.Int32).alias("substance"),
        pl.when("export").then(reporter).otherwise(partner).alias("exporter"),
        pl.when("export").then(partner).otherwise(reporter).alias("importer"),
        pl.col("year").cast(pl.Int32), "day", "kg", "export", pl.lit(ledger, pl.UInt16).alias("ledger"), "row", "id",
        *end_use,
    ).filter(pl.col("exporter") != pl.col("importer"))  # fmt: skip


def _by_year(lines: pl.DataFrame) -> pl.DataFrame:
    if not len(lines):
        return pl.DataFrame(schema={**dict.fromkeys((*_PAIR, "year"), pl.Int32), "kg": pl.Float64})
    exported = pl.when("export").then("kg").otherwise(0.0)
    return lines.group_by(*_PAIR, "year", maintain_order=True).agg(
        exported=exported.sum(), imported=(pl.col("kg") - exported).sum(),
    ).with_columns(kg=pl.max_horizontal("exported", "imported"))  # fmt: skip


def _with_whole_years(yearly: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Mark the yearly sums that at least one side tells for the whole year.

    The first or last year of what a State tells is in part where its days leave so much of the year out as chance would
    seldom, by how many days of the years between have a line; lines that state a year only are of the whole year.
    """
    if not len(yearly):
        return yearly.with_columns(whole=pl.lit(value=True))
    told = lines.select(
        pl.when("export").then("exporter").otherwise("importer").alias("state"), "year", "day"
    ).unique()  # fmt: skip
    span = told.group_by("state").agg(first=pl.col("day").min(), last=pl.col("day").max(), n=pl.col("day").count())
    rate = (pl.col("n") - 1) / (pl.col("last") - pl.col("first")).dt.total_days()
    early = (pl.col("first") - pl.date(pl.col("first").dt.year(), 1, 1)).dt.total_days()
    late = (pl.date(pl.col("last").dt.year(), 12, 31) - pl.col("last")).dt.total_days()
    parts = [
        span.filter(rate * gap > -math.log(ALARMS)).select("state", year=pl.col(end).dt.year())
        for end, gap in (("first", early), ("last", late))
    ]
    yearly_told = told.filter(pl.col("day").is_null())
    part = pl.concat(parts).unique().join(yearly_told, on=["state", "year"], how="anti")
    wholly = told.select("state", "year").unique().join(part, on=["state", "year"], how="anti")
    sides = [
        yearly.join(wholly, left_on=[side, "year"], right_on=["state", "year"], how="semi").select(*_PAIR, "year")
        for side in ("exporter", "importer")
    ]
    marked = pl.concat(sides).unique().with_columns(whole=pl.lit(value=True))
    return yearly.join(marked, on=[*_PAIR, "year"], how="left", maintain_order="left").with_columns(
        pl.col("whole").fill_null(value=False)
    )


def _places(table: pl.DataFrame) -> dict[tuple[int, int, int], tuple[int, int]]:
    if not len(table):
        return {}
    counted = table.group_by(*_PAIR, maintain_order=True).agg(pl.len().alias("n"))
    ends = counted["n"].cum_sum().to_list()
    rows = zip(counted.select(_PAIR).iter_rows(), counted["n"].to_list(), ends, strict=True)
    return {(int(a), int(b), int(c)): (int(end) - int(length), int(length)) for (a, b, c), length, end in rows}


# --- a step in a series ---------------------------------------------------------------------------------------------


class _Step(NamedTuple):
    """A step in a series: its row, the place of the first year after it, the means before and after, p."""

    row: int
    place: int
    first: int
    last: int
    before: float
    after: float
    p: float
    q: float


def find_steps(series: Floats, *, least: float = 0.0) -> tuple[list[_Step], int]:
    """Find the rows of a table (series by years, NaN where there is no value) that move to another level.

    Gives the steps and how many series were tested; a series moves once, or there and back. A level lasts two years at
    least; where a straight trend fits better there is no step. The years' common movement is taken off first, if there
    are 20 series. ``least`` is a floor to the noise, in the unit of the series.
    """
    values = _without_common_movement(series)
    rows = np.flatnonzero(np.isfinite(values).sum(axis=1) >= _LEAST_YEARS)
    if not len(rows):
        return [], 0
    prior = _prior_noise(values[rows], least)
    tested = [_best_cuts(values[row], *prior) for row in rows]
    p = np.array([one[1] for one in tested])
    q = adjusted(p)
    steps: list[_Step] = []
    for place in np.flatnonzero(q <= ALARMS):
        row, cuts = int(rows[place]), tested[place][0]
        known = np.flatnonzero(np.isfinite(values[row]))
        edges = (int(known[0]), *cuts, int(known[-1]) + 1)
        for before, cut, after in zip(edges, edges[1:], edges[2:], strict=False):
            left, right = np.nanmean(series[row, before:cut]), np.nanmean(series[row, cut:after])
            one = _Step(row, cut, before, after - 1, float(left), float(right), float(p[place]), float(q[place]))
            steps.append(one)
    return steps, len(rows)


def _best_cuts(values: Floats, usual: float, firm: float) -> tuple[tuple[int, ...], float]:
    """Where one series moves to another level, once or there and back, and the probability by chance.

    It is that of the t-test between the years of either level, its variance drawn towards the ``usual`` one of all
    series as if that rested on ``firm`` degrees of freedom; it is corrected for all places that were tried, and 1 where
    a straight trend fits as well. The other level lasts two years at least, to the end of the series or to two years
    before it, or is that of the last year alone, which must stand out `_ALONE` times as far: single years do so oftener
    than the normal law has it.
    """
    known = np.flatnonzero(np.isfinite(values))
    x = values[known]
    n = len(x)
    sums = np.concatenate([[0.0], np.cumsum(x)])
    starts, ends = (places.ravel() for places in np.meshgrid(np.arange(2, n), np.arange(4, n + 1), indexing="ij"))
    possible = (ends - starts >= 2) & ((ends == n) | (ends <= n - 2)) | (starts == n - 1) & (ends == n)
    starts, ends = starts[possible], ends[possible]
    length = ends - starts
    inside = (sums[ends] - sums[starts]) / length
    outside = (sums[-1] - sums[ends] + sums[starts]) / (n - length)
    rest = np.maximum(0.0, float((x**2).sum()) - length * inside**2 - (n - length) * outside**2)
    freedom = min(n - 2 + firm, 200.0)
    variance = np.full_like(rest, usual) if math.isinf(firm) else (rest + firm * usual) / (n - 2 + firm)
    t = np.abs(inside - outside) / np.sqrt(variance * (1 / length + 1 / (n - length))) / np.where(length > 1, 1, _ALONE)
    # Each of the two sorts of change has half of what chance may bring.
    once = ends == n
    p = np.minimum(1.0, 4 * stats.t.sf(t, freedom) * np.where(once, once.sum(), (~once).sum()))
    best = int(np.argmin(p))
    start, end = int(starts[best]), int(ends[best])
    slope = np.polynomial.polynomial.polyfit(known, x, 1)
    straight = float(((x - np.polynomial.polynomial.polyval(known, slope)) ** 2).sum())
    cuts = (int(known[start]),) if end == n else (int(known[start]), int(known[end]))
    return cuts, 1.0 if straight <= float(rest[best]) else float(p[best])


def _prior_noise(values: Floats, least: float) -> tuple[float, float]:
    """The noise that all series have in common: its variance, and how firm it is.

    That of each is taken from the differences of neighbours without the largest, which are of a change.
    """
    own, freedom = [], []
    for row in values:
        x = row[np.isfinite(row)]
        squares = np.sort(np.diff(x) ** 2)
        n, left_out = len(squares), 2 if len(squares) >= _LONG_SERIES else 1
        own.append(float(squares[:-left_out].sum()) / (2 * n * _share_of_smaller(n, left_out)))
        freedom.append(2 * (n - left_out) / 3)
    return _prior(np.maximum(np.array(own), max(least**2, 1e-12)), np.array(freedom))


def _prior(variance: Floats, freedom: Floats) -> tuple[float, float]:
    """Fit what the variances of all series have in common: their prior, and how firm it is (Smyth 2004, 6.2)."""
    if len(variance) < _LEAST_SERIES:
        return float(np.median(variance)), 1.0
    logs = np.log(variance) - special.digamma(freedom / 2) + np.log(freedom / 2)
    mean = float(np.mean(logs))
    spread = float(np.mean((logs - mean) ** 2 * len(logs) / (len(logs) - 1) - special.polygamma(1, freedom / 2)))
    if spread <= 1e-6:
        return math.exp(mean), math.inf
    firm = 2 * _trigamma_inverse(spread)
    return math.exp(mean + float(special.digamma(firm / 2)) - math.log(firm / 2)), firm


def _trigamma_inverse(x: float) -> float:
    y = 0.5 + 1 / x
    for _ in range(50):
        trigamma = float(special.polygamma(1, y))
        step = trigamma * (1 - trigamma / x) / float(special.polygamma(2, y))
        y += step
        if -step / y < 1e-8:
            break
    return y


@lru_cache(maxsize=128)
def _share_of_smaller(n: int, left_out: int) -> float:
    """What share of the sum of squared differences of white noise is left without the largest ones."""
    drawn = np.random.default_rng(0).standard_normal((20_000, n + 1))
    squares = np.sort(np.diff(drawn, axis=1) ** 2, axis=1)
    return float(squares[:, :-left_out].sum() / squares.sum())


def _without_common_movement(series: Floats) -> Floats:
    if len(series) < _LEAST_COMMON:
        return series
    centred = series - np.nanmedian(series, axis=1, keepdims=True)
    seen = np.isfinite(centred).sum(axis=0) >= _LEAST_COMMON
    common = np.zeros(series.shape[1])
    if seen.any():
        common[seen] = np.nanmedian(centred[:, seen], axis=0)
    return series - common


def adjusted(p: Floats) -> Floats:
    """Correct probabilities for their number (Benjamini and Hochberg).

    >>> [round(float(one), 3) for one in adjusted(np.array([0.01, 0.04, 0.03, 0.5]))]
    [0.04, 0.053, 0.053, 0.5]
    """
    order = np.argsort(p)[::-1]
    ranks = np.arange(len(p), 0, -1)
    q = np.empty(len(p))
    q[order] = np.minimum.accumulate(p[order] * len(p) / ranks)
    return np.minimum(q, 1.0)


# --- the kinds ------------------------------------------------------------------------------------------------------


def _level_changes(trade: _Trade) -> Iterator[Proposal]:
    """Pairs whose yearly trade of a chemical moves to another level; years without trade are no level."""
    yearly = trade.whole_years
    pairs = yearly.group_by(*_PAIR, maintain_order=True).agg(pl.len().alias("n")).filter(
        pl.col("n") >= _LEAST_YEARS
    )  # fmt: skip
    if not len(pairs):
        return
    held = pairs.with_row_index("place").join(yearly, on=_PAIR, how="inner")
    first = int(held["year"].min())  # type: ignore[arg-type]
    last = int(held["year"].max())  # type: ignore[arg-type]
    logs = np.full((len(pairs), last - first + 1), np.nan)
    logs[held["place"].to_numpy(), held["year"].to_numpy() - first] = np.log(held["kg"].to_numpy())
    steps, tests = find_steps(logs, least=_LEAST_NOISE)
    keys = pairs.select(_PAIR).rows()
    for step in steps:
        pair = _triple(keys[step.row])
        before, after = math.exp(step.before), math.exp(step.after)
        if max(before, after) < FACTOR * min(before, after) or abs(after - before) <= trade.threshold(pair[0]):
            continue
        figures = {"before_kg": before, "after_kg": after, "factor": after / before, "kg": abs(after - before)}
        window = (str(first + step.place), str(first + step.last))
        says = "pattern_level_up" if after > before else "pattern_level_down"
        yield trade.proposal("level_change", pair, window, figures, Unusual("p", step.p, tests, step.q), says=says)


def _new_partners(trade: _Trade, kinds: frozenset[str]) -> Iterator[Proposal]:
    """Pairs that trade a chemical for the first time after years in which they would have been seen.

    A pair is told where its exporter seldom has a new partner for the chemical: the rate is the predictive probability
    of one or more in a year, by the exporter's other years (a Poisson rate with Jeffreys' prior). Where the exporter
    hands on what it takes in, it is a new route from its main supplier. A State that hands on but whose books, and its
    customer's, do not go back far enough is told as a route where what it takes in is new: the way on may be older.
    """
    firsts = trade.yearly.group_by(*_PAIR, maintain_order=True).first()
    new: list[tuple[tuple[int, int, int], int, float]] = []
    seen: dict[tuple[int, int], int] = {}
    unwatched: list[tuple[tuple[int, int, int], int, float]] = []
    for substance, exporter, importer, year, kg in firsts.select(*_PAIR, "year", "kg").iter_rows():
        if _years_before(trade, (substance, exporter, importer), year) >= _YEARS_BEFORE:
            new.append(((substance, exporter, importer), year, kg))
            seen[substance, exporter] = seen.get((substance, exporter), 0) + 1
        else:
            unwatched.append(((substance, exporter, importer), year, kg))
    flows = _Flows(trade.yearly) if "new_route" in kinds else None
    began = {pair: year for pair, year, _ in new}
    for pair, year, kg in new:
        substance, exporter, importer = pair
        if kg <= trade.threshold(substance):
            continue
        unusual = _seldom(trade, pair, seen, len(new))
        before = _years_before(trade, pair, year)
        route = flows.source(substance, exporter, importer, year) if flows else None
        if route is not None and route.kg > trade.threshold(substance):
            yield _new_route(trade, pair, year, kg, route, unusual, before)
        elif unusual.value <= _SELDOM:
            figures = {"kg": kg, "years_before": float(before), "other_new_partners": float(seen[pair[:2]] - 1)}
            yield trade.proposal("new_partner", pair, (str(year), str(year)), figures, unusual)
    for pair, year, kg in unwatched if flows else ():
        substance, hub, importer = pair
        route = flows.source(substance, hub, importer, year) if flows else None
        if route is None or min(kg, route.kg) <= trade.threshold(substance):
            continue
        into = (substance, route.origin, hub)
        if abs(began.get(into, year + 2) - year) <= 1:
            unusual = _seldom(trade, into, seen, len(new))
            before = _years_before(trade, into, began[into])
            says = "pattern_new_route_unwatched"
            yield _new_route(trade, pair, max(year, began[into]), kg, route, unusual, before, says)


def _seldom(trade: _Trade, pair: tuple[int, int, int], seen: Mapping[tuple[int, int], int], tests: int) -> Unusual:
    """How probable it is that an exporter has a new partner in a year, by its other years."""
    years = max(1, len(_watched(trade, pair)) - _YEARS_BEFORE)
    rate = 1 - (years / (years + 1)) ** (seen[pair[:2]] - 0.5)
    return Unusual("rate", rate, tests, rate)


def _watched(trade: _Trade, pair: tuple[int, int, int]) -> frozenset[int]:
    """The years in which a pair would have been seen: those of either side's books."""
    return trade.told_in.get(pair[1], frozenset()) | trade.told_in.get(pair[2], frozenset())


def _years_before(trade: _Trade, pair: tuple[int, int, int], year: int) -> int:
    return sum(one < year for one in _watched(trade, pair))


def _new_route(
    trade: _Trade, onward: tuple[int, int, int], year: int, kg: float, route: _Route, unusual: Unusual, before: int,
    says: str = "",
) -> Proposal:  # fmt: skip
    """Propose a route: from a supplier over the State that sends on, with the lines of both legs."""
    substance, hub, importer = onward
    figures = {
        "kg": route.kg, "into_kg": route.into, "onward_kg": kg, "direct_before_kg": route.direct_before,
        "years_before": float(before),
    }  # fmt: skip
    legs = [trade.lines_of(onward, year, year), trade.lines_of((substance, route.origin, hub), year - 1, year)]
    return trade.proposal(
        "new_route", (substance, route.origin, importer), (str(year), str(year)), figures, unusual, via=hub,
        lines=pl.concat(legs), years=trade.years_of(onward), says=says,
    )  # fmt: skip


class _Route(NamedTuple):
    """Where a State has from what it sends on: the origin, kg into it, kg that can have gone on, kg direct before."""

    origin: int
    into: float
    kg: float
    direct_before: float


class _Flows:
    """The yearly flows into and out of each State, by substance."""

    def __init__(self, yearly: pl.DataFrame) -> None:
        self.kg: dict[tuple[int, int, int, int], float] = {}
        self.into: dict[tuple[int, int, int], dict[int, float]] = {}
        self.out: dict[tuple[int, int, int], float] = {}
        for substance, exporter, importer, year, kg in yearly.select(*_PAIR, "year", "kg").iter_rows():
            self.kg[substance, exporter, importer, year] = kg
            self.into.setdefault((substance, importer, year), {})[exporter] = kg
            self.out[substance, exporter, year] = self.out.get((substance, exporter, year), 0.0) + kg

    def source(self, substance: int, hub: int, importer: int, year: int) -> _Route | None:
        """Where a State has its goods from, if it sends on half of what it takes in and one supplier gives most."""
        into: dict[int, float] = {}
        for one in (year - 1, year):
            for origin, kg in self.into.get((substance, hub, one), {}).items():
                into[origin] = into.get(origin, 0.0) + kg
        if not into:
            return None
        origin = max(into, key=lambda one: (into[one], -one))
        whole, out = (
            sum(sorted(into.values())),
            self.out[substance, hub, year] + self.out.get((substance, hub, year - 1), 0.0),
        )
        # What sends out far more than it takes in makes the chemical itself.
        if origin == importer or into[origin] < whole / 2 or not whole / 2 <= out <= 2 * whole:
            return None
        onward = self.kg[substance, hub, importer, year]
        before = [self.kg.get((substance, origin, importer, one), 0.0) for one in range(year - 3, year)]
        return _Route(origin, into[origin], min(into[origin], onward), sum(before) / len(before))


def _hub_shares(trade: _Trade) -> Iterator[Proposal]:
    """States through which another share of a chemical's trade runs than before (what they take in and send on)."""
    yearly = trade.yearly.filter(pl.col("whole").all().over("substance", "year"))
    sums = yearly.group_by("substance", "importer", "year", maintain_order=True).agg(into=pl.col("kg").sum())
    outs = yearly.group_by("substance", "exporter", "year", maintain_order=True).agg(out=pl.col("kg").sum())
    through = sums.rename({"importer": "state"}).join(
        outs.rename({"exporter": "state"}), on=["substance", "state", "year"], how="inner"
    ).with_columns(kg=pl.min_horizontal("into", "out"))  # fmt: skip
    if not len(through):
        return
    whole = yearly.group_by("substance", "year", maintain_order=True).agg(whole=pl.col("kg").sum())
    # What runs through a State is in the sum twice, once on its way in and once on its way out.
    once = (pl.col("whole") - pl.col("kg")).clip(lower_bound=pl.col("kg"))
    shares = through.join(whole, on=["substance", "year"]).with_columns(share=pl.col("kg") / once)
    most = shares.group_by("substance", "state").agg(pl.col("share").max())
    states = most.filter(pl.col("share") >= _HUB).sort("substance", "state")
    if not len(states):
        return
    first, last = int(whole["year"].min()), int(whole["year"].max())  # type: ignore[arg-type]
    table = np.full((len(states), last - first + 1), np.nan)
    kg = np.zeros_like(table)
    place = {(substance, state): row for row, (substance, state, _) in enumerate(states.iter_rows())}
    by_substance: dict[int, list[int]] = {}
    for (substance, _), row in place.items():
        by_substance.setdefault(substance, []).append(row)
    for substance, year, _ in whole.iter_rows():
        table[by_substance.get(substance, []), year - first] = 0.0
    for substance, state, year, amount, share in shares.select("substance", "state", "year", "kg", "share").iter_rows():
        row = place.get((substance, state), -1)
        if row >= 0:
            table[row, year - first], kg[row, year - first] = share, amount
    steps, tests = find_steps(np.arcsin(np.sqrt(np.clip(table, 0, 1))), least=_LEAST_SHARE_NOISE)
    keys = states.select("substance", "state").rows()
    for step in steps:
        substance, state = keys[step.row]
        before = float(np.nanmean(table[step.row, step.first : step.place]))
        after = float(np.nanmean(table[step.row, step.place : step.last + 1]))
        moved = float(np.mean(kg[step.row, step.place : step.last + 1]))
        if abs(after - before) < _HUB_CHANGE or moved <= trade.threshold(substance):
            continue
        window = (str(first + step.place), str(first + step.last))
        lines = trade.lines.filter(
            (pl.col("substance") == substance) & pl.col("year").is_between(int(window[0]), int(window[1]))
            & ((pl.col("exporter") == state) | (pl.col("importer") == state))
        )  # fmt: skip
        out = _in_and_out(trade, substance, state)
        figures = {"before_share": before, "after_share": after, "kg": moved}
        yield trade.proposal(
            "hub_share", (substance, -1, -1), window, figures, Unusual("p", step.p, tests, step.q), via=state,
            lines=lines, years=out,
        )  # fmt: skip


def _in_and_out(trade: _Trade, substance: int, state: int) -> tuple[tuple[int, float, float], ...]:
    """Of a hub's chart: year, what it sends out, what it takes in."""
    of_it = trade.yearly.filter(pl.col("substance") == substance)
    out, into = (
        dict(of_it.filter(pl.col(side) == state).group_by("year").agg(pl.col("kg").sum()).iter_rows())
        for side in ("exporter", "importer")
    )
    years = sorted({*out, *into})
    return tuple((int(year), float(out.get(year, 0.0)), float(into.get(year, 0.0))) for year in years)


def _splittings(trade: _Trade) -> Iterator[Proposal]:
    """Several shipments, each below the threshold and together above it, unlike the pair at other times.

    They fall into a week, a month or a quarter (`_bursts`), or into a calendar year, which is the period that the
    declaration threshold is of (`_small_years`). What goes on one day is one shipment; shipments of which only the year
    is known are not looked at. Of each pair the most unusual window is told. Each of the four sorts of windows is
    corrected for the number of pairs by itself; what they bring together by chance is measured
    (``benchmarks/patterns.py``).
    """
    limits = pl.Series([substance.threshold_kg for substance in trade.substances] or [None], dtype=pl.Float64)
    dated = trade.lines.filter(pl.col("day").is_not_null())
    dated = dated.with_columns(limit=limits.gather(dated["substance"])).filter(pl.col("limit") > 0)
    if not len(dated):
        return
    # One side's lines: the exporter's, or the importer's where it says more.
    sides = dated.group_by(*_PAIR).agg(n=pl.len(), exports=pl.col("export").sum())
    sides = sides.select(*_PAIR, side=pl.col("exports") * 2 >= pl.col("n"))
    daily = dated.join(sides, on=_PAIR).filter(pl.col("export") == pl.col("side"))
    daily = (
        daily.group_by(*_PAIR, "day", "limit")
        .agg(kg=pl.col("kg").sum(), side=pl.col("side").first())
        .sort(*_PAIR, "day")
        .with_columns(small=pl.col("kg") < pl.col("limit"))
    )
    pairs = daily.group_by(*_PAIR).agg(all=pl.len(), few=pl.col("small").sum(), side=pl.col("side").first())
    tests = int((pairs["few"] >= _LEAST_SPLIT).sum())
    sorts = [*(_bursts(daily, pairs, days) for days in WINDOWS_DAYS), _small_years(daily, pairs)]
    windows = pl.concat(_corrected(sort, tests) for sort in sorts)
    best = windows.sort(*_PAIR, "q", "p", "end").group_by(*_PAIR, maintain_order=True).first()
    for row in best.filter(pl.col("q") <= ALARMS).iter_rows(named=True):
        pair = _triple((row["substance"], row["exporter"], row["importer"]))
        lines = trade.lines_of(pair, row["start"].year, row["end"].year).filter(
            pl.col("day").is_between(row["start"], row["end"]) & (pl.col("export") == row["side"])
        )
        figures = {"kg": row["kg"], "shipments": float(row["n"]), "threshold_kg": row["limit"]}
        window = (row["start"].isoformat(), row["end"].isoformat())
        yield trade.proposal(
            "splitting", pair, window, figures, Unusual("p", row["p"], max(tests, len(best)), row["q"]), lines=lines
        )


def _corrected(windows: pl.DataFrame, tests: int) -> pl.DataFrame:
    """Keep the most unusual window of each pair, its probability corrected for the number of pairs."""
    best = windows.sort(*_PAIR, "p", "end").group_by(*_PAIR, maintain_order=True).first()
    q = adjusted(np.concatenate([best["p"].to_numpy(), np.ones(max(0, tests - len(best)))]))[: len(best)]
    return best.with_columns(q=pl.Series(q, dtype=pl.Float64))


def _bursts(daily: pl.DataFrame, pairs: pl.DataFrame, window: int) -> pl.DataFrame:
    """Windows of some days with many small shipments, and how probable so many are by the rate at other times.

    Larger ones do not count, so a pair that used to send more at once has a rate near zero.
    """
    span = daily.group_by("exporter").agg(days=(pl.col("day").max() - pl.col("day").min()).dt.total_days())
    small = daily.filter("small")
    windows = small.rolling("day", period=f"{window}d", group_by=_PAIR).agg(
        n=pl.len(), kg=pl.col("kg").sum(), start=pl.col("day").min(), limit=pl.col("limit").first()
    )
    year = _YEAR_DAYS + window
    around = small.rolling("day", period=f"{year}d", offset=f"-{(year + window) // 2}d", group_by=_PAIR).agg(
        around=pl.len()
    )
    windows = windows.join(around, on=[*_PAIR, "day"]).join(pairs, on=_PAIR).join(span, on="exporter")
    windows = windows.filter((pl.col("n") >= _LEAST_SPLIT) & (pl.col("kg") > pl.col("limit")))
    n, few, days, near = (windows[one].to_numpy().astype(np.float64) for one in ("n", "few", "days", "around"))
    days = np.maximum(days, window)
    # A pair can have a year of small shipments; so the year around must make as many improbable as all years do.
    always = _burst(n, few - n, np.maximum(days - window, window), window)
    that_year = _burst(n, near - n, np.full(len(n), float(_YEAR_DAYS)), window)
    # As many windows were tried as there are shipments to begin one, and no fewer than fit beside each other.
    p = np.minimum(1.0, np.maximum(always, that_year) * np.maximum(few, days / window))
    return windows.with_columns(p=pl.Series(p, dtype=pl.Float64), end="day").select(_WINDOW)


def _burst(n: Floats, others: Floats, days: Floats, window: int) -> Floats:
    """The probability of n or more shipments in a window, given how many others there are in how many other days.

    The rate is not known but estimated (Gamma with Jeffreys' prior), so the number is negative binomial.
    """
    return np.asarray(stats.nbinom.sf(n - 1, others + 0.5, days / (days + window)))


def _small_years(daily: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """Calendar years with more small shipments than other years, and a larger share of small ones, of no smaller a sum.

    Both must be improbable: so many by the rate of the other years, and such a share by Fisher's exact test. It is
    corrected for the years that were tried.
    """
    small = pl.col("day").filter("small")
    years = daily.group_by(*_PAIR, year=pl.col("day").dt.year()).agg(
        in_year=pl.len(), n=pl.col("small").sum(), kg=pl.col("kg").filter("small").sum(), whole=pl.col("kg").sum(),
        start=small.min(), end=small.max(), limit=pl.col("limit").first(),
    ).join(pairs, on=_PAIR)  # fmt: skip
    years = years.with_columns(
        years=pl.len().over(_PAIR), usual=pl.col("whole").median().over(_PAIR),
        days=_YEAR_DAYS * (pl.col("year").max() - pl.col("year").min()).over(_PAIR),
    ).filter(
        (pl.col("n") >= _LEAST_SPLIT) & (pl.col("kg") > pl.col("limit")) & (pl.col("whole") >= pl.col("usual"))
    )  # fmt: skip
    n, all_of_pair, few, of_year, tried, days = (
        years[one].to_numpy().astype(np.float64) for one in ("n", "all", "few", "in_year", "years", "days")
    )
    share = stats.hypergeom.sf(n - 1, all_of_pair, few, of_year)
    p = np.minimum(1.0, np.maximum(share, _burst(n, few - n, days, _YEAR_DAYS)) * tried)
    return years.with_columns(p=pl.Series(p, dtype=pl.Float64)).select(_WINDOW)


def _end_uses(trade: _Trade) -> Iterator[Proposal]:
    """Yearly quantities that are far above what other importers take for the same end use (where lines say it)."""
    if "end_use" not in trade.lines.columns:
        return
    use = pl.col("end_use").str.strip_chars().str.to_lowercase()
    held = trade.lines.with_columns(use=use).filter(pl.col("use").fill_null("") != "")
    yearly = held.group_by("substance", "use", "importer", "year", "export").agg(kg=pl.col("kg").sum())
    yearly = yearly.group_by("substance", "use", "importer", "year").agg(kg=pl.col("kg").max()).sort(
        "substance", "use", "importer", "year"
    )  # fmt: skip
    if not len(yearly):
        return
    tested: list[tuple[dict[str, Any], float, float]] = []
    for _, group in yearly.group_by("substance", "use", maintain_order=True):
        if group["importer"].n_unique() < _LEAST_IMPORTERS:
            continue
        logs = np.log(group["kg"].to_numpy())
        middle = float(np.median(logs))
        spread = max(1.4826 * float(np.median(np.abs(logs - middle))), _LEAST_NOISE)
        p = stats.t.sf((logs - middle) / spread, len(logs) - 1)
        tested += [(row, float(one), math.exp(middle)) for row, one in zip(group.iter_rows(named=True), p, strict=True)]
    if not tested:
        return
    q = adjusted(np.array([one[1] for one in tested]))
    for (row, p, usual), sure in zip(tested, q, strict=True):
        if sure > ALARMS or row["kg"] - usual <= trade.threshold(row["substance"]):
            continue
        lines = held.filter(
            (pl.col("substance") == row["substance"]) & (pl.col("importer") == row["importer"])
            & (pl.col("year") == row["year"]) & (pl.col("use") == row["use"])
        )  # fmt: skip
        figures = {"kg": row["kg"], "usual_kg": usual, "factor": row["kg"] / usual}
        made = trade.proposal(
            "end_use", (row["substance"], -1, row["importer"]), (str(row["year"]), str(row["year"])), figures,
            Unusual("p", p, len(tested), float(sure)), lines=lines,
            years=_received(trade, row["substance"], row["importer"]),
        )  # fmt: skip
        message = Message(made.message.id, {**made.message.values, "end_use": row["use"]})
        yield made._replace(message=message)


def _over_consumption(trade: _Trade, register: Consumption) -> Iterator[Proposal]:
    """States that took in, net of what they sent on, clearly more than they declare to have consumed."""
    by_name = {name: n for n, one in enumerate(trade.substances) for name in (one.name.casefold(), one.key.casefold())}
    places = {code: place for place, code in enumerate(trade.codes)}
    consumed: dict[tuple[int, int], dict[int, float]] = {}
    for (code, chemical, year), kg in register.consumed.items():
        if chemical in by_name and code in places:
            years = consumed.setdefault((by_name[chemical], places[code]), {})
            years[year] = years.get(year, 0.0) + kg
    net: dict[tuple[int, int, int], float] = {}
    for substance, exporter, importer, year, kg in trade.yearly.select(*_PAIR, "year", "kg").iter_rows():
        net[substance, importer, year] = net.get((substance, importer, year), 0.0) + kg
        net[substance, exporter, year] = net.get((substance, exporter, year), 0.0) - kg
    for (substance, state), years in sorted(consumed.items()):
        kept = sum(max(0.0, net.get((substance, state, year), 0.0)) for year in sorted(years))
        used = sum(years[year] for year in sorted(years))
        if kept - used <= trade.threshold(substance) * len(years) or kept < _OVER * used:
            continue
        first, last = min(years), max(years)
        lines = trade.lines.filter(
            (pl.col("substance") == substance) & (pl.col("importer") == state) & pl.col("year").is_between(first, last)
        )
        ratio = kept / used if used else math.inf
        figures = {"kg": kept - used, "received_kg": kept, "consumed_kg": used}
        yield trade.proposal(
            "consumption", (substance, -1, state), (str(first), str(last)), figures,
            Unusual("ratio", ratio, len(consumed), ratio), lines=lines, years=_received(trade, substance, state),
        )  # fmt: skip


def _received(trade: _Trade, substance: int, state: int) -> tuple[tuple[int, float, float], ...]:
    of_it = trade.yearly.filter((pl.col("substance") == substance) & (pl.col("importer") == state))
    rows = of_it.group_by("year").agg(pl.col("exported").sum(), pl.col("imported").sum()).sort("year").iter_rows()
    return tuple((int(year), float(exported), float(imported)) for year, exported, imported in rows)


def _rank(one: Proposal) -> tuple[float, float, str, str, str, str, str]:
    """The most unusual first, by tens of a probability; then the largest beside its threshold."""
    sure = {"p": one.unusual.adjusted, "rate": one.unusual.adjusted / 10, "ratio": 1e-3}[one.unusual.measure]
    size = one.figures["kg"] / (one.substance.threshold_kg or 1.0)
    weight = min(12.0, -math.log10(max(sure, 1e-300))) / 2 + 2 * math.log10(1 + size)
    return -round(weight, 9), -round(size, 9), one.substance.key, one.exporter, one.importer, one.via, one.start


def _triple(pair: Sequence[int]) -> tuple[int, int, int]:
    return int(pair[0]), int(pair[1]), int(pair[2])


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


def _unusual_said(one: Unusual) -> Message:
    if one.measure == "ratio":
        value = f"{one.value:.3g}" if math.isfinite(one.value) else "∞"
        return Message("pattern_unusual_ratio", {"value": value})
    if one.measure == "rate":
        return Message("pattern_unusual_rate", {"value": f"{100 * one.value:.0f} %", "tests": one.tests})
    return Message(
        "pattern_unusual_p", {"p": f"{one.value:.1g}", "tests": one.tests, "adjusted": f"{one.adjusted:.1g}"}
    )


_PAIR = ("substance", "exporter", "importer")
_SIDES = ("reporter", "partner")
_REGISTER = ("state", "chemical", "year", "consumed_kg")
_LEAST_YEARS = 5
_ALONE = 2.0
_LEAST_SERIES = 10
_LONG_SERIES = 8
_LEAST_COMMON = 20
_LEAST_NOISE = 0.05
_LEAST_SHARE_NOISE = 0.03
_YEARS_BEFORE = 3
_SELDOM = 0.2
_HUB = 0.05
_HUB_CHANGE = 0.1
_LEAST_SPLIT = 3
_YEAR_DAYS = 365
_WINDOW = (*_PAIR, "start", "end", "n", "kg", "limit", "side", "p")
_LEAST_IMPORTERS = 8
_OVER = 1.5
