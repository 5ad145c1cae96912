"""How often each topic comes up over the months, by independent texts, and whether the newest month differs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from opencwc.finding import Message, Value
from opencwc.models.statistics import wilson
from opencwc.reports.event_wording import day_said
from opencwc.reports.report_columns import ReportColumns
from opencwc.reports.topics.exact_tests import chance_of_at_least, chance_of_at_most, significant
from opencwc.reports.topics.tree import Topic, load_tree

Change = Literal["first", "new", "rising", "falling", "steady", "few", "absent"]
FEW = 3
"""Texts in all below which nothing is said of a trend."""


class TopicMonth(Struct, frozen=True):
    """How many independent texts of a month (``2026-03``) are on a topic, of how many, with the 95% interval.

    ``low`` and ``high`` are shares between 0 and 1.
    """

    month: str
    texts: int
    of: int
    low: float
    high: float

    @property
    def says(self) -> Message:
        """The count and the rate in words."""
        return Message("watch_topic_month", {
            "texts": self.texts, "of": self.of, "month": day_said(self.month),
            "low": round(100 * self.low), "high": round(100 * self.high),
        })  # fmt: skip


class TopicTrend(Struct, frozen=True):
    """A topic over the months, the oldest first, and how the newest stands to all before it.

    ``numbers`` are the places of its reports among the lines; ``chance`` is how likely so great a difference is by
    coincidence alone, 1 where nothing was compared.
    """

    topic: Topic
    months: tuple[TopicMonth, ...]
    numbers: tuple[int, ...]
    change: Change
    chance: float = 1.0

    @property
    def texts(self) -> int:
        """How many independent texts are on it in all months."""
        return sum(month.texts for month in self.months)

    @property
    def newest(self) -> TopicMonth:
        """The newest month."""
        return self.months[-1]

    @property
    def says(self) -> Message:
        """How the newest month stands to those before it, in words."""
        values: dict[str, Value] = {"month": day_said(self.newest.month)}
        return Message(f"watch_topic_{self.change}", values)


def trends_of(columns: ReportColumns) -> list[TopicTrend]:
    """Return every topic of the tree over the months.

    A text counts in the month of its first report; it is on the topics that any of its reports is on.
    """
    if not len(columns):
        return [TopicTrend(topic, (), (), "absent") for topic in load_tree().topics]
    months = first_months(columns)
    earliest = int(months.min())
    width = int(months.max()) - earliest + 1
    names = [_month_name(earliest + at) for at in range(width)]
    texts = np.zeros(len(columns), np.bool_)
    texts[columns.first] = True
    of = np.bincount(months[texts] - earliest, minlength=width).tolist()
    on_any = np.nonzero(columns.of("topics", bool))[0]
    numbers, values = columns.shared["topics"]
    trends = []
    for topic in load_tree().topics:
        on_it = np.array([topic.id in some for some in values], np.bool_)
        here = on_any[on_it[numbers[on_any]]]
        counts = np.bincount(months[np.unique(columns.first[here])] - earliest, minlength=width).tolist()
        counted = tuple(map(_month, names, counts, of))
        trends.append(TopicTrend(topic, counted, tuple(here.tolist()), "absent"))
    return _compared(trends)


def first_months(columns: ReportColumns) -> NDArray[np.int32]:
    """Return for each report the month of the first report of its text, by the clocks of their outlets."""
    months = columns.month.copy()
    np.minimum.at(months, columns.first, columns.month)
    earliest: NDArray[np.int32] = months[columns.first]
    return earliest


def _month_name(number: int) -> str:
    return f"{number // 12:04}-{number % 12 + 1:02}"


def _month(month: str, texts: int, of: int) -> TopicMonth:
    return TopicMonth(month, texts, of, *wilson(texts, of))


def _compared(trends: Sequence[TopicTrend]) -> list[TopicTrend]:
    """Compare the newest month of each topic with all before it, as many topics being looked at as have reports."""
    asked = [trend for trend in trends if trend.texts >= FEW and len(trend.months) > 1]
    chances = [min(1.0, 2 * min(_chances(trend))) for trend in asked]
    tested = {
        trend.topic.id: (chance, sure) for trend, chance, sure in zip(asked, chances, significant(chances), strict=True)
    }
    return [_with_change(trend, *tested.get(trend.topic.id, (1.0, False))) for trend in trends]


def _chances(trend: TopicTrend) -> tuple[float, float]:
    """Return how likely the newest month has at least, and at most, so many texts by coincidence alone."""
    newest, texts, of = trend.newest, trend.texts, sum(month.of for month in trend.months)
    counts = newest.texts, newest.of, texts, of
    return chance_of_at_least(*counts), chance_of_at_most(*counts)


def _with_change(trend: TopicTrend, chance: float, sure: bool) -> TopicTrend:
    return TopicTrend(trend.topic, trend.months, trend.numbers, _change(trend, sure=sure), chance)


def _change(trend: TopicTrend, *, sure: bool) -> Change:
    if not trend.texts:
        return "absent"
    if len(trend.months) == 1:
        return "first"
    if trend.texts == trend.newest.texts:
        return "new"
    if trend.texts < FEW:
        return "few"
    if not sure:
        return "steady"
    more, less = _chances(trend)
    return "rising" if more < less else "falling"
