"""A report becomes a Word document: the words, the marks, the direction, and the same bytes every time."""

from __future__ import annotations

import io
import zipfile
from datetime import date

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH

from opencwc.publishing.docx import write_docx
from opencwc.publishing.model import (
    Badge,
    Bullets,
    Card,
    Cards,
    Count,
    Counts,
    Fact,
    Facts,
    Labels,
    Note,
    Paragraph,
    Passage,
    Passages,
    Piece,
    Report,
    Section,
    Table,
    Text,
)

LABELS = Labels("", "", "", "", "", "", "", "")


def report(lang: str = "en") -> Report:
    passages = Passages((Passage("act.txt Section 1", (Piece("No person shall "), Piece("develop", "calm"))),))
    card = Card("one", ("PRO-01", "Ban"), Badge("covered", "calm"), (Fact("Article", ("I(1)",)),), None, (passages,))
    blocks = (
        Paragraph(("Lead", Text("C4", note="drawn")), "note"),
        Facts((Fact("State", ("France",)),)),
        Counts((Count(Badge("covered", "calm"), 1234, "all is there"),)),
        Bullets(("first", "second\x07")),
        Table("Matrix", ("Measure", "Found"), iter([("PRO-01", "covered")])),
        Cards((card,)),
    )
    return Report(
        "Law of France", lang, LABELS, (Section("s", "What was read", blocks),), ("It begins.",), (),
        ("A person decides.",), made=date(2026, 6, 1),
    )  # fmt: skip


def written(made: Report) -> bytes:
    stream = io.BytesIO()
    write_docx(made, stream)
    return stream.getvalue()


def test_everything_that_the_report_says_stands_in_the_document() -> None:
    document = Document(io.BytesIO(written(report())))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    for words in ("Law of France", "It begins.", "C4 (drawn)", "first", "PRO-01 Ban (covered)", "A person decides."):
        assert words in text
    assert {"State", "France", "Measure", "PRO-01", "1,234"} <= set(cells)
    assert "\x07" not in text


def test_the_deciding_words_are_marked() -> None:
    document = Document(io.BytesIO(written(report())))
    runs = [run for paragraph in document.paragraphs for run in paragraph.runs]
    marked = [run.text for run in runs if "w:shd" in run._r.xml]
    assert marked == ["develop"]


def test_the_same_report_is_the_same_file() -> None:
    assert written(report()) == written(report())


def test_a_report_in_arabic_runs_right_to_left() -> None:
    document = Document(io.BytesIO(written(report("ar"))))
    assert all("w:bidi" in paragraph._p.xml for paragraph in document.paragraphs if paragraph.text == "Law of France")
    assert not any("w:bidi" in paragraph._p.xml for paragraph in Document(io.BytesIO(written(report()))).paragraphs)


def test_footnotes_are_word_s_own_and_the_mark_stands_at_the_head_of_every_page() -> None:
    blocks = (Paragraph((Text("One says so.", refs=(1, 2)),)), Paragraph((Text("Again.", refs=(1,)),)))
    made = Report(
        "Brief", "ar", LABELS, (Section("s", "Said", blocks),), marking="Draft",
        notes=(Note(("Wire & Co",)), Note(("Gazette",))), made=date(2026, 6, 1),
    )  # fmt: skip
    content = written(made)
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        notes = package.read("word/footnotes.xml").decode()
        body = package.read("word/document.xml").decode()
    assert "Wire &amp; Co" in notes
    assert notes.count("<w:bidi/>") == 2
    assert body.count("<w:footnoteReference") == 2
    document = Document(io.BytesIO(content))
    assert document.sections[0].header.paragraphs[0].text == "Draft"
    assert content == written(made)


def test_numbers_of_a_table_end_in_one_line() -> None:
    rows = (("Lead", "3"), ("Zinc", "12"))
    made = report()
    table = Table("Amounts", ("Metal", "kg"), rows, numbers=(1,))
    document = Document(io.BytesIO(written(Report(made.title, "en", LABELS, (Section("s", "S", (table,)),)))))
    aligned = [[cell.paragraphs[0].alignment for cell in row.cells] for row in document.tables[-1].rows]
    assert aligned == [[None, WD_ALIGN_PARAGRAPH.RIGHT]] * 3
