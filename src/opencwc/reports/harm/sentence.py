"""The records of what a sentence tells of harm: its words, its figures, and the sentence itself."""

from __future__ import annotations

from bisect import bisect_left
from typing import NamedTuple

from opencwc.language.plain_text import Plain
from opencwc.reports.harm.lists import Harm
from opencwc.reports.model import Span

UNCOUNTED = -1
"""Stands for "dozens": no number, yet it takes the place of one."""


class HarmWord(NamedTuple):
    """A word of harm in a sentence; ``behind`` says that its number only ever follows it."""

    start: int
    end: int
    harm: Harm
    behind: bool


class Figure(NamedTuple):
    """A number of people that a sentence tells, and how much speaks for its being the report's own and latest."""

    harm: Harm
    number: int
    score: float
    spans: tuple[Span, ...]
    part: bool = False
    by_others: bool = False
    claimed: bool = False
    further: bool = False
    at: int = 0
    total: bool = False
    place: tuple[int, int] = (0, 0)
    weak: bool = False
    ago: bool = False
    """Whether its clause puts it into a time long before."""


class Sentence(NamedTuple):
    """A sentence as words are looked for in it, with its place in the report."""

    plain: Plain
    start: int
    lang: str
    at: int
    is_title: bool
    score: float = 0.0
    is_news: bool = True
    drill: str = ""
    """What is said of exercises in the sentences around."""
    of_other: bool = False
    """Whether it tells of another event too."""
    year: int = 0
    """The year of the event; 0 where the report remembers one."""
    is_new: bool = True
    """Whether the event is of the days before the report."""

    @property
    def at_or_title(self) -> int:
        """The place of the sentence in the text, -1 for the title."""
        return -1 if self.is_title else self.at

    @property
    def text(self) -> str:
        """The sentence in plain text."""
        return self.plain.text

    def places_of(self, span: Span) -> tuple[int, int]:
        """Return where a place of the report stands in the plain text."""
        places = self.plain.places
        start = bisect_left(places, span.start - self.start)
        return start, max(start, bisect_left(places, span.end - self.start))

    def span(self, start: int, end: int) -> Span:
        """Return a place in the report."""
        first, last = self.plain.span(start, end)
        return Span(self.start + first, self.start + last)
