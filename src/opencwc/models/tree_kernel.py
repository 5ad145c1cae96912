# mypy: ignore-errors
"""The compiled heart of `boosted_trees`: which leaf of each tree a row comes to, and the sums of the leaves.

Numba infers the types, which is why the type checker leaves this file alone.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

_SPREAD = np.uint64(0x03F79D71B4CB0A89)
_SHIFT = np.uint64(58)
_ONE = np.uint64(1)
_ALL = np.uint64(0xFFFFFFFFFFFFFFFF)


def _places() -> Any:
    places = np.zeros(64, np.int64)
    for bit in range(64):
        places[((1 << bit) * int(_SPREAD) >> 58) & 63] = bit
    return places


_PLACES = _places()
"""The place of the only bit of a number, by its product with `_SPREAD` (C. E. Leiserson et al., 1998)."""


@numba.njit(cache=True, nogil=True)
def sum_leaves(
    table: Any, starts: Any, thresholds: Any, trees: Any, masks: Any, right: Any, begins: Any, values: Any, sums: Any
) -> None:
    """Add up for each row of ``table`` the leaves that it comes to, forest by forest, in the order of the trees.

    A node that sends the row to the right takes the leaves to its left away from those that are left of its tree; the
    first one that stays is the row's (QuickScorer, C. Lucchese et al., 2015). The arrays are those of
    `opencwc.models.boosted_trees.Forests`.
    """
    left_over = np.empty(len(values), np.uint64)
    for row in range(len(table)):
        left_over[:] = _ALL
        for feature in range(table.shape[1]):
            value = table[row, feature]
            unknown = np.isnan(value)
            known = np.float32(0.0) if unknown else value
            zero, end, last = starts[2 * feature], starts[2 * feature + 1], starts[2 * feature + 2]
            for node in range(zero, end):
                if not known > thresholds[node]:
                    break
                left_over[trees[node]] &= masks[node]
            for node in range(end, last):
                if unknown:
                    if right[node]:
                        left_over[trees[node]] &= masks[node]
                elif value > thresholds[node]:
                    left_over[trees[node]] &= masks[node]
                else:
                    break
        for forest in range(len(begins) - 1):
            total = 0.0
            for tree in range(begins[forest], begins[forest + 1]):
                leaves = left_over[tree]
                first = leaves & (~leaves + _ONE)
                total += values[tree, _PLACES[(first * _SPREAD) >> _SHIFT]]
            sums[row, forest] = total
