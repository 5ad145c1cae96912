"""The assignment is the cheapest there is, and each line is matched at most once."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from opencwc.transfers.reconcile.matching import Lines, Matches, match_shipments
from opencwc.transfers.reconcile.matching_kernel import (
    CHEMICAL,
    DOUBLE,
    EQUAL,
    EXPORTER,
    IMPORTER,
    LOOSE,
    MIXTURE,
    MOST,
    ROUNDING,
    SUM,
    UNIT,
    assign,
)

Line = tuple[str, int, float]  # side, day, kg


def matched(*lines: Line, **more: list[float]) -> tuple[Matches, list[int]]:
    """Match lines of one substance and pair; give the matches in the order of the lines as written."""
    order = sorted(range(len(lines)), key=lambda place: lines[place][1])
    side, day, kg = zip(*(lines[place] for place in order), strict=True)
    count = len(lines)
    days = np.array(day, np.int32)
    matches = match_shipments(Lines(
        np.array(more.get("block", [0] * count), np.int64)[order],
        np.array(more.get("substance", [0] * count), np.int32)[order],
        np.array(more.get("exporter", [0] * count), np.int32)[order],
        np.array(more.get("importer", [1] * count), np.int32)[order],
        np.array([flow == "export" for flow in side]),
        days,
        np.array(more.get("dated", [True] * count), np.bool_)[order],
        (days // 365).astype(np.int16),
        np.array(kg, np.float64),
        np.array(more.get("concentration", [np.nan] * count), np.float64)[order],
        np.array(more.get("heading", [0] * count), np.int32)[order],
    ))  # fmt: skip
    return matches, [order.index(place) for place in range(count)]


def kinds(*lines: Line, **more: list[float]) -> list[int]:
    matches, where = matched(*lines, **more)
    return [int(matches.kind[place]) for place in where]


def groups(*lines: Line, **more: list[float]) -> list[int]:
    matches, where = matched(*lines, **more)
    return [int(matches.group[place]) for place in where]


def test_equal_quantities_some_days_apart_are_one_shipment() -> None:
    assert kinds(("export", 100, 5_000.0), ("import", 120, 4_990.0)) == [EQUAL, EQUAL]


def test_the_assignment_looks_at_all_lines_at_once() -> None:
    """A greedy choice would give the first export the nearer import and leave the second one alone."""
    first, second, third, two = groups(
        ("export", 100, 1_000.0), ("export", 130, 1_010.0), ("import", 140, 1_009.0), ("import", 118, 1_001.0)
    )
    assert (first, second) == (two, third)


def test_kilograms_for_tonnes_are_seen() -> None:
    assert kinds(("export", 100, 12_000.0), ("import", 115, 12_000_000.0)) == [UNIT, UNIT]


def test_a_mixture_declared_whole_by_one_and_pure_by_the_other_is_seen() -> None:
    assert kinds(("export", 100, 10_000.0), ("import", 115, 4_000.0), concentration=[40.0, 40.0]) == [MIXTURE, MIXTURE]


def test_rounding_is_seen() -> None:
    assert kinds(("export", 100, 12_345.0), ("import", 115, 12_000.0)) == [ROUNDING, ROUNDING]


def test_what_fits_by_its_days_alone_is_matched_last() -> None:
    assert kinds(("export", 100, 12_345.0), ("import", 115, 6_171.0)) == [LOOSE, LOOSE]


def test_two_lots_that_add_up_to_a_line_are_matched_with_it() -> None:
    assert kinds(("export", 100, 9_000.0), ("import", 115, 4_000.0), ("import", 116, 5_000.0)) == [SUM, SUM, SUM]


def test_a_sum_of_a_year_is_matched_with_the_lines_of_that_year() -> None:
    grouped = groups(
        ("export", 400, 9_000.0), ("import", 420, 4_000.0), ("import", 500, 2_500.0), ("import", 600, 2_400.0),
        dated=[False, True, True, True],
    )  # fmt: skip
    assert len(set(grouped)) == 1


def test_a_sum_of_a_year_is_matched_with_the_lines_that_name_another_destination() -> None:
    matches, where = matched(
        ("export", 420, 4_000.0), ("export", 500, 2_500.0), ("import", 400, 6_490.0),
        dated=[True, True, False], block=[0, 0, 1], importer=[1, 1, 2],
    )  # fmt: skip
    assert len({int(matches.group[place]) for place in where}) == 1
    assert {int(matches.kind[place]) for place in where} == {IMPORTER}
    assert [int(matches.other[where[0]]), int(matches.other[where[1]])] == [where[2], where[2]]


def test_a_sum_of_a_year_in_another_unit_is_matched_with_the_lines_of_that_year() -> None:
    lines = (("export", 420, 4_000.0), ("export", 500, 2_500.0), ("import", 400, 6.5))
    assert kinds(*lines, dated=[True, True, False]) == [UNIT, UNIT, UNIT]


def test_of_two_sums_that_fit_the_one_that_fits_in_time_is_taken() -> None:
    first, *others = groups(
        ("export", 100, 9_000.0), ("import", 118, 4_000.0), ("import", 119, 5_000.0),
        ("import", 170, 3_000.0), ("import", 171, 6_000.0),
    )  # fmt: skip
    assert [group == first for group in others] == [True, True, False, False]


def test_a_line_entered_twice_joins_the_match_of_the_first() -> None:
    first, second, third = kinds(("export", 100, 5_000.0), ("export", 101, 5_000.0), ("import", 120, 5_000.0))
    assert sorted((first, second)) == [EQUAL, DOUBLE]
    assert third == EQUAL


def test_another_destination_another_origin_and_another_chemical_are_found_across() -> None:
    across = {"block": [0.0, 1.0], "importer": [1.0, 2.0]}
    assert kinds(("export", 100, 5_123.0), ("import", 120, 5_123.0), **across) == [IMPORTER, IMPORTER]
    across = {"block": [0.0, 1.0], "exporter": [0.0, 2.0]}
    assert kinds(("export", 100, 5_123.0), ("import", 120, 5_123.0), **across) == [EXPORTER, EXPORTER]
    across = {"block": [0.0, 1.0], "substance": [0.0, 1.0], "heading": [2920.0, 2920.0]}
    assert kinds(("export", 100, 5_123.0), ("import", 120, 5_123.0), **across) == [CHEMICAL, CHEMICAL]


def test_nothing_is_matched_years_apart() -> None:
    assert groups(("export", 100, 5_000.0), ("import", 900, 5_000.0)) == [-1, -1]


def test_no_lines_at_all_are_no_error() -> None:
    nothing = np.zeros(0, np.int64)
    none = np.zeros(0, np.bool_)
    matches = match_shipments(Lines(
        nothing, nothing, nothing, nothing, none, nothing.astype(np.int32), none, nothing.astype(np.int16),
        np.zeros(0), np.zeros(0), nothing,
    ))  # fmt: skip
    assert len(matches.group) == 0


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_the_sparse_assignment_costs_as_little_as_the_dense_one(data: st.DataObject) -> None:
    rows, columns = data.draw(st.integers(1, 7)), data.draw(st.integers(1, 7))
    costs = np.array(data.draw(st.lists(st.floats(0, 3), min_size=rows * columns, max_size=rows * columns)))
    costs = np.round(costs, 3).reshape(rows, columns)
    row, column = np.nonzero(costs < MOST)
    lines = rows + columns
    pointers = np.searchsorted(row, np.arange(lines + 1))
    edge = assign(pointers, rows + column, costs[row, column], lines)
    taken = edge[edge >= 0]
    ours = costs[row, column][taken].sum() + MOST * (rows - len(taken))
    alone = np.full((rows, rows), 99.0)
    np.fill_diagonal(alone, MOST)
    dense = np.hstack([np.where(costs < MOST, costs, 99.0), alone])
    assert len(set(column[taken])) == len(taken)
    assert abs(ours - dense[linear_sum_assignment(dense)].sum()) < 1e-9
