"""The statistics agree with the books and with SciPy."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2, chi2_contingency

from opencwc.models.statistics import calibration_error, chi_square_tail, same_source, stability_index, wilson

COUNTS = st.lists(st.integers(1, 500), min_size=3, max_size=3)


@given(st.floats(0.001, 80), st.integers(1, 30))
def test_the_tail_of_chi_square_is_scipys(statistic: float, freedom: int) -> None:
    assert chi_square_tail(statistic, freedom) == pytest.approx(chi2.sf(statistic, freedom), rel=1e-6, abs=1e-12)


@given(COUNTS, COUNTS)
def test_the_test_of_two_counts_is_scipys(first: list[int], other: list[int]) -> None:
    assert same_source(first, other) == pytest.approx(chi2_contingency([first, other]).pvalue, rel=1e-6, abs=1e-12)


def test_empty_bins_take_no_part() -> None:
    assert same_source([5, 0, 5], [5, 0, 5]) == 1.0
    assert same_source([0, 0], [0, 0]) == 1.0


@given(st.integers(0, 50), st.integers(1, 50))
def test_an_interval_holds_its_share(hits: int, more: int) -> None:
    low, high = wilson(hits, hits + more)
    assert 0 <= low <= hits / (hits + more) <= high <= 1


def test_nothing_counted_says_nothing() -> None:
    assert wilson(0, 0) == (0.0, 1.0)


def test_a_model_that_is_as_sure_as_it_is_right_has_no_calibration_error() -> None:
    assert calibration_error([0.75] * 4, [True, True, True, False]) == pytest.approx(0)
    assert calibration_error([0.95] * 4, [True, True, False, False]) == pytest.approx(0.45)


def test_equal_counts_are_stable_and_turned_ones_are_not() -> None:
    assert stability_index([50, 50], [500, 500]) == pytest.approx(0, abs=1e-3)
    assert stability_index([90, 10], [10, 90]) > 1
