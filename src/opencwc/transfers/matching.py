"""Which exporter's line and which importer's line speak of the same shipment: a global assignment, never greedy.

Lines are laid in blocks that can hold a shipment's two sides (one substance, one pair of States). A pair of lines
costs the more the less its quantities and days fit; quantities may also fit after a slip (kg for t, a mixture declared
pure, rounding). The cheapest assignment of all lines at once is taken, then sums of several lines, then lines that fit
except for the partner or the chemical, then what fits by its days alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from opencwc.transfers.matching_kernel import (
    CHEMICAL,
    EXPORTER,
    IMPORTER,
    LONELY,
    NONE,
    SPREAD,
    assign,
    doubles,
    edges_across,
    edges_within,
    sums,
    totals,
)  # fmt: skip

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Matches(NamedTuple):
    """Of every line: the group it is matched in (-1 for none), how (a place in `KINDS`), and its counterpart.

    ``other`` is the line at the other end of a one-to-one match, -1 where there is none.
    """

    group: NDArray[np.int64]
    kind: NDArray[np.uint8]
    other: NDArray[np.int64]


def match_shipments(
    block: NDArray[np.int64],
    substance: NDArray[np.int64],
    exporter: NDArray[np.int64],
    importer: NDArray[np.int64],
    export: NDArray[np.bool_],
    day: NDArray[np.int32],
    dated: NDArray[np.bool_],
    year: NDArray[np.int16],
    kg: NDArray[np.float64],
    concentration: NDArray[np.float32],
    heading: NDArray[np.int64],
) -> Matches:
    """Match the lines of all ledgers; all arrays have one place a line and are sorted by block, then day.

    ``block`` numbers (substance, exporter, importer); ``day`` counts days, for a line that gives only its year the
    first of July (``dated`` is false); ``kg`` is in kg, and only positive quantities are matched; ``concentration`` is
    per cent, NaN where none is stated; ``heading`` groups substances that one HS heading holds (-1 for none).
    """
    starts = np.flatnonzero(np.r_[True, block[1:] != block[:-1], True]) if len(block) else np.zeros(1, np.int64)
    lines = len(block)
    columns = (export, day, dated, year, kg, concentration.astype(np.float64))
    group, kind, other = np.full(lines, -1, np.int64), np.zeros(lines, np.uint8), np.full(lines, -1, np.int64)
    totals(starts, export, dated, year, kg, group, kind)
    usual, spread = np.full(len(starts) - 1, USUAL), np.full(len(starts) - 1, SPREAD)

    def within(*, loose: bool, most: float) -> tuple[Any, ...]:
        free = (group < 0) & (kg > 0)
        edges: tuple[Any, ...] = edges_within(starts, *columns, usual, spread, free, loose, most)
        return edges

    for _ in range(ROUNDS):
        found, how = _assigned(lines, *within(loose=False, most=LONELY))
        usual, spread = _usual(starts, exporter, importer, export, day, dated, found, how)
    _note(*_assigned(lines, *within(loose=False, most=CLOSE)), group, kind, other)
    sums(starts, export, day, dated, year, kg, group, kind, usual, spread)
    doubles(starts, export, day, dated, year, kg, group, kind)
    left = np.flatnonzero((group < 0) & (kg > 0))
    if len(left):
        at = np.repeat(np.arange(len(starts) - 1), np.diff(starts))[left]
        rows = (export, day, dated, year, kg)
        across = _across(left, substance, exporter, importer, *rows, heading, columns[5], usual[at], spread[at])
        edges = [np.concatenate(parts) for parts in zip(within(loose=True, most=LONELY), across, strict=True)]
        _note(*_assigned(lines, *edges), group, kind, other)
    return Matches(group, kind, other)


def _note(
    found: NDArray[np.int64],
    how: NDArray[np.uint8],
    group: NDArray[np.int64],
    kind: NDArray[np.uint8],
    other: NDArray[np.int64],
) -> None:
    """Write the pairs that were found into the matches."""
    lines = np.flatnonzero(found >= 0)
    other[lines] = found[lines]
    kind[lines] = how[lines]
    group[lines] = np.minimum(lines, found[lines])


def _usual(
    starts: NDArray[np.int64],
    exporter: NDArray[np.int64],
    importer: NDArray[np.int64],
    export: NDArray[np.bool_],
    day: NDArray[np.int32],
    dated: NDArray[np.bool_],
    other: NDArray[np.int64],
    how: NDArray[np.uint8],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return for each block the logarithm of the days that its goods take, and its spread, learnt from equal lines.

    A block with few such lines is drawn to its pair of States, and a pair of States to the usual of all.
    """
    blocks = len(starts) - 1
    lines = np.flatnonzero((other >= 0) & export & dated & (how != NONE))
    lines = lines[dated[other[lines]] & (day[other[lines]] > day[lines])]
    if not len(lines):
        return np.full(blocks, USUAL), np.full(blocks, SPREAD)
    lags = np.log(day[other[lines]] - day[lines] + 1.0)
    of_block = np.searchsorted(starts, lines, side="right") - 1
    states = int(max(exporter.max(), importer.max())) + 1
    first = starts[:-1]
    _, of_pair = np.unique(exporter[first] * states + importer[first], return_inverse=True)
    middle = float(np.median(lags))
    of_pairs, in_pairs = _middles(of_pair[of_block], lags, int(of_pair.max()) + 1)
    pairs = (in_pairs * of_pairs + _DRAWN * middle) / (in_pairs + _DRAWN)
    of_blocks, in_blocks = _middles(of_block, lags, blocks)
    usual = (in_blocks * of_blocks + _DRAWN * pairs[of_pair]) / (in_blocks + _DRAWN)
    apart = np.minimum(np.abs(lags - of_blocks[of_block]), SPREAD)
    within = max(1.48 * float(np.median(apart[in_blocks[of_block] > 2])) if (in_blocks > 2).any() else SPREAD, 0.05)
    noise = np.bincount(of_block, apart**2, blocks)
    own = (noise + _DRAWN * within**2) / (in_blocks + _DRAWN)
    return usual, np.sqrt(own + SPREAD**2 / (1.0 + in_blocks * _DRAWN))


def _middles(
    place: NDArray[np.int64], values: NDArray[np.float64], places: int
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the median of the values at each place (0 where there is none), and how many there are."""
    count = np.bincount(place, minlength=places)
    ordered = values[np.lexsort((values, place))]
    begins = np.cumsum(count) - count
    low, high = begins + np.maximum(count - 1, 0) // 2, begins + count // 2
    last = len(values) - 1
    middle = 0.5 * (ordered[np.minimum(low, last)] + ordered[np.minimum(high, last)])
    return np.where(count > 0, middle, 0.0), count


def _across(
    left: NDArray[np.int64],
    substance: NDArray[np.int64],
    exporter: NDArray[np.int64],
    importer: NDArray[np.int64],
    export: NDArray[np.bool_],
    day: NDArray[np.int32],
    dated: NDArray[np.bool_],
    year: NDArray[np.int16],
    kg: NDArray[np.float64],
    heading: NDArray[np.int64],
    concentration: NDArray[np.float64],
    usual: NDArray[np.float64],
    spread: NDArray[np.float64],
) -> tuple[Any, ...]:
    """Return the pairs of what is left where all but one of importer, exporter and chemical is the same."""
    one = (substance[left], exporter[left], importer[left])
    states = int(max(one[1].max(), one[2].max())) + 1
    keys = {
        EXPORTER: one[0] * states + one[2],
        IMPORTER: one[0] * states + one[1],
        CHEMICAL: one[1] * states + one[2],
    }
    rows = (export[left], day[left], dated[left], year[left], kg[left])
    common = _commonness(one[0], kg[left])
    found = [
        edges_across(
            np.lexsort((rows[4], key)),
            key,
            kind,
            one[0],
            *rows,
            common,
            heading[left],
            concentration[left],
            usual,
            spread,
        )
        for kind, key in keys.items()
    ]
    out, into, costs, kinds = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return left[out], left[into], costs, kinds


def _commonness(substance: NDArray[np.int64], kg: NDArray[np.float64]) -> NDArray[np.float64]:
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


def _assigned(
    lines: int,
    exports: NDArray[np.int64],
    imports: NDArray[np.int64],
    costs: NDArray[np.float64],
    kinds: NDArray[np.uint8],
) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Choose among the edges so that the whole costs least, and return each line's counterpart and kind."""
    order = np.lexsort((costs, exports))
    exports, imports, costs, kinds = exports[order], imports[order], costs[order], kinds[order]
    pointers = np.searchsorted(exports, np.arange(lines + 1))
    chosen = assign(pointers, imports, costs, lines)
    other = np.full(lines, -1, np.int64)
    kind = np.zeros(lines, np.uint8)
    rows = np.flatnonzero(chosen >= 0)
    at = chosen[rows]
    other[rows], other[imports[at]] = imports[at], rows
    kind[rows] = kind[imports[at]] = kinds[at]
    return other, kind


USUAL = float(np.log(20.0))
"""The logarithm of the days that goods take, before anything is learnt from the ledgers."""
CLOSE = 4.0
"""Up to which cost a match is settled before sums, other States and other chemicals are thought of."""
ROUNDS = 3
"""How often it is learnt from the matches how long the goods take."""
_DRAWN = 2.0
