"""The origins of an event as a graph: which report came first, and which earlier report each other one rests on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from opencwc.finding import Message
from opencwc.reports.summaries import EventSummary
from opencwc.reports.watched import RESTS_ON, Line

How = Literal["first", "copies", "names", "shares"]
"""A report is its origin's first, has the words of an earlier one, names its outlet, or only shares its matter."""
HOW: Sequence[How] = ("first", "copies", "names", "shares")
_SAYS: Mapping[str, How] = {"watch_origin_copy": "copies", "watch_origin_cites": "names"}


class Node(NamedTuple):
    """A report in the graph.

    ``number`` is its place among the reports of the event, and ``earlier`` that of the report it rests on, both counted
    from 1; ``earlier`` is 0 for the first of an origin. ``depth`` is how many reports stand between it and its origin's
    first, and ``shared`` is what says that it rests on the earlier one.
    """

    line: Line
    number: int
    origin: int
    earlier: int
    depth: int
    how: How
    shared: tuple[Message, ...]


def origin_graph(summary: EventSummary) -> list[Node]:
    """Return the reports origin by origin, each below the one that it rests on.

    A report whose earlier one is in another event now, as people parted them, rests on the first of its origin.
    """
    number_of = {id(line): number for number, line in enumerate(summary.lines, 1)}
    return [
        node
        for place, origin in enumerate(summary.origins, 1)
        for node in _nodes(origin, place, [number_of[id(line)] for line in origin])
    ]


def _nodes(origin: Sequence[Line], place: int, numbers: Sequence[int]) -> Iterator[Node]:
    """Yield the reports of an origin, depth first."""
    at = {line.told.report.id: row for row, line in reversed(list(enumerate(origin)))}
    after: dict[int, list[int]] = defaultdict(list)
    links = [_link(line, at) for line in origin]
    earlier = [0 if link is None or link[0] >= row else link[0] for row, link in enumerate(links)]
    for row in range(1, len(origin)):
        after[earlier[row]].append(row)
    waiting = [(0, 0)]
    while waiting:
        row, depth = waiting.pop()
        link = links[row] if row else None
        shared = link[1] if link is not None and link[0] == earlier[row] else ()
        number_before = numbers[earlier[row]] if row else 0
        yield Node(origin[row], numbers[row], place, number_before, depth, _how(shared) if row else "first", shared)
        waiting += [(later, depth + 1) for later in reversed(after[row])]


def _how(shared: Iterable[Message]) -> How:
    return next((_SAYS[one.id] for one in shared if one.id in _SAYS), "shares")


def _link(line: Line, at: Mapping[str, int]) -> tuple[int, tuple[Message, ...]] | None:
    """Return the place of the report that a report rests on, and why; ``None`` where that is not of its origin."""
    for why in line.why:
        if why.id == RESTS_ON and (earlier := at.get(str(why.values["report"]))) is not None:
            shared = why.values["shared"]
            return earlier, tuple(one for one in shared if isinstance(one, Message)) if isinstance(
                shared, tuple
            ) else ()
    return None
