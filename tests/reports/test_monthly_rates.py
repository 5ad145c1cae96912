"""Counts by month: intervals that cover, chances that are exact, changes that are found and not made up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import comb, exp, factorial, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opencwc.reports.monthly_rates import Segment, chance_of, holm, rate_of, segments_of

COUNTS = st.lists(st.integers(0, 12), min_size=1, max_size=30)


@pytest.mark.parametrize("events", [0, 1, 4, 30])
def test_the_interval_ends_where_the_count_would_be_in_the_outer_five_per_cent(events: int) -> None:
    rate = rate_of(events, 1.0)

    def at_most(count: int, mean: float) -> float:
        return sum(exp(-mean) * mean**number / factorial(number) for number in range(count + 1))

    assert at_most(events, rate.high) == pytest.approx(0.025)
    assert (1 - at_most(events - 1, rate.low)) == pytest.approx(0.025) if events else rate.low == 0


@given(st.integers(0, 9), st.integers(0, 30), st.integers(1, 24))
def test_the_chance_is_twice_the_smaller_tail_of_the_binomial(now: int, before: int, months: int) -> None:
    both, share = now + before, 1 / (months + 1)
    weights = [comb(both, k) * share**k * (1 - share) ** (both - k) for k in range(both + 1)]
    tails = min(sum(weights[now:]), sum(weights[: now + 1]))
    assert chance_of(now, 1, before, months) == pytest.approx(min(1.0, 2 * tails))


def test_a_month_half_covered_expects_half_as_many() -> None:
    assert chance_of(5, 0.5, 10, 2) > chance_of(10, 0.5, 10, 2)
    assert chance_of(3, 0.5, 12, 2) == 1.0


def test_correcting_for_many_never_makes_rarer_and_keeps_the_order() -> None:
    chances = [0.2, 0.001, 0.04, 0.03]
    corrected = holm(chances)
    assert all(one >= other for one, other in zip(corrected, chances, strict=True))
    assert corrected == pytest.approx([0.2, 0.004, 0.09, 0.09])
    assert holm([]) == []


def alone(counts: list[int], covered: list[float] | None = None, beside: int = 0) -> list[Segment]:
    """Return the stretches of a series among others in which nothing changes."""
    return segments_of([counts, *[[1] * len(counts)] * beside], covered or [1.0] * len(counts))[0]


@given(COUNTS, st.integers(0, 50))
def test_segments_cover_all_months_once_and_none_is_shorter_than_two(counts: list[int], beside: int) -> None:
    found = alone(counts, beside=beside)
    assert found[0].start == 0 and found[-1].end == len(counts)
    assert all(one.end == other.start for one, other in pairwise(found))
    assert len(found) == 1 or min(end - start for start, end in found) >= 2


def test_a_lasting_rise_is_found_where_it_begins() -> None:
    assert alone([1, 0, 2, 1, 0, 1, 1, 7, 6, 8, 5], beside=19) == [Segment(0, 7), Segment(7, 11)]


def test_a_month_that_is_covered_less_is_no_change() -> None:
    assert len(alone([8, 7, 9, 8, 1, 1, 1, 1], [1.0] * 4 + [0.125] * 4)) == 1


@given(st.lists(st.integers(0, 9), min_size=4, max_size=9))
def test_no_other_way_to_cut_costs_less(counts: list[int]) -> None:
    penalty = 3 * log(len(counts))

    def cost(segments: Sequence[Segment]) -> float:
        sums = [(sum(counts[start:end]), end - start) for start, end in segments]
        return sum(2 * (n - n * log(n / months)) if n else 0.0 for n, months in sums) + penalty * (len(segments) - 1)

    def ways(start: int) -> Iterator[list[Segment]]:
        if start == len(counts):
            yield []
        for end in range(start + 2, len(counts) + 1):
            yield from ([Segment(start, end), *rest] for rest in ways(end))

    assert cost(alone(counts)) == pytest.approx(min(map(cost, ways(0))))


def test_even_counts_seldom_change_and_a_sixfold_rise_is_mostly_found() -> None:
    made = np.random.default_rng(20261129)
    even = [alone(made.poisson(1, 24).tolist()) for _ in range(400)]
    assert sum(len(found) > 1 for found in even) <= 24
    risen = [alone([*made.poisson(1, 18).tolist(), *made.poisson(6, 6).tolist()], beside=19) for _ in range(100)]
    assert sum(len(found) > 1 for found in risen) >= 95
