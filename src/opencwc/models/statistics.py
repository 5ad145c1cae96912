"""The statistics that cards and the watch on drift rest on, with their sources."""

from __future__ import annotations

from collections.abc import Sequence
from math import erfc, exp, log, pi, sqrt

Z_95 = 1.959963984540054


def wilson(hits: int, n: int) -> tuple[float, float]:
    """Return the 95% score interval of a share (Wilson 1927); the whole range where nothing was counted.

    >>> tuple(round(one, 3) for one in wilson(48, 48))
    (0.926, 1.0)
    """
    if n == 0:
        return 0.0, 1.0
    share = hits / n
    middle = (share + Z_95**2 / (2 * n)) / (1 + Z_95**2 / n)
    half = Z_95 * sqrt(share * (1 - share) / n + Z_95**2 / (4 * n * n)) / (1 + Z_95**2 / n)
    return (middle - half if hits else 0.0), (middle + half if hits < n else 1.0)


def calibration_error(confidences: Sequence[float], right: Sequence[bool], bins: int = 10) -> float:
    """Return the expected calibration error over equal bins of confidence (Naeini and others 2015)."""
    if not confidences:
        return 0.0
    sums: dict[int, list[float]] = {}
    for confidence, hit in zip(confidences, right, strict=True):
        place = sums.setdefault(min(int(confidence * bins), bins - 1), [0.0, 0.0])
        place[0] += confidence
        place[1] += hit
    return sum(abs(expected - seen) for expected, seen in sums.values()) / len(confidences)


def stability_index(expected: Sequence[int], seen: Sequence[int]) -> float:
    """Return the population stability index of two counts; half a case is added to each so that none is empty."""
    size = len(expected)
    base, live = sum(expected) + size / 2, sum(seen) + size / 2
    pairs = [((one + 0.5) / base, (other + 0.5) / live) for one, other in zip(expected, seen, strict=True)]
    return sum((other - one) * log(other / one) for one, other in pairs)


def same_source(expected: Sequence[int], seen: Sequence[int]) -> float:
    """Return the p-value of the chi-square test that two counts come from one source (Pearson's, of homogeneity)."""
    kept = [(one, other) for one, other in zip(expected, seen, strict=True) if one + other]
    base, live = sum(one for one, _ in kept), sum(other for _, other in kept)
    if len(kept) < 2 or not base or not live:
        return 1.0
    statistic = 0.0
    for one, other in kept:
        for value, size in ((one, base), (other, live)):
            wanted = (one + other) * size / (base + live)
            statistic += (value - wanted) ** 2 / wanted
    return chi_square_tail(statistic, len(kept) - 1)


def chi_square_tail(statistic: float, freedom: int) -> float:
    """Return the chance of a chi-square at least so large; closed forms for whole degrees of freedom.

    Source: Abramowitz and Stegun 26.4.4 and 26.4.5.

    >>> round(chi_square_tail(3.841, 1), 3), round(chi_square_tail(18.307, 10), 3)
    (0.05, 0.05)
    """
    half = statistic / 2
    if freedom % 2 == 0:
        term = total = exp(-half)
        for step in range(1, freedom // 2):
            term *= half / step
            total += term
        return min(1.0, total)
    total = erfc(sqrt(half))
    term = sqrt(statistic) * exp(-half) * sqrt(2 / pi)
    for step in range(1, (freedom - 1) // 2 + 1):
        total += term
        term *= statistic / (2 * step + 1)
    return min(1.0, total)
