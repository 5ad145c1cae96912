"""Some events of a run as rows of its columns: counted and put into groups as whole arrays, one by one where shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, overload

import numpy as np
from numpy.typing import NDArray

from opencwc.reports.event_columns import EventColumns, EventRow


class Named(NamedTuple):
    """What each event is put under: the number of its name, and the names in their order."""

    numbers: NDArray[np.int64]
    names: Sequence[str]


class EventRows(Sequence[EventRow]):
    """Events by their places in the columns."""

    def __init__(self, columns: EventColumns, places: NDArray[np.int64] | None = None) -> None:
        self.columns = columns
        self.places = np.arange(len(columns)) if places is None else places

    def __len__(self) -> int:
        return len(self.places)

    @overload
    def __getitem__(self, place: int) -> EventRow: ...
    @overload
    def __getitem__(self, place: slice) -> EventRows: ...
    def __getitem__(self, place: int | slice) -> EventRow | EventRows:
        if isinstance(place, slice):
            return EventRows(self.columns, self.places[place])
        return self.columns.row(int(self.places[place]))

    def __iter__(self) -> Iterator[EventRow]:
        return map(self.columns.row, self.places.tolist())

    @property
    def ids(self) -> list[str]:
        """The ids of the events."""
        return [self.columns.id(place) for place in self.places.tolist()]

    @property
    def corroborated(self) -> int:
        """How many are told by two independent origins or more."""
        return int(np.count_nonzero(self.columns.corroborated[self.places]))

    @property
    def alone(self) -> int:
        """How many rest on one origin."""
        return int(np.count_nonzero(self.columns.origins[self.places] == 1))

    @property
    def only_alleged(self) -> int:
        """How many are alleged, by one origin at most."""
        return len(self.having("stage", "alleged".__eq__)) - self.having("stage", "alleged".__eq__).corroborated

    def having(self, name: str, wanted: Callable[[Any], bool]) -> EventRows:
        """Return those whose value of a fact is wanted."""
        numbers, values = self._here(name)
        fits = np.zeros(len(values), np.bool_)
        known, _ = _counted(numbers, len(values))
        fits[known] = [wanted(values[number]) for number in known.tolist()]
        return EventRows(self.columns, self.places[fits[numbers]])

    def values(self, name: str) -> list[Any]:
        """Return the values of a fact that there are, each once."""
        numbers, values = self._here(name)
        return [values[number] for number in _counted(numbers, len(values))[0].tolist()]

    def counts(self, name: str) -> Mapping[Any, int]:
        """Return how many have each value of a fact, the most frequent first."""
        numbers, values = self._here(name)
        found, counts = _counted(numbers, len(values))
        order = np.argsort(-counts, kind="stable")
        return dict(zip([values[number] for number in found[order].tolist()], counts[order].tolist(), strict=True))

    def named(self, name: str, name_of: Callable[[Any], str]) -> Named:
        """Return what each is put under by a fact."""
        numbers, values = self._here(name)
        texts = list(map(name_of, values))
        names = sorted(set(texts))
        at = {text: number for number, text in enumerate(names)}
        return Named(np.array([at[text] for text in texts], np.int64)[numbers] if texts else numbers, names)

    def grouped(self, *by: Named) -> dict[tuple[str, ...], EventRows]:
        """Return the events in groups, by the names that they are put under, in the order of these."""
        key = np.zeros(len(self.places), np.int64)
        for numbers, names in by:
            key = key * max(1, len(names)) + numbers
        key = key.astype(np.min_scalar_type(int(key.max(initial=0))))  # small numbers sort much quicker
        order = np.argsort(key, kind="stable")
        sorted_key = key[order]
        starts = [0, *(np.nonzero(sorted_key[1:] != sorted_key[:-1])[0] + 1).tolist()] if len(order) else []
        groups = {}
        for start, end in zip(starts, [*starts[1:], len(order)], strict=False):
            first = order[start]
            names_here = tuple(names[numbers[first]] for numbers, names in by)
            groups[names_here] = EventRows(self.columns, self.places[order[start:end]])
        return groups

    def _here(self, name: str) -> tuple[NDArray[np.int64], tuple[Any, ...]]:
        numbers, values = self.columns.facts[name]
        return numbers[self.places].astype(np.int64), values


def _counted(numbers: NDArray[np.int64], size: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return which numbers below a size there are, in ascending order, and how often each is."""
    if 4 * len(numbers) < size:
        found, counts = np.unique(numbers, return_counts=True)
        return found, counts
    counts = np.bincount(numbers, minlength=size)
    found = np.nonzero(counts)[0]
    return found, counts[found]
