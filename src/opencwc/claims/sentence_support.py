"""How the sentences of a report speak for each other: what one is about, the next is mostly about too.

A sentence such as "It began at twenty to nine" names nothing by which its event could be found. So each is scored alone
first, and then once more with what the others are about: statements that are kin tell of one event.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import exp, log

from opencwc.claims.sentence_details import Details

_TOP = 3
"""Statements of each sentence that speak for others."""
_LEAST = 1e-4
Scores = Sequence[tuple[int, float]]
"""The statements that a sentence may be about, each with how likely that is."""


def support_signs(scored: Sequence[Scores], kin: Callable[[int, int], float]) -> list[list[dict[str, float]]]:
    """Return for each sentence, and each statement it may be about, how the other sentences speak for that one."""
    tops = [sorted(scores, key=lambda one: -one[1])[:_TOP] for scores in scored]
    return [
        [_support(number, statement, chance, tops, kin) for statement, chance in scores]
        for number, scores in enumerate(scored)
    ]


def _support(
    number: int, statement: int, chance: float, tops: Sequence[Scores], kin: Callable[[int, int], float]
) -> dict[str, float]:
    best, nearest, same = [0.0], 0.0, 0.0
    for other, scores in enumerate(tops):
        if other == number or not scores:
            continue
        speaks = max(likely * kin(about, statement) for about, likely in scores)
        best.append(speaks)
        nearest = max(nearest, speaks / (1 + abs(other - number)))
        same = max([same, *(likely for about, likely in scores if about == statement)])
    told = best[1:] or best
    return {
        "first": first_sign(chance),
        "kin_best": max(best),
        "kin_mean": sum(told) / len(told),
        "kin_near": nearest,
        "kin_same": same,
    }


def first_sign(chance: float) -> float:
    """Return a chance as the sign of the second scoring: its logit, within bounds."""
    return log(chance + _LEAST) - log(1 - chance + _LEAST)


def are_kin(near: float, one: Details, other: Details, days: int, town: bool) -> float:
    """Return how likely two statements tell of one event; ``days`` lie between them, ``near`` is their cosine."""
    agents, others = ({name for name, _ in side.agents} for side in (one, other))
    shared = bool(agents & others)
    total = -3.0 + 3.0 * near + 2.0 * town + shared - (bool(agents and others) and not shared)
    total += 0.5 * (days < 60) - 1.5 * (days > 400)
    return 1 / (1 + exp(-total))
