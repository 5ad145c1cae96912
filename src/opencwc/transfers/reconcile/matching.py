"""Which exporter's line and which importer's line speak of the same shipment: a global assignment, never greedy.

Lines are laid in blocks that can hold a shipment's two sides (one substance, one pair of States). A pair of lines
costs the more the less its quantities and days fit; quantities may also fit after a slip (kg for t, a mixture declared
pure, rounding). The cheapest assignment of all lines at once is taken, then sums of several lines, then lines that fit
except for the partner or the chemical, then what fits by its days alone.

How long goods are on the way is learnt from the lines themselves: first from those of all substances (`lags_of`,
`ways_of`), then block by block. Beside that no line of one HS heading has to do with one of another, so that headings
can be matched one after the other, and long runs of blocks too (`RUN`): memory is that of the longest of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from opencwc.transfers.reconcile import matching_kernel as kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Places = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Kinds = NDArray[np.uint8]


class Lines(NamedTuple):
    """Lines as columns, sorted by block, then day.

    ``block`` numbers (substance, exporter, importer); ``day`` counts days, for a line that gives only its year the
    first of July (``dated`` is false); ``kg`` is in kg, and only positive quantities are matched; ``concentration`` is
    per cent, NaN where none is stated; ``heading`` groups substances that may be taken for one another.
    """

    block: Places
    substance: NDArray[np.int32]
    exporter: NDArray[np.int32]
    importer: NDArray[np.int32]
    export: NDArray[np.bool_]
    day: NDArray[np.int32]
    dated: NDArray[np.bool_]
    year: NDArray[np.int16]
    kg: Floats
    concentration: Floats
    heading: NDArray[np.int32]

    def at(self, places: Places | slice) -> Lines:
        """Return some of the lines."""
        return Lines._make(column[places] for column in self)

    @property
    def starts(self) -> Places:
        """Where each block begins, and where the last one ends."""
        block = self.block
        return np.flatnonzero(np.r_[True, block[1:] != block[:-1], True]) if len(block) else np.zeros(1, np.int64)

    def runs(self) -> Iterator[slice]:
        """Yield where runs of whole blocks lie, of `RUN` lines or one block each."""
        starts = self.starts
        begin = 0
        while begin < len(self.block):
            one_block = int(np.searchsorted(starts, begin, side="right"))
            end = int(starts[max(one_block, int(np.searchsorted(starts, begin + RUN, side="right")) - 1)])
            yield slice(begin, end)
            begin = end


class Matches(NamedTuple):
    """Of every line: the group it is matched in (-1 for none), how (a place in `MATCH_KINDS`), and its counterpart.

    ``other`` is the line at the other end of a one-to-one match, -1 where there is none.
    """

    group: Places
    kind: Kinds
    other: Places

    def put(self, places: Places, matches: Matches) -> None:
        """Write the matches among the lines at some places into those of all lines."""
        self.kind[places] = matches.kind
        for whole, part in ((self.group, matches.group), (self.other, matches.other)):
            whole[places] = np.where(part >= 0, places[part], -1)

    @staticmethod
    def none(lines: int) -> Matches:
        """Matches of nothing so far."""
        return Matches(np.full(lines, -1, np.int64), np.zeros(lines, np.uint8), np.full(lines, -1, np.int64))


class Lags(NamedTuple):
    """Shipments whose two sides are plainly one: their pairs of States, the logarithm of the days on the way.

    ``apart`` is how far that lies from the middle of the block, for blocks with several.
    """

    pair: Places
    lag: Floats
    apart: Floats


class Ways(NamedTuple):
    """How long goods are on the way, the logarithm of the days: ``pairs`` by pair of States, as `_pair` numbers them.

    ``within`` is the spread of a block's shipments around their middle.
    """

    pairs: Floats
    within: float


def lags_of(lines: Lines) -> Lags:
    """Return how long the goods took whose two sides fit before anything is learnt."""
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="matching") as pool:
        return _joined(list(pool.map(lambda run: _lags_of_run(lines.at(run)), lines.runs())))


def _lags_of_run(lines: Lines) -> Lags:
    starts, count = lines.starts, len(lines.block)
    matches = _matched_totals(lines)
    spread = np.full(len(starts) - 1, kernel.SPREAD)
    block_of = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    tried = []
    for days in (USUAL, SOON):  # equal lots sent month by month fit a month late too, but for one that stays alone
        edges = _within(lines, starts, np.full(len(starts) - 1, days), spread, matches.group, most=kernel.LONELY)
        other, how = _assigned(count, *edges)
        taken = other[edges[0]] == edges[1]
        tried.append(
            (np.bincount(block_of[edges[0][taken]], edges[2][taken] - kernel.LONELY, len(starts) - 1), other, how)
        )
    (late_cost, late, late_how), (soon_cost, soon, soon_how) = tried
    is_soon = (soon_cost < late_cost)[block_of]
    other, how = np.where(is_soon, soon, late), np.where(is_soon, soon_how, late_how)
    of, lag = _lags(lines, starts, other, how)
    middle, counts = _middles(of, lag, len(starts) - 1)
    return Lags(_pair(lines, starts)[of], lag, np.abs(lag - middle[of])[counts[of] > 2])


def ways_of(lags: Iterable[Lags]) -> Ways:
    """Learn from the shipments of all substances how long goods are on the way between two States."""
    pair, lag, apart = _joined(list(lags))
    middle = float(np.median(lag)) if len(lag) else USUAL
    of_pairs, count = _middles(pair, lag, STATES * STATES)
    within = max(1.48 * float(np.median(np.minimum(apart, kernel.SPREAD))), 0.05) if len(apart) else kernel.SPREAD
    return Ways((count * of_pairs + _DRAWN * middle) / (count + _DRAWN), within)


def match_shipments(lines: Lines, ways: Ways | None = None) -> Matches:
    """Match lines among which are all of every heading that is in them; ``ways`` are learnt from them where none."""
    ways = ways or ways_of([lags_of(lines)])
    matches = Matches.none(len(lines.block))
    usual, spread = np.empty(len(lines.block)), np.empty(len(lines.block))

    def match_run(run: slice) -> None:
        rest_matches, usual[run], spread[run] = _matched_within(lines.at(run), ways)
        matches.put(np.arange(run.start, run.stop), rest_matches)

    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="matching") as pool:
        for _ in pool.map(match_run, lines.runs()):
            pass
    left = np.flatnonzero((matches.group < 0) & (lines.kg > 0))
    if len(left):
        for by_strength in (False, True):
            _match_yearly(lines, left, matches, by_strength=by_strength)
            left = left[matches.group[left] < 0]
        usual, spread = usual[left], spread[left]
    if len(left):
        rest = lines.at(left)
        starts = rest.starts
        free = np.full(len(left), -1, np.int64)
        loose = _within(rest, starts, usual[starts[:-1]], spread[starts[:-1]], free, most=kernel.LONELY, loose=True)
        edges = [np.concatenate(parts) for parts in zip(loose, _across(rest, usual, spread), strict=True)]
        other, kind = _assigned(len(left), *edges)
        rest_matches = Matches.none(len(left))
        _note(other, kind, rest_matches)
        matches.put(left, rest_matches)
    return matches


def _match_yearly(lines: Lines, left: Places, matches: Matches, *, by_strength: bool) -> None:
    """Match a line left over that gives only its year with all that is left over of that year on the other side.

    With ``by_strength`` it is all that is left over of one stated concentration. Their sum fits as it stands, or but
    for the partner, the chemical, the unit or the strength: then ``other`` of each of them is that line, and that
    line's is the first of them.
    """
    rest = lines.at(left)
    yearly = np.flatnonzero(~rest.dated)
    strength = np.nan_to_num(rest.concentration, nan=-1.0) if by_strength else np.zeros(len(left))
    order = np.lexsort((strength, rest.year, rest.export, rest.block))
    order = order[rest.dated[order]]
    keys = np.stack([rest.block[order], rest.export[order], rest.year[order], strength[order]])
    begins = np.flatnonzero(np.r_[True, np.any(keys[:, 1:] != keys[:, :-1], axis=0)][: len(order)])
    counts = np.diff(np.r_[begins, len(order)])
    begins, counts = begins[counts > 1], counts[counts > 1]
    if not (len(yearly) and len(begins)):
        return
    parts = [order[begin : begin + count] for begin, count in zip(begins, counts, strict=True)]
    kg = np.r_[rest.kg[yearly], [float(rest.kg[part].sum()) for part in parts]]
    first = np.r_[yearly, order[begins]]
    rank = np.lexsort((first, rest.block[first]))
    of = (np.arange(len(first)) - len(yearly))[rank]  # the place among the parts, negative for a yearly line
    nodes = rest.at(first)._replace(kg=kg, dated=np.zeros(len(first), np.bool_)).at(rank)
    starts = nodes.starts
    usual, spread = np.full(len(first), USUAL), np.full(len(first), kernel.SPREAD)
    within = _within(nodes, starts, usual, spread, np.full(len(first), -1, np.int64), most=kernel.LONELY)
    edges = [np.concatenate(both) for both in zip(within, _across(nodes, usual, spread), strict=True)]
    mixed = (of[edges[0]] < 0) != (of[edges[1]] < 0)
    other, how = _assigned(len(first), *(edge[mixed] for edge in edges))
    for at in np.flatnonzero((other >= 0) & (of >= 0)):
        whole, part = left[first[rank[other[at]]]], left[parts[of[at]]]
        kind = how[at] if how[at] > kernel.ROUNDING else kernel.SUM
        for places in (whole, part):
            matches.group[places], matches.kind[places] = min(whole, part.min()), kind
        if kind != kernel.SUM:
            matches.other[part], matches.other[whole] = whole, part[0]


def _matched_within(lines: Lines, ways: Ways) -> tuple[Matches, Floats, Floats]:
    """Match what is plain within blocks; return it, and each line's usual days on the way and their spread."""
    starts, count = lines.starts, len(lines.block)
    matches = _matched_totals(lines)
    usual, spread = _usual(lines, starts, ways, np.zeros(0, np.int64), np.zeros(0))
    for _ in range(ROUNDS):
        other, how = _assigned(count, *_within(lines, starts, usual, spread, matches.group, most=kernel.LONELY))
        usual, spread = _usual(lines, starts, ways, *_lags(lines, starts, other, how))
    _note(*_assigned(count, *_within(lines, starts, usual, spread, matches.group, most=CLOSE)), matches)
    rows = (starts, lines.export, lines.day, lines.dated, lines.year, lines.kg, matches.group, matches.kind)
    kernel.sums(*rows, usual, spread)
    kernel.doubles(*rows)
    sizes = np.diff(starts)
    return matches, np.repeat(usual, sizes), np.repeat(spread, sizes)


def _matched_totals(lines: Lines) -> Matches:
    """Match the lines that give only their year with all lines of that year."""
    matches = Matches.none(len(lines.block))
    kernel.totals(lines.starts, lines.export, lines.dated, lines.year, lines.kg, matches.group, matches.kind)
    return matches


def _within(
    lines: Lines, starts: Places, usual: Floats, spread: Floats, group: Places, *, most: float, loose: bool = False
) -> tuple[Any, ...]:
    """Return the pairs of lines of one block that are in no group yet and may be one shipment."""
    free = (group < 0) & (lines.kg > 0)
    columns = (lines.export, lines.day, lines.dated, lines.year, lines.kg, lines.concentration)
    edges: tuple[Any, ...] = kernel.edges_within(starts, *columns, usual, spread, free, loose, most)
    return edges


def _note(other: Places, how: Kinds, matches: Matches) -> None:
    """Write the pairs that were found into the matches."""
    lines = np.flatnonzero(other >= 0)
    matches.other[lines] = other[lines]
    matches.kind[lines] = how[lines]
    matches.group[lines] = np.minimum(lines, other[lines])


def _pair(lines: Lines, starts: Places) -> Places:
    """Return the number of each block's pair of States."""
    first = starts[:-1]
    return lines.exporter[first] * STATES + lines.importer[first]


def _lags(lines: Lines, starts: Places, other: Places, how: Kinds) -> tuple[Places, Floats]:
    """Return the blocks of the shipments that are matched with days on both sides, and the logarithm of the days."""
    out = np.flatnonzero((other >= 0) & lines.export & lines.dated & (how != kernel.NONE))
    out = out[lines.dated[other[out]] & (lines.day[other[out]] > lines.day[out])]
    return np.searchsorted(starts, out, side="right") - 1, np.log(lines.day[other[out]] - lines.day[out] + 1.0)


def _usual(lines: Lines, starts: Places, ways: Ways, of: Places, lag: Floats) -> tuple[Floats, Floats]:
    """Return for each block the logarithm of the days that its goods take, and its spread.

    A block with few shipments is drawn to its pair of States.
    """
    blocks = len(starts) - 1
    middle, count = _middles(of, lag, blocks)
    usual = (count * middle + _DRAWN * ways.pairs[_pair(lines, starts)]) / (count + _DRAWN)
    noise = np.bincount(of, np.minimum(np.abs(lag - middle[of]), kernel.SPREAD) ** 2, blocks)
    own = (noise + _DRAWN * ways.within**2) / (count + _DRAWN)
    return usual, np.sqrt(own + kernel.SPREAD**2 / (1.0 + count * _DRAWN))


def _middles(place: Places, values: Floats, places: int) -> tuple[Floats, Places]:
    """Return the median of the values at each place (0 where there is none), and how many there are."""
    count = np.bincount(place, minlength=places)
    if not len(values):
        return np.zeros(places), count
    ordered = values[np.lexsort((values, place))]
    begins = np.cumsum(count) - count
    low, high = begins + np.maximum(count - 1, 0) // 2, begins + count // 2
    last = len(values) - 1
    middle = 0.5 * (ordered[np.minimum(low, last)] + ordered[np.minimum(high, last)])
    return np.where(count > 0, middle, 0.0), count


def _joined(lags: list[Lags]) -> Lags:
    nothing = Lags(np.zeros(0, np.int64), np.zeros(0), np.zeros(0))
    return Lags(*(np.concatenate(parts) for parts in zip(nothing, *lags, strict=True)))


def _across(lines: Lines, usual: Floats, spread: Floats) -> tuple[Any, ...]:
    """Return the pairs of what is left where all but one of importer, exporter and chemical is the same."""
    substance, heading = lines.substance.astype(np.int64), lines.heading.astype(np.int64)
    keys = {
        kernel.EXPORTER: substance * STATES + lines.importer,
        kernel.IMPORTER: substance * STATES + lines.exporter,
        kernel.CHEMICAL: (heading * STATES + lines.exporter) * STATES + lines.importer,
    }
    common = _commonness(substance, lines.kg)
    rows = (lines.export, lines.day, lines.dated, lines.year, lines.kg)
    edges = [
        kernel.edges_across(
            np.lexsort((lines.kg, key)), key, kind, lines.substance, *rows, common, lines.concentration, usual, spread
        )
        for kind, key in keys.items()
    ]
    return tuple(np.concatenate(parts) for parts in zip(*edges, strict=True))


def _commonness(substance: Places, kg: Floats) -> Floats:
    """Return for each line how often its quantity is left over for its substance: a usual lot tells little."""
    keys = np.stack([substance.astype(np.float64), np.round(kg, 3)], axis=1)
    order = np.lexsort((keys[:, 1], keys[:, 0]))
    ordered = keys[order]
    new = np.r_[True, np.any(ordered[1:] != ordered[:-1], axis=1)]
    place = np.cumsum(new) - 1
    counts = np.bincount(place)
    common = np.empty(len(kg))
    common[order] = counts[place]
    return common


def _assigned(lines: int, exports: Places, imports: Places, costs: Floats, kinds: Kinds) -> tuple[Places, Kinds]:
    """Choose among the edges so that the whole costs least, and return each line's counterpart and kind."""
    if np.any(exports[1:] < exports[:-1]):
        order = np.argsort(exports, kind="stable")
        exports, imports, costs, kinds = exports[order], imports[order], costs[order], kinds[order]
    pointers = np.searchsorted(exports, np.arange(lines + 1))
    chosen = kernel.assign(pointers, imports, costs, lines)
    other = np.full(lines, -1, np.int64)
    kind = np.zeros(lines, np.uint8)
    rows = np.flatnonzero(chosen >= 0)
    at = chosen[rows]
    other[rows], other[imports[at]] = imports[at], rows
    kind[rows] = kind[imports[at]] = kinds[at]
    return other, kind


RUN = 262_144
"""How many lines are matched at once, where blocks are no longer."""
AT_ONCE = 2
"""Runs that are matched at the same time."""
STATES = 512
"""More than there are codes of States."""
USUAL = float(np.log(20.0))
"""The logarithm of the days that goods take, before anything is learnt from the ledgers."""
SOON = float(np.log(6.0))
"""The same for goods that take a few days; a block is tried with both, and what fits it better is learnt from."""
CLOSE = 4.0
"""Up to which cost a match is settled before kernel.sums, other States and other chemicals are thought of."""
ROUNDS = 2
"""How often it is learnt from the matches of a block how long its goods take."""
_DRAWN = 2.0
