"""A report as a workbook: one sheet to read, and one for every table and every run of cards, to sort and filter.

Every cell is written as text or as a number of our own: nothing that a user wrote becomes a formula or a link. Sheets
of Arabic run from right to left. The same dated report is the same file.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain
from typing import IO, TYPE_CHECKING, Any

from opencwc.errors import OutputError
from opencwc.publishing import model
from opencwc.publishing.html import visible

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

LONGEST_CELL = 32_767
"""Characters that a cell may hold (a limit of the format)."""
MOST_ROWS = 1_048_576
"""Rows that a sheet may have (a limit of the format)."""
SHEET_NAME = 31
"""Characters that the name of a sheet may have (a limit of the format)."""
UNDATED = datetime(2000, 1, 1)
"""What a workbook of an undated report says of itself, since the format asks for a day."""


def write_xlsx(report: model.Report, stream: IO[bytes]) -> None:
    """Write a report as a workbook (XLSX) to a byte stream; raise `OutputError` where a table is too long for a sheet.

    Cells longer than the format allows are cut with an ellipsis; the file on disk remains the whole truth only as HTML.
    """
    from xlsxwriter import Workbook

    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(stream, options) as workbook:
        _Writer(workbook, report).write()


def table_workbook(
    title: str, headings: Sequence[str], rows: Iterable[Sequence[object]], numbers: Collection[int] = ()
) -> bytes:
    """Return one table as a workbook whose headings stay and filter.

    What is a number is written as one, and so are the digits of the columns that ``numbers`` places.
    """
    from xlsxwriter import Workbook

    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(stream, options) as workbook:
        sheet = workbook.add_worksheet(sheet_name(title, ()))
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, headings, workbook.add_format({"bold": True, "bottom": 1}))
        last = 0
        for last, row in enumerate(rows, 1):
            for place, cell in enumerate(row):
                if isinstance(cell, int | float) and not isinstance(cell, bool):
                    sheet.write_number(last, place, cell)
                elif place in numbers and str(cell).isdecimal():
                    sheet.write_number(last, place, int(str(cell)))
                else:
                    sheet.write_string(last, place, _cut("" if cell is None else str(cell)))
        sheet.autofilter(0, 0, last, max(0, len(headings) - 1))
        sheet.autofit(300)
    return stream.getvalue()


def sheet_name(wanted: str, taken: Iterable[str]) -> str:
    """Return a name that a sheet may have and that none has yet.

    >>> sheet_name("What: is/was [so]?", ["what is was so"])
    'What is was so 2'
    """
    name = " ".join(re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", str(visible(wanted))).split()).strip("'")[:SHEET_NAME]
    name = name.strip(" '") or "1"
    known = {sheet.casefold() for sheet in taken} | {"history"}
    number, free = 1, name
    while free.casefold() in known:
        number += 1
        free = f"{name[: SHEET_NAME - len(str(number)) - 1].strip()} {number}"
    return free


def said(words: model.Words | Iterable[model.Words]) -> str:
    """Return words as one text, with their notes behind them, as a cell may hold it.

    >>> said((model.Text("C4H10FO2P", verbatim=True, note="drawn"), "and more"))
    'C4H10FO2P (drawn) and more'
    """
    if isinstance(words, str | model.Text):
        return _cut(str(visible(model.with_note(words).strip())))
    return _cut(" ".join(filter(None, map(said, words))))


class _Writer:
    """Writes one report; ``row`` is where the sheet to read goes on."""

    def __init__(self, workbook: Workbook, report: model.Report) -> None:
        self.workbook = workbook
        self.report = report
        self.row = 0
        self.names: list[str] = []
        self.right_to_left = report.direction == "rtl"
        made = datetime(report.made.year, report.made.month, report.made.day) if report.made else UNDATED
        workbook.set_properties({"title": str(visible(report.title)), "created": made, "comments": report.lang})
        order = 2 if self.right_to_left else 1
        plain: dict[str, object] = {
            "text_wrap": True, "valign": "top", "reading_order": order, "font_name": "Arial", "font_size": 10,
        }  # fmt: skip
        self.plain = self.format(plain)
        self.value = self.format(plain | {"reading_order": 0, "align": "right" if order == 2 else "left"})
        self.title = self.format(plain | {"bold": True, "font_size": 16, "text_wrap": False})
        self.heading = self.format(plain | {"bold": True, "font_size": 12, "bottom": 1, "text_wrap": False})
        self.label = self.format(plain | {"font_color": "#3f464c"})
        self.note = self.format(plain | {"font_color": "#3f464c", "font_size": 9})
        self.bold = self.format(plain | {"bold": True})
        self.blank = self.format(plain | {"bottom": 1, "font_color": "#3f464c", "font_size": 8})
        self.head = self.format(plain | {"bold": True, "bottom": 1, "bg_color": "#eef0ee"})
        self.number = self.format(plain | {"num_format": "#,##0", "align": "right" if order == 1 else "left"})
        self.amount = self.format(plain | {"reading_order": 0, "align": "right"})
        self.as_it_stands = self.format(plain | {"reading_order": 1, "font_name": "Courier New", "align": "left"})

    def format(self, properties: dict[str, object]) -> Format:
        return self.workbook.add_format(properties)

    def write(self) -> None:
        """Write the sheet to read first, and the others as they are met."""
        self.sheet = self.add_sheet(self.report.title)
        self.sheet.set_column(0, 0, 30)
        self.sheet.set_column(1, 1, 72)
        if self.report.marking:
            self.line(self.report.marking, self.bold)
        self.line(self.report.title, self.title)
        if self.report.lead:
            self.across(said(self.report.lead), self.note)
        for section in self.report.sections:
            self.row += 1
            self.line(section.title, self.heading)
            for block in section.blocks:
                self.block(block, section.title)
        self.row += 1
        for closing in self.report.closing:
            self.across(said(closing), self.note)

    def add_sheet(self, wanted: str) -> Worksheet:
        """Add a sheet with what all have: its direction, its paper, and the mark on every printed page."""
        name = sheet_name(wanted, self.names)
        self.names.append(name)
        sheet = self.workbook.add_worksheet(name)
        if self.right_to_left:
            sheet.right_to_left()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.7, right=0.7, top=0.9, bottom=0.8)
        marking = str(visible(self.report.marking)).replace("&", "&&")[:120]
        sheet.set_header(f"&C&B{marking}" if marking else "")
        sheet.set_footer("&C&P / &N")
        return sheet

    def block(self, block: model.Block, title: str) -> None:
        """Write a block into the sheet to read, or a table or cards into a sheet of their own."""
        match block:
            case model.Beside():
                for column in block.columns:
                    self.line(column.heading, self.bold)
                    for inner in column.blocks:
                        self.block(inner, title)
            case model.Table():
                name = self.table(block.caption or title, block.headings, block.rows, block.numbers)
                self.across(f"→ {name}", self.note)
            case model.Cards():
                name = self.cards(title, block.cards)
                self.across(f"→ {name}", self.note)
            case _:
                _WRITERS[type(block)](self, block)

    def paragraph(self, block: model.Paragraph) -> None:
        """Write a paragraph over both columns."""
        self.across(said(block.words), self.note if block.tone == "note" else self.plain)

    def facts(self, block: model.Facts) -> None:
        """Write facts, one below the other."""
        for fact in block.facts:
            self.fact(fact)

    def counts(self, block: model.Counts) -> None:
        """Write counts as numbers."""
        for count in block.counts:
            self.sheet.write_string(self.row, 0, said(count.badge.text), self.label)
            self.sheet.write_number(self.row, 1, count.number, self.number)
            self.row += 1

    def bullets(self, block: model.Bullets) -> None:
        """Write a list of points."""
        for item in block.items:
            self.across(f"• {said(item)}", self.plain)

    def clauses(self, block: model.Clauses) -> None:
        """Write numbered clauses, each with its fields."""
        for clause in block.clauses:
            self.across(f"{clause.mark} {said(clause.words)}", self.plain)
            self.fields(clause.fields)

    def signature(self, block: model.Signature) -> None:
        """Write who signs, and the lines to fill in."""
        self.across(said(block.who), self.bold)
        self.fields(tuple(model.Field(line) for line in (*block.lines, *filter(None, (block.stamp,)))))

    def passages(self, block: model.Passages) -> None:
        """Write passages beside their places, each with the remarks on it."""
        for passage in block.passages:
            self.pair(said(passage.place), said("".join(_pieces(passage.pieces))), self.plain)
            for remark in passage.remarks:
                self.pair("", said((f"{remark.number}", remark.badge.text, *remark.words)), self.note)

    def line(self, text: str, form: Format) -> None:
        """Write a text that may run over its cell."""
        self.sheet.write_string(self.row, 0, said(text), form)
        self.row += 1

    def across(self, text: str, form: Format) -> None:
        """Write a text over both columns, in a row high enough for it."""
        if text:
            self.sheet.merge_range(self.row, 0, self.row, 1, "", form)
            self.sheet.write_string(self.row, 0, text, form)
        self.sheet.set_row(self.row, 14 * _lines_of(text, 100))
        self.row += 1

    def pair(self, label: str, value: str, form: Format) -> None:
        """Write a label and what belongs to it."""
        self.sheet.write_string(self.row, 0, label, self.label)
        self.sheet.write_string(self.row, 1, value, form)
        self.sheet.set_row(self.row, 14 * max(_lines_of(value, 72), _lines_of(label, 30)))
        self.row += 1

    def fact(self, fact: model.Fact | model.Field) -> None:
        """Write a fact, each of its values in a row."""
        for number, value in enumerate(fact.values or ("",)):
            verbatim = isinstance(value, model.Text) and value.verbatim
            label = "" if number else said(fact.label)
            self.pair(label, said(value), self.as_it_stands if verbatim else self.plain)

    def fields(self, fields: Iterable[model.Field]) -> None:
        """Write fields; the empty ones have a line to write on."""
        for field in fields:
            if field.values:
                self.fact(field)
            else:
                self.pair(said(field.label), said(field.blank), self.blank)

    def table(
        self,
        wanted: str,
        headings: tuple[str, ...],
        rows: Iterable[tuple[model.Words, ...]],
        numbers: Collection[int] = (),
    ) -> str:
        """Write rows into a sheet of their own with a header that stays, and return its name."""
        sheet = self.add_sheet(wanted)
        widths = [min(max(len(heading), 8), 60) for heading in headings]
        for column, heading in enumerate(headings):
            sheet.write_string(0, column, said(heading), self.head)
        at = 0
        for at, row in enumerate(rows, start=1):
            if at >= MOST_ROWS:
                raise OutputError("table_too_long_for_sheet", table=wanted, most=MOST_ROWS)
            for column, cell in enumerate(row):
                verbatim = isinstance(cell, model.Text) and cell.verbatim
                text = said(cell)
                look = self.amount if column in numbers else self.as_it_stands if verbatim else self.value
                sheet.write_string(at, column, text, look)
                if at < 200:
                    widths[column] = min(max(widths[column], max(map(len, text.split("\n"))) + 2), 60)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        sheet.set_landscape()
        if headings:
            sheet.autofilter(0, 0, max(at, 1), len(headings) - 1)
        return self.names[-1]

    def cards(self, wanted: str, cards: Iterable[model.Card]) -> str:
        """Write cards as rows: heading, badge, what stands in their place line, and all they say."""
        rest = iter(cards)
        first = next(rest, None)
        cards = chain(filter(None, (first,)), rest)
        labels = tuple(fact.label for fact in first.place) if first else ()
        rows = (
            (
                said(card.heading),
                card.badge.text if card.badge else "",
                *(said(next((fact.values for fact in card.place if fact.label == label), ())) for label in labels),
                "\n".join(filter(None, (text for block in card.blocks for text in _as_lines(block)))),
            )
            for card in cards
        )
        return self.table(wanted, (wanted, "", *labels, ""), rows)


_WRITERS: dict[type, Callable[[_Writer, Any], None]] = {
    model.Paragraph: _Writer.paragraph,
    model.Facts: _Writer.facts,
    model.Counts: _Writer.counts,
    model.Bullets: _Writer.bullets,
    model.Form: lambda writer, block: writer.fields(block.fields),
    model.Clauses: _Writer.clauses,
    model.Signature: _Writer.signature,
    model.Excerpt: lambda writer, block: writer.across(said("".join(_pieces(block.pieces))), writer.plain),
    model.Passages: _Writer.passages,
}
"""What writes each type of block into the sheet to read."""


def _as_lines(block: model.Block) -> Iterable[str]:
    """Return what a block inside a card says, line by line."""
    return _LINES[type(block)](block)


_LINES: dict[type, Callable[[Any], Iterable[str]]] = {
    model.Paragraph: lambda block: (said(block.words),),
    model.Facts: lambda block: (f"{fact.label}: {said(fact.values)}" for fact in block.facts),
    model.Form: lambda block: (f"{field.label}: {said(field.values) or field.blank}" for field in block.fields),
    model.Bullets: lambda block: (f"• {said(item)}" for item in block.items),
    model.Counts: lambda block: (f"{count.badge.text}: {count.number}" for count in block.counts),
    model.Beside: lambda block: (
        line for column in block.columns for inner in column.blocks for line in _as_lines(inner)
    ),
    model.Excerpt: lambda block: ("".join(_pieces(block.pieces)),),
    model.Clauses: lambda block: (f"{clause.mark} {said(clause.words)}" for clause in block.clauses),
    model.Signature: lambda block: (said(block.who),),
    model.Table: lambda block: (" | ".join(map(said, row)) for row in block.rows),
    model.Passages: lambda block: (
        f"{passage.place}: {''.join(_pieces(passage.pieces))}" for passage in block.passages
    ),
    model.Cards: lambda block: (said(card.heading) for card in block.cards),
}
"""What each type of block says inside a card."""


def _pieces(pieces: Iterable[model.Piece]) -> Iterator[str]:
    """Yield the pieces of a text; the marked ones stand in brackets, with the number of what is said of them."""
    for piece in pieces:
        yield f"[{piece.text}]{', '.join(map(str, (piece.number or '', *piece.also)))}" if piece.tone else piece.text


def _lines_of(text: str, width: int) -> int:
    """Return how many lines a text takes in a cell ``width`` characters wide; ideographs count for two."""
    wide = sum(1 + (len(line) + sum(map("\u2e80".__le__, line))) // width for line in text.split("\n"))
    return min(max(wide, 1), 28)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + "…"
