"""Events found by a few words: by their kinds, States and chemicals in six languages, places, days, and their texts.

What is sought is looked up among the values that events share, which are few, and in the index of their words; no event
is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from opencwc.language.name_search import BEGINS, WHOLE, WITHIN, NameIndex, parts_of
from opencwc.reports.event_columns import KnownPlace
from opencwc.reports.event_index import EventIndex
from opencwc.reports.event_wording import day_said
from opencwc.wording import LANGUAGES, say
from opencwc.wording.common_chemicals import names_in_all_languages
from opencwc.wording.states import state_name

OF_FACT, IN_TEXT = 0.9, 0.5
"""How well an event fits by a fact of it, and by a word of its reports alone: what bears a name itself fits better."""
LEAST_OF_MONTH = 3
"""Letters by which the name of a month is known."""
_UNITS = "年月日"


class FoundEvent(NamedTuple):
    """The place of an event among those of its index, and how well it fits, from 0 to 1."""

    place: int
    score: float


def sought_events(index: EventIndex, question: str, most: int) -> list[FoundEvent]:
    """Return the events that every word of a question fits, the best first, of those alike the latest told first."""
    words = question.split()
    if not words or not len(index.columns):
        return []
    each = np.stack([_fitting(index, word) for word in words])
    scores = np.where(each.all(axis=0), each.mean(axis=0), 0)
    order = index.events.latest_first
    order = order[scores[order] > 0]
    best = order[np.argsort(-scores[order], kind="stable")[:most]]
    return [FoundEvent(place, round(float(scores[place]), 3)) for place in best.tolist()]


def _fitting(index: EventIndex, word: str) -> NDArray[np.float32]:
    """Return how well a word fits each event, 0 where it does not."""
    fits = [np.where(index.events.holding([word.casefold()]), np.float32(IN_TEXT), np.float32(0))]
    for part in parts_of(word):
        names = index.remembered("names of facts", lambda: NameIndex(_names(index))).fitting(part)
        by_fact: Mapping[str, Callable[[Any], float]] = {
            "kind": partial(_of_kind, names), "agents": partial(_of_agents, names),
            "place": partial(_of_place, names, part), "date": _of_day(part),
        }  # fmt: skip
        fits += [np.float32(OF_FACT) * _by_values(index, fact, fit) for fact, fit in by_fact.items()]
    best: NDArray[np.float32] = np.maximum.reduce(fits)
    return best


def _by_values(index: EventIndex, fact: str, fits: Callable[[Any], float]) -> NDArray[np.float32]:
    numbers, values = index.columns.facts[fact]
    by_event: NDArray[np.float32] = np.fromiter(map(fits, values), np.float32, len(values))[numbers]
    return by_event


def _names(index: EventIndex) -> Iterator[tuple[str, str]]:
    """Yield kinds, States and chemicals by their names in six languages."""
    for kind in index.values("kind"):
        yield from ((say(f"watch_kind_{kind}", lang), kind) for lang in LANGUAGES)
    for country in index.values("country"):
        yield from ((name, country) for name in {state_name(country, lang) for lang in LANGUAGES})
    for agent in sorted(index.agents):
        yield from ((name, agent) for name in names_in_all_languages(agent))


def _of_kind(names: Mapping[str, float], kind: str) -> float:
    return names.get(kind, 0.0)


def _of_agents(names: Mapping[str, float], agents: Sequence[str]) -> float:
    return max((names.get(agent, 0.0) for agent in agents), default=0.0)


def _of_place(names: Mapping[str, float], part: str, place: KnownPlace) -> float:
    return max(names.get(place.country, 0.0), _within(part, place.name.casefold()))


def _within(part: str, name: str) -> float:
    if part not in name:
        return 0.0
    return WHOLE if part == name else BEGINS if any(word.startswith(part) for word in name.split()) else WITHIN


def _of_day(part: str) -> Callable[[str], float]:
    """Return what tells how well a part fits a day: its whole text, its year, month or day, the name of its month."""
    number = part.rstrip(_UNITS).lstrip("0") if part.rstrip(_UNITS).isdecimal() else ""
    named = len(part) >= LEAST_OF_MONTH
    months = {month for month, words in _words_of_months().items() if any(word.startswith(part) for word in words)}

    def fits(text: str) -> float:
        pieces = [piece.lstrip("0") for piece in text.split("-")]
        if text and (text == part or (number and number in pieces)):
            return WHOLE
        return BEGINS if named and len(pieces) > 1 and int(pieces[1]) in months else 0.0

    return fits


@cache
def _words_of_months() -> Mapping[int, Sequence[str]]:
    """Return the names of each month in six languages."""
    said = {month: [say(day_said(f"2000-{month:02}"), lang) for lang in LANGUAGES] for month in range(1, 13)}
    return {
        month: [word for text in texts for word in parts_of(text) if word.isalpha()] for month, texts in said.items()
    }
