"""Convention: its entries, thresholds, deadlines, declarations and States as of a day, and what changed between two."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import Depends, Query, Request
from msgspec.structs import replace
from starlette.responses import JSONResponse, RedirectResponse, Response

from opencwc.chemistry.drawing import draw
from opencwc.convention import Chemical, Convention, Entry, InForce
from opencwc.convention.changes import KINDS, changes_between
from opencwc.convention.model import STATUSES, Duty
from opencwc.errors import NotFoundError
from opencwc.finding import Message, Value
from opencwc.publishing.model import Fact, Figure
from opencwc.screening.cards import HEIGHT, WIDTH, Teller
from opencwc.web.convention import lists
from opencwc.web.convention.declarations import declaration_rules_said, declarations_shown
from opencwc.web.convention.lists import ChangeRow, EntryRow, StateRow, deadline_message
from opencwc.web.convention.measures import find_measure
from opencwc.web.server import downloads
from opencwc.web.server.days_and_sizes import with_days
from opencwc.web.server.listing import Ending, ListAsked, ListColumn, ListShown, ListWanted, listed
from opencwc.web.server.page import language_of, link_to_rule, page
from opencwc.web.server.page_parameters import AddressFilter, Brief, Day, asked_day
from opencwc.web.server.service import Router
from opencwc.web.server.text_markup import behind_colon
from opencwc.wording import say
from opencwc.wording.chemical_names import longer_name
from opencwc.wording.collation import sort_key
from opencwc.wording.states import iso_numeric, state_name

router = Router(include_in_schema=False)

CONVENTION_PARTS = ("entries", "thresholds", "deadlines", "declarations", "states", "changes")
MOST_DRAWN = 12
"""Examples of an entry that are drawn; the others are named."""
YEARS_BACK = 10
LONGEST_SHORT_NAME = 4

Part = Literal["entries", "thresholds", "deadlines", "declarations", "states", "changes"]
ListedPart = Literal["entries", "thresholds", "deadlines", "states", "changes"]
"""The parts that are one list."""


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


@dataclass(frozen=True)
class RulesFilter(AddressFilter):
    """Which part of the Convention to show, as of which day, and what to show of it."""

    part: Part = "entries"
    as_of: Brief = ""
    list_: Annotated[str, Query(max_length=64, alias="list")] = ""
    schedule: Brief = ""
    regime: Brief = ""
    status: Brief = ""
    kind: Brief = ""
    first: Brief = ""
    second: Brief = ""

    @property
    def day(self) -> Day:
        """The day as of which it is shown."""
        return asked_day(self.as_of, date.today())

    @property
    def days(self) -> tuple[Day, Day]:
        """The days between which changes are shown."""
        return asked_day(self.first, _years_before(self.day.day)), asked_day(self.second, self.day.day)

    @property
    def narrows(self) -> bool:
        """Whether rows are left out."""
        return any((self.list_, self.schedule, self.regime, self.status, self.kind))


RulesWanted = Annotated[RulesFilter, Depends()]


@router.get("/convention", action="rules")
def show(request: Request, wanted: RulesWanted, order: ListWanted) -> Response:
    """Show one part of the Convention as of a day."""
    part, lang = wanted.part, language_of(request)
    if part == "declarations":
        values = declarations_shown(wanted.day.day, lang, lambda deadline: deadline_message(deadline, lang))
    else:
        values = _LISTS[part](wanted, order, lang)
        query = "&".join(filter(None, (wanted.query, order.query)))
        values["csv"] = f"/convention/table.csv{'?' + query if query else ''}"
    return page(
        request, f"convention/{part}.html", part=part, parts_shown=CONVENTION_PARTS, day=wanted.day, wanted=wanted,
        **values,
    )  # fmt: skip


@router.get("/convention/table.{ending}", action="rules")
def give_list(
    request: Request, ending: Ending, wanted: RulesWanted, order: ListWanted, part: ListedPart = "entries"
) -> Response:
    """Give a list as a file, as it is shown."""
    lang = language_of(request)
    shown: ListShown[Any] = _LISTS[part](wanted, order, lang)["list"]
    return downloads.download(shown.file(ending, f"page_convention_tab_{part}", lang), f"{part}.{ending}")


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


def entries_shown(wanted: RulesFilter, order: ListAsked, lang: str) -> dict[str, Any]:
    """Return the entries in force that fit the question, and what one may choose among."""
    convention = Convention(wanted.day.day)
    if wanted.list_ in convention.list_names:  # one that is off is read once it is asked for
        convention = Convention(wanted.day.day, [*(list_.id for list_ in convention.lists), wanted.list_])
    teller = Teller(convention, lang, link_to_rule)
    rows = (
        EntryRow(entry, teller.title(entry), full_name(entry, teller))
        for entry in convention.entries
        if (not wanted.list_ or entry.list == wanted.list_)
        and (not wanted.schedule or str(entry.schedule) == wanted.schedule)
    )
    return {
        "list": listed(rows, lists.ENTRIES, order, lang),
        "in_force": len(convention.entries),
        "lists": convention.lists,
        "schedules": sorted({entry.schedule for entry in convention.entries if entry.schedule is not None}),
    }


def full_name(entry: Entry, teller: Teller) -> str:
    """Return the chemical of an entry by its full name, where its title is a short one: PFIB, BZ."""
    if len(entry.examples) != 1 or len(entry.title["en"]) > LONGEST_SHORT_NAME:
        return ""
    chemical = entry.examples[0]
    name = longer_name(chemical.cas, teller.lang, LONGEST_SHORT_NAME)
    return say(Message("name_and_code", {"name": name, "code": f"CAS {chemical.cas}"}), teller.lang) if name else ""


def amounts_shown(wanted: RulesFilter, order: ListAsked, lang: str) -> dict[str, Any]:
    """Return the thresholds or the deadlines that hold: by regime, or in the order that was asked for."""
    convention = Convention(wanted.day.day)
    thresholds = wanted.part == "thresholds"
    rules: Sequence[Any] = convention.thresholds if thresholds else convention.deadlines
    columns: Sequence[ListColumn[Any]] = lists.THRESHOLDS if thresholds else lists.DEADLINES
    regimes = list(dict.fromkeys(rule.regime for rule in rules))
    fitting = (rule for rule in rules if not wanted.regime or rule.regime == wanted.regime)
    shown = listed(fitting, columns, order, lang)
    groups = [(regime, [rule for rule in shown.rows if rule.regime == regime]) for regime in regimes]
    return {
        "list": shown,
        "groups": [("", shown.rows)] if order.order else [(regime, held) for regime, held in groups if held],
        "columns": columns if order.order else columns[1:],
        "regimes": regimes,
        "in_force": len(rules),
        "when": lambda deadline: deadline_message(deadline, lang),
    }


def states_shown(wanted: RulesFilter, order: ListAsked, lang: str) -> dict[str, Any]:
    """Return what the States are on a day, by their names, how many of each, and the sources once each."""
    convention = Convention(wanted.day.day)
    named = [(state_name(state.state.code, lang), state) for state in convention.states]
    by_name = sorted(named, key=lambda item: sort_key(item[0], lang))
    rows = (
        StateRow(name, place, state)
        for place, (name, state) in enumerate(by_name)
        if not wanted.status or state.status == wanted.status
    )
    shown = listed(rows, lists.STATES, order, lang)
    return {
        "list": shown,
        "in_force": sum(state.status == "state_party" for _, state in named),
        "counts": [(name, sum(state.status == name for _, state in named)) for name in STATUSES],
        "until": convention.states_known_until,
        "sources": Sources.of((row.on_day.state.source, row.on_day.state.evidence) for row in shown.rows),
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


def changes_shown(wanted: RulesFilter, order: ListAsked, lang: str) -> dict[str, Any]:
    """Return what changed between two days, the latest first, with what each rule says, and the sources once each."""
    first, second = wanted.days
    changes = changes_between(first.day, second.day)
    words = _rules_in_words(max(first.day, second.day), lang)
    rows = (
        ChangeRow(change, words.get((change.kind, change.list, change.id), ""))
        for change in sorted(changes, key=lambda change: change.day, reverse=True)
        if not wanted.kind or change.kind == wanted.kind
    )
    shown = listed(rows, lists.CHANGES, order, lang)
    return {
        "first": first,
        "second": second,
        "list": shown,
        "total": shown.total,
        "kinds": KINDS,
    }


_LISTS: Mapping[ListedPart, Callable[[RulesFilter, ListAsked, str], dict[str, Any]]] = {
    "entries": entries_shown, "thresholds": amounts_shown, "deadlines": amounts_shown, "states": states_shown,
    "changes": changes_shown,
}  # fmt: skip


def _rules_in_words(day: date, lang: str) -> dict[tuple[str, str, str], str]:
    """Return what the rules of a day say, by their kind, list and id."""
    convention = Convention(day)
    teller = Teller(convention, lang, link_to_rule, days=with_days)
    words = {("entry", entry.list, entry.id): teller.title(entry).text for entry in convention.entries}
    words |= {("threshold", "", rule.id): say(rule.says, lang) for rule in convention.thresholds}
    for rule in convention.deadlines:
        values: dict[str, Value] = {"act": Message(f"deadline_act_{rule.act}"), "when": deadline_message(rule, lang)}
        words["deadline", "", rule.id] = say(Message("deadline_says", values), lang)
    words |= {(kind, "", id): said for kind, id, said in declaration_rules_said(day, lang)}
    words |= {("policy", "", rule.id): say(f"page_settings_question_{rule.id}", lang) for rule in convention.policies}
    return words | {("duty", "", duty.id): duty_of(duty, teller) for duty in convention.duties}


def duty_of(duty: Duty, teller: Teller) -> str:
    """Say a duty under the chemicals that it follows from, as several Schedules have the same one."""
    list_id, _, covered = duty.applies_to[0].partition(" ")
    if list_id != "CWC":
        return teller.duty(duty).text
    if len(covered) > len("2A"):
        whom = covered
    else:
        whom = teller.say(f"threshold_chemicals_s{covered.lower()}" if covered[1:] else f"threshold_regime_S{covered}")
    return f"{whom[:1].upper()}{whom[1:]}{teller.say('label_colon')}{teller.duty(duty).text}"


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
    title = teller.title(shown)
    facts: list[Fact] = []
    for block in teller.rule(shown, "rule").blocks:
        facts += getattr(block, "facts", ())
    headed = {say(name, lang) for name in ("report_source", "report_evidence", "report_in_force")}
    written = {say(name, lang) for name in ("report_core", "report_near", "report_places")} if shown.meaning else set()
    return {
        "entry": shown,
        "holds": current is not None,
        "title": replace(title, text=behind_colon(title.text, title.lang or lang)) if shown.schedule else title,
        "full": full_name(shown, teller),
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


def _years_before(day: date) -> date:
    year = max(day.year - YEARS_BACK, 1)
    return date(year, day.month, min(day.day, 28))
