"""Reports with what they tell, written by hand: three invented events, and a report on none."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from opencwc.reports.events import Event, event_id
from opencwc.reports.model import Agents, Casualties, Count, Date, Nature, Place, Precision, Report, Span, Told
from opencwc.reports.watched import Line, Watched

SANDVIK, LESNOE, PORT = Place("NOR", "Sandvik", (59.9, 10.5)), Place("UKR", "Lesnoe"), Place("PAN", "Puerto Claro")


def told(name: str, published: str, source: str, lang: str, text: str, **facts: Any) -> Told:
    """Return what a report tells, by the facts that are named; the words of its chemicals are those in its text."""
    title = f"Title of {name}"
    report = Report(name, datetime.fromisoformat(published), source, f"https://{name}.example/x", lang, title, text)
    agents = facts.get("agents", ())
    found = ((agent, report.whole.casefold().find(agent)) for agent in agents)
    spans = tuple(Span(at, at + len(agent)) for agent, at in found if at >= 0)
    words = {"kind": (Span(report.body_at, report.body_at + 6),)} if "nature" in facts else {}
    kind, stage, stance = facts.get("nature", ("", "", ""))
    date = facts.get("date", "")
    precision: Precision = "day" if len(date) == 10 else "month" if date else ""
    return Told(
        report, lang, Nature(kind, stage, stance, words), Date(date, precision),
        facts.get("place", Place()), Agents(agents, spans),
        Casualties(Count(facts.get("killed")), Count(facts.get("affected"))),
    )  # fmt: skip


LEAK = {"nature": ("accident", "reported", "asserts"), "date": "2026-03-02", "place": SANDVIK, "agents": ("chlorine",)}
CLAIM = {"date": "2026-03-03", "place": LESNOE, "agents": ("chlorine",)}
ALL = (
    told("s1", "2026-03-02T09:10:00+01:00", "Nordavia Wire", "en", "Leaked chlorine hurt four at the waterworks.",
         **LEAK, killed=0, affected=4),
    told("s2", "2026-03-02T12:40:00+01:00", "Courrier", "fr", "Du chlore, selon Nordavia Wire : quatre blessés.",
         **LEAK, killed=0, affected=4),
    told("s3", "2026-03-03T08:00:00+01:00", "Kommune", "en", "Municipality confirms: seven people were treated. "
         "Neighbour Ana Roy saw it.",
         nature=("accident", "confirmed", "confirms"), date="2026-03", place=Place("NOR"), affected=7),
    told("l1", "2026-03-04T07:30:00+03:00", "Вестник", "ru", "Армия обвинила противника: хлор, 12 пострадавших.",
         nature=("alleged_use", "alleged", "asserts"), **CLAIM, affected=12),
    told("l2", "2026-03-04T18:20:00+01:00", "Press Office", "en", "Denial: none of our units was there.",
         nature=("alleged_use", "denied", "denies"), **CLAIM),
    told("p1", "2026-03-05T06:15:00-05:00", "El Diario", "es", "Incautan 300 kilos de cianuro de sodio.",
         nature=("seizure", "reported", "asserts"), date="2026-03-04", place=PORT, agents=("sodium cyanide",),
         affected=0),
    told("n1", "2026-03-06T10:00:00+01:00", "Kitchen", "en", "Ten soups for a cold March."),
)  # fmt: skip
ORIGINS = {"s1": "O-1", "s2": "O-1", "s3": "O-2", "l1": "O-3", "l2": "O-4", "p1": "O-5"}


def watched() -> Watched:
    """Return the reports as they are watched."""
    events = []
    for letter in "slp":
        places = tuple(place for place, one in enumerate(ALL) if one.report.id.startswith(letter))
        events.append(Event(event_id(ALL[places[0]].report), places))
    event_of = {place: event.id for event in events for place in event.items}
    lines = (Line(one, event_of.get(place, ""), ORIGINS.get(one.report.id, "")) for place, one in enumerate(ALL))
    return Watched(tuple(lines), tuple(events))


def event_of_report(some: Watched, report: str) -> set[str]:
    """Return the ids of all reports that are on one event with a report, itself among them."""
    names = [line.told.report.id for line in some.lines]
    place = names.index(report)
    return {names[other] for event in some.events if place in event.items for other in event.items}
