"""Convention: its entries, thresholds, deadlines, declarations and States as of a day, and what changed between two."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal
from urllib.parse import quote

from babel.dates import format_skeleton
from fastapi import Query, Request
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, RedirectResponse, Response

from opencwc.chemistry.drawing import draw
from opencwc.convention import Chemical, Convention, Deadline, Entry, InForce
from opencwc.convention.changes import KINDS, changes_between
from opencwc.convention.model import STATUSES
from opencwc.errors import NotFoundError
from opencwc.finding import Message, Value
from opencwc.publishing.model import Fact, Figure
from opencwc.screening.cards import HEIGHT, WIDTH, Teller
from opencwc.web.convention.declarations import declarations_shown
from opencwc.web.convention.measures import find_measure
from opencwc.web.server.days_and_sizes import locale_of, with_days
from opencwc.web.server.page import language_of, link_to_rule, page
from opencwc.web.server.page_parameters import Day, asked_day
from opencwc.web.server.service import Router
from opencwc.wording import say
from opencwc.wording.collation import sort_key
from opencwc.wording.states import iso_numeric, names_in_use, state_name

router = Router(include_in_schema=False)

CONVENTION_PARTS = ("entries", "thresholds", "deadlines", "declarations", "states", "changes")
MOST_CHANGES = 250
"""Changes that are shown at once; a shorter time shows the others."""
MOST_DRAWN = 12
"""Examples of an entry that are drawn; the others are named."""
YEARS_BACK = 10

Part = Literal["entries", "thresholds", "deadlines", "declarations", "states", "changes"]
Word = Annotated[str, Query(max_length=200)]
Brief = Annotated[str, Query(max_length=40)]


@dataclass(frozen=True)
class Sources:
    """The sources of many rows, each once: rows name them by number, in the order in which they come."""

    told: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, rows: Iterable[tuple[str, str]]) -> Sources:
        """Collect (source, evidence) of rows."""
        return cls(tuple(dict.fromkeys(rows)))

    def number(self, source: str, evidence: str) -> int:
        """Return the number of a source, counted from 1."""
        return self.told.index((source, evidence)) + 1


@dataclass(frozen=True)
class Example:
    """A printed example: its name as it is said, what to screen it by, and its drawing where it has one."""

    name: str
    lang: str
    cas: str
    value: str
    figure: Figure | None


class RulesWanted(BaseModel):
    """Which part of the Convention to show, as of which day, and what to show of it."""

    part: Part = "entries"
    as_of: Brief = ""
    q: Word = ""
    list_id: Annotated[str, Field(max_length=40, alias="list")] = ""
    schedule: Brief = ""
    regime: Brief = ""
    status: Brief = ""
    kind: Brief = ""
    first: Brief = ""
    second: Brief = ""


@router.get("/convention", action="rules")
def show(request: Request, wanted: Annotated[RulesWanted, Query()]) -> Response:
    """Show one part of the Convention as of a day."""
    day, part, q = asked_day(wanted.as_of, date.today()), wanted.part, wanted.q
    values: dict[str, Any] = {}
    lang = language_of(request)
    if part == "entries":
        values = entries_shown(day.day, lang, q, wanted.list_id, wanted.schedule)
    elif part in ("thresholds", "deadlines"):
        values = amounts_shown(day.day, part, lang, q, wanted.regime)
    elif part == "declarations":
        values = declarations_shown(day.day, lang, lambda deadline: deadline_message(deadline, lang))
    elif part == "states":
        values = states_shown(day.day, lang, q, wanted.status)
    else:
        days = (asked_day(wanted.first, _years_before(day.day)), asked_day(wanted.second, day.day))
        values = changes_shown(days, wanted.kind, lang)
    return page(
        request, f"convention/{part}.html", part=part, parts_shown=CONVENTION_PARTS, day=day, q=q,
        list_id=wanted.list_id, schedule=wanted.schedule, regime=wanted.regime, chosen=wanted.status, kind=wanted.kind,
        **values,
    )  # fmt: skip


@router.get("/convention/states.json", action="rules")
def states_json(request: Request, as_of: Brief = "") -> Response:
    """Give what every State is on a day, as a chart of the world takes it."""
    day = asked_day(as_of, date.today())
    lang = language_of(request)
    states = states_as_json(day.day, lang)
    return JSONResponse(states, headers={"vary": "Accept-Language, Cookie"})


@router.get("/convention/{list_id}/{entry_id}", action="rules")
def entry(request: Request, list_id: str, entry_id: str, as_of: Brief = "") -> Response:
    """Show one entry whole; where it is not in force on the day, say so and when it is."""
    day = asked_day(as_of, date.today())
    lang = language_of(request)
    if find_measure(day.day, list_id, entry_id) is not None:  # what a finding on a law rests on
        return RedirectResponse(f"/law/measures/{quote(list_id)}/{quote(entry_id)}", 303)
    values = entry_shown(list_id, entry_id, day.day, lang)
    return page(request, "convention/entry.html", part="entries", parts_shown=CONVENTION_PARTS, day=day, **values)


def entries_shown(day: date, lang: str, q: str, list_id: str, schedule: str) -> dict[str, Any]:
    """Return the entries in force that fit the question, and what one may choose among."""
    convention = Convention(day)
    if list_id in convention.list_names:  # one that is off is read once it is asked for
        convention = Convention(day, [*(list_.id for list_ in convention.lists), list_id])
    teller = Teller(convention, lang, link_to_rule)
    fitting = [
        entry
        for entry in convention.entries
        if (not list_id or entry.list == list_id)
        and (not schedule or str(entry.schedule) == schedule)
        and _holds(q, _texts_of(entry))
    ]
    schedules = sorted({entry.schedule for entry in convention.entries if entry.schedule is not None})
    return {
        "entries": [(entry, teller.title(entry)) for entry in fitting],
        "shown": len(fitting),
        "total": len(convention.entries),
        "in_force": len(convention.entries),
        "lists": convention.lists,
        "schedules": schedules,
    }


def amounts_shown(day: date, part: str, lang: str, q: str, regime: str) -> dict[str, Any]:
    """Return the thresholds or the deadlines that hold, by regime."""
    convention = Convention(day)
    rules: Sequence[Any] = convention.thresholds if part == "thresholds" else convention.deadlines
    regimes = list(dict.fromkeys(rule.regime for rule in rules))
    fitting = [
        rule
        for rule in rules
        if (not regime or rule.regime == regime) and _holds(q, (rule.id, say(rule.says, lang), rule.source))
    ]
    groups = [(name, [rule for rule in fitting if rule.regime == name]) for name in regimes]
    return {
        "groups": [(name, fitting_rules) for name, fitting_rules in groups if fitting_rules],
        "regimes": regimes,
        "shown": len(fitting),
        "total": len(rules),
        "in_force": len(rules),
        "when": lambda deadline: deadline_message(deadline, lang),
    }


def deadline_message(deadline: Deadline, lang: str) -> Message:
    """Return the time of a deadline, a day of the year as the reader's calendar writes it."""
    if deadline.month is None or deadline.day is None:
        return deadline.when
    text = format_skeleton("MMMMd", date(2000, deadline.month, deadline.day), locale=locale_of(lang))
    return Message(f"deadline_{deadline.due}", {"day": text})


def states_shown(day: date, lang: str, q: str, status: str) -> dict[str, Any]:
    """Return what the States are on a day, by their names, how many of each, and the sources once each."""
    convention = Convention(day)
    named = [(state_name(state.state.code, lang), state) for state in convention.states]
    fitting = [
        (name, state)
        for name, state in sorted(named, key=lambda item: sort_key(item[0], lang))
        if (not status or state.status == status) and _holds(q, names_in_use(state.state.code))
    ]
    return {
        "states": fitting,
        "shown": len(fitting),
        "total": len(named),
        "in_force": sum(state.status == "state_party" for _, state in named),
        "counts": [(name, sum(state.status == name for _, state in named)) for name in STATUSES],
        "until": convention.states_known_until,
        "sources": Sources.of((state.state.source, state.state.evidence) for _, state in fitting),
    }


def states_as_json(day: date, lang: str) -> dict[str, Any]:
    """Return a row a State for a map, as ``static/chart.js`` takes it; the States Parties first.

    ``code`` is the ISO 3166 number, ``label`` the State's name and ``group`` its status in the reader's language.
    """
    states = sorted(Convention(day).states, key=lambda state: (STATUSES.index(state.status), state.state.code))
    rows = [
        {
            "code": iso_numeric(state.state.code),
            "label": state_name(state.state.code, lang),
            "group": say(f"page_convention_status_{state.status}", lang),
            "iso3": state.state.code,
            "status": state.status,
            "since": state.since.isoformat() if state.since else None,
        }
        for state in states
    ]
    return {"rows": rows, "titles": {"group": say("page_convention_status", lang)}}


def changes_shown(days: tuple[Day, Day], kind: str, lang: str) -> dict[str, Any]:
    """Return what changed between two days, the latest first, with what each rule says, and the sources once each."""
    changes = [change for change in changes_between(days[0].day, days[1].day) if not kind or change.kind == kind]
    shown = changes[-MOST_CHANGES:]
    words = _rules_in_words(max(days[0].day, days[1].day), lang)
    by_day = sorted(shown, key=lambda change: change.day, reverse=True)
    return {
        "first": days[0],
        "second": days[1],
        "changes": [(change, words.get((change.kind, change.list, change.id), "")) for change in by_day],
        "shown": len(shown),
        "total": len(changes),
        "kinds": KINDS,
        "sources": Sources.of((change.source, change.evidence) for change in shown),
    }


def _rules_in_words(day: date, lang: str) -> dict[tuple[str, str, str], str]:
    """Return what the rules of a day say, by their kind, list and id."""
    convention = Convention(day)
    teller = Teller(convention, lang, link_to_rule, days=with_days)
    words = {("entry", entry.list, entry.id): teller.title(entry).text for entry in convention.entries}
    words |= {("threshold", "", rule.id): say(rule.says, lang) for rule in convention.thresholds}
    for rule in convention.deadlines:
        values: dict[str, Value] = {"act": Message(f"deadline_act_{rule.act}"), "when": deadline_message(rule, lang)}
        words["deadline", "", rule.id] = say(Message("deadline_says", values), lang)
    return words | {("duty", "", duty.id): teller.duty(duty).text for duty in convention.duties}


def entry_shown(list_id: str, entry_id: str, day: date, lang: str) -> dict[str, Any]:
    """Return an entry with its rule, its examples drawn, and its other wordings; raise `NotFoundError` for none."""
    convention = Convention(day, Convention(day).list_names)
    wordings = [
        entry
        for known in convention.known_lists
        for entry in known.entries
        if (entry.list.casefold(), entry.id.casefold()) == (list_id.casefold(), entry_id.casefold())
    ]
    if not wordings:
        raise NotFoundError("no_such_entry_in_lists", list=list_id, entry=entry_id)
    current = next((wording for wording in wordings if wording.in_force.holds_on(day)), None)
    shown = current or wordings[-1]
    teller = Teller(convention, lang, link_to_rule, days=with_days)
    facts: list[Fact] = []
    for block in teller.rule(shown, "rule").blocks:
        facts += getattr(block, "facts", ())
    headed = {say(name, lang) for name in ("report_source", "report_evidence", "report_in_force")}
    written = {say(name, lang) for name in ("report_core", "report_near", "report_places")} if shown.meaning else set()
    return {
        "entry": shown,
        "holds": current is not None,
        "title": teller.title(shown),
        "facts": [fact for fact in facts if fact.label not in headed | written],
        "written": [fact for fact in facts if fact.label in written],
        "examples": list(_examples(shown, teller)),
        "exempt": [teller.chemical(chemical) for chemical in shown.exempt],
        "wordings": [(other, other.in_force, _a_day_of(other.in_force)) for other in wordings if other is not current],
        "see_also": [tuple(named.split(maxsplit=1)) for named in shown.see_also],
    }


def _examples(entry: Entry, teller: Teller) -> Iterator[Example]:
    for number, chemical in enumerate(entry.examples):
        name_in_words = teller.chemical(chemical)
        figure = None
        if chemical.smiles and number < MOST_DRAWN:
            name = _printed_name(chemical, teller.lang)
            svg = draw(
                chemical.smiles,
                {},
                WIDTH,
                HEIGHT,
                title=name,
                description=chemical.smiles,
                name=f"example-{number}",
                instead=teller.say("report_not_drawn"),
            )
            figure = Figure(svg)
        yield Example(name_in_words.text, name_in_words.lang, chemical.cas, chemical.smiles or chemical.cas, figure)


def _printed_name(chemical: Chemical, lang: str) -> str:
    names = chemical.names.get(lang, ())
    return names[0] if names else chemical.name


def _a_day_of(when: InForce) -> str:
    """Return a day on which a wording holds, for a link to it."""
    day = when.start or when.end
    return day.isoformat() if day else ""


def _texts_of(entry: Entry) -> Iterator[str]:
    yield from (entry.id, f"{entry.list} {entry.id}", *entry.title.values(), *entry.meaning.values())
    for chemical in (*entry.examples, *entry.exempt, *entry.related):
        yield from (chemical.name, chemical.cas, *(name for names in chemical.names.values() for name in names))


def _holds(q: str, texts: Iterable[str]) -> bool:
    """Return whether every word that was asked for stands in the texts.

    >>> _holds("SARIN 107", ["Sarin", "107-44-8"]), _holds("soman", ["Sarin"])
    (True, False)
    """
    wanted = q.casefold().split()
    whole = "\n".join(texts).casefold()
    return all(word in whole for word in wanted)


def _years_before(day: date) -> date:
    year = max(day.year - YEARS_BACK, 1)
    return date(year, day.month, min(day.day, 28))
