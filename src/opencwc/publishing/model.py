"""The document model: a report of sections, a section of blocks; what any verb of OpenCWC has to show fits in it.

Sections, blocks, cards and rows may be generators: a writer takes them one after the other and keeps none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar, Literal, TypeAlias

from opencwc.finding import Tone

RIGHT_TO_LEFT = ("ar",)
"""Languages that are written from right to left."""

"""How much something asks of the reader, from most to least; each has a colour and a shape of its own."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text with something to say about it.

    ``lang`` is its language where it is not the report's; ``verbatim`` marks what stands as in a file or a law (a
    formula, a number): it runs left to right and is shortened where it is very long; ``to`` is the address that it
    leads to (``#rule-2B04`` in the same document); ``note`` stands smaller behind it (a source); ``warn`` sets it
    apart.
    """

    text: str
    lang: str = ""
    verbatim: bool = False
    to: str = ""
    note: str = ""
    warn: bool = False


Words: TypeAlias = str | Text


@dataclass(frozen=True, slots=True)
class Badge:
    """A word with the shape and colour of its tone."""

    text: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Words in a row; ``tone`` is ``plain``, ``lead``, ``note`` or ``warning``."""

    kind: ClassVar[str] = "paragraph"
    words: tuple[Words, ...]
    tone: Literal["plain", "lead", "note", "warning"] = "plain"


@dataclass(frozen=True, slots=True)
class Fact:
    """A name and what is so."""

    label: str
    values: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts one under the other."""

    kind: ClassVar[str] = "facts"
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """How many of something, and in words what that means."""

    badge: Badge
    number: int
    means: str = ""


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts that make up a whole: a bar and, in words, each part."""

    kind: ClassVar[str] = "counts"
    counts: tuple[Count, ...]


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list without order."""

    kind: ClassVar[str] = "bullets"
    items: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class Key:
    """A line of a figure's legend: the class it is coloured by, the letter written in the figure, and what it is."""

    style: str
    letter: str
    text: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture with its legend; ``svg`` goes into the document as it stands, so its maker must have escaped it."""

    svg: str
    caption: str = ""
    legend: tuple[Key, ...] = ()


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text that is shown as it stands; with a ``tone`` it is marked, with what is said of it.

    ``to`` is the address of what is said at length, ``number`` the number that it has beside the text.
    """

    text: str
    tone: Tone | None = None
    number: int = 0
    to: str = ""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A text, or a part of one, with what was found in it marked in place."""

    kind: ClassVar[str] = "excerpt"
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Remark:
    """What is said of a marked piece, by the number that it has."""

    number: int
    badge: Badge
    words: tuple[Words, ...]
    to: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage of a document: its place, its text with the marks in it, and the remarks beside it.

    ``lang`` is the language of its text, where it is known: the text is set in it, and runs as it does. ``note`` says
    something of the passage in the report's language.
    """

    place: str
    pieces: tuple[Piece, ...]
    remarks: tuple[Remark, ...] = ()
    lang: str = ""
    note: str = ""

    @property
    def direction(self) -> Literal["ltr", "rtl", "auto"]:
        """Which way its text runs; ``auto`` where its language is not known."""
        return ("rtl" if self.lang in RIGHT_TO_LEFT else "ltr") if self.lang else "auto"


@dataclass(frozen=True, slots=True)
class Passages:
    """Passages one under the other, as the document has them."""

    kind: ClassVar[str] = "passages"
    passages: Iterable[Passage]


@dataclass(frozen=True, slots=True)
class Column:
    """One of two columns: its heading and its blocks."""

    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Beside:
    """Two columns in one row, the first wider unless they are ``even``; one under the other where there is no room."""

    kind: ClassVar[str] = "beside"
    columns: tuple[Column, Column]
    even: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """One thing to look at: a heading, where it stands, a picture, blocks.

    ``facets`` are what filters go by: name to the value that is shown.
    """

    id: str
    heading: tuple[Words, ...]
    badge: Badge | None = None
    place: tuple[Fact, ...] = ()
    figure: Figure | None = None
    blocks: tuple[Block, ...] = ()
    facets: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Filter:
    """A choice among the values that the cards have for one facet."""

    facet: str
    label: str


@dataclass(frozen=True, slots=True)
class Cards:
    """Cards one under the other, with filters and a search where filters are named."""

    kind: ClassVar[str] = "cards"
    cards: Iterable[Card]
    filters: tuple[Filter, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells under headings; the first cell names its row."""

    kind: ClassVar[str] = "table"
    caption: str
    headings: tuple[str, ...]
    rows: Iterable[tuple[Words, ...]]


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a form: its label and what stands in it; where nothing does, ``blank`` says that a person fills it."""

    label: str
    values: tuple[Words, ...] = ()
    blank: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """Fields one under the other, with room to write where a field is empty."""

    kind: ClassVar[str] = "form"
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Clause:
    """A statement that somebody signs, under its mark such as (a), with the fields that belong to it."""

    mark: str
    words: tuple[Words, ...]
    fields: tuple[Field, ...] = ()


@dataclass(frozen=True, slots=True)
class Clauses:
    """Statements in their order."""

    kind: ClassVar[str] = "clauses"
    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class Signature:
    """Where somebody signs: who, the lines to fill, and whether there is room for a stamp (its label)."""

    kind: ClassVar[str] = "signature"
    who: str
    lines: tuple[str, ...]
    stamp: str = ""


Block: TypeAlias = (
    Paragraph | Facts | Counts | Bullets | Cards | Table | Excerpt | Passages | Beside | Form | Clauses | Signature
)


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report under a heading; ``wide`` sections take the whole width, others stand side by side."""

    id: str
    title: str
    blocks: Iterable[Block]
    wide: bool = True


@dataclass(frozen=True, slots=True)
class Labels:
    """What the page itself has to say; ``shown`` has the fields {shown} and {total}, ``cut`` {length} and {limit}."""

    skip: str
    contents: str
    filter: str
    search: str
    all: str
    reset: str
    shown: str
    cut: str


@dataclass(frozen=True, slots=True)
class Report:
    """A document: its title, its language and direction, its sections, and what it closes with.

    ``main`` is the id of the section that a reader most likely came for. ``marking`` is how confidential it is and
    stands on every page; ``made`` is the day that a file says of itself, so that the same report is the same file.
    """

    title: str
    lang: str
    labels: Labels
    sections: Iterable[Section]
    direction: Literal["ltr", "rtl"] = "ltr"
    lead: tuple[Words, ...] = ()
    contents: tuple[tuple[str, str], ...] = ()
    closing: tuple[Words, ...] = ()
    main: str = ""
    marking: str = ""
    made: date | None = None
