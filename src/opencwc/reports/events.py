"""Reports to events: which of them tell of one happening, whoever reports it and in whatever language.

The result depends on the set of reports and on what people said of them, never on the order in which they came. Pairs
are sought by month, so that the cost of a report does not grow with the archive; who has neither day nor month is
sought by the day of publication. Pairs that may be one form groups, and each group is parted by average linkage: two
reports are never one because of a third that is like both.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from hashlib import sha256
from itertools import chain
from math import nan
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias
from zlib import crc32

from msgspec import Struct
from threadpoolctl import threadpool_limits

from opencwc.reports.conflicts import NEVER_ONE, RATHER_TWO, conflict, unlike
from opencwc.reports.corrections import Correction, PairKey, what_holds, with_followers
from opencwc.reports.incident_rows import one_incident
from opencwc.reports.item import Item
from opencwc.reports.likeness import (
    FAR_DAYS,
    NEAR_DAYS,
    Rarity,
    are_copies,
    fact_signs,
    family,
    meaning_of_pairs,
    padded,
    text_signs,
)
from opencwc.reports.likeness_model import FLOOR, Weights, weighed, weights
from opencwc.reports.linkage import average_linkage, connected
from opencwc.reports.made_when_asked import MadeWhenAsked

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from opencwc.reports.model import Report, Told

_APART = -8.0
"""The log-odds of a pair that was never compared: it shares too little."""
_NEVER = -1e12
_BEFORE, _AFTER = 10, 45
"""Days by which dates may be told too early or too late, and by which a report may come after what it tells."""
WORDS_HASH = 16
_MOST_TOGETHER = 1_500
"""Reports whose pairs are looked at all at once; a larger group is parted by a higher bar first."""
Likely: TypeAlias = "tuple[list[int], list[int], Mapping[str, NDArray[np.float32]]]"
"""Pairs, those that stand first and those that stand second, and the signs of meaning of each."""


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
    reports together, and not where some were joined before.
    """

    def __init__(self, corrections: Iterable[Correction] = (), before: JoinedBefore | None = None) -> None:
        self._before = before
        self.items: Sequence[Item] = []
        self._added: list[Item] = self.items
        if before is not None:
            self.items = _Both(before.items, self._added)
        self._known, self._rarity = weights("event"), Rarity()
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
        with threadpool_limits(1, user_api="blas"):  # threads that wait for small products cost more than they save
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
        return float("inf") if pair[0] == pair[1] else self._scores.get((min(pair), max(pair)), _APART)

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
        for month, new in self._new.items():
            if month not in self._months:
                self._months[month] = self._before.of_month(month) if self._before is not None else []
            leading = [number for number in new if number not in self._behind]
            before = [number for number in self._months[month] if number not in self._behind]
            self._compare(leading, before)
            self._months[month] = before + leading
        self._new.clear()

    def _compare(self, new: Sequence[int], before: Sequence[int]) -> None:
        """Weigh each new report of a month against the month's others."""
        if not new:
            return
        rough = _Rough(self.items, [*before, *new], self._known)
        for some, others, meaning in rough.pairs(range(len(before), len(before) + len(new))):
            for at, key in enumerate(map(_key, some, others)):
                if key not in self._scores:
                    pair = self.items[key[0]], self.items[key[1]]
                    signs = {name: float(values[at]) for name, values in meaning.items()}
                    self._scores[key] = weigh(*pair, self._known, signs) + self._by_rarity(*pair)
                    if _says_the_same(*pair):
                        self._copies.add(key)

    def _by_rarity(self, one: Item, other: Item) -> float:
        """Return what rare words and names add."""
        weight, rare = self._known.signs, self._rarity.signs(one, other)
        return sum(weight.get(name, 0.0) * value for name, value in rare.items())

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
                key, score = _key(number, other), float(self._before.scores[pair])
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
        joined, parted, cut = set(held.joined), set(held.parted), self._known.cut
        groups = connected(alone, [pair for pair, score in self._scores.items() if score > cut] + list(joined))
        parts = (part for group in groups for part in self._part(group, cut, joined, parted))
        return with_followers(parts, held.following)

    def _part(self, group: list[int], cut: float, joined: set[PairKey], parted: set[PairKey]) -> Iterator[list[int]]:
        """Part a group that is held together by pairs into the events in it."""
        if len(group) < 2:
            yield group
            return
        if len(group) > _MOST_TOGETHER:
            members, higher = set(group), cut + 1.0
            strong = [pair for pair, score in self._scores.items() if score > higher and members.issuperset(pair)]
            for smaller in connected(group, [*strong, *joined]):
                yield from self._part(smaller, higher, joined, parted)
            return

        def score(one: int, other: int) -> float:
            key = (min(one, other), max(one, other))
            return _NEVER if key in parted else self._scores.get(key, _APART)

        ordered = sorted(group, key=lambda number: self.items[number].order)
        told_apart = set(chain.from_iterable(parted))  # these count by themselves, though others copy both
        copies = (pair for pair in self._copies if told_apart.isdisjoint(pair))
        yield from average_linkage(connected(ordered, [*joined, *copies]), score, cut, FLOOR)

    def _numbers_of(self) -> Callable[[Iterable[str]], set[int]]:
        """Return what gives the numbers of reports by their ids, each by the one that stands for it."""
        numbers = {item.told.report.id: number for number, item in enumerate(self.items)} if self._corrections else {}
        return lambda names: {self._leader_of(numbers[name]) for name in names if name in numbers}


_GATES: Mapping[str, float] = {
    "country_diff": 5.0,
    "elsewhere": 4.0,
    "days_apart": 3.5,
    "each_of_its_day": 3.5,
    "kind_diff": 1.0,
}
"""What facts take off that part two happenings, however alike they are told: other States, days that lie apart.

They are set by hand. Learnt weights alone joined thirty leaks in thirty States, which no report to learn from was like.
"""


def event_id(first: Report) -> str:
    """Return the id of an event, by the report of it that was published first."""
    return f"E-{first.published:%Y%m%d}-{sha256(first.id.encode()).hexdigest()[:6]}"


def weigh(one: Item, other: Item, known: Weights, meaning: Mapping[str, float] | None = None) -> float:
    """Return the log-odds that two reports are on one event, but for what rare words add.

    Rows of a register are worded alike whatever they list: their facts alone decide.
    """
    if _are_rows(one, other):
        return -_APART if one_incident(one.told, other.told) else _NEVER
    facts = fact_signs(one, other)
    texts = text_signs(one, other, meaning)
    gates = sum(weight * facts.get(name, 0.0) for name, weight in _GATES.items())
    score = weighed({**facts, **texts}, known) - gates - unlike(one, other, facts, texts)
    found = conflict(one, other)
    if found in ("town", "site", "aim", "meeting"):
        return min(score, RATHER_TWO)
    return score - NEVER_ONE * bool(found)


class _Rough:
    """The pairs of a month that may reach the cut at all, found by whole arrays: the rest is never looked at.

    What is known of a pair here (days, country, kind, publication, how near the texts come as a whole) is weighed as
    it will be; of all else the pair is given more than pairs usually have.
    """

    def __init__(self, items: Sequence[Item], numbers: Sequence[int], known: Weights) -> None:
        import numpy as np

        self.numbers, self.known = numbers, known
        some = [items[number] for number in numbers]
        self.vectors = np.stack([_middle(item.traits.vectors) for item in some])
        self.sentences, self.lengths = padded([item.traits.vectors for item in some])
        self.days = np.array([item.days or (0, 0) for item in some], dtype=np.int64).reshape(-1, 2)
        self.published = np.array([item.order[0] / 86_400 for item in some])
        self.countries = np.array([_code(item.told.place.country) for item in some])
        self.languages = np.array([_code(item.told.lang) for item in some])
        self.kinds = np.array([_code(item.told.nature.kind) for item in some])
        self.families = np.array([_code(family(item.told.nature.kind)) for item in some])
        self.places = np.array([crc32(item.told.place.name.casefold().encode()) for item in some])
        self.agents = np.array([_bits(item.told.agents.names) for item in some], dtype=np.uint64)
        self.figures = np.array([_figures(item.told) for item in some], dtype=np.float64).reshape(-1, 2)

    def pairs(self, rows: range, block: int = 256) -> Iterator[Likely]:
        """Yield the pairs of rows with rows before them, some at a time, with what meaning says of each."""
        import numpy as np

        for start in range(rows.start, rows.stop, block):
            stop = min(start + block, rows.stop)
            most = self._most(slice(start, stop), slice(0, stop))
            at_most = most + self._nearness * np.minimum(1.0, self._near(slice(start, stop), slice(0, stop)))
            mine, theirs = np.nonzero(at_most > self.known.cut)
            earlier = theirs < mine + start
            mine, theirs = mine[earlier], theirs[earlier]
            for at in range(0, len(mine), _PAIRS_AT_ONCE):
                some = mine[at : at + _PAIRS_AT_ONCE] + start, theirs[at : at + _PAIRS_AT_ONCE]
                yield self._likely(*some, most[some[0] - start, some[1]])

    @cached_property
    def _nearness(self) -> float:
        """What the signs of meaning come to at most."""
        return sum(map(self._most_of, _BY_MEANING))

    def _most_of(self, name: str) -> float:
        """Return what a sign of meaning weighs at most, be the pair in one language or in two."""
        weight = self.known.signs.get(name, 0.0)
        return max(0.0, weight, weight + self.known.signs.get(f"here_{name}", 0.0))

    def _near(self, rows: slice, columns: slice) -> NDArray[np.float32]:
        """Return how near the texts of each pair may come."""
        import numpy as np

        return np.asarray(self.vectors[rows] @ self.vectors[columns].T + _ALLOWANCE, np.float32)

    def _likely(self, rows: NDArray[np.int64], columns: NDArray[np.int64], most: NDArray[np.float32]) -> Likely:
        """Return those of some pairs that may reach the cut by what meaning says of them."""
        ends = self.lengths[rows], self.lengths[columns]
        signs = meaning_of_pairs(self.sentences[rows], self.sentences[columns], *ends)
        by_meaning = sum(self._most_of(name) * values for name, values in signs.items())
        likely = most + by_meaning > self.known.cut
        some, others = ([self.numbers[at] for at in each[likely].tolist()] for each in (rows, columns))
        return some, others, {name: values[likely] for name, values in signs.items()}

    def _most(self, rows: slice, columns: slice) -> NDArray[np.float32]:
        """Return the log-odds that each pair may have at most, but for what meaning says."""
        import numpy as np

        weight = self.known.signs.get
        lands, others = self.countries[rows, None], self.countries[None, columns]
        by_words, only_by_words = (
            sum(share * max(0.0, weight(name, 0.0)) for name, share in each.items())
            for each in (_BY_WORDS, _ONLY_BY_WORDS)
        )
        told = (lands != 0) & (others != 0)
        bare = ~told & ~self._are_dated(rows, columns) & (self.languages[rows, None] == self.languages[None, columns])
        most = self.known.base + np.where(bare, only_by_words, by_words) + self._by_days(rows, columns)
        agents = self.agents[rows, None], self.agents[None, columns]
        most += weight("agents_shared", 0.0) * ((agents[0] & agents[1]) != 0)
        most += weight("agents_diff", 0.0) * ((agents[0] & agents[1]) == 0) * (agents[0] != 0) * (agents[1] != 0)
        most += weight("place_same", 0.0) * (self.places[rows, None] == self.places[None, columns]) * told
        for figure in self.figures.T:
            most += weight("figures_same", 0.0) * (figure[rows, None] == figure[None, columns])
        most += np.where(lands == others, weight("country_same", 0.0), weight("country_diff", 0.0)) * told
        most += weight("kind_same", 0.0) * (self.kinds[rows, None] == self.kinds[None, columns])
        most += weight("kind_diff", 0.0) * (self.families[rows, None] != self.families[None, columns])
        return np.asarray(most, np.float32)

    def _by_days(self, rows: slice, columns: slice) -> NDArray[np.float64]:
        import numpy as np

        weight = self.known.signs.get
        first, last = self.days[:, 0], self.days[:, 1]
        dated = self._are_dated(rows, columns)
        gap = np.maximum(first[rows, None] - last[None, columns], first[None, columns] - last[rows, None])
        same = max(weight("date_same", 0.0), weight("date_within", 0.0))
        far = weight("date_differs", 0.0) + weight("date_far", 0.0) * np.minimum(
            1.0, np.log1p(np.maximum(0, gap - NEAR_DAYS)) / 4
        )
        by_day = np.where(gap <= 0, same, np.where(gap <= NEAR_DAYS, weight("date_near", 0.0), far))
        apart = np.abs(self.published[rows, None] - self.published[None, columns])
        by_publication = weight("published_gap", 0.0) * np.minimum(1.0, np.log1p(apart) / 8)
        by_publication += weight("published_far", 0.0) * (apart > FAR_DAYS)
        return np.asarray(np.where(dated, by_day, weight("date_unknown", 0.0)) + by_publication, np.float64)

    def _are_dated(self, rows: slice, columns: slice) -> NDArray[np.bool_]:
        """Tell of each pair whether both give a date."""
        dated: NDArray[np.bool_] = self.days[:, 0] > 0
        return dated[rows, None] & dated[None, columns]


_BY_MEANING = ("title", "title_told", "sentences", "lead")
_PAIRS_AT_ONCE = 1_024
_ALLOWANCE = 0.1
"""By how much sentences may come nearer than the texts as a whole."""
_BY_WORDS = {"numbers": 1.0, "names": 0.5, "rare_names": 0.3, "rare_words": 0.3, "common_words": 0.3}
_ONLY_BY_WORDS = {"bare_words": 3.0}
"""How much a pair may have of the signs that are not known yet."""


def _middle(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the mean of a report's vectors, of length one; the title counts with its sentences."""
    import numpy as np

    if not vectors.size:
        return np.zeros(1, np.float32)
    mean = vectors.mean(0)
    middle: NDArray[np.float32] = mean / max(float(np.linalg.norm(mean)), 1e-9)
    return middle


class _Both(MadeWhenAsked[Item]):
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


def _key(one: int, other: int) -> PairKey:
    return min(one, other), max(one, other)


def _bits(names: Sequence[str]) -> int:
    """Return one of 64 bits for each name: two that share none have no name in common."""
    return sum({1 << (crc32(name.encode()) % 64) for name in names})


def _figures(told: Told) -> tuple[float, float]:
    """Return killed and affected where they are above 1, else what equals nothing."""
    both = told.casualties.killed.number, told.casualties.affected.number
    killed, affected = (float(number) if number is not None and number > 1 else nan for number in both)
    return killed, affected


def _code(text: str) -> int:
    return int.from_bytes(text.encode()[:7], "big")


def words_hash(item: Item) -> bytes:
    """Return 16 bytes that reports have in common which say the same words."""
    report = item.told.report
    words = " ".join(report.whole.casefold().split())
    return sha256(repr((words, report.given)).encode("utf-8", "replace")).digest()[:WORDS_HASH]


def _says_the_same(one: Item, other: Item) -> bool:
    """Tell whether two reports have most of their words in common, and no fact that makes two happenings of them."""
    if _are_rows(one, other) or not are_copies(one.traits.shingles, other.traits.shingles):
        return False
    return not conflict(one, other)


def _are_rows(one: Item, other: Item) -> bool:
    """Tell whether two reports are rows of a register."""
    return one.told.report.given is not None and other.told.report.given is not None


def months_of(item: Item) -> list[int]:
    """Return the months in which a report is sought: of the day it gives, or of its publication, and of their edges."""
    published = item.told.report.published.date().toordinal()
    first, last = item.days or (published - _AFTER, published)
    days = {first - _BEFORE, last + _BEFORE, *range(first, last, 28), published, published - _AFTER}
    return sorted({_month(day) for day in days})


def _month(day: int) -> int:
    at = date.fromordinal(max(1, day))
    return 12 * at.year + at.month
