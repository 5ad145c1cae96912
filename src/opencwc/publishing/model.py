"""The document model: a report of sections, a section of blocks; what any verb of OpenCWC has to show fits in it.

Sections, blocks, cards and rows may be generators: a writer takes them one after the other and keeps none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Literal, TypeAlias

from msgspec import Struct

from opencwc.finding import Tone

RIGHT_TO_LEFT = ("ar",)
"""Languages that are written from right to left."""


class Text(Struct, frozen=True):
    """A text with something to say about it.

    ``lang`` is its language where it is not the report's; ``verbatim`` marks what stands as in a file or a law (a
    formula, a number): it runs left to right and is shortened where it is very long; ``to`` is the address that it
    leads to (``#rule-2B04`` in the same document); ``note`` stands smaller behind it (a source); ``warn`` sets it
    apart. ``refs`` are the numbers of footnotes (`Report.notes`, from 1) that it bears, in a workbook none.
    """

    text: str
    lang: str = ""
    verbatim: bool = False
    to: str = ""
    note: str = ""
    warn: bool = False
    refs: tuple[int, ...] = ()


Words: TypeAlias = str | Text


def with_note(word: Words) -> str:
    """Return words as plain text, with their note behind them."""
    if isinstance(word, str):
        return word
    if not word.note:
        return word.text
    return f"{word.text}（{word.note}）" if _CHINESE.search(word.note) else f"{word.text} ({word.note})"


_CHINESE = re.compile("[\u3400-\u9fff]")


class Badge(Struct, frozen=True):
    """A word with the shape and colour of its tone."""

    text: str
    tone: Tone


class _Block(Struct, frozen=True):
    @property
    def kind(self) -> str:
        """What templates know a block by: the name of its class in small letters."""
        return type(self).__name__.lower()


class Paragraph(_Block, frozen=True):
    """Words in a row; ``tone`` is ``plain``, ``lead``, ``note`` or ``warning``.

    ``level`` is how deep they stand under the section that they head a part of, from 1; 0 where they head none.
    """

    words: tuple[Words, ...]
    tone: Literal["plain", "lead", "note", "warning"] = "plain"
    level: int = 0


class Fact(Struct, frozen=True):
    """A name and what is so."""

    label: str
    values: tuple[Words, ...]


class Facts(_Block, frozen=True):
    """Facts one under the other."""

    facts: tuple[Fact, ...]


class Count(Struct, frozen=True):
    """How many of something, and in words what that means."""

    badge: Badge
    number: int
    means: str = ""


class Counts(_Block, frozen=True):
    """Counts that make up a whole: a bar and, in words, each part."""

    counts: tuple[Count, ...]


class Bullets(_Block, frozen=True):
    """A list without order."""

    items: tuple[Words, ...]


class Key(Struct, frozen=True):
    """A line of a figure's legend: the class it is coloured by, the letter written in the figure, and what it is."""

    style: str
    letter: str
    text: str


class Figure(Struct, frozen=True):
    """A picture with its legend; ``svg`` goes into the document as it stands, so its maker must have escaped it."""

    svg: str
    caption: str = ""
    legend: tuple[Key, ...] = ()


class Piece(Struct, frozen=True):
    """A stretch of a text that is shown as it stands; with a ``tone`` it is marked, with what is said of it.

    ``to`` is the address of what is said at length, ``number`` the number that it has beside the text; ``also`` are
    further numbers, where more than one thing is said of the same words.
    """

    text: str
    tone: Tone | None = None
    number: int = 0
    to: str = ""
    also: tuple[int, ...] = ()


class Excerpt(_Block, frozen=True):
    """A text, or a part of one, with what was found in it marked in place."""

    pieces: tuple[Piece, ...]


class Remark(Struct, frozen=True):
    """What is said of a marked piece, by the number that it has."""

    number: int
    badge: Badge
    words: tuple[Words, ...]
    to: str = ""


class Passage(Struct, frozen=True):
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


class Passages(_Block, frozen=True):
    """Passages one under the other, as the document has them."""

    passages: Iterable[Passage]


class Column(Struct, frozen=True):
    """One of two columns: its heading and its blocks."""

    heading: str
    blocks: tuple[Block, ...]


class Beside(_Block, frozen=True):
    """Two columns in one row, the first wider unless they are ``even``; one under the other where there is no room."""

    columns: tuple[Column, Column]
    even: bool = False


class Card(Struct, frozen=True):
    """One thing to look at: a heading, where it stands, a picture, blocks.

    ``facets`` are what filters go by: name to the value that is shown.
    """

    id: str
    heading: tuple[Words, ...]
    badge: Badge | None = None
    place: tuple[Fact, ...] = ()
    figure: Figure | None = None
    blocks: tuple[Block, ...] = ()
    facets: Mapping[str, str] = {}


class Filter(Struct, frozen=True):
    """A choice among the values that the cards have for one facet."""

    facet: str
    label: str


class Cards(_Block, frozen=True):
    """Cards one under the other, with filters and a search where filters are named."""

    cards: Iterable[Card]
    filters: tuple[Filter, ...] = ()


class Table(_Block, frozen=True):
    """Rows of cells under headings; the first cell names its row. ``numbers`` are the places of columns of numbers."""

    caption: str
    headings: tuple[str, ...]
    rows: Iterable[tuple[Words, ...]]
    numbers: tuple[int, ...] = ()


class Field(Struct, frozen=True):
    """A field of a form: its label and what stands in it; where nothing does, ``blank`` says that a person fills it."""

    label: str
    values: tuple[Words, ...] = ()
    blank: str = ""


class Form(_Block, frozen=True):
    """Fields one under the other, with room to write where a field is empty."""

    fields: tuple[Field, ...]


class Clause(Struct, frozen=True):
    """A statement that somebody signs, under its mark such as (a), with the fields that belong to it."""

    mark: str
    words: tuple[Words, ...]
    fields: tuple[Field, ...] = ()


class Clauses(_Block, frozen=True):
    """Statements in their order."""

    clauses: tuple[Clause, ...]


class Signature(_Block, frozen=True):
    """Where somebody signs: who, the lines to fill, and whether there is room for a stamp (its label)."""

    who: str
    lines: tuple[str, ...]
    stamp: str = ""


Block: TypeAlias = (
    Paragraph | Facts | Counts | Bullets | Cards | Table | Excerpt | Passages | Beside | Form | Clauses | Signature
)


class Section(Struct, frozen=True):
    """A part of the report under a heading; ``wide`` sections take the whole width, others stand side by side."""

    id: str
    title: str
    blocks: Iterable[Block]
    wide: bool = True


class Labels(Struct, frozen=True):
    """What the page itself has to say; ``shown`` has the fields {shown} and {total}, ``cut`` {length} and {limit}."""

    skip: str
    contents: str
    filter: str
    search: str
    all: str
    reset: str
    shown: str
    cut: str


class Note(Struct, frozen=True):
    """A footnote."""

    words: tuple[Words, ...]


class Report(Struct, frozen=True):
    """A document: its title, its language, its sections, and what it closes with.

    ``main`` is the id of the section that a reader most likely came for. ``marking`` is how confidential it is and
    stands on every page; ``made`` is the day that a file says of itself, so that the same report is the same file.
    ``notes`` are its footnotes in the order in which they are first referred to; where pages have no foot they stand at
    the end, under ``notes_title``.
    """

    title: str
    lang: str
    labels: Labels
    sections: Iterable[Section]
    lead: tuple[Words, ...] = ()
    contents: tuple[tuple[str, str], ...] = ()
    closing: tuple[Words, ...] = ()
    main: str = ""
    marking: str = ""
    made: date | None = None
    notes: tuple[Note, ...] = ()
    notes_title: str = ""

    @property
    def direction(self) -> Literal["ltr", "rtl"]:
        """The direction in which its language is written."""
        return "rtl" if self.lang in RIGHT_TO_LEFT else "ltr"
