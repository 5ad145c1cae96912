"""The whole watch on topics of some reports: what rises, which terms are new, which reports stand behind each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np
from msgspec import Struct

from opencwc.reports.lazy_sequence import LazySequence
from opencwc.reports.model import OnTopic, Span
from opencwc.reports.report_columns import ReportColumns, columns_of_reports
from opencwc.reports.topics.independent_texts import texts_of
from opencwc.reports.topics.passages import Quote, is_withheld, quote, quote_of, sentence_around
from opencwc.reports.topics.terms import NewTerm, new_terms
from opencwc.reports.topics.tree import Topic, load_tree
from opencwc.reports.topics.trends import TopicMonth, TopicTrend, trends_of
from opencwc.reports.watched import Line, Watched

MOST_QUOTED = 3
"""Reports that are quoted behind a new term."""


class QuotedReport(Struct, frozen=True):
    """A report behind a topic or a term, what is quoted of it, and how sure its topic is (1 behind a term)."""

    line: Line
    quote: Quote
    chance: float = 1.0


class TopicPicture(Struct, frozen=True, dict=True):
    """Topics in the order of the tree with their trends, and the terms that are new in the newest month."""

    lines: Sequence[Line]
    columns: ReportColumns
    trends: tuple[TopicTrend, ...]
    terms: tuple[NewTerm, ...]

    @cached_property
    def present(self) -> tuple[TopicTrend, ...]:
        """The topics that there are reports on: new and rising ones first, then by texts in the newest month."""
        order = ("new", "rising", "falling", "steady", "first", "few")
        some = [trend for trend in self.trends if trend.texts]
        return tuple(sorted(some, key=lambda trend: (order.index(trend.change), -trend.newest.texts, -trend.texts)))

    @property
    def risen(self) -> tuple[TopicTrend, ...]:
        """The topics that are new or rising."""
        return tuple(trend for trend in self.present if trend.change in ("new", "rising"))

    @property
    def on_none(self) -> int:
        """How many reports are on no topic."""
        return int(np.count_nonzero(~self.columns.of("topics", bool)))

    @property
    def months(self) -> tuple[str, ...]:
        """The months, the oldest first."""
        return tuple(month.month for month in self.trends[0].months) if self.trends else ()

    def trend(self, name: str) -> TopicTrend:
        """Return the trend of a topic; raise `NotFoundError` where there is no such topic."""
        topic = load_tree().find(name)
        return next((trend for trend in self.trends if trend.topic.id == topic.id), _empty(topic))

    def reports_on(self, name: str) -> Sequence[tuple[Line, OnTopic]]:
        """Return the reports on a topic, the newest first, each read where it is looked at."""
        numbers = np.array(self.trend(name).numbers, np.int64)
        order = np.argsort(-self.columns.published[numbers], kind="stable")
        return _OnTopic(self.lines, numbers[order].tolist(), name)

    def terms_on(self, name: str) -> list[NewTerm]:
        """Return the new terms that stand in reports on a topic."""
        return [term for term in self.terms if name in term.topics]


def _empty(topic: Topic) -> TopicTrend:
    return TopicTrend(topic, (TopicMonth("", 0, 0, 0.0, 1.0),), (), "absent")


class _OnTopic(LazySequence[tuple[Line, OnTopic]]):
    """Reports on a topic, by their numbers."""

    def __init__(self, lines: Sequence[Line], numbers: Sequence[int], topic: str) -> None:
        self._lines, self._numbers, self._topic = lines, numbers, topic

    def __len__(self) -> int:
        return len(self._numbers)

    def made(self, number: int) -> tuple[Line, OnTopic]:
        """Return a report, and what it says of the topic."""
        line = self._lines[self._numbers[number]]
        return line, next(found for found in line.told.topics if found.topic == self._topic)


def topic_picture(watched: Watched) -> TopicPicture:
    """Return the watch on topics of watched reports."""
    columns = columns_of_reports(watched.lines, texts_of(watched.lines).first)
    return picture_of(watched.lines, columns, shown_terms(watched.lines, columns))


def picture_of(lines: Sequence[Line], columns: ReportColumns, terms: Iterable[NewTerm]) -> TopicPicture:
    """Return the watch on topics by the columns of reports; ``terms`` are those that are new."""
    return TopicPicture(lines, columns, tuple(trends_of(columns)), tuple(terms))


def shown_terms(lines: Sequence[Line], columns: ReportColumns) -> tuple[NewTerm, ...]:
    """Return the terms that are new, but those that are withheld."""
    return tuple(term for term in new_terms(lines, columns) if not is_withheld(term.phrase))


def quoted(reports: Sequence[tuple[Line, OnTopic]]) -> list[QuotedReport]:
    """Return what is quoted of reports on a topic."""
    return [QuotedReport(line, quote_of(line.told, found), found.chance) for line, found in reports]


def quoted_for(term: NewTerm, lines: Sequence[Line]) -> list[QuotedReport]:
    """Return what is quoted behind a new term: the sentences that it stands in, of the newest reports."""
    newest = sorted(term.places, key=lambda place: lines[place[0]].told.report.published, reverse=True)
    return [_quoted(lines[number], span) for number, span in newest[:MOST_QUOTED]]


def _quoted(line: Line, span: Span) -> QuotedReport:
    report = line.told.report
    return QuotedReport(line, quote(line.told, [sentence_around(report, span.start)], [span]))
