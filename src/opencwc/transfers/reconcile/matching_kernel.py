# mypy: ignore-errors
"""The compiled heart of `matching`: which lines may be one shipment, and the cheapest assignment.

Numba infers the types, which is why the type checker leaves this file alone.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

MATCH_KINDS = (
    "none", "equal", "packing", "rounding", "unit", "mixture", "loose", "sum", "double", "exporter", "importer",
    "chemical",
)  # fmt: skip
"""How two lines fit: equal (to 2 %), but for the packing (to 16 %), rounded, in another unit, declared whole and pure,
by their days alone, as a sum, twice; or but for the State of dispatch, the State of destination, the chemical."""
NONE, EQUAL, PACKING, ROUNDING, UNIT, MIXTURE, LOOSE, SUM, DOUBLE, EXPORTER, IMPORTER, CHEMICAL = range(
    len(MATCH_KINDS)
)

EARLIEST, LATEST = 30, 150
"""In days: how long before its export an import may be dated, and how long after."""
SPREAD = 0.6
"""Of the logarithm of the days that the way takes, where nothing is known of the pair of States."""
LONELY = 8.0
"""What it costs to leave an export unmatched; an edge that costs as much is none. Costs are as of a likelihood: a half
of the square of what lies between, in its usual spread."""
MOST = LONELY
LONGER = 0.5
"""By how much the logarithm of the days is greater where the goods go by a third State."""
SLACK = 0.006
"""How far the logarithms of two quantities of one shipment usually lie apart."""
LAGS = np.log(np.arange(LATEST + 1) + 1.0)
LATE = 7.0
MISTAKEN = 1.5
ROUGH = 1.5
"""What it costs at most that the days do not fit; that a quantity fits by a slip; by the logarithm of its misfit."""
COARSE = 0.5
MOST_NEIGHBOURS = 64
MOST_PARTS = 400
SEARCH_DEPTH = 3
SEARCH_STEPS = 4_000


@numba.njit(cache=True, nogil=True)
def assign(pointers: Any, columns: Any, costs: Any, lines: int) -> Any:
    """Solve the sparse assignment exactly by shortest augmenting paths (R. Jonker, A. Volgenant, 1987).

    A row may stay alone at the price ``LONELY``, which also bounds every search. Returns the edge that each row takes.
    """
    edge_of = np.full(lines, -1, np.int64)
    row_of = np.full(lines, -1, np.int64)
    price = np.zeros(lines)
    distance = np.full(lines, np.inf)
    came_from = np.full(lines, -1, np.int64)
    came_by = np.full(lines, -1, np.int64)
    done = np.zeros(lines, np.bool_)
    touched = np.empty(lines, np.int64)
    for start in range(lines):
        if pointers[start] == pointers[start + 1]:
            continue
        count = 0
        row, offset, alone, alone_row = start, 0.0, LONELY, start
        while True:
            for edge in range(pointers[row], pointers[row + 1]):
                column = columns[edge]
                reached = costs[edge] - price[column] - offset
                if not done[column] and reached < distance[column] and reached < alone:
                    if distance[column] == np.inf:
                        touched[count] = column
                        count += 1
                    distance[column] = reached
                    came_from[column] = row
                    came_by[column] = edge
            best, nearest = -1, np.inf
            for place in range(count):
                column = touched[place]
                if not done[column] and distance[column] < nearest:
                    best, nearest = column, distance[column]
            if best < 0 or nearest >= alone:
                best = -1
                break
            if row_of[best] < 0:
                break
            done[best] = True
            row = row_of[best]
            offset = costs[edge_of[row]] - price[best] - nearest
            if LONELY - offset < alone:
                alone, alone_row = LONELY - offset, row
        reach = alone if best < 0 else nearest
        for place in range(count):
            if done[touched[place]]:
                price[touched[place]] += distance[touched[place]] - reach
        column = best
        if column < 0 and edge_of[alone_row] >= 0:
            column = columns[edge_of[alone_row]]
            edge_of[alone_row] = -1
        while column >= 0:
            row = came_from[column]
            before = edge_of[row]
            edge_of[row] = came_by[column]
            row_of[column] = row
            if row == start:
                break
            column = columns[before]
        for place in range(count):
            distance[touched[place]] = np.inf
            done[touched[place]] = False
    return edge_of


@numba.njit(cache=True, nogil=True)
def _time_cost(first_day: int, second_day: int, dated: bool, years: int, usual: float, spread: float) -> float:
    """Return what the days of an export and an import cost, infinity beyond reach.

    ``usual`` is the logarithm of the days that the goods usually take between the two States, ``spread`` its spread.
    """
    if not dated:
        return 1.0 if years == 0 else 5.0 if years == 1 else np.inf
    lag = second_day - first_day
    if lag < -EARLIEST or lag > LATEST:
        return np.inf
    if lag < 0:
        return 3.0 - lag / 6.0
    apart = (LAGS[lag] - usual) / spread
    return min(0.5 * apart * apart, LATE)


@numba.njit(cache=True, nogil=True)
def _grain(value: float) -> float:
    """Return what a quantity may be rounded to: the coarsest step of its first three digits, or a half of one."""
    step = 10.0 ** np.floor(np.log10(value))
    for _ in range(3):
        for fine in (step, step / 2.0):
            if abs(value / fine - np.round(value / fine)) < 1e-9:
                return fine
        step /= 10.0
    return 0.0


@numba.njit(cache=True, nogil=True)
def _quantity_cost(apart: float, rounded: bool, first: float, second: float, loose: bool) -> tuple[float, int]:
    """Return what two quantities cost and how they fit.

    ``apart`` is between their logarithms, ``rounded`` where one may be the other one rounded, up, down or to the
    nearest; ``first`` and ``second`` are the stated concentrations.
    """
    if apart <= 0.02:
        far = apart / SLACK
        return min(0.5 * far * far, far), EQUAL
    for stated in (first, second):
        if 0.0 < stated < 97.0 and abs(apart + np.log(stated / 100.0)) <= 0.02:
            return MISTAKEN + abs(apart + np.log(stated / 100.0)) / SLACK, MIXTURE
    if abs(apart - np.log(1_000.0)) <= 0.03 or abs(apart - np.log(1_000_000.0)) <= 0.03:
        return MISTAKEN, UNIT
    if abs(apart - np.log(2.20462)) <= 0.005:
        return MISTAKEN + 1.0, UNIT
    if rounded and apart <= 0.7:
        return MISTAKEN + COARSE * apart, ROUNDING
    if not loose:
        return np.inf, NONE
    if apart <= 0.16:
        return 1.5 + ROUGH * apart, PACKING
    return (2.0 + ROUGH * apart, LOOSE) if apart <= np.log(8.0) else (np.inf, NONE)


@numba.njit(cache=True, nogil=True)
def edges_within(
    starts: Any, export: Any, day: Any, dated: Any, year: Any, kg: Any, concentration: Any, usual: Any,
    spread: Any, free: Any, loose: bool, most: float,
) -> Any:  # fmt: skip
    """Return the pairs of free lines in a block that may be one shipment: exports, imports, costs, kinds."""
    room = max(16, len(kg))
    exports, imports = np.empty(room, np.int64), np.empty(room, np.int64)
    costs, kinds = np.empty(room), np.empty(room, np.uint8)
    count = 0
    logs, grain = np.zeros(len(kg)), np.zeros(len(kg))
    for line in range(len(kg)):
        if free[line]:
            logs[line], grain[line] = np.log(kg[line]), _grain(kg[line])
    for block in range(len(starts) - 1):
        begin, end = starts[block], starts[block + 1]
        low = begin
        for line in range(begin, end):
            if not export[line] or not free[line]:
                continue
            while low < end and day[low] < day[line] - EARLIEST and year[low] < year[line]:
                low += 1
            for other in range(low, end):
                if day[other] > day[line] + LATEST and year[other] > year[line] + 1:
                    break
                if export[other] or not free[other]:
                    continue
                both = dated[line] and dated[other]
                time = _time_cost(day[line], day[other], both, year[other] - year[line], usual[block], spread[block])
                if time >= most:
                    continue
                alike = both or not (dated[line] or dated[other])  # a year's sum is no counterpart of a day's shipment
                quantity, kind = _quantity_cost(
                    abs(logs[other] - logs[line]),
                    abs(kg[other] - kg[line]) < max(grain[line], grain[other]),
                    concentration[line],
                    concentration[other],
                    loose and alike,
                )
                if time + quantity >= most:
                    continue
                if count == room:
                    room *= 2
                    exports, imports = np.append(exports, exports), np.append(imports, imports)
                    costs, kinds = np.append(costs, costs), np.append(kinds, kinds)
                exports[count], imports[count], costs[count], kinds[count] = line, other, time + quantity, kind
                count += 1
    return exports[:count], imports[:count], costs[:count], kinds[:count]


@numba.njit(cache=True, nogil=True)
def totals(starts: Any, export: Any, dated: Any, year: Any, kg: Any, group: Any, kind: Any) -> None:
    """Match a line that gives only its year, alone on its side, with all lines of that year on the other side."""
    for block in range(len(starts) - 1):
        begin, end = starts[block], starts[block + 1]
        low = begin
        for line in range(begin, end):
            if dated[line] or not kg[line] > 0:
                continue
            while year[low] < year[line]:
                low += 1
            high = line
            while high < end and year[high] == year[line]:
                high += 1
            alone, others, most = True, 0, 0.0
            for other in range(low, high):
                if other == line or not kg[other] > 0:
                    continue
                if export[other] == export[line]:
                    alone = False
                    break
                others += 1
                most = max(most, kg[other])
            if not alone or others < 2 or kg[line] < 1.2 * most:
                continue
            group[line], kind[line] = line, SUM
            for other in range(low, high):
                if export[other] != export[line] and kg[other] > 0 and group[other] < 0:
                    group[other], kind[other] = line, SUM


@numba.njit(cache=True, nogil=True)
def edges_across(
    order: Any, key: Any, kind: int, substance: Any, export: Any, day: Any, dated: Any, year: Any, kg: Any,
    common: Any, concentration: Any, usual: Any, spread: Any,
) -> Any:  # fmt: skip
    """Return the pairs of leftover lines of one key whose quantity and time fit, though one thing differs."""
    room = max(16, len(kg))
    exports, imports = np.empty(room, np.int64), np.empty(room, np.int64)
    costs, kinds = np.empty(room), np.empty(room, np.uint8)
    count = 0
    for place in range(len(order)):
        line = order[place]
        for step in (1, -1):
            at = place
            for _ in range(MOST_NEIGHBOURS):
                at += step
                if at < 0 or at >= len(order):
                    break
                other = order[at]
                if key[other] != key[line] or abs(kg[other] - kg[line]) > 0.025 * kg[line]:
                    break
                if not export[line] or export[other] or (kind == CHEMICAL and substance[line] == substance[other]):
                    continue
                both = dated[line] and dated[other]
                later = year[other] - year[line]
                time = min(
                    _time_cost(day[line], day[other], both, later, usual[line], spread[line]),
                    _time_cost(day[line], day[other], both, later, usual[other], spread[other]),
                    0.5 + _time_cost(day[line], day[other], both, later, usual[line] + LONGER, SPREAD),
                )
                far = abs(np.log(kg[other] / kg[line])) / SLACK
                cost = time + min(0.5 * far * far, far) + 2.0 + 0.8 * np.log(common[line])
                grades = abs(concentration[line] - concentration[other])  # not a number where one is not stated
                cost += -1.6 if grades <= 0.1 else 2.8 if grades > 0.1 else 0.0
                if cost >= MOST:
                    continue
                if count == room:
                    room *= 2
                    exports, imports = np.append(exports, exports), np.append(imports, imports)
                    costs, kinds = np.append(costs, costs), np.append(kinds, kinds)
                exports[count], imports[count], costs[count], kinds[count] = line, other, cost, kind
                count += 1
    return exports[:count], imports[:count], costs[:count], kinds[:count]


@numba.njit(cache=True, nogil=True)
def sums(
    starts: Any, export: Any, day: Any, dated: Any, year: Any, kg: Any, group: Any, kind: Any, usual: Any, spread: Any
) -> None:
    """Match a leftover line with several of the other side that add up to it."""
    candidates = np.empty(MOST_PARTS, np.int64)
    times = np.empty(MOST_PARTS)
    taken = np.empty(MOST_PARTS, np.int64)
    for block in range(len(starts) - 1):
        begin, end = starts[block], starts[block + 1]
        if end - begin < 3:
            continue
        low = begin
        for line in range(begin, end):
            if group[line] >= 0 or not kg[line] > 0:
                continue
            while year[low] < year[line] - 1:
                low += 1
            count, total, whole = 0, 0.0, 0
            for other in range(low, end):
                if year[other] > year[line] + 1:
                    break
                if group[other] >= 0 or export[other] == export[line] or not 0 < kg[other] < kg[line]:
                    continue
                first, second = (line, other) if export[line] else (other, line)
                both = dated[line] and dated[other]
                time = _time_cost(
                    day[first], day[second], both, year[second] - year[first], usual[block], spread[block]
                )
                if time >= 3.0:
                    continue
                whole += 1
                total += kg[other]
                if count < MOST_PARTS:
                    candidates[count], times[count] = other, time
                    count += 1
            if count < 2:
                continue
            slack = max(0.005 * kg[line], 1.0)
            if abs(total - kg[line]) <= slack and whole == count:
                chosen = count
                taken[:count] = candidates[:count]
            else:
                nearest = candidates[:count][np.argsort(times[:count], kind="mergesort")]
                chosen = _subset(nearest, count, kg, kg[line], slack, taken)
            if chosen >= 2:
                name = line
                for place in range(chosen):
                    name = min(name, taken[place])
                for place in range(chosen):
                    group[taken[place]], kind[taken[place]] = name, SUM
                group[line], kind[line] = name, SUM


@numba.njit(cache=True, nogil=True)
def _subset(candidates: Any, count: int, kg: Any, target: float, slack: float, taken: Any) -> int:
    """Find few candidates whose sum is the target, by depth-first search within a budget; return how many, or 0."""
    count = min(count, 24)
    chosen = np.empty(SEARCH_DEPTH, np.int64)
    depth, sum_ = 0, 0.0
    at = 0
    for _ in range(SEARCH_STEPS):
        if at < count and depth < SEARCH_DEPTH:
            weight = kg[candidates[at]]
            if sum_ + weight <= target + slack:
                chosen[depth] = at
                depth += 1
                sum_ += weight
                if depth >= 2 and abs(sum_ - target) <= slack:
                    for place in range(depth):
                        taken[place] = candidates[chosen[place]]
                    return depth
            at += 1
        else:
            if depth == 0:
                return 0
            depth -= 1
            sum_ -= kg[candidates[chosen[depth]]]
            at = chosen[depth] + 1
    return 0


@numba.njit(cache=True, nogil=True)
def doubles(starts: Any, export: Any, day: Any, dated: Any, year: Any, kg: Any, group: Any, kind: Any) -> None:
    """Join a leftover line to the match of a line of its own side that says the same, some days apart at most."""
    for block in range(len(starts) - 1):
        begin, end = starts[block], starts[block + 1]
        for line in range(begin, end):
            if group[line] >= 0 or not kg[line] > 0:
                continue
            nearest, best = -1, 8
            low = line
            while low > begin and day[low - 1] > day[line] - best:
                low -= 1
            for other in range(low, end):
                if day[other] >= day[line] + best:
                    break
                if other == line or group[other] < 0 or kind[other] == SUM or export[other] != export[line]:
                    continue
                apart = abs(day[other] - day[line])
                if kg[other] == kg[line] and apart < best and dated[other] == dated[line] and year[other] == year[line]:
                    nearest, best = other, apart
            if nearest >= 0:
                group[line], kind[line] = group[nearest], DOUBLE
