"""The records of legislation: a State's texts, what of a measure a section holds, and what is said of each measure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from opencwc.convention.measures import Measure
from opencwc.finding import Message
from opencwc.legislation.reading.topics import SHORT
from opencwc.legislation.texts.citations import act_title
from opencwc.legislation.texts.legal_texts import LegalText
from opencwc.legislation.texts.passages import LegalPassage
from opencwc.legislation.texts.sections import LegalSection

COVERED, PARTIAL, NONE = "covered", "partial", "none"
VERDICTS = (COVERED, PARTIAL, NONE)
"""What a person may say of a measure: covered, covered in part, or no passage found in the texts supplied."""
REVIEW = "review"
ALL_VERDICTS = (COVERED, PARTIAL, NONE, REVIEW)
"""What is said of a measure: the last where a person has to read it, since no verdict is sure enough."""

COLUMNS = ("measure", "verdict", "probability", "rank", "file", "section", "start", "end", "missing", "why")
SHOWN = 5
"""Passages that are shown for a measure at most."""


LEAST_FIRM = 0.55
"""Strength from which on an element counts as met; what only stands somewhere in the same section is weaker."""
LEAST_TIGHT = 0.75
"""Strength from which on it stands with all that the measure speaks of, there or where a reference leads."""


class Span(NamedTuple):
    """A deciding word: the term it stands for and where it stands in its document's text."""

    term: str
    start: int
    end: int


class Holding(NamedTuple):
    """What one section holds of one element: how it is met, how firmly (0 to 1), and the words that say so.

    ``how`` is ``said``, ``reference`` (by reference to the Convention), ``regulation`` (left to a regulation),
    ``denied`` (spoken of to exclude it), or among `SHORT` what it falls short of. ``via`` is the section that a
    reference leads to, where the words stand there, ``clause`` the clause of the section that says it where one does.
    """

    element: str
    how: str
    strength: float
    spans: tuple[Span, ...]
    via: int = -1
    clause: int = -1


@dataclass(frozen=True, slots=True)
class SectionHolding:
    """What one section holds of a measure: its place among the sections, what it speaks of, and the elements."""

    section: int
    subject: float
    scope: float
    holdings: tuple[Holding, ...]
    spans: tuple[Span, ...] = ()

    def firm(self, least: float = LEAST_FIRM) -> frozenset[str]:
        """Return the elements that are met here, not only left to a regulation, with at least this strength."""
        return frozenset(
            holding.element
            for holding in self.holdings
            if holding.how in ("said", "reference", *SHORT) and holding.strength >= least
        )

    def of(self, how: str) -> frozenset[str]:
        """Return the elements that are held in this way."""
        return frozenset(holding.element for holding in self.holdings if holding.how == how)


@dataclass(frozen=True, slots=True)
class Shown:
    """A passage that is shown for a measure: the passage, how near it is, its deciding words, what it holds.

    ``excepts`` is what in it lets somebody through whom a ban of the Convention binds.
    """

    passage: LegalPassage
    score: float
    similarity: float
    spans: tuple[Span, ...] = ()
    elements: tuple[str, ...] = ()
    delegated: tuple[str, ...] = ()
    excepts: tuple[Span, ...] = ()

    @property
    def decides(self) -> bool:
        """Whether it holds something of the measure, or takes something of it back."""
        return bool(self.elements or self.delegated or self.excepts)

    def words(self, span: Span) -> str:
        """Return the words of the passage at a place of the document."""
        return self.passage.text[span.start - self.passage.start : span.end - self.passage.start]


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said of one measure.

    ``probability`` says how likely the verdict is right where a model took part, else ``None``; where a person has to
    read (`REVIEW`), that of the verdict that it ``leans`` to. ``unsure`` are elements that a person has to read,
    ``by_reference`` those taken over from the Convention, ``limited`` those that hold with what they fall short of.
    ``missing`` are ids of elements that
    no provision holds, ``passing`` those among them whose words stand somewhere all the same, only in passing;
    ``delegated`` are those that are left to a regulation that was not supplied, ``excepted`` those that are said, but
    not for everyone. ``signs`` are the numbers that the decision rests on, by name. Of an answer as people decided it,
    ``by_person`` are the elements that stand as a person said.
    """

    measure: Measure
    verdict: str
    probability: float | None
    shown: tuple[Shown, ...]
    met: tuple[str, ...]
    missing: tuple[str, ...]
    delegated: tuple[str, ...]
    why: tuple[Message, ...]
    signs: tuple[tuple[str, float], ...] = ()
    passing: tuple[str, ...] = ()
    excepted: tuple[str, ...] = ()
    by_person: tuple[str, ...] = ()
    leans: str = ""
    unsure: tuple[str, ...] = ()
    by_reference: tuple[str, ...] = ()
    limited: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Law:
    """A State's texts, read: the documents, their sections in order, and what was said on the way."""

    state: str
    as_of: date
    texts: tuple[LegalText, ...]
    sections: tuple[LegalSection, ...]
    notes: tuple[Message, ...] = ()

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages of the texts, most of the text first."""
        sizes: dict[str, int] = {}
        for section in self.sections:
            sizes[section.lang] = sizes.get(section.lang, 0) + len(section.text)
        return tuple(sorted((lang for lang in sizes if lang), key=lambda lang: -sizes[lang]))

    @property
    def acts(self) -> dict[str, str]:
        """What each text calls itself at its head, by the name of its file."""
        return {text.name: act_title(text, self.sections) for text in self.texts}


@dataclass(frozen=True, slots=True)
class Fulfilled:
    """What the answers mean for one obligation of another text: the verdict of each measure that fulfils it."""

    set: str
    id: str
    titles: Mapping[str, str]
    source: str
    verdicts: tuple[tuple[str, str], ...]
    text: Mapping[str, str] = field(default_factory=dict)
    """What the text is called; empty in what was kept by earlier versions."""

    @property
    def name(self) -> str:
        """The obligation's name among all: ``UNSCR1540 OP2``."""
        return f"{self.set} {self.id}"

    @property
    def verdict(self) -> str:
        """Covered where every measure is, none where none is even in part, else partial; review where that is open."""
        verdicts = {verdict for _, verdict in self.verdicts}
        if len(verdicts) == 1:
            return verdicts.pop()
        return REVIEW if REVIEW in verdicts and PARTIAL not in verdicts and len(verdicts) == 2 else PARTIAL

    @property
    def open(self) -> tuple[str, ...]:
        """The measures that are not covered."""
        return tuple(measure for measure, verdict in self.verdicts if verdict != COVERED)

    def at(self, verdict: str) -> tuple[str, ...]:
        """Return the measures that came out so."""
        return tuple(measure for measure, came_out in self.verdicts if came_out == verdict)


@dataclass(frozen=True)
class Checked:
    """A State's law checked against the measures of a day: one answer a measure, in the order of the measures."""

    law: Law
    answers: tuple[Answer, ...]
    model: str
    weights: str
    notes: tuple[Message, ...] = ()
    obligations: tuple[Fulfilled, ...] = ()
    """What the answers mean for the obligations of other texts: resolution 1540, and those of a house's own sets."""
