"""Forests of boosted trees, as LightGBM writes them, applied to tables without it: much sooner, with the same sums.

LightGBM trains them (`benchmarks.transfers_training`, `benchmarks.unusual_figures`). To load it takes longer than to
weigh a hundred thousand lines, and it walks every tree node by node; here nodes are laid out by what they look at
(`tree_kernel`).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_LEAVES = 64
MANY = 20_000
"""Rows from which on a thread is started for every core."""
_CATEGORICAL, _TO_THE_LEFT, _NAN_GOES = 1, 2, 8
"""Bits of a node's ``decision_type``: it is of categories, what is missing goes left, what is missing is NaN."""
_KEYS = ("split_feature", "threshold", "decision_type", "left_child", "right_child", "leaf_value")


class Forests(NamedTuple):
    """Several forests that look at the same features, called ``names``.

    The nodes of all trees stand by feature, those for which NaN counts as zero before those for which it is another
    matter, each by its threshold: ``starts`` says where each of the two begins. Of each node stand there the
    ``thresholds`` (what is greater goes right), its tree, which leaves of the tree are left where it goes right
    (``masks``), and whether NaN goes ``right``. ``begins`` are the first trees of the forests, ``values`` those of the
    leaves, from left to right, one row a tree.
    """

    names: tuple[str, ...]
    starts: NDArray[np.int64]
    thresholds: NDArray[np.float32]
    trees: NDArray[np.int32]
    masks: NDArray[np.uint64]
    right: NDArray[np.bool_]
    begins: NDArray[np.int64]
    values: NDArray[np.float64]

    def sums(self, table: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the raw score of each row of a table of features by each forest."""
        from opencwc.models.tree_kernel import sum_leaves

        table = np.ascontiguousarray(table, np.float32)
        sums = np.empty((len(table), len(self.begins) - 1))

        def add_up(part: slice) -> None:
            sum_leaves(table[part], *self[1:], sums[part])

        threads = _threads_for(len(table))
        if threads == 1:  # to start one would cost more than the sums
            add_up(slice(None))
            return sums
        size = -(-len(table) // threads)
        with ThreadPoolExecutor(threads, thread_name_prefix="trees") as pool:
            for _ in pool.map(add_up, (slice(begin, begin + size) for begin in range(0, len(table), size or 1))):
                pass
        return sums


def read_forests(texts: Sequence[str]) -> Forests:
    """Read forests from LightGBM's texts; raise `ValueError` where that is not what they are.

    Only numbers are split by, and what is missing is NaN or counts as zero.
    """
    names = {_line("feature_names", text) for text in texts}
    if len(names) != 1:
        raise ValueError("the forests look at different features")
    (header,) = names
    nodes: list[tuple[int, bool, np.float32, int, int, bool]] = []
    leaves: list[list[float]] = []
    begins = [0]
    for text in texts:
        for tree in _trees(text):
            nodes += tree.nodes(len(leaves))
            leaves.append([tree.leaves[leaf] for leaf in tree.order()])
        begins.append(len(leaves))
    nodes.sort(key=lambda node: node[:3])
    return _laid_out(tuple(header.split()), nodes, leaves, begins)


def logistic(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the probability of each raw score of a forest that was trained to tell two classes apart."""
    odds: NDArray[np.float64] = 1.0 / (1.0 + np.exp(-scores))
    return odds


class _Tree(NamedTuple):
    """A tree: of each inner node the feature, the threshold, its kind, and the children (``~leaf`` for a leaf)."""

    features: list[int]
    thresholds: list[float]
    kinds: list[int]
    left: list[int]
    right: list[int]
    leaves: list[float]

    def order(self) -> list[int]:
        """Return the leaves from left to right."""
        return self._under(0) if self.features else [0]

    def nodes(self, number: int) -> Iterator[tuple[int, bool, np.float32, int, int, bool]]:
        """Yield the inner nodes of the tree with this number, as `Forests` lays them out."""
        place = {leaf: at for at, leaf in enumerate(self.order())}
        for node, (feature, threshold, kind) in enumerate(zip(self.features, self.thresholds, self.kinds, strict=True)):
            if kind & _CATEGORICAL or kind & ~(_TO_THE_LEFT | _NAN_GOES):
                raise ValueError(f"a node of the kind {kind}")
            mask = (1 << MOST_LEAVES) - 1
            for leaf in self._under(self.left[node]):
                mask ^= 1 << place[leaf]
            is_of_nan = bool(kind & _NAN_GOES)
            yield feature, is_of_nan, _rounded_down(threshold), number, mask, not kind & _TO_THE_LEFT

    def _under(self, child: int) -> list[int]:
        return [~child] if child < 0 else [*self._under(self.left[child]), *self._under(self.right[child])]


def _trees(text: str) -> Iterator[_Tree]:
    """Yield the trees of a forest."""
    columns = [re.findall(rf"^{key}=(.*)$", text, re.MULTILINE) for key in _KEYS]
    for number, cells in enumerate(zip(*columns, strict=True)):
        features, thresholds, kinds, left, right, leaves = (cell.split() for cell in cells)
        if len(leaves) > MOST_LEAVES or len(features) != len(leaves) - 1:
            raise ValueError(f"tree {number} has {len(features)} nodes and {len(leaves)} leaves")
        yield _Tree(
            [*map(int, features)], [*map(float, thresholds)], [*map(int, kinds)], [*map(int, left)],
            [*map(int, right)], [*map(float, leaves)],
        )  # fmt: skip
    if not columns[0]:
        raise ValueError("no tree")


def _line(key: str, text: str) -> str:
    """Return what a text says of a key."""
    match = re.search(rf"^{key}=(.*)$", text, re.MULTILINE)
    if match is None:
        raise ValueError(f"no {key}")
    return match[1]


def _rounded_down(threshold: float) -> np.float32:
    """Return the greatest number of single precision that is not above a threshold: what is greater stays greater."""
    near = np.float32(threshold)
    return np.nextafter(near, np.float32(-np.inf)) if float(near) > threshold else near


def _laid_out(
    names: tuple[str, ...],
    nodes: Sequence[tuple[int, bool, np.float32, int, int, bool]],
    leaves: Sequence[Sequence[float]],
    begins: Sequence[int],
) -> Forests:
    features, of_nan, thresholds, trees, masks, right = zip(*nodes, strict=True) if nodes else [()] * 6
    lists = 2 * np.array(features, np.int64) + np.array(of_nan, np.int64)
    if len(lists) and lists[-1] >= 2 * len(names):
        raise ValueError("a node looks at no feature")
    values = np.zeros((len(leaves), max(map(len, leaves))))
    for tree, of_tree in enumerate(leaves):
        values[tree, : len(of_tree)] = of_tree
    return Forests(
        names,
        np.searchsorted(lists, np.arange(2 * len(names) + 1)),
        np.array(thresholds, np.float32),
        np.array(trees, np.int32),
        np.array(masks, np.uint64),
        np.array(right, np.bool_),
        np.array(begins, np.int64),
        values,
    )


def _threads_for(rows: int) -> int:
    """Return how many threads are worth starting; a few rows are done sooner by one."""
    return 1 if rows < MANY else max(1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1)
