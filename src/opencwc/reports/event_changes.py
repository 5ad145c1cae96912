"""What is new about an event since somebody last looked at it: each change in words, and by whom it was reported."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from msgspec import Struct

from opencwc.finding import Message, Value
from opencwc.reports.event_wording import day_said, place_said, range_said, sources_said
from opencwc.reports.model import Told
from opencwc.reports.run_union import ReportKey, RunEvent, key_of, keys_of
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
    now: Sequence[RunEvent],
    before: Iterable[RunEvent],
    wants: Callable[[EventSummary], bool] = lambda summary: True,
    decided: Sequence[Decided] = (),
) -> list[EventNews]:
    """Return events with what changed since they stood as ``before``: new ones first, then changed ones, the others.

    ``now`` are all events, of which those are given that a watch ``wants``; ``decided`` is what people decided on them
    meanwhile.
    """
    looked = _Looked(now, before)
    wanted = ((place, event) for place, event in enumerate(now) if wants(event.summary))
    news = [_news(event, looked.past(place, event), decided) for place, event in wanted]
    return sorted(
        news,
        key=lambda one: (STATES.index(one.state), -one.event.summary.last.timestamp(), one.event.summary.id),
    )


class Decided(Struct, frozen=True):
    """What a person decided in a run: the ids of the reports it speaks of, and the decision in words."""

    run: int
    reports: frozenset[str]
    said: Message


class _Past(NamedTuple):
    """What an event was: the events that live on in it, and those with another heir that reports of it came from."""

    same: tuple[EventSummary, ...]
    others: tuple[EventSummary, ...]


class _Looked:
    """The events at the last look, each with the event of today that has the most of its reports: its heir."""

    def __init__(self, now: Sequence[RunEvent], before: Iterable[RunEvent]) -> None:
        self._events = [event.summary for event in before]
        self._place_of = {key: place for place, summary in enumerate(self._events) for key in keys_of(summary)}
        shared: Counter[tuple[int, int]] = Counter()
        for place, event in enumerate(now):
            for key in keys_of(event.summary):
                if key in self._place_of:
                    shared[self._place_of[key], place] += 1
        self._heirs: dict[int, int] = {}
        for (earlier, place), _ in sorted(shared.items(), key=lambda item: (-item[1], item[0])):
            self._heirs.setdefault(earlier, place)

    def past(self, place: int, event: RunEvent) -> _Past:
        """Return what an event was, the earlier event with the most of its reports first."""
        counts = Counter(self._place_of[key] for key in keys_of(event.summary) if key in self._place_of)
        earlier = [number for number, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]
        same = tuple(self._events[number] for number in earlier if self._heirs[number] == place)
        return _Past(same, tuple(self._events[number] for number in earlier if self._heirs[number] != place))


def _news(event: RunEvent, past: _Past, decided: Sequence[Decided]) -> EventNews:
    summary = event.summary
    by_people = [one.said for one in decided if one.run == event.run and _speaks_of(one, summary)]
    if not past.same:
        first = _split_off(past) if past.others else Message("watch_why_new", {"day": str(summary.first.date())})
        return EventNews(event, CHANGED if past.others else NEW, (first, *by_people))
    changes = (
        *_regrouped(past, keys_of(summary)),
        *changes_between(past.same[0], summary, (*past.same, *past.others)),
        *by_people,
    )
    return EventNews(event, CHANGED if changes else SAME, changes)


def _speaks_of(decision: Decided, summary: EventSummary) -> bool:
    return any(line.told.report.id in decision.reports for line in summary.lines)


def _split_off(past: _Past) -> Message:
    return Message("watch_news_split_off", {"event": past.others[0].headline})


def _regrouped(past: _Past, keys: frozenset[ReportKey]) -> Iterator[Message]:
    """Say that events became one, that reports came from another event, or went to one."""
    if len(past.same) > 1:
        yield Message("watch_news_joined", {"count": len(past.same)})
    if came := sum(len(keys & keys_of(other)) for other in past.others):
        yield Message("watch_news_came", {"count": came})
    if away := len(keys_of(past.same[0]) - keys):
        yield Message("watch_news_parted", {"count": away})


def changes_between(
    before: EventSummary, now: EventSummary, others: Iterable[EventSummary] = ()
) -> Iterator[Message]:  # fmt: skip
    """Yield what changed between two states of an event, each change with the outlets that brought it.

    Reports that were on ``others`` before are not new.
    """
    known = keys_of(before).union(*map(keys_of, others))
    fresh = [line for line in now.lines if key_of(line.told.report) not in known]
    yield from _facts(before, now)
    for field, of in _FIGURES.items():
        yield from _figures(field, getattr(before, field), getattr(now, field), fresh, of)
    if denied := _outlets(fresh, lambda told: told.nature.stance in AGAINST):
        yield Message("watch_denied_by", {"sources": sources_said(denied)})
    if agents := tuple(name for name in now.agents if name not in before.agents):
        yield Message("watch_why_agents", {"agents": agents})
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
        ("stage", lambda one: one.stage, lambda one: Message(f"verdict_{one.stage}")),
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
    values: dict[str, Value] = {"field": Message(f"watch_field_{field}"), "now": range_said(tuple(given))}
    if before:
        values["before"] = range_said(before)
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
