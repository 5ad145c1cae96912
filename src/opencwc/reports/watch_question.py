"""What a saved watch asks for: countries, kinds, stages, chemicals, languages, words, or one event that is followed."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from msgspec import Struct

from opencwc.reports.events import event_id
from opencwc.reports.summaries import EventSummary
from opencwc.reports.word_pieces import pieces_of
from opencwc.wording.common_chemicals import names_in_all_languages


class WatchQuestion(Struct, frozen=True, omit_defaults=True):
    """Which events a person wants: of each field that is filled, an event has one, and all ``words`` stand in it.

    ``event`` is the id of a single event that is followed, under which it is found later too.
    """

    countries: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    words: str = ""
    event: str = ""

    @property
    def asks(self) -> bool:
        """Whether it asks for anything: one that does not would want every event."""
        return any(getattr(self, name) for name in self.__struct_fields__)

    def wants(self, summary: EventSummary) -> bool:
        """Tell whether an event is one of those that it asks for."""
        if self.event and not is_event(summary, self.event):
            return False
        asked: tuple[tuple[Sequence[str], Collection[str]], ...] = (
            (self.countries, (summary.place.country,)),
            (self.kinds, (summary.kind,)),
            (self.stages, (summary.stage,) if summary.decided else summary.stages),
            (self.agents, summary.agents),
            (self.languages, summary.languages),
        )
        if any(wanted and not _share(wanted, given) for wanted, given in asked):
            return False
        return holds_words(summary, self.words)


def _share(wanted: Sequence[str], given: Collection[str]) -> bool:
    return not {word.casefold() for word in wanted}.isdisjoint(word.casefold() for word in given)


def is_event(summary: EventSummary, identity: str) -> bool:
    """Tell whether an event has an id, or had it once: each of its reports may have been the first one."""
    return summary.id == identity or any(event_id(line.told.report) == identity for line in summary.lines)


def holds_words(summary: EventSummary, words: str) -> bool:
    """Tell whether all words stand in the reports of an event, in their outlets, or in its facts."""
    wanted = [piece for word in words.casefold().split() for piece in pieces_of(word)]
    if not wanted:
        return True
    whole = searched_text(summary)
    return all(piece in whole for piece in wanted)


def searched_text(summary: EventSummary) -> str:
    """Return what words are looked for in, in small letters: chemicals stand there in all languages."""
    reports = [line.told.report for line in summary.lines]
    texts = [text for report in reports for text in (report.whole, report.source, report.id)]
    agents = [name for agent in summary.agents for name in names_in_all_languages(agent)]
    return "\n".join((*texts, *agents, summary.place.name, summary.id)).casefold()
