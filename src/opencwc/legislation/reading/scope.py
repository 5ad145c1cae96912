"""How far each section stands in a text on chemical weapons: by itself, else by its neighbours."""

from __future__ import annotations

from collections.abc import Sequence

from opencwc.legislation.reading.counted_terms import Counted
from opencwc.legislation.reading.topics import ANCHORS, WITH_THEM


def measure_scope(counted: Counted) -> None:
    """Say of each section how far it stands in a text about chemical weapons: by itself, else by its neighbours."""
    by_file: dict[tuple[str, int], list[int]] = {}
    for at, one in enumerate(counted.places.sections):
        by_file.setdefault((one.file, one.part), []).append(at)
    for held in by_file.values():
        _scope_of(counted, held)


def _scope_of(counted: Counted, held: Sequence[int]) -> None:
    strong = {at: counted.places.count(at, ANCHORS) for at in held}
    biological = {at: counted.places.count(at, ("biological_weapons",)) for at in held}
    titled = any(counted.places.read[at].titled for at in held)
    weak = {at: counted.places.count(at, WITH_THEM) for at in held}
    is_ruled = 2 * sum(biological.values()) > sum(strong.values())
    speaking = sum(strong[at] > biological[at] for at in held) / len(held)
    joined = sum(strong[at] + weak[at] > biological[at] for at in held) / len(held)
    evident = titled or sum(one > 0 for one in strong.values()) / len(held) >= _EVIDENT
    # A text that is called after the Convention or after chemical weapons is about them.
    named = any(counted.places.sections[at].kind == "preamble" and strong[at] > biological[at] for at in held)
    about = not is_ruled and (speaking >= _SPEAKING or named or (evident and joined >= _SPEAKING))
    for place, at in enumerate(held):
        near = held[max(0, place - _NEIGHBOURS) : place + _NEIGHBOURS + 1]
        share = sum(strong[one] > biological[one] for one in near) / len(near)
        ruled = 2 * sum(biological[one] for one in near) > sum(strong[one] for one in near)
        own = sum(len(counted.hits(at, term)) for term in ANCHORS)  # without the names of bodies and treaties
        read = counted.places.read[at]
        read.whole = (about and len(held) <= _MOST_OF_A_LAW) or (share >= _STRETCH and not ruled)
        read.speaks = read.whole or about
        around = 0.9 if read.whole else 0.0 if ruled else 0.5 * share / _STRETCH
        if biological[at] > strong[at]:
            around *= 0.3
        read.anchored = own > biological[at]
        by_itself = (1.0 if own > biological[at] else 0.7 if own == biological[at] else 0.4) if own else 0.0
        read.scope = max(by_itself, around)


_NEIGHBOURS = 6
_MOST_OF_A_LAW = 400
_EVIDENT = 0.1
"""Share of sections that speak of chemical weapons, where the name does not: a word in passing makes no law on them."""
_SPEAKING, _STRETCH = 0.3, 0.5
"""Shares of sections that speak of chemical weapons from which on a text, or a stretch of a longer one, is on them."""
