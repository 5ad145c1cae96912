"""Which lines head the articles of a text: whole ways of counting are weighed, and the best one is kept.

A way of counting (a hypothesis) is a run of lines of one family whose numbers rise. It gains what each line looks like
a heading, and loses by numbers that are left out; it begins again at 1 only where another text or part begins.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

from opencwc.legislation.texts.heading_candidates import BARE, Candidate, Lines
from opencwc.legislation.texts.section_numbers import Order


class Hypothesis(NamedTuple):
    """A way of counting: the lines that head its articles, in order, and what it gains."""

    family: str
    headings: tuple[Candidate, ...]
    gain: float


class _Run(NamedTuple):
    """The best way of counting that ends with a candidate: its gain, and the candidate before it."""

    gain: float
    before: int


def hypotheses_of(candidates: Sequence[Candidate], lines: Lines) -> list[Hypothesis]:
    """Return the best way of counting within each family, the best one first."""
    families: dict[str, list[Candidate]] = {}
    for candidate in candidates:
        families.setdefault(candidate.family, []).append(candidate)
    found = []
    for family, members in families.items():
        best = _best_run(members, lines)
        if family.startswith(BARE):
            best = _best_run(_in_their_manner(members, best), lines)
            if len(best) < _FEWEST_BARE or not _is_told_apart(best):
                continue
        gain = _gain(best) * (1.0 if family.startswith(BARE) else WORD_COUNTS)
        if gain > 0:
            found.append(Hypothesis(family, tuple(best), gain))
    most = max((len(way.headings) for way in found if not way.family.startswith(BARE)), default=0)
    found = [way._replace(gain=way.gain * _INSIDE) if _is_inside(way, most) else way for way in found]
    return sorted(found, key=lambda hypothesis: -hypothesis.gain)


def _is_inside(way: Hypothesis, most: int) -> bool:
    """Tell whether bare numbers begin again about as often as there are articles with a word: they are their lists."""
    return way.family.startswith(BARE) and most > 0 and _again(way) >= max(2, most / 2)


def _again(way: Hypothesis) -> int:
    """Return how often a way of counting begins again: lists inside articles do so in one after the other."""
    return sum(other.order <= one.last for one, other in pairwise(way.headings))


def _gain(run: Sequence[Candidate]) -> float:
    gain = sum(candidate.looks for candidate in run)
    for before, candidate in pairwise(run):
        gain -= _cost(before.last, candidate.order, candidate.family) or 0.0
    return gain


def _is_told_apart(run: Sequence[Candidate]) -> bool:
    """Tell whether bare numbers are more than a list: they begin at 1, or go on for long in one manner."""
    return run[0].order[0] <= 1 or len(run) >= _FEWEST_BARE


def _in_their_manner(members: Sequence[Candidate], run: Sequence[Candidate]) -> list[Candidate]:
    """Weigh candidates anew by the manner that most of the best run have: form, titles, space, indentation."""
    if len(run) < _FEWEST_BARE:
        return list(members)
    usual = [Counter(values).most_common(1)[0] for values in zip(*(candidate.manner for candidate in run), strict=True)]
    weights = (0.25, 0.25, 0.3, 0.1, 0.2)
    weighed = []
    for candidate in members:
        change = 0.0
        for value, (common, count), weight in zip(candidate.manner, usual, weights, strict=True):
            if count >= _USUAL * len(run):
                change += weight * (1 if value == common else -1)
        weighed.append(replace(candidate, looks=candidate.looks + 0.6 * change))
    return weighed


def _best_run(members: Sequence[Candidate], lines: Lines) -> list[Candidate]:
    """Find the run of rising numbers with the highest gain."""
    runs: list[_Run] = []
    annex = [bisect_left(lines.annexes, candidate.at) for candidate in members]
    begun = counted_anew(members, lines)
    by_first: dict[int, dict[Order, int]] = {}
    best = -1
    for at, candidate in enumerate(members):
        run = _Run(candidate.looks - _start_cost(candidate), -1)
        for first in _near(by_first, candidate.order[0], candidate.family):
            for order, other in by_first[first].items():
                cost = _cost(order, candidate.order, candidate.family)
                if cost is not None and annex[at] != annex[other]:
                    cost += _INTO_ANNEX * (1 if candidate.family.startswith(BARE) else 0.1)
                    cost += _OTHER_COUNT if begun[at] else 0.0
                if cost is not None and runs[other].gain + candidate.looks - cost > run.gain:
                    run = _Run(runs[other].gain + candidate.looks - cost, other)
        if best >= 0 and candidate.order[:1] in ((0,), (1,)) and _may_begin_again(candidate, lines):
            gain = runs[best].gain + candidate.looks - _AGAIN
            run = max(run, _Run(gain, best), key=lambda other: other.gain)
        runs.append(run)
        places = by_first.setdefault(candidate.last[0], {})
        known = places.get(candidate.last, -1)
        if known < 0 or runs[known].gain <= run.gain:
            places[candidate.last] = at
        if best < 0 or run.gain > runs[best].gain:
            best = at
    chain: list[Candidate] = []
    while best >= 0:
        chain.append(members[best])
        best = runs[best].before
    chain.reverse()
    return _without_nested(chain)


def counted_anew(members: Sequence[Candidate], lines: Lines) -> list[bool]:
    """Tell of each candidate whether numbers began again at 1 between the head of its annex and itself."""
    begun: list[bool] = []
    annex = [bisect_left(lines.annexes, candidate.at) for candidate in members]
    in_annex: set[tuple[int, str]] = set()
    for place, candidate in zip(annex, members, strict=True):
        if place and candidate.order == (1,):
            in_annex.add((place, candidate.family))
        begun.append((place, candidate.family) in in_annex)
    return begun


def _near(by_first: dict[int, dict[Order, int]], first: int, family: str) -> list[int]:
    """Return the numbers that may stand before one: those near below it, of a code with words also those far below."""
    if family.startswith(BARE) or len(by_first) > _MANY:
        return [other for other in range(first, first - _WIDEST_GAP - 1, -1) if other in by_first]
    return [other for other in by_first if other <= first]


def _start_cost(candidate: Candidate) -> float:
    return 0.0 if candidate.order[0] <= 1 else 0.8


def _cost(before: Order, order: Order, family: str) -> float | None:
    """Return what a step from one number to the next costs; ``None`` where it does not rise."""
    if order <= before:
        return None
    at = next((at for at, (one, other) in enumerate(zip(before, order, strict=False)) if one != other), len(before))
    step = order[at] - (before[at] if at < len(before) else 0)
    if at > 0:
        return 0.02 * min(step, 10)
    missing = step - 1
    if missing <= 0:
        return 0.0
    if family.startswith(BARE):
        return 0.5 + 0.15 * missing if missing <= _WIDEST_GAP else None
    return min(1.0, 0.2 + 0.05 * missing)


def _may_begin_again(candidate: Candidate, lines: Lines) -> bool:
    """Tell whether counting may begin again: with a word always, with a bare number only under the head of a part."""
    if not candidate.family.startswith(BARE):
        return True
    start, words, _ = lines.line_before(candidate.begins)
    above = lines.line_before(start)[0] if start >= 0 else -1
    return start in lines.groups or (above in lines.groups and len(words) < _SHORT)


def _without_nested(chain: list[Candidate]) -> list[Candidate]:
    """Leave out articles that are quoted inside one: counting began again there, and later goes on where it stood."""
    at = 1
    while at < len(chain):
        if chain[at].order > chain[at - 1].last:
            at += 1
            continue
        outer = chain[at - 1].last
        goes_on = next(
            (
                other
                for other in range(at + 1, len(chain))
                if chain[other].order[0] == outer[0] + 1 and chain[other - 1].last[0] < outer[0]
                and chain[other].order[0] > chain[other - 1].last[0] + 1
            ),
            -1,
        )  # fmt: skip
        if goes_on < 0:
            at += 1
        else:
            del chain[at:goes_on]
    return chain


WORD_COUNTS = 1.6
"""How much more a line with a word ("Article 5") tells than one with a bare number."""
_AGAIN = 2.0
_INSIDE = 0.4
"""What is left of the gain of bare numbers that begin again about as often as there are articles with a word."""
_INTO_ANNEX, _OTHER_COUNT = 2.0, 6.0
_FEWEST_BARE = 3
_WIDEST_GAP = 13
_USUAL = 0.7
_MANY = 400
_SHORT = 90
