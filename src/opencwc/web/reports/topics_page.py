"""The technology watch: which topics rise, which terms are new, and a topic with its months and passages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Path, Query, Request
from starlette.responses import Response

from opencwc.finding import Message
from opencwc.reports.event_wording import day_said
from opencwc.reports.topics.topic_picture import TopicPicture, quoted, quoted_for
from opencwc.reports.topics.tree import load_tree
from opencwc.reports.topics.trends import TopicTrend
from opencwc.web.reports.event_run import event_run
from opencwc.web.server.api_parameters import LARGEST, Number
from opencwc.web.server.downloads import download
from opencwc.web.server.listing import Ending, ListAsked, ListColumn, ListShown, ListWanted, listed
from opencwc.web.server.page import language_of, page
from opencwc.web.server.service import Router
from opencwc.wording import RIGHT_TO_LEFT, say

router = Router(include_in_schema=False)
TopicName = Annotated[str, Path(max_length=64)]
A_PAGE = 30
MOST_MONTHS = 18
"""Months that a chart shows, the newest."""


def topic_columns(picture: TopicPicture) -> tuple[ListColumn[TopicTrend], ...]:
    """Return the columns of the list of topics."""
    themes = {theme.id: theme for theme in load_tree().themes}
    newest = Message("page_watch_topic_newest", {"month": day_said(picture.months[-1])})
    return (
        ListColumn("topic", "page_watch_topic", lambda trend, lang: say(trend.topic.named, lang)),
        ListColumn("theme", "page_watch_area", lambda trend, lang: say(themes[trend.topic.theme].named, lang)),
        ListColumn("change", "page_watch_topic_change", lambda trend, lang: say(trend.says, lang)),
        ListColumn(
            "newest", newest, lambda trend, _: str(trend.newest.texts), lambda trend: trend.newest.texts, number=True
        ),
        ListColumn(
            "texts", "page_watch_topic_texts", lambda trend, _: str(trend.texts), lambda trend: trend.texts, number=True
        ),
        ListColumn(
            "reports", "watch_field_reports", lambda trend, _: str(len(trend.numbers)),
            lambda trend: len(trend.numbers), number=True,
        ),
    )  # fmt: skip


def listed_topics(picture: TopicPicture, wanted: ListAsked, lang: str) -> ListShown[TopicTrend]:
    """Return the topics that there are reports on, theme by theme where no other order is asked for."""
    rows = [trend for _, trends in grouped(picture) for trend in trends]
    return listed(rows, topic_columns(picture) if rows else (), wanted, lang)


@router.get("/watch/runs/{number}/topics.{ending}", action="read")
def give_topics(request: Request, number: Number, ending: Ending, wanted: ListWanted) -> Response:
    """Give the list of topics as a file, in which no cell is a formula."""
    lang = language_of(request)
    table = listed_topics(event_run(request, number).topics, wanted, lang)
    return download(table.file(ending, "page_watch_topics_all", lang), f"topics-{number}.{ending}")


@router.get("/watch/runs/{number}/topics", action="read")
def show_topics(request: Request, number: Number, wanted: ListWanted) -> Response:
    """Show which topics rise, which terms are new, and all topics that there are reports on."""
    run = event_run(request, number)
    picture = run.topics
    return page(
        request, "reports/topics.html", shown=run.shown, picture=picture,
        list=listed_topics(picture, wanted, language_of(request)),
        terms=[(term, quoted_for(term, picture.lines)) for term in picture.terms],
        names={topic.id: topic.named for topic in load_tree().topics}, right_to_left=RIGHT_TO_LEFT, day_said=day_said,
    )  # fmt: skip


@router.get("/watch/runs/{number}/topics/{topic}", action="read")
def show_topic(
    request: Request, number: Number, topic: TopicName, after: Annotated[int, Query(ge=0, le=LARGEST)] = 0
) -> Response:
    """Show a topic: how often it comes up month by month, and the passages behind it, the newest first."""
    run = event_run(request, number)
    trend = run.topics.trend(topic)
    reports = run.topics.reports_on(topic)
    return page(
        request, "reports/topic.html", shown=run.shown, trend=trend, total=len(reports),
        reports=quoted(reports[after : after + A_PAGE]), next=after + A_PAGE if after + A_PAGE < len(reports) else None,
        terms=run.topics.terms_on(topic), right_to_left=RIGHT_TO_LEFT,
        chart=chart_of(trend, language_of(request)), day_said=day_said,
    )  # fmt: skip


def grouped(picture: TopicPicture) -> list[tuple[Any, Sequence[TopicTrend]]]:
    """Return the themes of the tree, each with the topics that there are reports on."""
    by_topic = {trend.topic.id: trend for trend in picture.present}
    groups = [
        (theme, [by_topic[topic.id] for topic in load_tree().of(theme.id) if topic.id in by_topic])
        for theme in load_tree().themes
    ]
    return [(theme, trends) for theme, trends in groups if trends]


def chart_of(trend: TopicTrend, lang: str) -> dict[str, Any]:
    """Return the newest months of a topic as a chart takes them."""
    rows = [{"label": say(day_said(month.month), lang), "value": month.texts} for month in trend.months[-MOST_MONTHS:]]
    titles = {"x": say("page_watch_month", lang), "y": say("page_watch_texts", lang)}
    return {"rows": rows, "titles": titles}
