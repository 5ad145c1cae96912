"""A report as a Word document that a lawyer can go on writing in: headings, tables, passages with their marks.

The same report is the same file: it says of itself the report's day, and the package's entries have one date.
Pictures are left out, and what they show is told; the marks in a passage are bold on a coloured ground.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from typing import IO, TYPE_CHECKING, Any

from opencwc.finding import Tone
from opencwc.publishing import model
from opencwc.publishing.docx_footnotes import add_footnotes, footnote_reference
from opencwc.publishing.html import visible
from opencwc.wording import number_said

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph as WordParagraph

UNDATED = datetime(2000, 1, 1)
"""What a document of an undated report says of itself, since the format asks for a day."""
_GROUND: dict[Tone, str] = {
    "grave": "F6C1BC", "doubt": "FBE3A6", "mild": "CFE8D5", "gap": "E4E0EA", "calm": "E3E8EC",
}  # fmt: skip
_SMALL, _USUAL = 9, 10
_CONTROL = {number: None for number in range(32) if number not in (9, 10, 13)}


def write_docx(report: model.Report, stream: IO[bytes]) -> None:
    """Write a report as a Word document (DOCX) to a byte stream; the whole of it is held in memory."""
    from docx import Document

    document = Document()
    _Writer(document, report).write()
    made = io.BytesIO()
    document.save(made)
    stream.write(_dated_alike(made.getvalue()))


def _dated_alike(package: bytes) -> bytes:
    """Give every entry of a package the same date, so that the same report is the same bytes."""
    again = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as source, zipfile.ZipFile(again, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), source.read(name), zipfile.ZIP_DEFLATED)
    return again.getvalue()


class _Writer:
    """Writes one report."""

    def __init__(self, document: Document, report: model.Report) -> None:
        from docx.shared import Pt

        self.document = document
        self.place: Any = document
        self.report = report
        self.right_to_left = report.direction == "rtl"
        self.referred: set[int] = set()
        usual = document.styles["Normal"]
        usual.font.name = "Arial"
        usual.font.size = Pt(_USUAL)
        made = datetime(report.made.year, report.made.month, report.made.day) if report.made else UNDATED
        properties = document.core_properties
        properties.title = str(visible(report.title))[:255]
        properties.language = report.lang
        properties.author = properties.last_modified_by = "OpenCWC"
        properties.created = properties.modified = made
        properties.comments = ""

    def write(self) -> None:
        """Write the title, the lead, each section in its order, and what the report closes with."""
        report = self.report
        self.heading(report.title, 0)
        if report.marking:
            self.marked(report.marking)
        if report.lead:
            self.paragraph(report.lead)
        for section in report.sections:
            self.section(section)
        if report.closing:
            self.paragraph(report.closing, small=True)
        if report.notes:
            notes = [self.note(note) for note in report.notes]
            add_footnotes(self.document, notes, right_to_left=self.right_to_left)

    def marked(self, marking: str) -> None:
        """Write how confidential the document is at the head of every page."""
        from docx.enum.text import WD_ALIGN_PARAGRAPH

        head = self.document.sections[0].header.paragraphs[0]
        self.words(head, (marking,), bold=True)
        head.alignment = WD_ALIGN_PARAGRAPH.CENTER

    def note(self, note: model.Note) -> str:
        """Return what stands in a footnote."""
        return _plain(_joined(note.words))

    def section(self, section: model.Section) -> None:
        """Write a section under its heading."""
        self.heading(section.title, 1)
        for block in section.blocks:
            self.block(block)

    def block(self, block: model.Block, level: int = 2) -> None:
        """Write one block; ``level`` is that of the headings of its cards."""
        match block:
            case model.Beside():
                self.beside(block, level)
            case model.Cards():
                for card in block.cards:
                    self.card(card, level)
            case _:
                _WRITERS[type(block)](self, block)

    def facts(self, block: model.Facts) -> None:
        """Write facts as a table, or line by line inside a cell."""
        if self.place is self.document:
            self.table("", (), [(fact.label, _joined(fact.values)) for fact in block.facts])
            return
        for fact in block.facts:
            self.paragraph((f"{fact.label}:", *fact.values), small=True)

    def form(self, block: model.Form) -> None:
        """Write the fields of a form; an empty one says what belongs into it."""
        self.table("", (), [(field.label, _joined(field.values) or field.blank) for field in block.fields])

    def counts(self, block: model.Counts) -> None:
        """Write counts with what each means."""
        said = [(one.badge.text, number_said(one.number, self.report.lang), one.means) for one in block.counts]
        self.table("", (), said)

    def bullets(self, block: model.Bullets) -> None:
        """Write a list of points."""
        for item in block.items:
            self.words(self.place.add_paragraph(style="List Bullet"), (item,))

    def clauses(self, block: model.Clauses) -> None:
        """Write numbered clauses."""
        for clause in block.clauses:
            self.paragraph((clause.mark, *clause.words))

    def signature(self, block: model.Signature) -> None:
        """Write who signs, and the lines to sign on."""
        self.paragraph((block.who,), bold=True)
        for line in block.lines:
            self.paragraph((f"{line}: ____________________",))

    def passages(self, block: model.Passages) -> None:
        """Write passages one below the other."""
        for passage in block.passages:
            self.passage(passage)

    def passage(self, passage: model.Passage) -> None:
        """Write a passage under its place, with the remarks on it."""
        self.paragraph((model.Text(passage.place, verbatim=bool(passage.lang)),), bold=True)
        if passage.note:
            self.paragraph((passage.note,), small=True)
        self.pieces(passage.pieces, passage.lang)
        for remark in passage.remarks:
            self.paragraph((f"{remark.number}. {remark.badge.text}:", *remark.words), small=True)

    def beside(self, block: model.Beside, level: int) -> None:
        """Write two columns as the cells of one row."""
        table = self.document.add_table(rows=2, cols=2, style="Table Grid")
        if self.right_to_left:
            table.table_direction = _direction()
        _repeats(table.rows[0]._tr)
        for heading, cell, column in zip(table.rows[0].cells, table.rows[1].cells, block.columns, strict=True):
            self.words(heading.paragraphs[0], (column.heading,), small=True, bold=True)
            self.place = cell
            for inner in column.blocks:
                self.block(inner, level)
            first = cell.paragraphs[0]
            if len(cell.paragraphs) > 1 and not first.text:  # a new cell begins with an empty paragraph
                first._p.getparent().remove(first._p)
        self.place = self.document
        self.document.add_paragraph()

    def card(self, card: model.Card, level: int) -> None:
        """Write a card: its heading with what is said of it, where it stands, its blocks."""
        badge = f" ({card.badge.text})" if card.badge else ""
        self.heading(_joined(card.heading) + badge, level)
        for fact in card.place:
            self.paragraph((f"{fact.label}:", *fact.values), small=True)
        if card.figure and card.figure.caption:
            self.paragraph((card.figure.caption,), small=True)
        for block in card.blocks:
            self.block(block, level + 1)

    def heading(self, text: str, level: int) -> None:
        """Write a heading."""
        self.turned(self.document.add_heading(_plain(text), min(level, 9)))

    def paragraph(self, words: Iterable[model.Words], *, small: bool = False, bold: bool = False) -> None:
        """Write words in a row."""
        self.words(self.place.add_paragraph(), words, small=small, bold=bold)

    def words(
        self, paragraph: WordParagraph, words: Iterable[model.Words], *, small: bool = False, bold: bool = False
    ) -> None:
        """Write words into a paragraph, each with its note behind it."""
        from docx.shared import Pt

        for number, word in enumerate(words):
            run = paragraph.add_run((" " if number else "") + _plain(model.with_note(word)))
            run.bold = bold or None
            if small:
                run.font.size = Pt(_SMALL)
            if self.right_to_left and not (isinstance(word, model.Text) and word.verbatim):
                run.font.rtl = True
            for place, note in enumerate(word.refs if isinstance(word, model.Text) else ()):
                self.refer(paragraph, note, apart=place > 0)
        self.turned(paragraph)

    def refer(self, paragraph: WordParagraph, number: int, *, apart: bool) -> None:
        """Refer to a footnote: the first time by Word's own reference, which may stand once, then by its number."""
        run = paragraph.add_run((", " if apart else "") + (str(number) if number in self.referred else ""))
        run.font.superscript = True
        if number not in self.referred:
            self.referred.add(number)
            run._r.append(footnote_reference(number))

    def pieces(self, pieces: Iterable[model.Piece], lang: str = "") -> None:
        """Write a text with its marks; it runs as its language does, or where that is not known as its letters do."""
        paragraph = self.place.add_paragraph(style="Quote")
        right_to_left = lang in model.RIGHT_TO_LEFT if lang else None
        for piece in pieces:
            run = paragraph.add_run(_plain(piece.text))
            run.italic = False
            if right_to_left is None and any(map(str.isalpha, piece.text)):
                right_to_left = any("\u0590" <= sign <= "\u08ff" for sign in piece.text)
            run.font.rtl = right_to_left or None
            if lang:
                _speaks(run._r.get_or_add_rPr(), lang, right_to_left=bool(right_to_left))
            if piece.tone:
                run.bold = True
                _shade(run._r.get_or_add_rPr(), _GROUND[piece.tone])
        if right_to_left:
            _turn(paragraph)

    def table(
        self,
        caption: str,
        headings: tuple[str, ...],
        rows: Iterable[tuple[model.Words, ...]],
        numbers: Collection[int] = (),
    ) -> None:
        """Write a table; the first row repeats on every page, and columns of numbers end in one line."""
        from docx.enum.text import WD_ALIGN_PARAGRAPH

        lines = [*([headings] if headings else []), *rows]
        if not lines:
            return
        if caption:
            self.paragraph((caption,), bold=True)
        table = self.document.add_table(rows=0, cols=max(map(len, lines)), style="Table Grid")
        if self.right_to_left:
            table.table_direction = _direction()
        for number, row in enumerate(lines):
            cells = table.add_row().cells
            for column, (cell, words) in enumerate(zip(cells, row, strict=False)):
                self.words(cell.paragraphs[0], (words,), small=True, bold=bool(headings) and number == 0)
                if column in numbers and not self.right_to_left:  # in Arabic a paragraph begins at the right
                    cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
        if headings:
            _repeats(table.rows[0]._tr)
        self.document.add_paragraph()

    def turned(self, paragraph: WordParagraph) -> None:
        """Turn a paragraph to run right to left where the report does."""
        if self.right_to_left:
            _turn(paragraph)


_WRITERS: dict[type, Callable[[_Writer, Any], None]] = {
    model.Paragraph: lambda writer, block: writer.paragraph(
        block.words, small=block.tone == "note", bold=block.tone == "warning"
    ),
    model.Facts: _Writer.facts,
    model.Form: _Writer.form,
    model.Counts: _Writer.counts,
    model.Bullets: _Writer.bullets,
    model.Table: lambda writer, block: writer.table(block.caption, block.headings, block.rows, block.numbers),
    model.Excerpt: lambda writer, block: writer.pieces(block.pieces),
    model.Passages: _Writer.passages,
    model.Clauses: _Writer.clauses,
    model.Signature: _Writer.signature,
}
"""What writes each type of block that holds no other blocks."""


def _direction() -> Any:
    from docx.enum.table import WD_TABLE_DIRECTION

    return WD_TABLE_DIRECTION.RTL


def _turn(paragraph: WordParagraph) -> None:
    from docx.oxml import OxmlElement

    paragraph._p.get_or_add_pPr().append(OxmlElement("w:bidi"))


def _speaks(properties: Any, lang: str, *, right_to_left: bool) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    language = OxmlElement("w:lang")
    language.set(qn("w:bidi" if right_to_left else "w:eastAsia" if lang == "zh" else "w:val"), lang)
    properties.append(language)


def _shade(properties: Any, colour: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", colour)):
        shade.set(qn(f"w:{name}"), value)
    properties.append(shade)


def _repeats(row: Any) -> None:
    from docx.oxml import OxmlElement

    row.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _joined(words: Iterable[model.Words]) -> str:
    return " ".join(filter(None, map(model.with_note, words)))


def _plain(text: str) -> str:
    """Return a text as a Word document may hold it: no control characters, what is unseen told by its code point."""
    return str(visible(text)).translate(_CONTROL)
