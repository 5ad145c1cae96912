"""What is new about an event since somebody last looked at it: each change in words, and by whom it was reported."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from msgspec import Struct

from opencwc.finding import Message, Value
from opencwc.reports.corrected import EventDecision
from opencwc.reports.event_wording import agent_said, day_said, place_said, sources_said, span_said
from opencwc.reports.model import ReportKey, Told
from opencwc.reports.run_union import RunEvent
from opencwc.reports.summaries import AGAINST, EventSummary
from opencwc.reports.watched import Line

NEW, CHANGED, SAME = "new", "changed", "earlier"
STATES = (NEW, CHANGED, SAME)


class EventNews(Struct, frozen=True):
    """An event as it stands now, whether it is ``new``, ``changed`` or as it was, and what changed."""

    event: RunEvent
    state: str
    changes: tuple[Message, ...] = ()


def news_of(
    looked: Looked,
    wants: Callable[[EventSummary], bool] = lambda summary: True,
    decided: Sequence[Decided] = (),
) -> list[EventNews]:
    """Return the events of today that are wanted: new ones first, then changed ones, the others.

    ``decided`` is what people decided on events since the last look.
    """
    wanted = (place for place, event in enumerate(looked.now) if wants(event.summary))
    return in_order(_news(looked.now[place], looked.past(place), decided) for place in wanted)


def unchanged(events: Iterable[RunEvent]) -> list[EventNews]:
    """Return events of which nothing is new, in the order of `news_of`."""
    return in_order(EventNews(event, SAME) for event in events)


def in_order(news: Iterable[EventNews]) -> list[EventNews]:
    """Return news as lists show them: new events first, then changed ones, of each the latest told first."""
    return sorted(
        news,
        key=lambda one: (STATES.index(one.state), -one.event.summary.last.timestamp(), one.event.summary.id),
    )


class Decided(Struct, frozen=True):
    """What a person decided in a run."""

    run: int
    decision: EventDecision


class _Past(NamedTuple):
    """What an event was: the events that live on in it, and those with another heir that reports of it came from."""

    same: tuple[EventSummary, ...]
    others: tuple[EventSummary, ...]


class Looked:
    """The events at the last look, each with the event of today that has the most of its reports: its heir."""

    def __init__(self, now: Sequence[RunEvent], before: Iterable[RunEvent]) -> None:
        self.now = now
        self._events = [event.summary for event in before]
        place_of = {key: place for place, summary in enumerate(self._events) for key in summary.keys}
        self._shared = [_places(event.summary, place_of) for event in now]
        self._heirs: dict[int, tuple[int, int]] = {}
        for place, shared in enumerate(self._shared):
            for earlier, count in shared.items():
                if count > self._heirs.get(earlier, (0, 0))[0]:
                    self._heirs[earlier] = (count, place)

    def past(self, place: int) -> _Past:
        """Return what an event of today was, the earlier event with the most of its reports first."""
        same: list[EventSummary] = []
        others: list[EventSummary] = []
        for earlier, _ in sorted(self._shared[place].items(), key=lambda item: (-item[1], item[0])):
            (same if self._heirs[earlier][1] == place else others).append(self._events[earlier])
        return _Past(tuple(same), tuple(others))


def _places(summary: EventSummary, place_of: Mapping[ReportKey, int]) -> dict[int, int]:
    """Return of which earlier events reports of an event are, and how many."""
    counts: dict[int, int] = {}
    for key in summary.keys:
        if (place := place_of.get(key)) is not None:
            counts[place] = counts.get(place, 0) + 1
    return counts


def _news(event: RunEvent, past: _Past, decided: Sequence[Decided]) -> EventNews:
    summary = event.summary
    ids = summary.report_ids
    by_people = [one.decision.said_of(ids) for one in decided if one.run == event.run and one.decision.named & ids]
    if not past.same:
        first = _split_off(past) if past.others else Message("watch_why_new", {"day": str(summary.first.date())})
        return EventNews(event, CHANGED if past.others else NEW, (first, *by_people))
    changes = (
        *_regrouped(past, frozenset(summary.keys)),
        *changes_between(past.same[0], summary, (*past.same, *past.others)),
        *by_people,
    )
    return EventNews(event, CHANGED if changes else SAME, changes)


def _is_same(before: EventSummary, now: EventSummary) -> bool:
    """Tell whether an event has the same reports, which tell the same and come from the same texts."""
    pairs = zip(before.lines, now.lines, strict=False)
    return before.keys == now.keys and all(
        one.told == other.told and one.origin == other.origin for one, other in pairs
    )


def _split_off(past: _Past) -> Message:
    return Message("watch_news_split_off", {"event": past.others[0].headline})


def _regrouped(past: _Past, keys: frozenset[ReportKey]) -> Iterator[Message]:
    """Say that events became one, that reports came from another event, or went to one."""
    if len(past.same) > 1:
        yield Message("watch_news_joined", {"count": len(past.same)})
    if came := sum(len(keys & set(other.keys)) for other in past.others):
        yield Message("watch_news_came", {"count": came})
    if away := len(set(past.same[0].keys) - keys):
        yield Message("watch_news_parted", {"count": away})


def changes_between(
    before: EventSummary, now: EventSummary, others: Iterable[EventSummary] = ()
) -> Iterator[Message]:  # fmt: skip
    """Yield what changed between two states of an event, each change with the outlets that brought it.

    Reports that were on ``others`` before are not new.
    """
    known = {key for summary in (before, *others) for key in summary.keys}
    fresh = [line for line in now.lines if line.told.report.key not in known]
    yield from _facts(before, now)
    for field, of in _FIGURES.items():
        yield from _figures(field, getattr(before, field), getattr(now, field), fresh, of)
    if denied := _outlets(fresh, lambda told: told.nature.stance in AGAINST):
        yield Message("watch_denied_by", {"sources": sources_said(denied)})
    if agents := tuple(name for name in now.agents if name not in before.agents):
        yield Message("watch_why_agents", {"agents": tuple(map(agent_said, agents))})
    if len(before.origins) != len(now.origins):
        label = Message("watch_field_origins")
        yield Message("watch_news_value", {"field": label, "before": len(before.origins), "now": len(now.origins)})
    if fresh:
        count = Message("watch_why_reports", {"count": len(fresh)})
        yield Message("watch_differs", {"field": count, "values": sources_said(_outlets(fresh))})


def _facts(before: EventSummary, now: EventSummary) -> Iterator[Message]:
    """Yield facts of which the reports together say something else now."""
    facts: tuple[tuple[str, Callable[[EventSummary], str], Callable[[EventSummary], Message | str]], ...] = (
        ("kind", lambda one: one.kind, lambda one: Message(f"watch_kind_{one.kind}")),
        ("stage", lambda one: one.told_stage, lambda one: Message(f"verdict_{one.told_stage}")),
        ("date", lambda one: one.date.text, lambda one: day_said(one.date.text)),
        ("place", lambda one: "|".join(one.place[:2]), lambda one: place_said(one.place)),
    )
    for field, value, said in facts:
        if value(now) and value(before) != value(now):
            label = Message(f"watch_field_{field}")
            if value(before).strip("|"):
                yield Message("watch_news_value", {"field": label, "before": said(before), "now": said(now)})
            else:
                yield Message("watch_news_first", {"field": label, "now": said(now)})


def _figures(
    field: str, before: tuple[int, ...], now: tuple[int, ...], fresh: Sequence[Line], of: Callable[[Told], int | None]
) -> Iterator[Message]:
    """Say which figures are given now that were not before, and by whom."""
    given = [number for number in now if number not in before]
    if not given:
        return
    outlets = _outlets(fresh, lambda told: of(told) in given)
    values: dict[str, Value] = {"field": Message(f"watch_field_{field}"), "now": span_said(tuple(given))}
    if before:
        values["before"] = span_said(before)
    if outlets:
        values["sources"] = sources_said(outlets)
        yield Message("watch_news_figure" if before else "watch_news_figure_first", values)
    else:
        yield Message("watch_news_value" if before else "watch_news_first", values)


_FIGURES: dict[str, Callable[[Told], int | None]] = {
    "killed": lambda told: told.casualties.killed.number,
    "affected": lambda told: told.casualties.affected.number,
}


def _outlets(lines: Iterable[Line], wanted: Callable[[Told], bool] = lambda told: True) -> tuple[str, ...]:
    told = (line.told for line in lines)
    return tuple(dict.fromkeys(one.report.source or one.report.id for one in told if wanted(one)))
