"""Where a report's matter comes from: reports on one event that rest on one text or statement share an origin.

Copies, rewrites and translations count once, so that corroboration counts independent origins and not outlets.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from opencwc.reports.events import Event, average_linkage
from opencwc.reports.likeness import Item, origin_signs, weighed, weights

_MOST_TOGETHER = 400
"""Reports of one event whose pairs are looked at; beyond that only what says the same words is one."""


def find_origins(items: Sequence[Item], event: Event) -> list[tuple[int, ...]]:
    """Return the origins of an event: the reports of each by their place among the items, the first published first."""
    known = weights("origin")
    groups = _same_words(items, event.items)
    some, rest = groups[:_MOST_TOGETHER], groups[_MOST_TOGETHER:]

    def score(one: int, other: int) -> float:
        return weighed(origin_signs(items[one], items[other]), known)

    heads = average_linkage([[group[0]] for group in some], score, known.cut)
    members = {group[0]: group for group in some}
    found = [[number for head in heads_of for number in members[head]] for heads_of in heads] + rest
    ordered = [tuple(sorted(origin, key=lambda number: items[number].order)) for origin in found]
    return sorted(ordered, key=lambda origin: items[origin[0]].order)


def origin_name(items: Sequence[Item], origin: Sequence[int]) -> str:
    """Return the id of an origin: by the report that was published first."""
    return f"O-{sha256(items[origin[0]].told.report.id.encode()).hexdigest()[:8]}"


def _same_words(items: Sequence[Item], numbers: Sequence[int]) -> list[list[int]]:
    """Put together what says the same word for word; the first published comes first."""
    groups: dict[str, list[int]] = {}
    for number in numbers:
        words = " ".join(items[number].told.report.text.casefold().split())
        groups.setdefault(words, []).append(number)
    return list(groups.values())
