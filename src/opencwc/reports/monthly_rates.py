"""How many events a month, by Poisson counts: an interval of the rate, how rare the last month is, where rates change.

Months weigh by how much of them the reports cover. Nothing here foretells: a rate speaks of the months that it was
counted in. Events that hang together (a series of attacks) are no Poisson counts; then all of this is too sure.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log
from typing import NamedTuple

LEVEL = 0.95
UNEVEN = 0.01
LEAST_SEGMENT = 2
"""Months on each side of a change at least: a single month is weighed by `chance_of`."""


class Rate(NamedTuple):
    """Events a month, between ``low`` and ``high`` with a confidence of `LEVEL`."""

    a_month: float
    low: float
    high: float


class Segment(NamedTuple):
    """Months ``start`` to ``end`` (not included) in which the rate does not change."""

    start: int
    end: int


def rate_of(events: int, months: float) -> Rate:
    """Return the rate of some events in covered months, with the exact interval (Garwood, 1936); months are over 0.

    >>> [round(number, 2) for number in rate_of(5, 10)]
    [0.5, 0.16, 1.17]
    """
    from scipy.special import gammaincinv

    tail = (1 - LEVEL) / 2
    low = float(gammaincinv(events, tail)) / months if events else 0.0
    return Rate(events / months, low, float(gammaincinv(events + 1, 1 - tail)) / months)


def chance_of(now: int, months_now: float, before: int, months_before: float) -> float:
    """Return how often chance alone sets two counts as far apart as these, or farther, if the rate is the same.

    Given their sum, one of two Poisson counts is binomial (Przyborowski and Wilenski, 1940), so the test is exact and
    knows how unsure the rate before is. Twice the smaller tail is taken, 1 at most.

    >>> round(chance_of(5, 1, 12, 10), 4), chance_of(0, 1, 0, 10)
    (0.0303, 1.0)
    """
    from scipy.special import betainc

    both = now + before
    share = months_now / (months_now + months_before)
    up = float(betainc(now, before + 1, share)) if now else 1.0
    down = float(betainc(before, now + 1, 1 - share)) if before else 1.0
    return min(1.0, 2 * min(up, down)) if both else 1.0


def varies_more_than_chance(counts: Sequence[int], covered: Sequence[float]) -> bool:
    """Tell whether months differ more than Poisson counts of one rate do, in one of a hundred cases (Fisher, 1950).

    >>> varies_more_than_chance([9, 0, 0, 8, 0, 9], [1.0] * 6), varies_more_than_chance([4, 3, 5, 4, 6, 2], [1.0] * 6)
    (True, False)
    """
    from scipy.special import chdtrc

    rate = sum(counts) / sum(covered)
    if not rate:
        return False
    expected = [rate * share for share in covered]
    spread = sum((count - mean) ** 2 / mean for count, mean in zip(counts, expected, strict=True))
    return float(chdtrc(len(counts) - 1, spread)) < UNEVEN


def holm(chances: Sequence[float]) -> list[float]:
    """Return the chances corrected for how many were looked at (Holm, 1979), in their order.

    >>> holm([0.01, 0.5, 0.02])
    [0.03, 0.5, 0.04]
    """
    corrected = [1.0] * len(chances)
    least = 0.0
    for rank, place in enumerate(sorted(range(len(chances)), key=chances.__getitem__)):
        least = max(least, min(1.0, (len(chances) - rank) * chances[place]))
        corrected[place] = least
    return corrected


def segments_of(series: Sequence[Sequence[int]], covered: Sequence[float]) -> list[list[Segment]]:
    """Return, for each series of monthly counts, the stretches of months with one rate each; one where nothing changes.

    Optimal partitioning (Jackson and others, 2005; what PELT prunes) of Poisson counts: of all ways to cut, the one
    with the least cost, where each cut costs ``3 log(months) + 2 log(series)``. ``covered`` says how much of each
    month counts; all are over 0. The work grows with the square of the months.

    >>> segments_of([[1, 0, 1, 0, 1, 0, 6, 5, 7]], [1.0] * 9)
    [[Segment(start=0, end=6), Segment(start=6, end=9)]]
    """
    import numpy as np
    from scipy.special import xlogy

    months = len(covered)
    if months < 2 * LEAST_SEGMENT or not series:
        return [[Segment(0, months)] for _ in series]
    penalty = 3 * log(months) + 2 * log(len(series))
    events, time = np.zeros((len(series), months + 1)), np.zeros(months + 1)
    np.cumsum(series, axis=1, out=events[:, 1:])
    np.cumsum(covered, out=time[1:])
    best = np.full(events.shape, np.inf)
    best[:, 0] = -penalty
    cuts = np.zeros(events.shape, np.intp)
    for end in range(LEAST_SEGMENT, months + 1):
        starts = np.array([0, *range(LEAST_SEGMENT, end - LEAST_SEGMENT + 1)])
        inside = events[:, [end]] - events[:, starts]
        cost = 2 * (inside - xlogy(inside, inside / (time[end] - time[starts])))  # twice the negative log-likelihood
        total = best[:, starts] + penalty + cost
        chosen = total.argmin(axis=1)
        best[:, end], cuts[:, end] = total.min(axis=1), starts[chosen]
    return [_cut(row) for row in cuts.tolist()]


def _cut(cuts: Sequence[int]) -> list[Segment]:
    """Return the stretches, by where the last one begins of those that end in each place."""
    found, end = [], len(cuts) - 1
    while end:
        found.append(Segment(cuts[end], end))
        end = cuts[end]
    return found[::-1]
