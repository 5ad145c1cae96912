"""What the Convention asks of a State's law: every measure with its elements, before any law was read."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import Path, Query, Request
from starlette.responses import Response

from opencwc.convention.measures import TIERS, Measure
from opencwc.errors import NotFoundError
from opencwc.legislation.shown_answers import article_in, said_in
from opencwc.web.convention.measures import find_measure, measures_of
from opencwc.web.legislation.parts import tabs_of
from opencwc.web.server.day_parameter import asked_day
from opencwc.web.server.page import language_of, page
from opencwc.web.server.service import Router, person_of, service_of

router = Router(include_in_schema=False)
_Brief = Annotated[str, Query(max_length=64)]
_Word = Annotated[str, Query(max_length=200)]
Name = Annotated[str, Path(max_length=64)]


@router.get("/law/measures", action="rules")
async def show_measures(
    request: Request, as_of: _Brief = "", q: Annotated[str, Query(max_length=200)] = ""
) -> Response:
    """Show the measures of a day, by tier."""
    day, lang = asked_day(as_of, date.today()), language_of(request)
    rules = await service_of(request).answering.run(measures_of, day.day)
    measures = [measure for measure in rules.measures if _holds(q, measure, lang)]
    return page(
        request, "legislation/measures.html", part="measures", tabs=tabs_of(person_of(request)), day=day, q=q,
        groups=[(tier, [measure for measure in measures if measure.tier == tier]) for tier in TIERS],
        total=len(measures), obligations=rules.obligations if not q else (),
        in_words=lambda texts: said_in(texts, lang),
    )  # fmt: skip


@router.get("/law/measures/{set_id}/{measure_id}", action="rules")
async def show_measure(request: Request, set_id: Name, measure_id: Name, as_of: _Brief = "") -> Response:
    """Show one measure: its article, its elements, what a provision has to contain."""
    day, lang = asked_day(as_of, date.today()), language_of(request)
    run = service_of(request).answering.run
    rules, measure = await run(measures_of, day.day), await run(find_measure, day.day, set_id, measure_id)
    if measure is None:
        raise NotFoundError("no_such_measure_in_set", set=set_id, measure=measure_id)
    return page(
        request, "legislation/asked.html", part="measures", tabs=tabs_of(person_of(request)), day=day, measure=measure,
        in_words=lambda texts: said_in(texts, lang),
        obligations=[obligation for obligation in rules.obligations if measure.id in obligation.measures],
    )  # fmt: skip


def _holds(q: str, measure: Measure, lang: str) -> bool:
    texts = (
        measure.id,
        article_in(measure, lang),
        said_in(measure.titles, lang),
        *(said_in(element.says, lang) for element in measure.elements),
    )
    return not q.strip() or any(q.strip().casefold() in text.casefold() for text in texts)
