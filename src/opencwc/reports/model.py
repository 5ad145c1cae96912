"""The records of the verb: a report as it came, what it tells, and where in the text that stands."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Literal, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from opencwc.reports.lookalike_letters import put_right

Kind = Literal[
    "", "alleged_use", "attack", "accident", "seizure", "theft", "transfer", "destruction", "inspection", "policy",
    "technology", "other",
]  # fmt: skip
Stage = Literal["", "planned", "denied", "concluded", "confirmed", "alleged", "reported"]
Stance = Literal["", "asserts", "confirms", "denies", "doubts", "none"]
Precision = Literal["", "day", "month", "year"]
Qualifier = Literal["", "at_least", "at_most", "about"]


class ReportKey(NamedTuple):
    """What a report is known by in every run: its id, and when it was published, in seconds."""

    id: str
    published: float


class Span(NamedTuple):
    """A place in `Report.whole`: the first character, and the one after the last."""

    start: int
    end: int


class IncidentRow(NamedTuple):
    """Facts that a register of incidents has in columns of their own, as it writes them; empty where it has none.

    ``killed`` and ``affected`` may be several numbers, with ``+`` between.
    """

    kind: str = ""
    date: str = ""
    country: str = ""
    place: str = ""
    agents: str = ""
    killed: str = ""
    affected: str = ""


class Report(Struct, frozen=True, dict=True):
    """A report as an outlet gave it; ``published`` knows its offset from UTC, ``lang`` is empty where nobody said it.

    ``title`` is empty where the report has none. ``row`` counts the reports of a run from 1, and ``file`` is where it
    came from, ``sha256`` the hash of its bytes there as they were captured (empty where nobody kept it). ``given`` are
    facts that need not be read from the text. ``taken`` is when an archive captured it, where it came from one.
    """

    id: str
    published: datetime
    source: str
    url: str
    lang: str
    title: str
    text: str
    row: int = 0
    file: str = ""
    sha256: str = ""
    given: IncidentRow | None = None
    taken: datetime | None = None

    @cached_property
    def whole(self) -> str:
        """Title and text, as spans count them: with an empty line between."""
        return f"{self.title}\n\n{self.text}" if self.title else self.text

    @cached_property
    def plain(self) -> Report:
        """The report as it is read: letters that only pass for others as what they pass for, all places the same."""
        title, text = put_right(self.title), put_right(self.text)
        return self if (title, text) == (self.title, self.text) else replace(self, title=title, text=text)

    @cached_property
    def key(self) -> ReportKey:
        """What it is known by in every run."""
        return ReportKey(self.id, self.published.timestamp())

    def is_same(self, other: Report) -> bool:
        """Tell whether another report is this one, come once more: from wherever, and whenever it was captured."""
        return self._what_counts == other._what_counts

    @property
    def _what_counts(self) -> tuple[object, ...]:
        return (*self.key, self.source, self.url, self.title, self.text, self.given)

    @cached_property
    def body_at(self) -> int:
        """Where the text begins in `whole`."""
        return len(self.title) + 2 if self.title else 0


class Date(NamedTuple):
    """A day, month or year: ``2026-03-04``, ``2026-03``, ``2026``; empty where a report gives none."""

    text: str = ""
    precision: Precision = ""
    spans: tuple[Span, ...] = ()


class Place(NamedTuple):
    """Where something happened: the country by its alpha-3 code, and the most precise place in English spelling.

    ``point`` is latitude and longitude in degrees where the place is in the gazetteer. ``others`` are further States
    with a place of this name that may be meant as well, as nothing else in the report tells which.
    """

    country: str = ""
    name: str = ""
    point: tuple[float, float] | None = None
    spans: tuple[Span, ...] = ()
    others: tuple[str, ...] = ()


class Agents(NamedTuple):
    """Chemicals that any speaker names for the event, by their English common names, in the order of the text."""

    names: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()


class Count(NamedTuple):
    """A number of people, ``None`` where none is told, and how likely it is the report's figure.

    ``high`` is the upper end where a range is told, of which ``number`` is the lower, ``qualifier`` how sure it is.
    """

    number: int | None = None
    spans: tuple[Span, ...] = ()
    chance: float = 1.0
    high: int | None = None
    qualifier: Qualifier = ""


class Casualties(NamedTuple):
    """Who died, and who was injured, ill or exposed, by the latest figures of the main speaker."""

    killed: Count = Count()
    affected: Count = Count()


class Amount(NamedTuple):
    """So much of a chemical: a number, and its unit (``t``, ``kg``, ``L`` ...) or what is counted (``drums``).

    ``high`` is the upper end where a range is told, of which ``number`` is the lower, ``qualifier`` how sure it is.
    """

    number: Decimal
    unit: str
    spans: tuple[Span, ...] = ()
    high: Decimal | None = None
    qualifier: Qualifier = ""


class Nature(NamedTuple):
    """What kind of thing is told (empty: no event), how far it is known, and what the main speaker says of it."""

    kind: Kind = ""
    stage: Stage = ""
    stance: Stance = ""
    spans: Mapping[str, tuple[Span, ...]] = {}
    """The deciding words, by ``kind``, ``stage`` and ``stance``."""


class OnTopic(Struct, frozen=True):
    """A topic of the technology watch that a report is on, by its id: how likely, and what speaks for it.

    ``passages`` are sentences of the report, ``words`` the words in them that speak for the topic.
    """

    topic: str
    chance: float
    passages: tuple[Span, ...] = ()
    words: tuple[Span, ...] = ()


class Told(Struct, frozen=True):
    """What one report tells, in the language ``lang`` (given, or recognised)."""

    report: Report
    lang: str
    nature: Nature = Nature()
    date: Date = Date()
    place: Place = Place()
    agents: Agents = Agents()
    casualties: Casualties = Casualties()
    amounts: tuple[Amount, ...] = ()
    topics: tuple[OnTopic, ...] = ()
