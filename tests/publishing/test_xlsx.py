"""A report becomes a workbook in which nothing of a user counts as a formula, and that is the same every time."""

import io
import re
import zipfile
from datetime import date

import pytest
from python_calamine import CalamineWorkbook

from opencwc.errors import OutputError
from opencwc.publishing import xlsx
from opencwc.publishing.model import (
    Badge,
    Bullets,
    Card,
    Cards,
    Clause,
    Clauses,
    Count,
    Counts,
    Excerpt,
    Fact,
    Facts,
    Field,
    Form,
    Labels,
    Paragraph,
    Passage,
    Passages,
    Piece,
    Remark,
    Report,
    Section,
    Signature,
    Table,
    Text,
)
from opencwc.publishing.xlsx import LONGEST_CELL, SHEET_NAME, said, sheet_name, write_xlsx

LABELS = Labels("Skip", "Contents", "Filter", "Search", "all", "Reset", "{shown}", "{length}, {limit}")
BADGE = Badge("listed", "grave")
FORMULAS = (
    "=1+1",
    "+1",
    "-1+2",
    "@SUM(A1)",
    '=HYPERLINK("http://x")',
    "http://example.org",
    "{=1}",
    "\t=1",
    "1234",
    "007",
)


def report(*blocks, lang="en", title="A title", **more):
    return Report(title, lang, LABELS, (Section("first", "First", blocks),), **more)


def written(report):
    out = io.BytesIO()
    write_xlsx(report, out)
    return out.getvalue()


def sheets(report):
    book = CalamineWorkbook.from_filelike(io.BytesIO(written(report)))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def parts(report):
    with zipfile.ZipFile(io.BytesIO(written(report))) as packed:
        return {name: packed.read(name).decode() for name in packed.namelist()}


def test_every_part_of_the_document_model_is_written():
    form = Form((Field("Chemical", ("Sarin",), "to be filled in"), Field("Quantity", (), "to be filled in")))
    sheets_written = sheets(report(
        Paragraph(("one", Text("two", note="noted"))), Facts((Fact("label", ("a value", "another")),)),
        Counts((Count(BADGE, 1234567),)), Bullets(("item",)), form,
        Clauses((Clause("(a)", ("not prohibited",), (Field("End-use", ("soap",)),)),)),
        Signature("For the authority", ("Name",), "Stamp"),
        Excerpt((Piece("before "), Piece("found", "doubt", 3, also=(4,)))),
        Passages((Passage("page 3", (Piece("text of it"),), (Remark(1, BADGE, ("why",)),)),)),
        Table("Lines", ("number", "what"), (("1", "first"), ("2", Text("CCO", verbatim=True)))),
        Cards((Card("c", ("heading of it",), BADGE, (Fact("Row", ("7",)),), None, (Paragraph(("inside",)), form)),)),
        lead=("led by",), closing=("closed by",), marking="OPCW Restricted",
    ))  # fmt: skip
    assert list(sheets_written) == ["A title", "Lines", "First"]
    rows = sheets_written["A title"]
    assert rows[:3] == [["OPCW Restricted", ""], ["A title", ""], ["led by", ""]]
    for row in (
        ["one two (noted)", ""], ["label", "a value"], ["", "another"], ["listed", 1234567.0], ["• item", ""],
        ["Chemical", "Sarin"], ["Quantity", "to be filled in"], ["(a) not prohibited", ""], ["End-use", "soap"],
        ["For the authority", ""], ["before [found]3, 4", ""], ["page 3", "text of it"], ["", "1 listed why"],
        ["→ Lines", ""], ["→ First", ""], ["closed by", ""],
    ):  # fmt: skip
        assert row in rows, row
    assert sheets_written["Lines"] == [["number", "what"], ["1", "first"], ["2", "CCO"]]
    inside = "inside\nChemical: Sarin\nQuantity: to be filled in"
    assert sheets_written["First"] == [["First", "", "Row", ""], ["heading of it", "listed", "7", inside]]


def test_what_a_user_wrote_is_a_text_and_never_a_formula_a_link_or_a_number():
    texts = report(
        Facts((Fact("x", FORMULAS),)),
        Table("t", ("a",), tuple((formula,) for formula in FORMULAS)),
        Bullets(FORMULAS),
        title="=1+1",
        marking="=2",
    )
    for name, text in parts(texts).items():
        assert "<f>" not in text, name
        assert "<hyperlink " not in text, name
        assert "relationships/hyperlink" not in text, name
    assert [row[0] for row in sheets(texts)["t"][1:]] == [formula.strip() for formula in FORMULAS]


def test_sheets_of_arabic_run_from_right_to_left_and_others_do_not():
    table = Table("سطور", ("رقم",), (("1",),))
    arabic = parts(report(table, lang="ar", title="عنوان"))
    english = parts(report(table))
    for number in (1, 2):
        assert 'rightToLeft="1"' in arabic[f"xl/worksheets/sheet{number}.xml"]
        assert "rightToLeft" not in english[f"xl/worksheets/sheet{number}.xml"]
    assert 'readingOrder="2"' in arabic["xl/styles.xml"]


def test_the_header_of_a_table_stays_and_can_be_filtered_by():
    sheet = parts(report(Table("t", ("a", "b"), (("1", "2"), ("3", "4")))))["xl/worksheets/sheet2.xml"]
    assert re.search(r'<pane ySplit="1"[^>]*state="frozen"', sheet)
    assert '<autoFilter ref="A1:B3"/>' in sheet


def test_the_same_report_is_the_same_file_and_says_its_day():
    dated = report(Paragraph(("x",)), Table("t", ("a",), (("1",),)), made=date(2026, 11, 25))
    assert written(dated) == written(dated)
    properties = parts(dated)["docProps/core.xml"]
    assert "2026-11-25T00:00:00Z" in properties
    assert "<dc:title>A title</dc:title>" in properties
    assert written(report(Paragraph(("x",)))) == written(report(Paragraph(("x",))))


def test_signs_that_nobody_sees_are_written_as_code_points():
    assert ["a⟨U+202E⟩b⟨U+0007⟩"] in sheets(report(Paragraph(("a\u202eb\x07",))))["A title"]


def test_a_cell_that_is_too_long_is_cut_where_the_format_ends():
    assert len(said("x" * 40_000)) == LONGEST_CELL
    assert said("x" * 40_000).endswith("…")
    sheets_written = sheets(report(Paragraph(("y" * 40_000,))))["A title"]
    assert max(len(row[0]) for row in sheets_written) == LONGEST_CELL


def test_names_of_sheets_are_such_as_the_format_allows():
    taken = []
    for title in (
        "What: is/was [so]?",
        "what  is was so",
        "",
        "'quoted'",
        "History",
        "x" * 50,
        "x" * 60,
        "*?",
        "\x07a",
    ):
        taken.append(sheet_name(title, taken))
    assert len({name.casefold() for name in taken}) == len(taken)
    for name in taken:
        assert 0 < len(name) <= SHEET_NAME
        assert not re.search(r"[\[\]:*?/\\]|^'|'$", name)
    tables = (Table(name, ("a",), ()) for name in ("Same", "same", "[same]", "History"))
    assert list(sheets(report(*tables))) == ["A title", "Same", "same 2", "same 3", "History 2"]


def test_a_table_without_rows_is_its_headings():
    assert sheets(report(Table("t", ("a", "b"), ()), Cards(())))["t"] == [["a", "b"]]


def test_a_table_with_more_rows_than_a_sheet_has_is_refused(monkeypatch):
    monkeypatch.setattr(xlsx, "MOST_ROWS", 3)
    assert len(sheets(report(Table("t", ("a",), (("1",), ("2",)))))["t"]) == 3
    with pytest.raises(OutputError, match="more rows than a sheet can have"):
        written(report(Table("t", ("a",), (("1",), ("2",), ("3",)))))


def test_the_mark_stands_on_every_printed_page():
    package_parts = parts(report(Table("t", ("a",), ()), marking="A & B"))
    for number in (1, 2):
        assert "<oddHeader>&amp;C&amp;BA &amp;&amp; B</oddHeader>" in package_parts[f"xl/worksheets/sheet{number}.xml"]


def test_numbers_of_a_table_end_in_one_line():
    table = Table("t", ("Metal", "kg"), (("Lead", "3"),), numbers=(1,))
    written_parts = parts(report(table))
    styles = re.findall(r'<c r="[AB]2" s="(\d+)"', written_parts["xl/worksheets/sheet2.xml"])
    formats = re.findall(r"<xf .*?(?:/>|</xf>)", written_parts["xl/styles.xml"].partition("<cellXfs")[2])
    assert ['horizontal="right"' in formats[int(style)] for style in styles] == [False, True]
