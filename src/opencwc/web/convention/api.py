"""The rules themselves: lists, entries and the duties that follow from them, as they stand on a day."""

from __future__ import annotations

from datetime import date
from typing import Any

from fastapi import Request
from starlette.responses import JSONResponse, Response

from opencwc.convention import Convention, Duty, Entry
from opencwc.convention.model import InForce
from opencwc.convention.rule_files import ON_DEMAND
from opencwc.errors import NotFoundError
from opencwc.finding import Message
from opencwc.web.server.answering import Answering, CheckedAnswer, checked_json
from opencwc.web.server.api_parameters import AsOf, InLang, Lists, answers, names_of
from opencwc.web.server.service import Router, service_of
from opencwc.wording import say

router = Router(tags=["rules"])


_OBJECTS = list[dict[str, Any]]


@router.get("/api/v1/lists", action="rules", answer=answers("The lists", checked=CheckedAnswer, lists=_OBJECTS))
def lists(request: Request, as_of: AsOf = None, lang: InLang = "en") -> Response:
    """Give the lists at hand: whose they are, the date of their text, how many entries are in force."""
    return JSONResponse(lists_as_json(service_of(request).answering, as_of, lang))


@router.get("/api/v1/entries", action="rules", answer=answers("The entries", checked=CheckedAnswer, entries=_OBJECTS))
def entries(request: Request, as_of: AsOf = None, lists: Lists = "", lang: InLang = "en") -> Response:
    """Give every entry in force, in brief."""
    return JSONResponse(entries_as_json(service_of(request).answering, names_of(lists), as_of, lang))


@router.get(
    "/api/v1/entries/{list_id}/{entry_id}",
    action="rules",
    answer=answers("The entry", checked=CheckedAnswer, entry=dict[str, Any]),
    problems=(404,),
)
def entry(request: Request, list_id: str, entry_id: str, as_of: AsOf = None, lang: InLang = "en") -> Response:
    """Give one entry whole: its words, its structures, its exemptions, its examples, its source."""
    return JSONResponse(entry_as_json(service_of(request).answering, list_id, entry_id, as_of, lang))


@router.get(
    "/api/v1/duties/{list_id}/{entry_id}",
    action="rules",
    answer=answers("The duties", checked=CheckedAnswer, entry=dict[str, Any], duties=_OBJECTS),
    problems=(404,),
)
def duties(request: Request, list_id: str, entry_id: str, as_of: AsOf = None, lang: InLang = "en") -> Response:
    """Give the duties that follow from an entry."""
    return JSONResponse(duties_as_json(service_of(request).answering, list_id, entry_id, as_of, lang))


def lists_as_json(answering: Answering, as_of: date | None, lang: str) -> dict[str, Any]:
    """Return the lists at hand, with what was checked."""
    rulebook = answering.screener(as_of).rulebook
    convention = rulebook.convention
    lists = [
        {
            "id": list_.id,
            "title": list_.title.get(lang, list_.title["en"]),
            "authority": list_.authority,
            "text_of": list_.text_of,
            "source": list_.source,
            "evidence": list_.evidence,
            "entries": sum(entry.list == list_.id for entry in convention.entries),
        }
        for list_ in convention.lists
    ]
    return {"checked": checked_json(rulebook, lang), "lists": lists}


def entries_as_json(answering: Answering, lists: tuple[str, ...], as_of: date | None, lang: str) -> dict[str, Any]:
    """Return every entry in force in brief, with what was checked."""
    rulebook = answering.screener(as_of, lists).rulebook
    entries = [entry_in_brief(entry, lang) for entry in rulebook.convention.entries]
    return {"checked": checked_json(rulebook, lang), "entries": entries}


def entry_as_json(answering: Answering, list_id: str, entry_id: str, as_of: date | None, lang: str) -> dict[str, Any]:
    """Return one entry whole, with what was checked."""
    rulebook = answering.screener(as_of, _on_demand(list_id)).rulebook
    entry = find_entry(rulebook.convention, list_id, entry_id)
    return {"checked": checked_json(rulebook, lang), "entry": entry_in_full(entry, rulebook.convention, lang)}


def duties_as_json(answering: Answering, list_id: str, entry_id: str, as_of: date | None, lang: str) -> dict[str, Any]:
    """Return the duties that follow from an entry, with what was checked."""
    rulebook = answering.screener(as_of, _on_demand(list_id)).rulebook
    entry = find_entry(rulebook.convention, list_id, entry_id)
    duties = [duty_as_json(duty, lang) for duty in rulebook.convention.duties_for(entry)]
    return {"checked": checked_json(rulebook, lang), "entry": entry_in_brief(entry, lang), "duties": duties}


def _on_demand(list_id: str) -> tuple[str, ...]:
    """Return the list to read where it is one of those that are read only once they are named."""
    return tuple(name for name in ON_DEMAND if name.casefold() == list_id.casefold())


def find_entry(convention: Convention, list_id: str, entry_id: str) -> Entry:
    """Return an entry in force, whatever the case of its letters; raise `NotFoundError` where there is none."""
    wanted = (list_id.casefold(), entry_id.casefold())
    for entry in convention.entries:
        if (entry.list.casefold(), entry.id.casefold()) == wanted:
            return entry
    raise NotFoundError("no_such_entry_in_force", day=convention.as_of)


def entry_in_brief(entry: Entry, lang: str) -> dict[str, Any]:
    """Return what a list of entries says of one."""
    return {
        "list": entry.list,
        "id": entry.id,
        "title": entry.title.get(lang, entry.title["en"]),
        "schedule": entry.schedule,
        "part": entry.part,
        "in_force": _in_force(entry.in_force),
        "source": entry.source,
        "evidence": entry.evidence,
    }


def entry_in_full(entry: Entry, convention: Convention, lang: str) -> dict[str, Any]:
    """Return everything that is held of an entry."""
    doubts = [{**structure._asdict(), "doubt": True} for structure in entry.doubt]
    structures = [{**structure._asdict(), "doubt": False} for structure in entry.structure] + doubts
    return {
        **entry_in_brief(entry, lang),
        "meaning": entry.meaning.get(lang, entry.meaning.get("en", "")),
        "salts": entry.salts,
        "salts_said": say(f"salts_{entry.salts}", lang),
        "except_entries": list(entry.except_entries),
        "structures": [
            {**structure, "places": dict(structure["places"]), "where": list(structure["where"])}
            for structure in structures
        ],
        "exempt": [{"name": two.name, "cas": two.cas, "smiles": two.smiles} for two in entry.exempt],
        "examples": [{"name": two.name, "cas": two.cas, "smiles": two.smiles} for two in entry.examples],
        "see_also": list(entry.see_also),
        "duties": [duty_as_json(duty, lang) for duty in convention.duties_for(entry)],
    }


def duty_as_json(duty: Duty, lang: str) -> dict[str, Any]:
    """Return a duty, said in a language, with its source."""
    return {
        "id": duty.id,
        "says": say(Message(duty.says, dict(duty.values)), lang),
        "values": dict(duty.values),
        "source": duty.source,
        "evidence": duty.evidence,
        "in_force": _in_force(duty.in_force),
    }


def _in_force(when: InForce) -> dict[str, str | None]:
    return {"from": when.start.isoformat() if when.start else None, "until": when.end.isoformat() if when.end else None}
