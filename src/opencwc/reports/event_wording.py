"""Reports and events in words: what, with what, where and when, as messages that any language says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime

from opencwc.finding import Message
from opencwc.reports.model import Date, Place, Qualifier, Told
from opencwc.wording import at_clock, say, with_minus
from opencwc.wording import day_said as day_in
from opencwc.wording.common_chemicals import common_name
from opencwc.wording.states import state_named

MOST_SOURCES = 4
"""Outlets that a sentence names; it counts the others."""


def headline(told: Told) -> Message:
    """Say what a report tells: the kind of thing, the chemicals, the place, the day."""
    if not told.nature.kind:
        return Message("watch_on_no_event")
    return headline_of(told.nature.kind, told.agents.names, told.place, told.date)


def headline_of(kind: str, agents: tuple[str, ...], place: Place, day: Date) -> Message:
    """Say what happened by its facts."""
    said = Message(f"watch_kind_{kind}")
    facts = tuple(_facts(agents, place, day))
    return Message("watch_headline", {"kind": said, "facts": facts}) if facts else said


def _facts(agents: tuple[str, ...], place: Place, day: Date) -> Iterator[str | Message]:
    yield from map(agent_said, agents)
    if place.country or place.name:
        yield place_said(place)
    if day.text:
        yield day_said(day.text)


def agent_said(name: str) -> Message:
    """Say a chemical that a report names, by its English common name, as the press of any language calls it."""
    return Message("common_chemical", {"name": name})


def agents_said(names: Iterable[str], lang: str) -> str:
    """Say the chemicals of a report or an event as a list.

    >>> agents_said(("chlorine", "sarin"), "es")
    'cloro, sarín'
    """
    return say("list_separator", lang).join(say(agent_said(name), lang) for name in names)


def place_said(place: Place) -> Message | str:
    """Say a place: its name and its State, as far as they are told."""
    if not place.country:
        return place.name
    state = state_named(place.country)
    return Message("watch_place", {"place": place.name, "state": state}) if place.name else state


def place_others_said(place: Place) -> Message | None:
    """Say in which further States a place may lie, where nothing else in a report tells."""
    if not place.others:
        return None
    return Message("watch_place_may_be_in", {"place": place.name, "states": tuple(map(state_named, place.others))})


def day_said(text: str) -> Message | str:
    """Say a day, a month or a year; a day stays as files write it, which every language turns into its own way."""
    if len(text) != len("2026-03"):
        return text
    year, month = text.split("-")
    return Message("watch_month", {"month": Message(f"label_month_alone_{int(month)}"), "year": year})


def range_said(numbers: tuple[int, ...]) -> Message | str:
    """Say figures that differ as the least and the most."""
    low, high = min(numbers), max(numbers)
    return str(low) if low == high else Message("watch_range", {"low": low, "high": high})


def span_said(numbers: tuple[int, ...]) -> Message | str:
    """Say figures that differ as the least and the most, shortly: within "from ... to ..."."""
    low, high = min(numbers), max(numbers)
    return str(low) if low == high else Message("watch_span", {"low": low, "high": high})


def figure_said(figure: str, high: object, qualifier: Qualifier) -> Message | str:
    """Say a figure with the upper end of its range, or with how sure it is told to be."""
    if high is not None:
        return Message("watch_range", {"low": figure, "high": str(high)})
    return Message(f"watch_figure_{qualifier}", {"count": figure}) if qualifier else figure


def sources_said(sources: tuple[str, ...]) -> tuple[str | Message, ...]:
    """Name some outlets, and count the others."""
    more = len(sources) - MOST_SOURCES
    named = tuple(map(set_apart, sources[:MOST_SOURCES]))
    return (*named, Message("watch_sources_more", {"count": more})) if more > 0 else named


def set_apart(name: str) -> str:
    """Set a name in Arabic apart: in a line from left to right it would turn the date or figure beside it."""
    return f"\u200e{name}\u200e" if re.search("[\u0590-\u08ff]", name) else name


def published_said(at: datetime, lang: str) -> str:
    """Say when a report was published, by the clock of its own outlet and how far that is from UTC."""
    offset = at.strftime("%z")
    ahead = "" if offset in ("", "+0000") else with_minus(f"{offset[:3]}:{offset[3:5]}")
    return at_clock(day_in(at.date(), lang), f"{at:%H:%M} UTC{ahead}", lang)


def date_said(text: str, lang: str) -> str:
    """Say a day, a month or a year in a language.

    >>> date_said("2026-03-04", "en"), date_said("2026-03", "fr"), date_said("2026", "fr")
    ('2026-03-04', 'mars 2026', '2026')
    """
    if len(text) == len("2026-03-04"):
        return day_in(date.fromisoformat(text), lang)
    return say(day_said(text), lang)


TEMPLATE_WORDS: Mapping[str, Callable[..., str]] = {
    "published_said": published_said, "date_said": date_said, "chemical_said": common_name,
}  # fmt: skip
