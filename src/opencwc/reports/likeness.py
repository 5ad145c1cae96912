"""How likely two reports tell of one event, or come from one text: what they share and where they differ, weighed.

Each sign is a number that says something on its own; its weight stands in `likeness_model`. Generic values (a country
without a day, the number 1) weigh next to nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from math import fsum, log, log1p, sqrt
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import crc32

from opencwc.reports.item import Item, is_day
from opencwc.reports.model import Told

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from opencwc.reports.traits import Traits

DATA = Path(__file__).parent / "data"
FAMILIES = {"alleged_use": "harm", "attack": "harm", "accident": "harm", "theft": "goods", "seizure": "goods"}
"""Kinds that different outlets call the same happening by."""
ANYWHERE = ("policy", "transfer", "technology")
"""Kinds that somebody decides, whose place one outlet takes for this State and another for that."""
NEAR_DAYS = 3
SPAN = 7
"""Days that outlets may be apart in when one happening began, and seldom are."""
_COPIED = 0.6
FAR_DAYS = 60.0


COMMON_WORDS = DATA / "common-words.npz"
"""In how many of our own written reports each word and name stands; made by ``python -m benchmarks.common_words``."""


class Rarity:
    """How rare words and names are in reports: two that share a rare one are likelier on one matter.

    What is rare is counted once and for all, and not among the reports that are compared: so what two reports share
    weighs the same whatever else is in their archive.
    """

    def __init__(self) -> None:
        self._words, self._names = _common_words()
        self._lengths: dict[int, tuple[Traits, float, float]] = {}

    def signs(self, one: Item, other: Item) -> dict[str, float]:
        """Return how much rare words (in one language) and rare names (in any) two reports share."""
        mine, theirs = self._length(one), self._length(other)
        in_one_language = one.told.lang == other.told.lang
        words = (
            self._shared(one.traits.words & other.traits.words, self._words, mine[0], theirs[0])
            if in_one_language
            else 0.0
        )
        if says_only_words(one, other):
            return {"bare_words": 3 * words}
        both = hashed(one.traits.names & other.traits.names)
        names = min(1.0, 3 * self._shared(both, self._names, mine[1], theirs[1]))
        if not in_one_language:
            return {"rare_names": names}
        common = min(1.0, 3 * jaccard(one.traits.words, other.traits.words))
        return {"rare_names": names, "rare_words": words, "common_words": common, "same_language": 1.0}

    def _length(self, item: Item) -> tuple[float, float]:
        traits = item.traits
        if id(traits) not in self._lengths:  # which is theirs as long as they are held
            known = self._words.of(traits.words), self._names.of(hashed(traits.names))
            self._lengths[id(traits)] = (traits, *known)
        return self._lengths[id(traits)][1:]

    def _shared(self, both: Collection[int], weights: _Weights, one: float, other: float) -> float:
        return weights.of(both) / sqrt(one * other) if both else 0.0


class _Weights(dict[int, float]):
    """What each word weighs; one that is nowhere in the counts weighs most."""

    def __init__(self, counts: Mapping[int, int], reports: int) -> None:
        super().__init__({key: _weight(reports, count) for key, count in counts.items()})
        self._most = _weight(reports, 0)

    def __missing__(self, key: int) -> float:
        return self._most

    def of(self, some: Iterable[int]) -> float:
        """Return what some words weigh together, the same in whatever order they come."""
        return fsum(map(self.__getitem__, some))


def _weight(reports: int, count: int) -> float:
    return (1 + log((1 + reports) / (1 + count))) ** 2


@cache
def _common_words() -> tuple[_Weights, _Weights]:
    import numpy as np

    with np.load(COMMON_WORDS, allow_pickle=False) as file:
        words, names = (
            dict(zip(file[name].tolist(), file[f"{name}_counts"].tolist(), strict=True)) for name in ("words", "names")
        )
        reports = int(file["reports"])
    return _Weights(words, reports), _Weights(names, reports)


def hashed(names: Iterable[str]) -> frozenset[int]:
    """Return names as numbers."""
    return frozenset(crc32(name.encode()) for name in names)


def fact_signs(one: Item, other: Item) -> dict[str, float]:
    """Return what the facts of two reports say: days, places, kinds, chemicals, figures, days of publication."""
    mine, theirs = one.told, other.told
    signs = {**_day_signs(one.days, other.days), **_place_signs(one, other), **_apart_signs(one, other)}
    kinds = mine.nature.kind, theirs.nature.kind
    signs["kind_same"] = float(kinds[0] == kinds[1])
    signs["kind_diff"] = float(family(kinds[0]) != family(kinds[1]))
    agents = set(mine.agents.names), set(theirs.agents.names)
    signs["agents_shared"] = float(bool(agents[0] & agents[1]))
    signs["agents_diff"] = float(bool(agents[0] and agents[1]) and not agents[0] & agents[1])
    signs |= figure_signs(mine, theirs)
    days = abs((mine.report.published - theirs.report.published).total_seconds()) / 86_400
    signs["published_gap"] = min(1.0, log1p(days) / 8)
    signs["published_far"] = float(days > FAR_DAYS)
    return signs


def _apart_signs(one: Item, other: Item) -> dict[str, float]:
    """Return what makes two happenings of what is told alike: each at its own place, or each on its own day."""
    signs = {"elsewhere": 1.0} if _is_elsewhere(one.told, other.told) else {}
    if one.days and other.days and is_day(one.days) and is_day(other.days):
        later = one if one.days > other.days else other
        gap = abs(one.days[0] - other.days[0])
        if gap > SPAN:
            signs["days_apart"] = 1.0
            signs["each_of_its_day"] = float(is_fresh(one) and is_fresh(other))
        if gap > NEAR_DAYS:
            signs["again_later"] = float(later.again)
    return signs


def _is_elsewhere(one: Told, other: Told) -> bool:
    """Tell whether two reports name places in two States, for what happens at a place."""
    places = one.place, other.place
    if any(told.nature.kind in ANYWHERE for told in (one, other)) or not all(place.name for place in places):
        return False
    return places[0].country != places[1].country


def is_fresh(item: Item) -> bool:
    """Tell whether a report was published soon after the day that it tells of."""
    return item.days is not None and 0 <= item.told.report.published.date().toordinal() - item.days[0] <= NEAR_DAYS


def family(kind: str) -> str:
    """Return what a kind is compared as."""
    return FAMILIES.get(kind, kind)


def _day_signs(one: tuple[int, int] | None, other: tuple[int, int] | None) -> dict[str, float]:
    if one is None or other is None:
        return {"date_unknown": 1.0}
    gap = max(0, one[0] - other[1], other[0] - one[1])
    if gap == 0:
        exact = one[0] == one[1] and other[0] == other[1]
        return {"date_same": 1.0} if exact else {"date_within": 1.0}
    if gap <= NEAR_DAYS:
        return {"date_near": 1.0}
    return {"date_far": min(1.0, log1p(gap - NEAR_DAYS) / 4), "date_differs": 1.0}


def _place_signs(one: Item, other: Item) -> dict[str, float]:
    mine, theirs = one.told.place, other.told.place
    if not mine.country or not theirs.country:
        return {}
    if mine.country != theirs.country:
        return {"country_diff": 1.0}
    names = mine.name.casefold(), theirs.name.casefold()
    if not names[0] or not names[1]:
        return {"country_same": 1.0}
    return {"country_same": 1.0, "place_same" if names[0] == names[1] else "place_diff": 1.0}


def figure_signs(one: Told, other: Told) -> dict[str, float]:
    """Return in how many figures of people two reports agree, and in how many they do not."""
    same = differ = 0
    for mine, theirs in (
        (one.casualties.killed.number, other.casualties.killed.number),
        (one.casualties.affected.number, other.casualties.affected.number),
    ):
        if mine is not None and theirs is not None:
            same += mine == theirs and mine > 1
            differ += mine != theirs
    return {"figures_same": float(same), "figures_differ": float(differ)}


def text_signs(one: Item, other: Item, meaning: Mapping[str, float] | None = None) -> dict[str, float]:
    """Return what the texts of two reports say: meaning (where it is known already), names, numbers, exact words."""
    if says_only_words(one, other):
        return {}
    mine, theirs = one.traits, other.traits
    signs = dict(meaning_signs(mine, theirs) if meaning is None else meaning)
    if one.told.lang == other.told.lang:  # where words can be compared, meaning says less beside them
        signs |= {f"here_{name}": value for name, value in signs.items()}
    numbers = {number for number in mine.numbers & theirs.numbers if not _is_year(number)}
    signs["numbers"] = min(3.0, float(len(numbers)))
    names = len(mine.names & theirs.names)
    signs["names"] = min(5, names) / (1 + log1p(min(len(mine.names), len(theirs.names))))
    signs["shingles"] = min(1.0, 3 * overlap(mine.shingles, theirs.shingles))
    return signs


def says_only_words(one: Item, other: Item) -> bool:
    """Tell whether two reports in one language can be compared by neither day nor place.

    Words then decide, the rare ones most: beside them neither names nor meaning say more, as measured on written
    reports in which the words of day and place were hidden.
    """
    by_day = one.days and other.days
    by_place = one.told.place.country and other.told.place.country
    return one.told.lang == other.told.lang and not by_day and not by_place


def meaning_signs(one: Traits, other: Traits) -> dict[str, float]:
    """Return how near titles and sentences come in meaning; nothing without an encoder."""
    if not one.vectors.size or not other.vectors.size:
        return {}
    import numpy as np

    near = (one.vectors @ other.vectors.T)[None]
    signs = signs_of_nearness(near, *(np.array([len(each.vectors)]) for each in (one, other)))
    return {name: float(values[0]) for name, values in signs.items()}


def padded(vectors: Sequence[NDArray[np.float32]]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return the rows of some reports in one array, filled up with rows of 0, and how many each has."""
    import numpy as np

    lengths = np.array([len(rows) for rows in vectors], dtype=np.int64)
    width = max((rows.shape[1] for rows in vectors if rows.size), default=0)
    filled = np.zeros((len(vectors), int(lengths.max(initial=0)), width), np.float32)
    for at, rows in enumerate(vectors):
        if rows.size:
            filled[at, : len(rows)] = rows
    return filled, lengths


def signs_of_nearness(
    near: NDArray[np.float32], lengths: NDArray[np.int64], other_lengths: NDArray[np.int64]
) -> dict[str, NDArray[np.float32]]:
    """Return how near titles and sentences of pairs of reports come in meaning; 0 where one has no vectors.

    ``near`` says how near each sentence of the one comes to each of the other; ``lengths`` how many of them there are.
    """
    import numpy as np

    if not near.size:
        return {}
    mine, theirs = (
        np.arange(near.shape[1 + axis]) < ends[:, None] for axis, ends in enumerate((lengths, other_lengths))
    )
    there = mine[:, :, None] & theirs[:, None, :]
    near = np.where(there, near, -1.0)
    body = near[:, 1:, 1:]
    both = (lengths > 1) & (other_lengths > 1)
    cover = near[:, 0, 0].copy()
    if both.any():
        rows = np.where(mine[:, 1:], body.max(2, initial=-1.0), 0).sum(1) / np.maximum(1, lengths - 1)
        columns = np.where(theirs[:, 1:], body.max(1, initial=-1.0), 0).sum(1) / np.maximum(1, other_lengths - 1)
        cover[both] = ((rows + columns) / 2)[both]
    signs = {
        "title": near[:, 0, 0],
        "title_told": np.maximum(near[:, 0].max(1), near[:, :, 0].max(1)),
        "sentences": cover,
        "lead": near[:, :2, :2].max((1, 2)),
    }
    known = (lengths > 0) & (other_lengths > 0)
    return {name: np.where(known, values, 0.0).astype(np.float32) for name, values in signs.items()}


def overlap(one: frozenset[int], other: frozenset[int]) -> float:
    """Return the share of the smaller set that the other has."""
    return len(one & other) / min(len(one), len(other)) if one and other else 0.0


def are_copies(one: frozenset[int], other: frozenset[int]) -> bool:
    """Tell whether two reports have most stretches of words in common: they count as one, however many there are."""
    return len(one & other) > _COPIED * max(len(one), len(other), 1)


def jaccard(one: frozenset[Any], other: frozenset[Any]) -> float:
    """Return the share of what either has that both have."""
    return len(one & other) / len(one | other) if one or other else 0.0


def _is_year(number: str) -> bool:
    return len(number) == 4 and number[:2] in ("19", "20")
