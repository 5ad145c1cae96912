"""What pages and programs send of a saved watch, and how a page says what one asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Literal, get_args

from pydantic import Field

from opencwc.errors import InputError
from opencwc.finding import Message
from opencwc.records import to_plain
from opencwc.reports.agents import agent_called
from opencwc.reports.event_wording import agent_said
from opencwc.reports.watch_question import WatchQuestion
from opencwc.web.server.api_parameters import Closed
from opencwc.wording.common_chemicals import english_name
from opencwc.wording.states import state_named

MOST = 60
"""Values that one field of a watch may have."""
Name = Annotated[str, Field(max_length=100)]
Country = Annotated[str, Field(pattern="^[A-Z]{3}$")]
CountryOrNone = Annotated[str, Field(pattern="^([A-Z]{3})?$")]
EventId = Annotated[str, Field(max_length=64)]
Words = Annotated[str, Field(max_length=200)]
KindName = Literal[
    "alleged_use", "attack", "accident", "seizure", "theft", "transfer", "destruction", "inspection", "policy",
    "technology", "other",
]  # fmt: skip
StageName = Literal["alleged", "denied", "planned", "reported", "confirmed", "concluded"]
Language = Literal["ar", "en", "es", "fr", "ru", "zh"]
KINDS: tuple[str, ...] = get_args(KindName)
_COMMA = re.compile("[،、，;؛；,]")


class WatchBody(Closed):
    """A watch: of each field that is filled an event has one, and all ``words`` stand in it; ``event`` follows one."""

    name: Name = ""
    countries: Annotated[tuple[Country, ...], Field(max_length=MOST)] = ()
    kinds: Annotated[tuple[KindName, ...], Field(max_length=MOST)] = ()
    stages: Annotated[tuple[StageName, ...], Field(max_length=MOST)] = ()
    agents: Annotated[tuple[Words, ...], Field(max_length=MOST)] = ()
    languages: Annotated[tuple[Language, ...], Field(max_length=MOST)] = ()
    words: Words = ""
    event: EventId = ""

    def question(self) -> WatchQuestion:
        """Return what it asks for; raise `InputError` where that is nothing, or where it has no name."""
        question = WatchQuestion(
            _each_once(self.countries), _each_once(self.kinds), _each_once(self.stages), _each_once(self.agents),
            _each_once(self.languages), " ".join(self.words.split()), self.event.strip(),
        )  # fmt: skip
        return _checked(question, self.name)


class WatchForm(Closed):
    """The same from a page, where chemicals that no event names yet are written with commas."""

    name: Name = ""
    countries: Annotated[tuple[CountryOrNone, ...], Field(max_length=MOST)] = ()
    kinds: Annotated[tuple[KindName, ...], Field(max_length=MOST)] = ()
    stages: Annotated[tuple[StageName, ...], Field(max_length=MOST)] = ()
    agents: Annotated[tuple[Words, ...], Field(max_length=MOST)] = ()
    more_agents: Words = ""
    languages: Annotated[tuple[Language, ...], Field(max_length=MOST)] = ()
    words: Words = ""

    def question(self) -> WatchQuestion:
        """Return what was filled in; raise `InputError` where that is nothing, or where it has no name."""
        names = map(str.strip, _COMMA.split(self.more_agents))
        written = (agent_called(name) or english_name(name) for name in names)
        question = WatchQuestion(
            _each_once(self.countries), _each_once(self.kinds), _each_once(self.stages),
            _each_once((*self.agents, *written)), _each_once(self.languages), " ".join(self.words.split()),
        )  # fmt: skip
        return _checked(question, self.name)


def _checked(question: WatchQuestion, name: str) -> WatchQuestion:
    if not question.asks:
        raise InputError("watch_asks_nothing", where="words")
    if not question.event and not name.strip():
        raise InputError("watch_needs_name", where="name")
    return question


def asked_said(question: WatchQuestion) -> Iterator[Message]:
    """Yield what a watch asks for, a field each: its label, and the values."""
    fields: tuple[tuple[str, tuple[str | Message, ...]], ...] = (
        ("watch_field_country", tuple(map(state_named, question.countries))),
        ("watch_field_kind", tuple(Message(f"watch_kind_{kind}") for kind in question.kinds)),
        ("watch_field_stage", tuple(Message(f"verdict_{stage}") for stage in question.stages)),
        ("watch_field_agents", tuple(map(agent_said, question.agents))),
        ("page_language", tuple(Message(f"language_{code}") for code in question.languages)),
        ("page_watch_text", (question.words,) if question.words else ()),
    )
    for label, values in fields:
        if values:
            yield Message("watch_differs", {"field": Message(label), "values": values})


def plain_question(question: WatchQuestion) -> dict[str, object]:
    """Return what a watch asks for as it is kept: only the fields that are filled."""
    return dict(to_plain(question))


def _each_once(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value.strip() for value in values if value.strip()))
