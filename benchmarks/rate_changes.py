"""Measure how often changes of monthly counts are told where there are none, and found where there are some.

    python -m benchmarks.rate_changes

Counts are drawn by chance from a fixed seed; nothing of it is of the world.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import product

import numpy as np

from opencwc.reports.monthly_rates import chance_of, holm, segments_of

SEED, TRIES = 20261129, 400
MONTHS, SERIES = (12, 24, 60), 20
Counts = list[int]


def last_month_rare(series: Sequence[Counts]) -> bool:
    """Tell whether the last month of any series is told to differ from those before."""
    chances = [chance_of(counts[-1], 1, sum(counts[:-1]), len(counts) - 1) for counts in series]
    return min(holm(chances)) <= 0.05


def lasting(series: Sequence[Counts]) -> bool:
    """Tell whether any series is told to have changed and stayed."""
    return any(len(segments) > 1 for segments in segments_of(series, [1.0] * len(series[0])))


def share(tells: Callable[[Sequence[Counts]], bool], draw: Callable[[], Sequence[Counts]]) -> float:
    """Return in which share of the tries a change is told."""
    return sum(tells(draw()) for _ in range(TRIES)) / TRIES


def even(made: np.random.Generator, months: int, rate: float, number: int) -> list[Counts]:
    """Draw series whose rate stays the same."""
    return [made.poisson(rate, months).tolist() for _ in range(number)]


def changed(made: np.random.Generator, before: float, after: float, since: int) -> list[Counts]:
    """Draw one series of 24 months whose rate changes for the last of them, among others that stay the same."""
    first = [*made.poisson(before, 24 - since).tolist(), *made.poisson(after, since).tolist()]
    return [first, *even(made, 24, 1.0, SERIES - 1)]


def main() -> None:
    """Print the table."""
    made = np.random.default_rng(SEED)
    print(f"No change, {SERIES} series at a time: how often one is told")
    print("months  a month  last month  lasting")
    for months, rate in product(MONTHS, (0.2, 1.0, 5.0)):
        last, long = (share(tells, partial(even, made, months, rate, SERIES)) for tells in (last_month_rare, lasting))
        print(f"{months:6}  {rate:7}  {last:10.2f}  {long:7.2f}")
    print(f"A change in one of {SERIES} series, 24 months: how often it is told")
    print("before  after  for months  last month  lasting")
    for (before, after), since in product(((1.0, 4.0), (1.0, 6.0), (2.0, 8.0)), (1, 3, 6)):
        last, long = (
            share(tells, partial(changed, made, before, after, since)) for tells in (last_month_rare, lasting)
        )
        print(f"{before:6}  {after:5}  {since:10}  {last:10.2f}  {long:7.2f}")


if __name__ == "__main__":
    main()
