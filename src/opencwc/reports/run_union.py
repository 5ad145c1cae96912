"""The events of several runs of one case as one list: a later run says how they stand, an earlier one adds its own.

A report is the same in two runs where its id and its moment of publication are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from msgspec import structs

from opencwc.reports.model import ReportKey
from opencwc.reports.summaries import EventSummary, summary_of
from opencwc.reports.watched import Line


class RunEvent(NamedTuple):
    """An event, and the latest run that it stands in."""

    summary: EventSummary
    run: int


def united(runs: Iterable[tuple[int, Sequence[EventSummary]]]) -> list[RunEvent]:
    """Return the events of runs, the latest run first; a report that only an earlier one has is left nowhere out.

    An event of an earlier run that shares a report with one of a later run is the same event.
    """
    events: list[RunEvent] = []
    place_of: dict[ReportKey, int] = {}
    for run, summaries in runs:
        for summary in summaries:
            keys = summary.keys
            fresh = [line for key, line in zip(keys, summary.lines, strict=True) if key not in place_of]
            if not fresh:
                continue
            place = next((place_of[key] for key in keys if key in place_of), len(events))
            if place == len(events):
                events.append(RunEvent(summary, run))
            else:
                events[place] = events[place]._replace(summary=_with(events[place].summary, summary, fresh))
            place_of |= dict.fromkeys((key for key in keys if key not in place_of), place)
    return events


def _with(later: EventSummary, earlier: EventSummary, fresh: Sequence[Line]) -> EventSummary:
    """Add reports of an earlier run to an event; what shared an origin with a report of both runs shares it still."""
    origin_of = {line.told.report.key: line.origin for line in later.lines}
    names = {line.origin: origin_of[key] for line in earlier.lines if (key := line.told.report.key) in origin_of}
    added = [structs.replace(line, event=later.id, origin=names.get(line.origin, line.origin)) for line in fresh]
    return structs.replace(summary_of(later.id, sorted((*later.lines, *added), key=_order)), decided=later.decided)


def _order(line: Line) -> tuple[float, str]:
    report = line.told.report
    return report.published.timestamp(), report.id
