"""Pairs of reports that may be on one event, sought by month and weighed: what joining costs.

A month depends on no other, so several processes can each compare some.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from itertools import pairwise
from math import nan
from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32

from threadpoolctl import threadpool_limits

from opencwc.reports.conflicts import NEVER_ONE, OTHER_AGENTS, RATHER_TWO, conflict, unlike
from opencwc.reports.corrections import PairKey
from opencwc.reports.incident_rows import one_incident
from opencwc.reports.item import Item, is_day
from opencwc.reports.likeness import (
    ANYWHERE,
    FAR_DAYS,
    NEAR_DAYS,
    SPAN,
    Rarity,
    are_copies,
    fact_signs,
    family,
    is_fresh,
    padded,
    signs_of_nearness,
    text_signs,
)
from opencwc.reports.likeness_model import FLOOR, Weights, sum_of, weighed
from opencwc.workers.pool import WorkerPool, in_order, on_one_thread

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from opencwc.reports.model import Told

APART = -8.0
"""The log-odds of a pair that was never compared: it shares too little."""
_NEVER = -1e12
_BEFORE, _AFTER = 10, 45
"""Days by which dates may be told too early or too late, and by which a report may come after what it tells."""
WORTH_PROCESSES = 4_096
"""Processes take some seconds to start: fewer reports are compared by this one."""


class Likely(NamedTuple):
    """Pairs that may be one by what they share: the places of both, and the signs of meaning of each.

    Of those that are ``far`` facts take off so much that they are below the floor.
    """

    some: list[int]
    others: list[int]
    far: list[bool]
    meaning: Mapping[str, NDArray[np.float32]]


class Month(NamedTuple):
    """The reports that are sought in a month, by number; those from ``new`` on are compared with all before them."""

    month: int
    numbers: Sequence[int]
    items: Sequence[Item]
    new: int


class Weighed(NamedTuple):
    """Pairs with the log-odds of each (NaN where they are surely below the floor), and those that say the same."""

    scores: dict[PairKey, float]
    copies: set[PairKey]


def compared_side_by_side(months: Iterable[Month], known: Weights, jobs: int) -> Iterator[Weighed]:
    """Yield the pairs of each month that may be one; with several ``jobs`` so many processes compare."""
    if jobs > 1:
        yield from in_order(lambda: WorkerPool(jobs, _take, known), _compared_there, months, ahead=jobs)
        return
    with threadpool_limits(1, user_api="blas"):  # threads that wait for small products cost more than they save
        yield from (compared(month, known) for month in months)


_KNOWN: list[Weights] = []


def _take(known: Weights) -> None:
    on_one_thread()
    _KNOWN.append(known)


def _compared_there(month: Month) -> Weighed:
    return compared(month, _KNOWN[0])


def compared(month: Month, known: Weights) -> Weighed:
    """Weigh each new report of a month against the month's others; a pair of two months is weighed in the first."""
    found, rarity = Weighed({}, set()), Rarity()
    if month.new == len(month.numbers):
        return found
    rough = _Rough(month, known)
    for likely in rough.pairs(month.new):
        for at, (mine, theirs, far) in enumerate(zip(likely.some, likely.others, likely.far, strict=True)):
            one, other = sorted((mine, theirs), key=month.numbers.__getitem__)
            key, pair = (month.numbers[one], month.numbers[other]), (month.items[one], month.items[other])
            signs = {} if far else {name: float(values[at]) for name, values in likely.meaning.items()}
            found.scores[key] = nan if far else weighed_pair(*pair, known, rarity, signs)
            if _says_the_same(*pair):
                found.copies.add(key)
    return found


def weighed_pair(
    one: Item, other: Item, known: Weights, rarity: Rarity, meaning: Mapping[str, float] | None = None
) -> float:
    """Return the log-odds that two reports are on one event."""
    return weigh(one, other, known, meaning) + sum_of(rarity.signs(one, other), known.signs)


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


def weigh(one: Item, other: Item, known: Weights, meaning: Mapping[str, float] | None = None) -> float:
    """Return the log-odds that two reports are on one event, but for what rare words add.

    Rows of a register are worded alike whatever they list: their facts alone decide.
    """
    if _are_rows(one, other):
        return -APART if one_incident(one.told, other.told) else _NEVER
    facts = fact_signs(one, other)
    texts = text_signs(one, other, meaning)
    gates = sum_of(_GATES, facts)
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

    def __init__(self, month: Month, known: Weights) -> None:
        import numpy as np

        self.known, some = known, month.items
        self.earlier = np.array([_months_before(month.month, item) for item in some], dtype=np.uint64)
        self.vectors = np.stack([_middle(item.traits.vectors) for item in some])
        self.sentences, self.lengths = padded([item.traits.vectors for item in some])
        self.days = np.array([item.days or (0, 0) for item in some], dtype=np.int64).reshape(-1, 2)
        self.on_day = np.array([item.days is not None and is_day(item.days) for item in some])
        self.fresh = np.array([is_fresh(item) for item in some])
        self.at_places = np.array(
            [item.told.place.name != "" and item.told.nature.kind not in ANYWHERE for item in some]
        )
        self.rows = np.array([item.told.report.given is not None for item in some])
        self.published = np.array([item.order[0] / 86_400 for item in some])
        self.countries = np.array([_code(item.told.place.country) for item in some])
        self.languages = np.array([_code(item.told.lang) for item in some])
        self.kinds = np.array([_code(item.told.nature.kind) for item in some])
        self.families = np.array([_code(family(item.told.nature.kind)) for item in some])
        self.places = np.array([crc32(item.told.place.name.casefold().encode()) for item in some])
        self.agents = np.array([_bits(item.told.agents.names) for item in some], dtype=np.uint64)
        self.figures = np.array([_figures(item.told) for item in some], dtype=np.float64).reshape(-1, 2)

    def pairs(self, first: int, block: int = 256) -> Iterator[Likely]:
        """Yield the pairs of rows from the first on with rows before them, with what meaning says of each."""
        import numpy as np

        for start in range(first, len(self.days), block):
            stop = min(start + block, len(self.days))
            most = self._most(slice(start, stop), slice(0, stop))
            gates = self._gates(slice(start, stop), slice(0, stop))
            at_most = most + self._nearness * np.minimum(1.0, self._near(slice(start, stop), slice(0, stop)))
            mine, theirs = np.nonzero(at_most > self.known.cut)
            earlier = theirs < mine + start
            mine, theirs = mine[earlier], theirs[earlier]
            for at in range(0, len(mine), _PAIRS_AT_ONCE):
                some = mine[at : at + _PAIRS_AT_ONCE] + start, theirs[at : at + _PAIRS_AT_ONCE]
                place = some[0] - start, some[1]
                yield self._likely(*some, most[place], gates[place])

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

    def _likely(
        self,
        rows: NDArray[np.int64],
        columns: NDArray[np.int64],
        most: NDArray[np.float32],
        gates: NDArray[np.float32],
    ) -> Likely:
        """Return those of some pairs, in the order of their rows, that may reach the cut by what meaning says."""
        near = self._of_sentences(rows, columns)
        signs = signs_of_nearness(near, self.lengths[rows], self.lengths[columns])
        by_meaning = sum(self._most_of(name) * values for name, values in signs.items())
        at_most = most + by_meaning
        likely = at_most > self.known.cut
        some, others, far = (each[likely].tolist() for each in (rows, columns, at_most - gates <= FLOOR))
        return Likely(some, others, far, {name: values[likely] for name, values in signs.items()})

    def _of_sentences(self, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return for each pair how near each sentence of the one comes to each of the other."""
        import numpy as np

        _, most, width = self.sentences.shape
        near = np.empty((len(rows), most, most), np.float32)
        if not near.size:
            return near
        starts = np.flatnonzero(np.diff(rows, prepend=-1)).tolist()
        for start, stop in pairwise((*starts, len(rows))):  # all columns of a row are one product
            theirs = self.sentences[columns[start:stop]].reshape(-1, width)
            near[start:stop] = (theirs @ self.sentences[rows[start]].T).reshape(-1, most, most).transpose(0, 2, 1)
        return near

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
        most[(self.earlier[rows, None] & self.earlier[None, columns]) != 0] = -np.inf  # looked at there
        return np.asarray(most, np.float32)

    def _gates(self, rows: slice, columns: slice) -> NDArray[np.float32]:
        """Return what facts take off each pair that part two happenings; nothing of rows of a register."""
        import numpy as np

        elsewhere = self.countries[rows, None] != self.countries[None, columns]
        told = (self.countries[rows, None] != 0) & (self.countries[None, columns] != 0)
        gates = _GATES["country_diff"] * (elsewhere & told)
        gates += _GATES["elsewhere"] * (elsewhere & self.at_places[rows, None] & self.at_places[None, columns])
        gates += _GATES["kind_diff"] * (self.families[rows, None] != self.families[None, columns])
        on_days = self.on_day[rows, None] & self.on_day[None, columns]
        apart = on_days & (np.abs(self.days[rows, None, 0] - self.days[None, columns, 0]) > SPAN)
        gates += _GATES["days_apart"] * apart
        gates += _GATES["each_of_its_day"] * (apart & self.fresh[rows, None] & self.fresh[None, columns])
        agents = self.agents[rows, None], self.agents[None, columns]
        gates += OTHER_AGENTS * (((agents[0] & agents[1]) == 0) & (agents[0] != 0) & (agents[1] != 0))
        return np.where(self.rows[rows, None] | self.rows[None, columns], 0.0, gates).astype(np.float32)

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


def key_of(one: int, other: int) -> PairKey:
    """Return the key of a pair of reports, in whichever order they are given."""
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


def _months_before(month: int, item: Item) -> int:
    """Return a bit for each of the 64 months before one in which a report is sought too."""
    return sum(1 << (month - other - 1) for other in months_of(item) if 0 < month - other <= _MONTHS_BACK)


_MONTHS_BACK = 64


def _month(day: int) -> int:
    at = date.fromordinal(max(1, day))
    return 12 * at.year + at.month
