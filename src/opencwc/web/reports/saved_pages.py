"""My watches: a person's saved watches, what is new and changed in each since the last look, and their forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Form, Path, Query, Request
from pydantic import Field
from starlette.responses import Response

from opencwc.casebook.saved_watches import (
    LONGEST_NAME,
    SavedWatch,
    change_watch,
    delete_watch,
    note_look,
    save_watch,
    watch_of,
    watches_of,
)
from opencwc.convention.territories import all_territories
from opencwc.finding import Message
from opencwc.jobs.watch_news import WatchNews, question_of
from opencwc.reports.event_changes import CHANGED, NEW, EventNews
from opencwc.reports.model import ReportKey
from opencwc.reports.summaries import STAGES, EventSummary
from opencwc.reports.watch_question import WatchQuestion
from opencwc.web.reports.event_run import EventRun, EventsAsked
from opencwc.web.reports.face import RUNS
from opencwc.web.reports.saved_watch import KINDS, WatchForm, asked_said, plain_question
from opencwc.web.server.api_parameters import LARGEST, Closed, Number
from opencwc.web.server.htmx_headers import leading_to
from opencwc.web.server.page import language_of, page
from opencwc.web.server.service import Router, book_of, person_of
from opencwc.wording import LANGUAGES, say
from opencwc.wording.collation import sort_key
from opencwc.wording.common_chemicals import common_name
from opencwc.wording.states import states_by_name

router = Router(include_in_schema=False)
WatchId = Annotated[str, Path(max_length=64)]
MINE = "/watch/saved"
A_PAGE, MOST_SHOWN = 30, 5
"""Events on the page of a watch, and of each watch on the page of all."""


@dataclass(frozen=True)
class ShownWatch:
    """A watch with its events: ``title`` is its name, or the event that it follows, empty where that is not there."""

    saved: SavedWatch
    question: WatchQuestion
    title: str | Message
    asks: tuple[Message, ...]
    news: Sequence[EventNews]

    def count(self, state: str) -> int:
        """Return how many of its events are in a state."""
        return sum(one.state == state for one in self.news)

    @property
    def fresh(self) -> list[EventNews]:
        """The new and the changed events."""
        return [one for one in self.news if one.state in (NEW, CHANGED)]

    @property
    def address(self) -> str:
        """Its page."""
        return f"{MINE}/{self.saved.id}"


def shown_watch(news: WatchNews, saved: SavedWatch) -> ShownWatch:
    """Return a watch with its events."""
    question, events = question_of(saved), news.of(saved)
    followed: str | Message = events[0].event.summary.headline if question.event and events else ""
    return ShownWatch(saved, question, saved.name or followed, tuple(asked_said(question)), events)


def news_for(request: Request) -> WatchNews:
    """Return the events that the watches of who asks can want."""
    return WatchNews(book_of(request), person_of(request))


def seen_text(news: WatchNews) -> str:
    """Return what a page shows as a form sends it back: runs, each with how many decisions it has."""
    return " ".join(f"{run}:{count}" for run, count in news.seen.items())


@router.get("/watch/saved", action="read")
def show_mine(request: Request) -> Response:
    """Show a person's watches, each with what is new and changed since the last look."""
    news = news_for(request)
    watches = [shown_watch(news, saved) for saved in watches_of(book_of(request), person_of(request))]
    counts = {state: len(_events_in(watches, state)) for state in (NEW, CHANGED)}
    return page(
        request, "reports/saved.html", watches=[one for one in watches if not one.question.event],
        followed=[one for one in watches if one.question.event], counts=counts, seen=seen_text(news),
        runs=news.runs, most=MOST_SHOWN,
    )  # fmt: skip


def _events_in(watches: Sequence[ShownWatch], state: str) -> set[str]:
    """Return the ids of the events that stand so in any watch; an event in two watches counts once."""
    return {one.event.summary.id for watch in watches for one in watch.news if one.state == state}


@router.get("/watch/saved/new", action="read")
def show_new(request: Request, wanted: EventsAsked) -> Response:
    """Show an empty form, or one that a filter of a list has filled in."""
    question = WatchQuestion(
        tuple(filter(None, (wanted.country,))), tuple(filter(None, (wanted.kind,))),
        tuple(filter(None, (wanted.stage,))), words=wanted.text,
    )  # fmt: skip
    return _form(request, "", question, MINE)


@router.post("/watch/saved", action="read")
def save(request: Request, form: Annotated[WatchForm, Form()]) -> Response:
    """Save a watch, and lead to its page."""
    saved = save_watch(book_of(request), person_of(request), form.name, plain_question(form.question()))
    return leading_to(f"{MINE}/{saved.id}")


@router.get("/watch/saved/{watch}", action="read")
def show_watch(request: Request, watch: WatchId, after: Annotated[int, Query(ge=0, le=LARGEST)] = 0) -> Response:
    """Show all events of a watch, new and changed ones first."""
    news = news_for(request)
    shown = shown_watch(news, watch_of(book_of(request), person_of(request), watch))
    following = after + A_PAGE
    return page(
        request, "reports/saved_watch.html", watch=shown, events=shown.news[after:following], runs=news.runs,
        next=following if following < len(shown.news) else None, seen=seen_text(news),
    )  # fmt: skip


@router.get("/watch/saved/{watch}/edit", action="read")
def show_edit(request: Request, watch: WatchId) -> Response:
    """Show the form of a watch."""
    saved = watch_of(book_of(request), person_of(request), watch)
    return _form(request, saved.name, question_of(saved), f"{MINE}/{saved.id}")


@router.post("/watch/saved/{watch}", action="read")
def change(request: Request, watch: WatchId, form: Annotated[WatchForm, Form()]) -> Response:
    """Change a watch, and lead to its page."""
    change_watch(book_of(request), person_of(request), watch, form.name, plain_question(form.question()))
    return leading_to(f"{MINE}/{watch}")


class LookForm(Closed):
    """What was looked at: ``seen`` is what the page was made from."""

    seen: Annotated[str, Field(max_length=4_000, pattern=r"^(\d{1,15}:\d{1,15}( \d{1,15}:\d{1,15})*)?$")] = ""


@router.post("/watch/saved/{watch}/looked", action="read")
def look(request: Request, watch: WatchId, form: Annotated[LookForm, Form()]) -> Response:
    """Mark what the page showed as looked at; what came since stays new."""
    pairs = (pair.split(":") for pair in form.seen.split())
    seen = known_look(news_for(request), {int(run): int(count) for run, count in pairs})
    note_look(book_of(request), person_of(request), watch, seen)
    return leading_to(MINE)


def known_look(news: WatchNews, seen: Mapping[int, int]) -> dict[int, int]:
    """Leave out runs that the person cannot have looked at, and decisions that there are not."""
    return {run: min(count, news.seen[run]) for run, count in seen.items() if run in news.seen}


@router.post("/watch/saved/{watch}/delete", action="read")
def delete(request: Request, watch: WatchId) -> Response:
    """Delete a watch, and lead to the page of all."""
    delete_watch(book_of(request), person_of(request), watch)
    return leading_to(MINE)


class FollowForm(Closed):
    """The event to follow, or to follow no longer."""

    event: Annotated[str, Field(min_length=1, max_length=64)]
    follow: bool = True


@router.post("/watch/runs/{number}/follow", action="read")
def follow(request: Request, number: Number, form: Annotated[FollowForm, Form()]) -> Response:
    """Follow an event, or stop; lead back to its page."""
    book, person = book_of(request), person_of(request)
    news = WatchNews(book, person)
    summary = news.event(number, form.event)
    if form.follow:
        saved = save_watch(book, person, "", plain_question(WatchQuestion(event=summary.id)))
        note_look(book, person, saved.id, news.seen)
    else:
        for saved in following(watches_of(book, person), summary):
            delete_watch(book, person, saved.id)
    return leading_to(f"{RUNS}/{number}/events/{summary.id}")


def following(watches: Sequence[SavedWatch], summary: EventSummary) -> list[SavedWatch]:
    """Return the watches that follow an event."""
    questions = ((saved, question_of(saved)) for saved in watches)
    return [saved for saved, question in questions if question.event and question.wants(summary)]


def _form(request: Request, name: str, question: WatchQuestion, action: str) -> Response:
    lang = language_of(request)
    indexes = [run.index() for run in news_for(request).runs.values()]
    countries = {code for index in indexes for code in index.values("country")} | set(question.countries)
    agents = {agent for index in indexes for agent in index.agents} | set(question.agents)
    others = states_by_name(set(all_territories()) - countries, lang)
    return page(
        request, "reports/saved_form.html", name=name, question=question, target=action, longest_name=LONGEST_NAME,
        countries=[code for _, code in states_by_name(countries, lang)], others=others,
        kinds=sorted(KINDS, key=lambda kind: sort_key(say(f"watch_kind_{kind}", lang), lang)), stages=STAGES,
        agents=sorted(agents, key=lambda name: sort_key(common_name(name, lang), lang)), spoken=LANGUAGES,
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------ in lists of a run


@dataclass(frozen=True)
class WantedBy:
    """That a watch wants an event, and what is new about it there."""

    title: str | Message
    address: str
    state: str
    changes: tuple[Message, ...]


def wanted_by(request: Request, run: EventRun) -> dict[str, list[WantedBy]]:
    """Return for each event of a run, by its id, the watches in which it is new or changed; none for an older run."""
    book, person = book_of(request), person_of(request)
    saved = watches_of(book, person)
    news = WatchNews(book, person, run.shown.case.name)
    if not saved or run.shown.number not in news.runs:
        return {}
    by_report: dict[ReportKey, list[WantedBy]] = {}
    for watch in (shown_watch(news, one) for one in saved):
        for one in watch.fresh:
            wanted = WantedBy(watch.title, watch.address, one.state, one.changes)
            for key in one.event.summary.keys:
                by_report.setdefault(key, []).append(wanted)
    events = run.index.of_reports(key.id for key in by_report)
    found = {summary.id: _of_event(summary, by_report) for summary in events}
    return {event: wanted for event, wanted in found.items() if wanted}


def _of_event(summary: EventSummary, by_report: Mapping[ReportKey, Sequence[WantedBy]]) -> list[WantedBy]:
    each = (wanted for key in summary.keys for wanted in by_report.get(key, ()))
    return list({(wanted.address, wanted.state): wanted for wanted in each}.values())
