"""Reports to events: which of them tell of one happening, whoever reports it and in whatever language.

The result depends on the set of reports and on what people said of them, never on the order in which they came. Pairs
are sought by month, so that the cost of a report does not grow with the archive; who has neither day nor month is
sought by the day of publication. Pairs that may be one form groups, and each group is parted by average linkage: two
reports are never one because of a third that is like both.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import chain
from math import inf, isnan
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias

from msgspec import Struct

from opencwc.reports.comparing import (
    APART,
    WORTH_PROCESSES,
    Month,
    compared_side_by_side,
    key_of,
    months_of,
    weighed_pair,
)
from opencwc.reports.corrections import Correction, PairKey, what_holds, with_followers
from opencwc.reports.item import Item
from opencwc.reports.lazy_sequence import LazySequence
from opencwc.reports.likeness import Rarity
from opencwc.reports.likeness_model import FLOOR, weights
from opencwc.reports.linkage import average_linkage, connected

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from opencwc.reports.model import Report

_NEVER = -1e12
WORDS_HASH = 16
_MOST_TOGETHER = 1_500
"""Reports whose pairs are looked at all at once; a larger group is parted by a higher bar first."""


class Event(Struct, frozen=True):
    """One happening: its reports by their place among the items, the first published first."""

    id: str
    items: tuple[int, ...]


class JoinedBefore(Protocol):
    """Reports that were joined before, as they were kept: each is made ready where it is looked at."""

    @property
    def items(self) -> Sequence[Item]:
        """The reports in their order."""
        ...

    @property
    def events(self) -> int:
        """How many events they are on."""
        ...

    @property
    def pairs(self) -> NDArray[np.uint32]:
        """The pairs that were weighed, each by two reports."""
        ...

    @property
    def scores(self) -> NDArray[np.float64]:
        """The log-odds of each pair."""
        ...

    @property
    def copies(self) -> NDArray[np.bool_]:
        """Which pairs say the same."""
        ...

    def behind(self) -> dict[int, int]:
        """Return for each report that says the words of an earlier one which that is."""
        ...

    def leaders(self) -> dict[bytes, int]:
        """Return for the hash of words the report that stands for all that say them."""
        ...

    def of_month(self, month: int) -> list[int]:
        """Return the reports that are sought in a month."""
        ...

    def event_of(self, number: int) -> int | None:
        """Return the place of the event that a report is on."""
        ...

    def event(self, place: int) -> tuple[int, ...]:
        """Return the reports of an event."""
        ...


class Joined(NamedTuple):
    """How events stand once reports were added: those of before that stand as they did, by their places, and others."""

    gone: frozenset[int]
    made: list[Event]


def find_events(items: Sequence[Item], corrections: Iterable[Correction] = ()) -> list[Event]:
    """Return the events of all reports that are on one, each report in exactly one of them."""
    archive = Archive(corrections)
    archive.add(items)
    return archive.events()


class Archive:
    """Reports with the pairs among them that may be one; more can be added at any time.

    What was joined ``before`` is read where new reports touch it, and stands elsewhere. Corrections are given for all
    reports together, and not where some were joined before. With several ``jobs`` so many processes compare, once
    there are enough reports to be worth it.
    """

    def __init__(
        self, corrections: Iterable[Correction] = (), before: JoinedBefore | None = None, jobs: int = 1
    ) -> None:
        self._before, self._jobs = before, jobs
        self.items: Sequence[Item] = []
        self._added: list[Item] = self.items
        if before is not None:
            self.items = _Both(before.items, self._added)
        self._known, self._rarity = weights("event"), Rarity()
        self._far: dict[PairKey, float] = {}
        self._scores: dict[PairKey, float] = {}
        self._months: dict[int, list[int]] = {}
        self._new: dict[int, list[int]] = defaultdict(list)
        self._copies: set[PairKey] = set()
        self._leaders: dict[bytes, int] = before.leaders() if before is not None else {}
        self._behind: dict[int, int] = before.behind() if before is not None else {}
        self._touched: set[int] = set()
        self._corrections = tuple(corrections)
        told_apart = (correction.told_apart for correction in self._corrections)
        self._told_apart = frozenset(chain.from_iterable(told_apart))
        self.decided = frozenset(chain.from_iterable(correction.reports for correction in self._corrections))
        """The ids of the reports on which corrections decide."""

    def add(self, items: Sequence[Item]) -> None:
        """Take new reports; they are compared when the events are asked for, which costs least for many at once."""
        for item in items:
            number = len(self.items)
            self._added.append(item)
            if item.told.nature.kind and self._leads(number):
                self._touched.add(number)
                for month in months_of(item):
                    self._new[month].append(number)

    def _leads(self, number: int) -> bool:
        """Tell whether a report is the earliest yet that says these words; it then stands for all that do.

        Whatever a person has told apart from another one stands for itself.
        """
        item = self.items[number]
        if item.told.report.id in self._told_apart:
            return True
        words = words_hash(item)
        leader = self._leaders.setdefault(words, number)
        if leader == number:
            return True
        self._touched.add(leader)
        if self.items[leader].order <= item.order:
            self._behind[number] = leader
            return False
        self._behind[leader] = number
        self._leaders[words] = number
        return True

    def _leader_of(self, number: int) -> int:
        """Return the report that stands for one: itself, or the earliest that says the same words."""
        while (before := self._behind.get(number)) is not None:
            number = before
        return number

    def events(self) -> list[Event]:
        """Return the events as they stand, in the order of their first report."""
        joined = self.joined()
        before = self._before
        events = [] if before is None else [
            Event(event_id(self.items[items[0]].told.report), items)
            for place, items in enumerate(map(before.event, range(before.events)))
            if place not in joined.gone
        ]  # fmt: skip
        return sorted([*events, *joined.made], key=lambda event: self.items[event.items[0]].order)

    def joined(self) -> Joined:
        """Return which events of before are no more, and which there are instead."""
        self._compare_new()
        touched = self._hanging_together()
        behind: dict[int, list[int]] = defaultdict(list)
        for number in self._behind:
            if (leader := self._leader_of(number)) in touched:
                behind[leader].append(number)
        groups = [[*group, *chain.from_iterable(behind[number] for number in group)] for group in self._parted(touched)]
        found = [tuple(sorted(group, key=lambda number: self.items[number].order)) for group in groups]
        gone = self._events_before(chain.from_iterable(found))
        stand = {self._before.event(place): place for place in gone} if self._before is not None else {}
        made = [
            Event(event_id(self.items[group[0]].told.report), group)
            for group in sorted(found, key=lambda group: self.items[group[0]].order)
            if group not in stand
        ]
        return Joined(gone - {stand[group] for group in found if group in stand}, made)

    def _events_before(self, numbers: Iterable[int]) -> frozenset[int]:
        """Return the events of before that any of some reports were on."""
        if self._before is None:
            return frozenset()
        earlier = (number for number in numbers if number < len(self._before.items))
        return frozenset(place for number in earlier if (place := self._before.event_of(number)) is not None)

    @property
    def pairs_weighed(self) -> int:
        """How many pairs were likely enough to be weighed: what joining costs, on any machine."""
        return len(self._scores)

    def score(self, one: int, other: int) -> float:
        """Return the log-odds that two reports are on one event."""
        pair = self._leader_of(one), self._leader_of(other)
        return inf if pair[0] == pair[1] else self._score_of(key_of(*pair))

    def pairs(self) -> tuple[NDArray[np.uint32], NDArray[np.float64], NDArray[np.bool_]]:
        """Return the pairs that count, the log-odds of each and whether the two say the same, in a fixed order."""
        import numpy as np

        some = {pair: score for pair, score in self._scores.items() if self._behind.keys().isdisjoint(pair)}
        keys = np.array(list(some), np.uint32).reshape(-1, 2)
        scores = np.fromiter(some.values(), np.float64, len(some))
        copies = np.fromiter((pair in self._copies for pair in some), np.bool_, len(some))
        if self._before is not None:
            shadowed = np.zeros(len(self.items), np.bool_)
            shadowed[list(self._behind)] = True
            standing = ~shadowed[self._before.pairs].any(1)
            known = _as_numbers(self._before.pairs)[standing]
            fresh = ~np.isin(_as_numbers(keys), known)
            keys = np.concatenate([self._before.pairs[standing], keys[fresh]])
            scores = np.concatenate([self._before.scores[standing], scores[fresh]])
            copies = np.concatenate([self._before.copies[standing], copies[fresh]])
        order = np.argsort(_as_numbers(keys), kind="stable")
        return keys[order], scores[order], copies[order]

    def behind(self) -> dict[int, int]:
        """Return for each report that says the words of an earlier one which that is."""
        return {number: self._leader_of(number) for number in self._behind}

    # --------------------------------------------------------------------------------------------------- pairs

    def _compare_new(self) -> None:
        """Compare the new reports with all that may be one with them, month by month."""
        jobs = self._jobs if sum(map(len, self._new.values())) >= WORTH_PROCESSES else 1
        for found in compared_side_by_side(map(self._month, list(self._new)), self._known, jobs):
            self._scores |= found.scores
            self._copies |= found.copies
        self._new.clear()

    def _month(self, month: int) -> Month:
        """Return the reports of a month that stand for themselves, the new ones last."""
        if month not in self._months:
            self._months[month] = self._before.of_month(month) if self._before is not None else []
        before = [number for number in self._months[month] if number not in self._behind]
        numbers = before + [number for number in self._new[month] if number not in self._behind]
        self._months[month] = numbers
        return Month(month, numbers, [self.items[number] for number in numbers], len(before))

    # --------------------------------------------------------------------------------------------------- touched

    def _hanging_together(self) -> set[int]:
        """Return the reports that hang together with new ones, whose events are found anew; all without a before.

        The pairs among those of before are taken in.
        """
        if self._before is None:
            return set(range(len(self.items)))
        near = defaultdict(set)
        for (one, other), score in self._scores.items():
            if score > self._known.cut:
                near[one].add(other)
                near[other].add(one)
        beside = _Beside(self._before)
        waiting, reached = list(self._touched), set(self._touched)
        while waiting:
            number = waiting.pop()
            linked = set(near[number])
            for other, pair in beside.of(number):
                key, score = key_of(number, other), float(self._before.scores[pair])
                self._scores.setdefault(key, score)
                if self._before.copies[pair]:
                    self._copies.add(key)
                if score > self._known.cut:
                    linked.add(other)
            fresh = linked - reached
            reached |= fresh
            waiting += fresh
        return reached

    # --------------------------------------------------------------------------------------------------- groups

    def _parted(self, touched: Iterable[int]) -> list[list[int]]:
        """Return the groups of reports that are one event, among some that hang together with no other."""
        held = what_holds(self._corrections, self._numbers_of())
        alone = [
            number
            for number in sorted(touched)
            if number not in self._behind
            and number not in held.following
            and (self.items[number].told.nature.kind or number in held.named)
        ]
        joined, parted, cut = list(held.joined), set(held.parted), self._known.cut
        told_apart = set(chain.from_iterable(parted))  # these count by themselves, though others copy both
        copies = (pair for pair in self._copies if told_apart.isdisjoint(pair))
        alike = (pair for pair, score in self._scores.items() if score > cut)
        pairs = _Pairs(_by_first(joined), _by_first(copies), _by_first(alike), parted)
        groups = connected(alone, pairs.of(alone, pairs.joined, pairs.alike))
        parts = (part for group in groups for part in self._part(group, cut, pairs))
        return with_followers(parts, held.following)

    def _part(self, group: list[int], cut: float, pairs: _Pairs) -> Iterator[list[int]]:
        """Part a group that is held together by pairs into the events in it."""
        if len(group) < 2:
            yield group
            return
        if len(group) > _MOST_TOGETHER:
            higher = cut + 1.0
            strong = (pair for pair in pairs.of(group, pairs.alike) if self._scores[pair] > higher)
            for smaller in connected(group, chain(strong, pairs.of(group, pairs.joined))):
                yield from self._part(smaller, higher, pairs)
            return

        ordered = sorted(group, key=lambda number: self.items[number].order)
        together = connected(ordered, pairs.of(group, pairs.joined, pairs.copies))

        def score(one: int, other: int) -> float:
            key = key_of(one, other)
            return _NEVER if key in pairs.parted else self._score_of(key)

        yield from average_linkage(together, score, cut, FLOOR)

    def _score_of(self, key: PairKey) -> float:
        """Return the log-odds of a pair; what is surely below the floor is weighed when it is asked for."""
        score = self._scores.get(key, APART)
        if isnan(score):
            if key not in self._far:
                self._far[key] = weighed_pair(self.items[key[0]], self.items[key[1]], self._known, self._rarity)
            return self._far[key]
        return score

    def _numbers_of(self) -> Callable[[Iterable[str]], set[int]]:
        """Return what gives the numbers of reports by their ids, each by the one that stands for it."""
        numbers = {item.told.report.id: number for number, item in enumerate(self.items)} if self._corrections else {}
        return lambda names: {self._leader_of(numbers[name]) for name in names if name in numbers}


_ByFirst: TypeAlias = "Mapping[int, Sequence[int]]"
"""Pairs by their first report: the second ones of each."""


class _Pairs(NamedTuple):
    """Pairs that people joined, that say the same, that are above the cut, and those that people parted."""

    joined: _ByFirst
    copies: _ByFirst
    alike: _ByFirst
    parted: Collection[PairKey]

    @staticmethod
    def of(group: Iterable[int], *kinds: _ByFirst) -> Iterator[PairKey]:
        """Yield the pairs of some kinds that begin with a report of a group."""
        return ((one, other) for one in group for kind in kinds for other in kind.get(one, ()))


def _by_first(pairs: Iterable[PairKey]) -> _ByFirst:
    others: dict[int, list[int]] = {}
    for one, other in pairs:
        others.setdefault(one, []).append(other)
    return others


def event_id(first: Report) -> str:
    """Return the id of an event, by the report of it that was published first."""
    return f"E-{first.published:%Y%m%d}-{sha256(first.id.encode()).hexdigest()[:6]}"


class _Both(LazySequence[Item]):
    """Items of before, and those that were added."""

    def __init__(self, before: Sequence[Item], added: Sequence[Item]) -> None:
        self._before, self._added, self._count = before, added, len(before)

    def __len__(self) -> int:
        return self._count + len(self._added)

    def made(self, number: int) -> Item:
        return self._before[number] if number < self._count else self._added[number - self._count]


class _Beside:
    """The pairs of before, by each of the two reports."""

    def __init__(self, before: JoinedBefore) -> None:
        import numpy as np

        count = len(before.pairs)
        ends = np.concatenate([before.pairs[:, 0], before.pairs[:, 1]])
        order = np.argsort(ends, kind="stable")
        self._ends, self._pairs = ends[order], order % max(count, 1)
        self._others = np.concatenate([before.pairs[:, 1], before.pairs[:, 0]])[order]

    def of(self, number: int) -> Iterator[tuple[int, int]]:
        """Yield the other report of each pair of a report, and the place of the pair."""
        start, end = self._ends.searchsorted([number, number + 1]).tolist()
        yield from zip(self._others[start:end].tolist(), self._pairs[start:end].tolist(), strict=True)


def _as_numbers(pairs: NDArray[np.uint32]) -> NDArray[np.uint64]:
    """Return each pair as one number, by which they are ordered."""
    import numpy as np

    wide = pairs.astype(np.uint64)
    return (wide[:, 0] << np.uint64(32)) | wide[:, 1]


def words_hash(item: Item) -> bytes:
    """Return 16 bytes that reports have in common which say the same words."""
    report = item.told.report
    words = " ".join(report.whole.casefold().split())
    return sha256(repr((words, report.given)).encode("utf-8", "replace")).digest()[:WORDS_HASH]
