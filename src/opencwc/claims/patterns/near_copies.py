"""A burst of near-copies: many reports with nearly the same words in a short time, beside how many come otherwise.

How likely so many would come by chance is that of a Poisson process at the rate of all other reports.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from heapq import nsmallest
from math import exp, lgamma, log
from typing import NamedTuple
from zlib import crc32

from opencwc.claims.patterns.model import MOST_EVIDENCE, Pattern, of_report
from opencwc.finding import Message
from opencwc.language.numerals import digits
from opencwc.reports.likeness import are_copies
from opencwc.reports.model import Report
from opencwc.reports.traits import word_keys, words_in

LEAST_COPIES = 5
"""So many near-copies are looked at."""
_ENOUGH_ALONE = 10
"""So many are told even where too few other reports say what is usual."""
_LEAST_OTHERS = 10
"""Other reports that say how many come in a time."""
HOURS = (6, 24, 72)
"""The windows of time that are looked through, in hours."""
_BY_CHANCE = 0.001
_LONGEST = 8_000
_SMALLEST = 6
"""Hashes of a report by which its near-copies are found: two that share most of their words share one of these."""
_HEADS = 20
"""Reports of one hash that are compared with."""


class Burst(NamedTuple):
    """Near-copies within some hours; ``expected`` is how many other reports come in such a time, if that is known."""

    reports: tuple[Report, ...]
    hours: int
    expected: float | None


def bursts_of_near_copies(reports: Iterable[Report]) -> Iterator[Pattern]:
    """Yield the bursts among reports, those first that began first."""
    some = sorted(reports, key=lambda report: report.key[::-1])
    for copies in _groups(some):
        burst = _densest(copies, some)
        if burst is not None:
            yield Pattern("burst_of_copies", _says(burst), tuple(map(of_report, burst.reports[:MOST_EVIDENCE])))


def _says(burst: Burst) -> Message:
    values: dict[str, int | str | float] = {
        "count": len(burst.reports), "outlets": len({report.source for report in burst.reports}),
        "hours": burst.hours, "day": burst.reports[0].published.date().isoformat(),
    }  # fmt: skip
    if burst.expected is None:
        return Message("claims_pattern_near_copies_alone", {**values})
    return Message("claims_pattern_near_copies", {**values, "expected": round(burst.expected, 1)})


def _groups(reports: Sequence[Report]) -> list[list[Report]]:
    """Put near-copies together, each with the first that it is a copy of."""
    heads: dict[int, list[int]] = defaultdict(list)
    groups: list[tuple[frozenset[int], list[Report]]] = []
    for report in reports:
        shingles = shingles_of(report)
        smallest = nsmallest(_SMALLEST, shingles)
        near = dict.fromkeys(group for one in smallest for group in heads[one])
        group = next((group for group in near if are_copies(groups[group][0], shingles)), None)
        if group is not None:
            groups[group][1].append(report)
            continue
        groups.append((shingles, [report]))
        for one in smallest:
            if len(heads[one]) < _HEADS:
                heads[one].append(len(groups) - 1)
    return [copies for _, copies in groups if len(copies) >= LEAST_COPIES]


def shingles_of(report: Report) -> frozenset[int]:
    """Return hashes of each four words in a row, of each six signs of Chinese."""
    keys = [key for word in words_in(digits(report.whole[:_LONGEST])) for key in word_keys(word)]
    width = 6 if report.lang == "zh" else 4
    return frozenset(crc32(" ".join(keys[at : at + width]).encode()) for at in range(len(keys) - width + 1))


def _densest(copies: Sequence[Report], reports: Sequence[Report]) -> Burst | None:
    """Return the window of time in which most copies came beyond what is usual; ``None`` where none stands out."""
    times = [report.published.timestamp() for report in copies]
    others = len(reports) - len(copies)
    span = (reports[-1].published - reports[0].published).total_seconds() / 3600
    best: tuple[float, Burst] | None = None
    for hours in HOURS:
        if hours < HOURS[1] and all(report.published.time().isoformat() == "00:00:00" for report in copies):
            continue  # only days are known
        first, last = _window(times, hours * 3600)
        count = last - first
        known = others >= _LEAST_OTHERS and span >= 2 * hours
        expected = others * hours / span if known else None
        chance = at_least(count, expected) * len(copies) if expected is not None else 10.0**-count
        stands_out = count >= LEAST_COPIES and chance < _BY_CHANCE if known else count >= _ENOUGH_ALONE
        if stands_out and (best is None or chance < best[0]):
            best = chance, Burst(tuple(copies[first:last]), hours, expected)
    return best[1] if best else None


def _window(times: Sequence[float], seconds: float) -> tuple[int, int]:
    """Return the first place and the one after the last of the window that holds most of some sorted times."""
    best, first = (0, 0), 0
    for last, time in enumerate(times, 1):
        while time - times[first] > seconds:
            first += 1
        if last - first > best[1] - best[0]:
            best = first, last
    return best


def at_least(count: int, expected: float) -> float:
    """Return how likely at least so many come, where so many are expected (a Poisson distribution).

    >>> round(at_least(2, 1.0), 4)
    0.2642
    """
    if count <= 0:
        return 1.0
    if expected <= 0:
        return 0.0
    terms = (exp(number * log(expected) - expected - lgamma(number + 1)) for number in range(count))
    return max(0.0, 1.0 - sum(terms))
