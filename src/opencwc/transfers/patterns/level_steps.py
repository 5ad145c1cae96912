"""Steps in series of yearly values: which move to another level, once, or there and back.

The noise of a series is that within its levels, drawn towards what the other series have: the moderated t of
G. K. Smyth, Statistical Applications in Genetics and Molecular Biology 3 (2004) 3. Many tests are corrected for their
number: Y. Benjamini and Y. Hochberg, Journal of the Royal Statistical Society B 57 (1995) 289.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

Floats = NDArray[np.float64]

ALARMS = 0.01
"""Among the proposals of one kind, the share that chance may bring (the false discovery rate); in a ledger in which
nothing changed, the probability of any."""


def adjusted(p: Floats) -> Floats:
    """Correct probabilities for their number (Benjamini and Hochberg).

    >>> [round(float(q), 3) for q in adjusted(np.array([0.01, 0.04, 0.03, 0.5]))]
    [0.04, 0.053, 0.053, 0.5]
    """
    order = np.argsort(p)[::-1]
    ranks = np.arange(len(p), 0, -1)
    q = np.empty(len(p))
    q[order] = np.minimum.accumulate(p[order] * len(p) / ranks)
    return np.minimum(q, 1.0)


LEAST_YEARS = 5
"""Years with a value that a series needs to be tested."""


class Step(NamedTuple):
    """A step in a series: its row, the ``place`` of the first year after it, the mean levels before and after.

    ``first`` is the first year of the level before, ``last`` the last of that after; ``p`` is its probability by
    chance, ``q`` that corrected for the number of series.
    """

    row: int
    place: int
    first: int
    last: int
    before: float
    after: float
    p: float
    q: float


def find_steps(series: Floats, *, least: float = 0.0) -> tuple[list[Step], int]:
    """Find the rows of a table (series by years, NaN where there is no value) that move to another level.

    Gives the steps and how many series were tested; a series moves once, or there and back. A level lasts two years at
    least; where a straight trend fits better there is no step. The years' common movement is taken off first, if there
    are 20 series. ``least`` is a floor to the noise, in the unit of the series.
    """
    values = _without_common_movement(series)
    rows = np.flatnonzero(np.isfinite(values).sum(axis=1) >= LEAST_YEARS)
    if not len(rows):
        return [], 0
    prior = _prior_noise(values[rows], least)
    tested = [_best_cuts(values[row], *prior) for row in rows]
    p = np.array([probability for _, probability in tested])
    q = adjusted(p)
    steps: list[Step] = []
    for place in np.flatnonzero(q <= ALARMS):
        row, cuts = int(rows[place]), tested[place][0]
        known = np.flatnonzero(np.isfinite(values[row]))
        edges = (int(known[0]), *cuts, int(known[-1]) + 1)
        for before, cut, after in zip(edges, edges[1:], edges[2:], strict=False):
            left, right = np.nanmean(series[row, before:cut]), np.nanmean(series[row, cut:after])
            levels = float(left), float(right)
            steps.append(Step(row, cut, before, after - 1, *levels, float(p[place]), float(q[place])))
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


_ALONE = 2.0
_LEAST_SERIES = 10
_LONG_SERIES = 8
_LEAST_COMMON = 20
