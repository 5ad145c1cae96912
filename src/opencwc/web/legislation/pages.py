"""Law: upload a State's texts, follow the job that checks them, and see what the Convention asks of a law."""

from __future__ import annotations

from collections.abc import Mapping, Set
from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Path, Query, Request
from starlette.responses import Response

from opencwc.convention.measures import TIERS, Measures, Obligation
from opencwc.convention.model import Words
from opencwc.convention.territories import all_territories
from opencwc.errors import NotFoundError
from opencwc.finding import Message
from opencwc.jobs.kept_runs import Listed
from opencwc.legislation.answer_wording import obligation_asks, said_alone, said_in
from opencwc.legislation.coverage_model import MODEL
from opencwc.legislation.example_texts import NAMES, NOW, STATE, example_text
from opencwc.legislation.verb import VERB as LAW
from opencwc.models.register import state_of
from opencwc.web.casebook.job_page import show_job
from opencwc.web.casebook.saved_runs import SavedRuns
from opencwc.web.casebook.upload_forms import leading_to_job, upload_values
from opencwc.web.convention.measures import find_measure, measures_of
from opencwc.web.legislation import check_pages, label_pages, neighbour_pages, questions, shelf_pages
from opencwc.web.legislation.forms import FORM
from opencwc.web.legislation.lists import MEASURES
from opencwc.web.legislation.parts import law_page
from opencwc.web.server import downloads
from opencwc.web.server.listing import Ending, ListWanted, listed
from opencwc.web.server.page import language_of
from opencwc.web.server.page_parameters import asked_day
from opencwc.web.server.service import Router
from opencwc.wording import say, sentence
from opencwc.wording.states import state_name, states_by_name

router = Router(include_in_schema=False)
_Brief = Annotated[str, Query(max_length=64)]
Name = Annotated[str, Path(max_length=64)]


def _state_of(run: Listed) -> str:
    return str(run.asked.get("state", ""))


def _named(run: Listed, lang: str) -> str:
    number = say(Message("page_law_run_number", {"number": run.number}), lang)
    return f"{state_name(_state_of(run), lang)} · {number}"


RUNS = SavedRuns(
    LAW, "/law/runs", "page_law_kept", "law_column_state", _named, "law_column_texts",
    tuple((verdict, f"page_law_short_{verdict}") for verdict in ("covered", "partial", "none", "review")), decided=True,
)  # fmt: skip
RUNS.give_files(router)


@router.get("/law", action="rules")
def show(
    request: Request, wanted: ListWanted, tried: Annotated[str, Query(alias="try", max_length=64)] = ""
) -> Response:
    """Show where a State's texts are dropped, with an example among them where one is named, and the checked laws."""
    kept = RUNS.shown(request, wanted)
    states = states_in(language_of(request), {_state_of(run) for run in kept.rows})
    return law_page(
        request, "legislation/page.html", "check", states=states, model=state_of(MODEL), examples=NAMES,
        example=tried if tried in NAMES else NOW, tries=tried in NAMES, example_state=STATE, runs=RUNS, kept=kept,
        **upload_values(request),
    )  # fmt: skip


def states_in(lang: str, also: Set[str] = frozenset()) -> list[tuple[str, str]]:
    """Return the codes and names of all States of today and of some others, by their names in a language."""
    known = all_territories().values()
    codes = (one.code for one in known if one.kind == "present" or one.code in also)
    return [(code, name) for name, code in states_by_name(codes, lang)]


@router.get("/law/examples/{name}", action="rules")
def example(name: str) -> Response:
    """Give an invented law to try out."""
    return downloads.example({known: example_text(known) for known in NAMES}, name)


@router.post("/law/texts", action="keep", uploads=True)
async def submit_texts(request: Request) -> Response:
    """Keep the texts in a case, have them checked, and lead to the page of the job."""
    return await FORM.take(request, leading_to_job)


# -------------------------------------------------------------------------- what the Convention asks, before any law


@router.get("/law/measures", action="rules")
def show_measures(request: Request, wanted: ListWanted, as_of: _Brief = "") -> Response:
    """Show the measures of a day: by tier, or in the order that was asked for."""
    day, lang = asked_day(as_of, date.today()), language_of(request)
    rules = measures_of(day.day)
    shown = listed(rules.measures, MEASURES, wanted, lang)
    groups = [(tier, [measure for measure in shown.rows if measure.tier == tier]) for tier in TIERS]
    query = "&".join(filter(None, (urlencode({"as_of": day.asked}) if day.asked else "", wanted.query)))
    return law_page(
        request, "legislation/measures.html", "measures", day=day, list=shown,
        groups=[("", shown.rows)] if wanted.order else [(tier, held) for tier, held in groups if held],
        columns=[column for column in MEASURES if wanted.order or column.name != "tier"],
        csv=f"/law/measures.csv{'?' + query if query else ''}",
        obligations=rules.obligations if not wanted.find else (), set_titles=_titles_of(rules),
        in_words=lambda texts: said_in(texts, lang), obligation_said=lambda each: _said(each, lang),
    )  # fmt: skip


@router.get("/law/measures.{ending}", action="rules")
def give_measures(request: Request, ending: Ending, wanted: ListWanted, as_of: _Brief = "") -> Response:
    """Give the measures of a day as a file, as they are shown."""
    day, lang = asked_day(as_of, date.today()), language_of(request)
    shown = listed(measures_of(day.day).measures, MEASURES, wanted, lang)
    return downloads.download(shown.file(ending, "page_law_tab_measures", lang), f"measures.{ending}")


@router.get("/law/measures/{set_id}/{measure_id}", action="rules")
def show_measure(request: Request, set_id: Name, measure_id: Name, as_of: _Brief = "") -> Response:
    """Show one measure: its article, its elements, what a provision has to contain."""
    day, lang = asked_day(as_of, date.today()), language_of(request)
    rules, measure = measures_of(day.day), find_measure(day.day, set_id, measure_id)
    if measure is None:
        raise NotFoundError("no_such_measure_in_set", set=set_id, measure=measure_id)
    return law_page(
        request, "legislation/asked.html", "measures", day=day, measure=measure,
        in_words=lambda texts: said_in(texts, lang), provision=lambda element: said_alone(element, lang),
        obligations=[obligation for obligation in rules.obligations if measure.id in obligation.measures],
        set_titles=_titles_of(rules), obligation_said=lambda each: sentence(obligation_asks(each), lang),
    )  # fmt: skip


def _said(obligation: Obligation, lang: str) -> str:
    measures = Message("law_obligation_measures", {"measures": obligation.measures})
    return " ".join(sentence(message, lang) for message in (obligation_asks(obligation), measures))


def _titles_of(rules: Measures) -> Mapping[str, Words]:
    return {each.id: each.titles for each in rules.sets}


router.get("/law/jobs/{job_id}", action="keep")(show_job)
for part in (check_pages, label_pages, neighbour_pages, shelf_pages, questions):
    router.include_router(part.router)
