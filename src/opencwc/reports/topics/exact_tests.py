"""Exact tests of whether a share rose or fell, and how small a chance has to be when many are looked at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import exp, lgamma

ALPHA = 0.05


def chance_of_at_least(hits: int, of: int, all_hits: int, all_of: int) -> float:
    """Return how likely so many of the hits fall among ``of`` by coincidence alone (Fisher's exact test, one-sided).

    >>> round(chance_of_at_least(3, 3, 3, 6), 3)
    0.05
    """
    most = min(of, all_hits)
    return min(1.0, sum(_chance(one, of, all_hits, all_of) for one in range(hits, most + 1)))


def chance_of_at_most(hits: int, of: int, all_hits: int, all_of: int) -> float:
    """Return how likely so few of the hits fall among ``of`` by coincidence alone.

    >>> round(chance_of_at_most(0, 3, 3, 6), 3)
    0.05
    """
    least = max(0, of + all_hits - all_of)
    return min(1.0, sum(_chance(one, of, all_hits, all_of) for one in range(least, hits + 1)))


def _chance(hits: int, of: int, all_hits: int, all_of: int) -> float:
    ways = _ways(all_hits, hits) + _ways(all_of - all_hits, of - hits) - _ways(all_of, of)
    return exp(ways)


def _ways(of: int, some: int) -> float:
    return lgamma(of + 1) - lgamma(some + 1) - lgamma(of - some + 1)


def significant(chances: Sequence[float], alpha: float = ALPHA) -> list[bool]:
    """Tell for each chance whether it is small enough, so many being looked at (Holm 1979).

    >>> significant([0.01, 0.04, 0.03])
    [True, False, False]
    """
    small = [False] * len(chances)
    order = sorted(range(len(chances)), key=chances.__getitem__)
    for rank, place in enumerate(order):
        if chances[place] * (len(chances) - rank) > alpha:
            break
        small[place] = True
    return small


def least_counts_tested(counts: Iterable[int], of: int, all_of: int, alpha: float = ALPHA) -> tuple[int, int]:
    """Return from how many hits in all a thing can come out at all, and by how many things chances are multiplied.

    What is too rare to come out whatever happens is not looked at, which leaves the others more room (Tarone 1990).
    ``counts`` are the hits in all of each thing.
    """
    frequencies = sorted(counts, reverse=True)
    for least in range(1, min(max(frequencies, default=0), all_of) + 1):
        tested = sum(count >= least for count in frequencies)
        if chance_of_at_least(min(least, of), of, least, all_of) * max(1, tested) <= alpha:
            return least, tested
    return max(frequencies, default=0) + 1, 0
