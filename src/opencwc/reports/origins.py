"""Where a report's matter comes from: reports on one event that rest on one text or statement share an origin.

Copies, rewrites and translations count once, so that corroboration counts independent origins and not outlets.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import NamedTuple

from opencwc.reports.events import Event
from opencwc.reports.item import Item
from opencwc.reports.likeness import are_copies
from opencwc.reports.likeness_model import weighed, weights
from opencwc.reports.linkage import average_linkage
from opencwc.reports.origin_signs import Bases, ByNumber, origin_signs

_OPPOSED = 20.0
"""What it takes off that one report asserts what the other denies: more than anything else adds. Set by hand."""
_MOST_TOGETHER = 300
"""Reports of one event whose pairs are looked at; beyond that only what says the same words is one."""
_MOST_COMPARED = 40
"""Reports of one origin that are compared with each other for which rests on which."""


def find_origins(items: ByNumber, event: Event, bases: Bases | None = None) -> list[tuple[int, ...]]:
    """Return the origins of an event: the reports of each by their place among the items, the first published first."""
    groups = _copies(items, event.items)
    if len(groups) == 1:
        return [tuple(sorted(groups[0], key=lambda number: items[number].order))]
    known = weights("origin")
    some, rest = groups[:_MOST_TOGETHER], groups[_MOST_TOGETHER:]
    signs = origin_signs(items, [group[0] for group in some], bases)

    def score(one: int, other: int) -> float:
        total = weighed(signs[one, other] if (one, other) in signs else signs[other, one], known)
        return total - (_OPPOSED if _contradict(items[one], items[other]) else 0.0)

    heads = average_linkage([[group[0]] for group in some], score, known.cut)
    members = {group[0]: group for group in some}
    found = [[number for head in heads_of for number in members[head]] for heads_of in heads] + rest
    ordered = [tuple(sorted(origin, key=lambda number: items[number].order)) for origin in found]
    return sorted(ordered, key=lambda origin: items[origin[0]].order)


def _is_copy(one: Item, other: Item) -> bool:
    return are_copies(one.traits.shingles, other.traits.shingles) and not _contradict(one, other)


def _contradict(one: Item, other: Item) -> bool:
    """Tell whether one report says that it happened, and the other that it did not: they rest on no one statement."""
    stances = {one.told.nature.stance, other.told.nature.stance}
    return "denies" in stances and bool(stances & {"asserts", "confirms"})


class RestsOn(NamedTuple):
    """The earlier report that a report rests on, by its place among the items, and what says so.

    ``shared`` are words that end the id of a message.
    """

    earlier: int
    shared: tuple[str, ...]


def rests_on(items: ByNumber, origin: Sequence[int], bases: Bases | None = None) -> dict[int, RestsOn]:
    """Return for each report of an origin but its first which earlier one it most likely rests on.

    That is one whose words it repeats, else one that it names, else the likest. Beyond the first few dozen, reports are
    compared with the origin's first alone.
    """
    found: dict[int, RestsOn] = {}
    if len(origin) == 1:
        return found
    near, far = origin[:_MOST_COMPARED], origin[_MOST_COMPARED:]
    known = weights("origin")
    signs = origin_signs(items, near, bases)
    for place, number in enumerate(near[1:], 1):

        def rank(earlier: int, number: int = number) -> tuple[bool, float, float]:
            pair = signs[earlier, number]
            copied = _are_copies(items, earlier, number)
            return copied, pair["later_cites_earlier"], 0.0 if copied else weighed(pair, known)

        best = max(near[:place], key=rank)
        found[number] = RestsOn(best, _shared(items, best, number, signs[best, number]))
    for number in far:
        pair = origin_signs(items, (origin[0], number), bases)[origin[0], number]
        found[number] = RestsOn(origin[0], _shared(items, origin[0], number, pair))
    return found


def _shared(items: ByNumber, earlier: int, later: int, signs: Mapping[str, float]) -> tuple[str, ...]:
    """Return what says that a report's matter is that of an earlier one."""
    if _are_copies(items, earlier, later):
        return ("copy",)
    return tuple(name for name, (sign, least) in _SAID.items() if signs.get(sign, 0.0) >= least)


def _are_copies(items: ByNumber, one: int, other: int) -> bool:
    return are_copies(items[one].traits.shingles, items[other].traits.shingles)


_SAID = {
    "cites": ("later_cites_earlier", 1.0),
    "relays": ("later_relays", 1.0),
    "statement": ("earlier_is_statement", 1.0),
    "numbers": ("rare_numbers", 1.0),
    "sentences": ("sentences_alike", 0.2),
    "speakers": ("speakers_shared", 0.5),
}
"""From which value on a sign is said."""


def origin_name(items: ByNumber, origin: Sequence[int]) -> str:
    """Return the id of an origin: by the report that was published first."""
    return f"O-{sha256(items[origin[0]].told.report.id.encode()).hexdigest()[:8]}"


def _copies(items: ByNumber, numbers: Sequence[int]) -> list[list[int]]:
    """Put what says the same word for word, or nearly, with the first that was published; the first comes first.

    A flood of copies then counts as one report, and draws nothing to itself.
    """
    same: dict[str, list[int]] = {}
    for number in sorted(numbers, key=lambda number: items[number].order):
        words = " ".join(items[number].told.report.text.casefold().split())
        same.setdefault(words, []).append(number)
    groups: list[list[int]] = []
    for alike in same.values():
        item = items[alike[0]]
        near = (group for group in groups[:_MOST_TOGETHER] if _is_copy(items[group[0]], item))
        first = next(near, None)
        if first is None:
            groups.append(alike)
        else:
            first += alike
    return groups
