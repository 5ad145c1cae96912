"""Groups of things that hang together: by any chain of pairs, or by how near all of one group are to all of another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import combinations
from math import inf


def connected(members: Iterable[int], pairs: Iterable[tuple[int, int]]) -> list[list[int]]:
    """Return the groups that pairs hold together."""
    parent = {member: member for member in members}

    def root(member: int) -> int:
        while parent[member] != member:
            parent[member] = parent[parent[member]]
            member = parent[member]
        return member

    for one, other in pairs:
        if one in parent and other in parent:
            parent[root(one)] = root(other)
    groups: dict[int, list[int]] = defaultdict(list)
    for member in parent:
        groups[root(member)].append(member)
    return list(groups.values())


def average_linkage(
    groups: Sequence[list[int]], score: Callable[[int, int], float], cut: float, floor: float = -inf
) -> list[list[int]]:
    """Join the two likest of some groups, again and again, as long as their mean score is above the cut.

    Each group that is given counts once, however many members it has. Two that score below the floor never come
    together, whatever stands between them.
    """
    import numpy as np

    count = len(groups)
    scores = np.full((count, count), -np.inf)
    for row, column in combinations(range(count), 2):
        each = [score(one, other) for one in groups[row] for other in groups[column]]
        scores[row, column] = scores[column, row] = sum(each) / len(each)
    lowest = scores.copy()
    scores[lowest < floor] = -np.inf
    standing = {row: list(group) for row, group in enumerate(groups)}
    sizes = [1] * count
    while len(standing) > 1:
        row, column = sorted(divmod(int(scores.argmax()), count))
        if scores[row, column] <= cut:
            break
        merged = (scores[row] * sizes[row] + scores[column] * sizes[column]) / (sizes[row] + sizes[column])
        least = np.minimum(lowest[row], lowest[column])
        merged[least < floor] = -np.inf
        scores[row], scores[:, row], lowest[row], lowest[:, row] = merged, merged, least, least
        scores[row, row] = -np.inf
        scores[column] = scores[:, column] = -np.inf
        sizes[row] += sizes[column]
        standing[row] += standing.pop(column)
    return list(standing.values())
