"""Events by country and month: how many of which kind and stage, told by several independent origins or by one only.

Nothing is scored and nothing predicted. What is under-reported is said: an event that rests on one origin, a country
told of in one language only; a country without reports is no country without events.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from msgspec import Struct

from opencwc.finding import Message
from opencwc.reports.summaries import STAGES, EventSummary
from opencwc.wording.languages import language_named


class RegionMonth(Struct, frozen=True):
    """The events of one country in one month (empty where no report says when): by kind, by stage, by corroboration.

    ``country`` is an alpha-3 code, empty where no report says where.
    """

    country: str
    month: str
    events: tuple[EventSummary, ...]

    @property
    def kinds(self) -> Mapping[str, int]:
        """How many events of each kind, the most frequent first."""
        return dict(Counter(event.kind for event in self.events).most_common())

    @property
    def stages(self) -> Mapping[str, int]:
        """How many events stand at each stage, the least certain first."""
        counts = Counter(event.stage for event in self.events)
        return {stage: counts[stage] for stage in STAGES if counts[stage]}

    @property
    def corroborated(self) -> int:
        """How many are told by two independent origins or more."""
        return sum(event.corroborated for event in self.events)

    @property
    def only_alleged(self) -> int:
        """How many are alleged, by one origin only."""
        return sum(event.stage == "alleged" and not event.corroborated for event in self.events)


def picture_of(summaries: Iterable[EventSummary]) -> list[RegionMonth]:
    """Return the months of every country that has events, by country and then by month."""
    groups: dict[tuple[str, str], list[EventSummary]] = {}
    for summary in summaries:
        groups.setdefault((summary.place.country, month_of(summary)), []).append(summary)
    return [RegionMonth(*key, tuple(events)) for key, events in sorted(groups.items())]


def month_of(summary: EventSummary) -> str:
    """Return the month in which an event was (``2026-03``); empty where reports give only a year, or nothing."""
    return summary.date.text[:7] if len(summary.date.text) >= len("2026-03") else ""


def thinly_reported(summaries: Iterable[EventSummary]) -> list[tuple[str, tuple[Message, ...]]]:
    """Return the countries whose picture rests on little, by alpha-3 code, each with why."""
    by_country: dict[str, list[EventSummary]] = {}
    for summary in summaries:
        if summary.place.country:
            by_country.setdefault(summary.place.country, []).append(summary)
    thin = []
    for country, events in sorted(by_country.items()):
        why = []
        alone = sum(len(event.origins) == 1 for event in events)
        if alone:
            why.append(Message("watch_thin_one_origin", {"alone": alone, "all": len(events)}))
        sources = {source for event in events for source in event.sources}
        if len(sources) == 1:
            why.append(Message("watch_thin_one_outlet", {"source": sources.pop()}))
        languages = {language for event in events for language in event.languages if language}
        if len(languages) == 1 and len(events) > 1:
            why.append(Message("watch_thin_one_language", {"language": language_named(languages.pop())}))
        if why:
            thin.append((country, tuple(why)))
    return thin
