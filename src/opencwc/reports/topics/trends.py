"""How often each topic comes up over the months, by independent texts, and whether the newest month differs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Literal

from msgspec import Struct

from opencwc.finding import Message, Value
from opencwc.models.statistics import wilson
from opencwc.reports.event_wording import day_said
from opencwc.reports.topics.exact_tests import chance_of_at_least, chance_of_at_most, significant
from opencwc.reports.topics.tree import Topic, load_tree
from opencwc.reports.watched import Line

Change = Literal["first", "new", "rising", "falling", "steady", "few", "absent"]
FEW = 3
"""Texts in all below which nothing is said of a trend."""


class TopicMonth(Struct, frozen=True):
    """How many independent texts of a month (``2026-03``) are on a topic, of how many, with the 95 % interval.

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


def month_of(line: Line) -> str:
    """Return the month in which a report was published, by the clock of its outlet."""
    return f"{line.told.report.published:%Y-%m}"


def trends_of(lines: Sequence[Line], names: Sequence[str]) -> list[TopicTrend]:
    """Return every topic of the tree over the months; ``names`` are those of `text_names`.

    A text counts in the month of its first report; it is on the topics that any of its reports is on.
    """
    month_of_text = first_months(lines, names)
    months = _all_months(sorted(set(month_of_text.values())))
    all_texts: dict[str, int] = defaultdict(int)
    for month in month_of_text.values():
        all_texts[month] += 1
    numbers: dict[str, list[int]] = defaultdict(list)
    for number, line in enumerate(lines):
        for found in line.told.topics:
            numbers[found.topic].append(number)
    trends = []
    for topic in load_tree().topics:
        texts: dict[str, int] = defaultdict(int)
        for name in {names[number] for number in numbers[topic.id]}:
            texts[month_of_text[name]] += 1
        counted = tuple(_month(month, texts[month], all_texts[month]) for month in months)
        trends.append(TopicTrend(topic, counted, tuple(numbers[topic.id]), "absent"))
    return _compared(trends)


def first_months(lines: Sequence[Line], names: Sequence[str]) -> Mapping[str, str]:
    """Return for each text the month of its first report."""
    months: dict[str, str] = {}
    for line, name in zip(lines, names, strict=True):
        month = month_of(line)
        months[name] = min(month, months.get(name, month))
    return months


def _month(month: str, texts: int, of: int) -> TopicMonth:
    return TopicMonth(month, texts, of, *wilson(texts, of))


def _all_months(present: Sequence[str]) -> list[str]:
    """Return the months from the first to the last, those without any report too."""
    if not present:
        return []
    (first, last) = (12 * int(month[:4]) + int(month[5:]) - 1 for month in (present[0], present[-1]))
    return [f"{month // 12:04}-{month % 12 + 1:02}" for month in range(first, last + 1)]


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
