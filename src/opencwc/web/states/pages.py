"""A State: what is held on it, from every part on one page."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Annotated, NamedTuple
from urllib.parse import quote

from fastapi import Path, Request
from starlette.responses import RedirectResponse, Response

from opencwc.convention import Convention
from opencwc.convention.model import STATUSES
from opencwc.convention.regions import region_of
from opencwc.convention.territories import all_territories
from opencwc.errors import NotFoundError
from opencwc.web.server import downloads
from opencwc.web.server.listing import Ending, ListAsked, ListColumn, ListShown, ListWanted, listed
from opencwc.web.server.page import language_of, page
from opencwc.web.server.page_parameters import Brief
from opencwc.web.server.service import Router, book_of, person_of
from opencwc.web.states.holdings import holdings_of
from opencwc.wording import say
from opencwc.wording.states import names_in_use, region_name, state_name, states_by_name

router = Router(include_in_schema=False)
Code = Annotated[str, Path(max_length=20)]


class StateRow(NamedTuple):
    """A State, its place among the names in the reader's language, and its status: one of `STATUSES`, or invented."""

    code: str
    name: str
    place: int
    status: str


COLUMNS: tuple[ListColumn[StateRow], ...] = (
    ListColumn(
        "state", "page_convention_state", lambda row, _: row.name, lambda row: row.place,
        also=lambda row: names_in_use(row.code),
    ),
    ListColumn("code", "page_convention_code", lambda row, _: row.code),
    ListColumn(
        "status", "page_convention_status",
        lambda row, lang: say(f"page_convention_status_{row.status}", lang),
    ),
)  # fmt: skip


@router.get("/states", action="read")
def choose_state(request: Request, order: ListWanted, code: Brief = "", status: Brief = "") -> Response:
    """Let a person choose a State, or lead to the one that was chosen."""
    if code in all_territories():
        return RedirectResponse(f"/states/{code}", 303)
    if code:
        raise NotFoundError("no_such_state", state=code[:20])
    query = "&".join(filter(None, (f"status={quote(status)}" if status else "", order.query)))
    convention = Convention(date.today())
    every = [one.status for one in convention.states]
    ((source, _),) = Counter((one.state.source, one.state.evidence) for one in convention.states).most_common(1)
    return page(
        request, "states/choose.html", list=_states_listed(order, language_of(request), status), chosen=status,
        csv=f"/states/table.csv{'?' + query if query else ''}", statuses=[one for one in STATUSES if one in every],
        parties=every.count("state_party"), all=len(every), until=convention.states_known_until, source=source,
        invented=[state_name(code, language_of(request)) for code in _invented()],
    )  # fmt: skip


@router.get("/states/table.{ending}", action="read")
def give_states(request: Request, ending: Ending, order: ListWanted, status: Brief = "") -> Response:
    """Give the States as a file, as they are shown."""
    lang = language_of(request)
    table = _states_listed(order, lang, status)
    return downloads.download(table.file(ending, "page_states_title", lang), f"states.{ending}")


def _states_listed(order: ListAsked, lang: str, status: str) -> ListShown[StateRow]:
    status_of = {one.state.code: one.status for one in Convention(date.today()).states}
    named = enumerate(names_in(lang))
    rows = (StateRow(code, name, place, status_of.get(code, "invented")) for place, (name, code) in named)
    return listed((row for row in rows if status in ("", row.status)), COLUMNS, order, lang)


@router.get("/states/{code}", action="read")
def show_state(request: Request, code: Code) -> Response:
    """Show what is held on a State."""
    lang, today = language_of(request), date.today()
    sections = holdings_of(book_of(request), person_of(request), code, today)
    region = region_of(code)
    return page(
        request, "states/state.html", code=code, name=state_name(code, lang), sections=sections,
        standing=standing_of(code, today),
        region=region_name(region, lang) if region else "",
        until=Convention(today).states_known_until, names=names_in(lang),
    )  # fmt: skip


def standing_of(code: str, day: date) -> tuple[str, date | None]:
    """Return what a State is under the Convention and since when; an empty word for one that the Convention knows not.

    >>> standing_of("ISR", date(2026, 1, 1)), standing_of("PRK", date(2026, 1, 1))
    (('signatory', datetime.date(1993, 1, 13)), ('not_party', None))
    """
    state = Convention(day).state(code)
    on_day = state.on(day) if state is not None else None
    return (on_day.status, on_day.since) if on_day else ("", None)


def names_in(lang: str) -> list[tuple[str, str]]:
    """Return the States of the Convention's list by their names, each with its code."""
    codes = [one.state.code for one in Convention().states]
    return states_by_name((*codes, *_invented()), lang)


def _invented() -> list[str]:
    return [code for code, one in all_territories().items() if one.kind == "invented"]
