"""Cells as a person sees them, and everything a workbook or a Word document holds beside its cells and paragraphs."""

from __future__ import annotations

import pytest

from opencwc.files import DocumentLimits
from opencwc.files.number_formats import number_format, say_number

from .making import TABLES, docx, package, places, read, relations, sheet_rows, word_paragraph, word_table, xlsx


@pytest.mark.parametrize(
    ("raw", "code", "seen"),
    [
        ("2922.1500000000001", "General", "2922.15"),
        ("2922.15", "0", "2922.15"),
        ("1000", "General", "1000"),
        ("1000.0", "General", "1000"),
        ("0.85", "0%", "85%"),
        ("0.855", "0%", "85.5%"),
        ("0.1", "0.00%", "10.00%"),
        ("29221500", "00000000", "29221500"),
        ("1012100", "00000000", "01012100"),
        ("2922.1", "0000.00", "2922.10"),
        ("1000", '#,##0" kg"', "1000 kg"),
        ("200", '#,##0.0\\ "L"', "200.0 L"),
        ("5", '"IBC "0', "IBC 5"),
        ("12.5", "[$€-407]\\ 0.00", "€ 12.50"),
        ("-3", "0;[Red]-0", "-3"),
        ("46000", "dd/mm/yyyy", "2025-12-09"),
        ("46000.5", "yyyy-mm-dd hh:mm", "2025-12-09T12:00:00"),
        ("0.25", "[h]:mm", "06:00:00"),
        ("1E-3", "General", "0.001"),
        ("1.5E+30", "General", "1.5E+30"),
        ("1027160000000", "General", "1027160000000"),
        ("NaN", "General", "NaN"),
        ("1e999999999", "0", "1e999999999"),
        ("x", "0", "x"),
        ("0.1", "# ?/?", "0.1"),
    ],
)
def test_a_number_is_said_as_it_is_seen(raw: str, code: str, seen: str) -> None:
    assert say_number(raw, number_format(164, code)) == seen


def test_shared_texts_formats_and_hidden_sheets_are_read() -> None:
    rows = (
        sheet_rows(TABLES["en"]) + '<row r="7"><c r="A7" t="s"><v>0</v></c><c r="B7" s="1"><v>0.85</v></c>'
        '<c r="D7"><v>2922.1500000000001</v></c>'
        '<c r="E7" t="b"><v>1</v></c><c r="F7" t="e"><v>#N/A</v></c>'
        '<c r="G7" t="str"><f>A1</f><v>of a formula</v></c></row>'
        "<row><c><v>8</v></c></row>"
    )
    data = xlsx(
        {"Sheet1": rows, "Secret": sheet_rows([["TEA"]])},
        states={"Secret": "veryHidden"},
        formats=["0%"],
        shared=["<r><t>Triethanol</t></r><r><t>amine_x000D_\n85</t></r><rPh><t>left out</t></rPh>"],
    )
    passages, unread, notes, _ = read(data, "a.xlsx")
    by_place = places(passages)
    assert by_place["Sheet1!7"] == ("Description: Triethanolamine\n85\tQty: 85%\t\t2922.15\tTRUE\t#N/A\tof a formula")
    assert by_place["Sheet1!8"] == "Description: 8"
    assert by_place["Secret!1"] == "TEA"
    assert (unread, notes) == ([], ["reading_hidden_sheets"])


def test_a_merged_cell_is_read_once_where_it_begins() -> None:
    data = xlsx({"S": '<row r="2"><c r="B2" t="str"><v>TEA</v></c><c r="C2"/><c r="D2" t="str"><v>kg</v></c></row>'})
    assert places(read(data, "a.xlsx")[0]) == {"S!2": "\tTEA\t\tkg"}


def test_cells_beyond_the_last_column_are_told_of() -> None:
    data = xlsx({"S": '<row r="9"><c r="A9" t="str"><v>TEA</v></c><c r="XFD9" t="str"><v>far</v></c></row>'})
    passages, unread, *_ = read(data, "a.xlsx")
    assert places(passages) == {"S!9": "TEA"}
    assert [(part.place, part.message.id) for part in unread] == [("S!IW9", "reading_columns")]


def test_comments_and_text_boxes_of_a_sheet_are_read() -> None:
    more = {
        "xl/worksheets/_rels/sheet1.xml.rels": relations(
            ("c", "comments", "../comments1.xml"), ("d", "drawing", "../drawings/drawing1.xml")
        ),
        "xl/comments1.xml": '<comments><commentList><comment ref="B2"><text><t>see TDG</t></text></comment>'
        "</commentList></comments>",
        "xl/drawings/drawing1.xml": '<d xmlns:a="x"><sp><txBody><a:p><a:r><a:t>drawn DMMP'
        "</a:t></a:r></a:p></txBody></sp></d>",
        "xl/vbaProject.bin": b"macro",
    }
    passages, _, notes, _ = read(xlsx({"S": sheet_rows([["x"]])}, more=more), "a.xlsm")
    assert places(passages) == {"S!1": "x", "S!B2 comment": "see TDG", "S text box 1": "drawn DMMP"}
    assert notes == ["reading_macros"]


def test_a_header_is_found_below_titles_and_can_come_again() -> None:
    rows = [
        ["Packing list"],
        ["Date", "2026-01-05"],
        [],
        ["No.", "Description of goods", "HS code", "Net weight (kg)"],
        ["1", "TDG", "2930.70", "200"],
        ["2", "", "2922.15", ""],
        ["No.", "Désignation", "Code SH", "Quantité"],
        ["3", "TEA", "2922.15", "5"],
        ["Total", "", "", "205"],
    ]
    by_place = places(read(xlsx({"S": sheet_rows(rows)}), "a.xlsx")[0])
    assert by_place["S!1"] == "Packing list"
    assert by_place["S!2"] == "Date\t2026-01-05"
    assert by_place["S!5"] == "No.: 1\tDescription of goods: TDG\tHS code: 2930.70\tNet weight (kg): 200"
    assert by_place["S!6"] == "No.: 2\t\tHS code: 2922.15"
    assert by_place["S!8"] == "No.: 3\tDésignation: TEA\tCode SH: 2922.15\tQuantité: 5"


def test_names_of_chemicals_are_no_header() -> None:
    by_place = places(read(b"Sarin,Tabun,Soman\nTEA,DMMP,TDG\nx,y,z\n", "a.csv")[0])
    assert by_place == {"1": "Sarin\tTabun\tSoman", "2": "TEA\tDMMP\tTDG", "3": "x\ty\tz"}


def test_records_with_quotes_breaks_and_a_declared_delimiter() -> None:
    data = b'sep=;\nDescription;Qty;Unit\n"TEA; 85%\nin IBC";5;kg\n5" pipe;1;pc\n"never closed;2;pc\nDMMP;3;kg\n'
    by_place = places(read(data, "a.csv")[0])
    assert by_place["3"] == "Description: TEA; 85%\nin IBC\tQty: 5\tUnit: kg"
    assert by_place["5"] == 'Description: 5" pipe\tQty: 1\tUnit: pc'
    assert "never closed" in by_place["6"]
    assert by_place["7"] == "Description: DMMP\tQty: 3\tUnit: kg"


def test_what_stands_beside_the_text_of_a_letter_is_read() -> None:
    deleted = "<w:del><w:r><w:delText>gone</w:delText></w:r></w:del>"
    inserted = "<w:ins><w:r><w:t>in</w:t></w:r></w:ins>"
    hidden = "<w:r><w:rPr><w:vanish/></w:rPr><w:t> hidden</w:t></w:r>"
    box = f"<w:txbxContent>{word_paragraph('box')}</w:txbxContent>"
    twice = f"<mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback>"
    drawn = f"<w:r><mc:AlternateContent>{twice}</mc:AlternateContent></w:r>"
    field = "<w:r><w:instrText>MACROBUTTON x</w:instrText></w:r>"
    body = (
        f"<w:p><w:pPr><w:tabs><w:tab/></w:tabs></w:pPr><w:r><w:t>N</w:t><w:noBreakHyphen/>"
        f"<w:t>methyl</w:t><w:tab/></w:r>"
        f"{deleted}{inserted}{hidden}{field}</w:p><w:p>{drawn}<w:r><w:t>around</w:t></w:r></w:p><w:p/>"
    )
    data = docx(
        body,
        {
            "header": word_paragraph("head"),
            "footer": word_paragraph("foot"),
            "footnotes": f'<w:footnote w:id="2">{word_paragraph("note")}{word_paragraph("more")}</w:footnote>',
            "comments": f'<w:comment w:id="0">{word_paragraph("said")}</w:comment>',
        },
        {"word/embeddings/in.xlsx": xlsx({"S": sheet_rows([["TEA"]])}), "word/media/image1.png": b"x"},
    )
    passages, unread, notes, _ = read(data, "a.docx")
    assert places(passages) == {
        "¶ 1": "N-methyl\tin",
        "¶ 1 hidden": "in hidden",
        "¶ 1 deleted": "gonein",
        "text box 1 ¶ 1": "box",
        "¶ 2": "around",
        "header 1 ¶ 1": "head",
        "footer 1 ¶ 1": "foot",
        "footnote 2": "note",
        "footnote 2 ¶ 2": "more",
        "comment 0": "said",
        "in.xlsx > S!1": "TEA",
    }
    assert unread == []
    assert notes == ["reading_hidden_text", "reading_deleted_text", "reading_file_rows", "reading_pictures"]


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def gone(text: str) -> str:
    return f"<w:del><w:r><w:delText>{text}</w:delText></w:r></w:del>"


def test_deleted_text_stands_apart_with_the_words_that_it_was_cut_out_of() -> None:
    cell = f"<w:tbl><w:tr><w:tc><w:p>{run('TEA ')}{gone('TDG')}</w:p></w:tc></w:tr></w:tbl>"
    moved = f"<w:moveFrom>{run('DMMP')}</w:moveFrom>"
    body = (
        f"<w:p>{run('5 kg thiodi')}{gone('gly')}{gone('col')}{run(' and ')}{gone('VX')}{run(' here')}</w:p>"
        f"<w:p>{gone('sarin')}</w:p>{cell}<w:p>{moved}</w:p>"
    )
    passages, _, notes, _ = read(docx(body), "a.docx")
    assert places(passages) == {
        "¶ 1": "5 kg thiodi and  here",
        "¶ 1 deleted": "thiodiglycol … VX",
        "¶ 2 deleted": "sarin",
        "table 1!1 deleted": "TDG",
        "table 1!1": "TEA",
        "¶ 3 deleted": "DMMP",
    }
    assert notes == ["reading_deleted_text"]


def test_hidden_text_stands_apart_and_parts_no_word_that_is_seen() -> None:
    change = "<w:rPrChange><w:rPr><w:vanish/></w:rPr></w:rPrChange>"
    hidden, visible = run("TDG", "<w:vanish/>"), run(" shown", '<w:vanish w:val="0"/>')
    body = f"<w:p>{run('sa')}{hidden}{run('rin')}{visible}{run(' too', change)}</w:p>"
    passages, _, notes, _ = read(docx(body), "a.docx")
    assert places(passages) == {"¶ 1": "sarin shown too", "¶ 1 hidden": "saTDGrin"}
    assert notes == ["reading_hidden_text"]


def test_pictures_in_a_workbook_are_told() -> None:
    data = xlsx({"S": sheet_rows([["TEA"]])}, more={"xl/media/image1.png": b"x"})
    assert read(data, "a.xlsx")[2] == ["reading_pictures"]


def test_a_table_in_a_table_has_its_own_place() -> None:
    inner = word_table([["in a", "in b"]])
    data = docx(f"<w:tbl><w:tr><w:tc><w:p><w:r><w:t>out</w:t></w:r></w:p>{inner}<w:p/></w:tc></w:tr></w:tbl>")
    assert places(read(data, "a.docx")[0]) == {"table 2!1": "in a\tin b", "table 1!1": "out"}


def test_a_wide_cell_moves_the_next_ones() -> None:
    wide = '<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="2"/></w:tcPr>' + word_paragraph("wide") + "</w:tc><w:tc>"
    data = docx(wide + word_paragraph("third") + "</w:tc></w:tr></w:tbl>")
    assert places(read(data, "a.docx")[0]) == {"table 1!1": "wide\t\tthird"}
    page = b"<table><tr><td colspan=2 rowspan=2>wide<td>third<tr><td>next<td>last<tr><td>all"
    assert places(read(page, "a.html")[0]) == {
        "table 1!1": "wide\t\tthird",
        "table 1!2": "\t\tnext\tlast",
        "table 1!3": "all",
    }


def test_a_broken_sheet_leaves_the_others() -> None:
    data = xlsx({"A": sheet_rows([["one"]]) + "<row><c", "B": sheet_rows([["two"]])})
    passages, unread, *_ = read(data, "a.xlsx")
    assert places(passages) == {"A!1": "one", "B!1": "two"}
    assert [(part.place, part.message.id) for part in unread] == [("A", "reading_damaged")]


def test_only_so_much_text_is_read() -> None:
    passages, unread, *_ = read(b"TEA 85%\n" * 100, "a.txt", limits=DocumentLimits(characters=50))
    assert len(passages) == 7
    assert [part.message.id for part in unread] == ["reading_too_much_text"]


def test_relations_that_lead_outside_are_not_followed() -> None:
    data = package(
        {
            "_rels/.rels": relations(("r1", "officeDocument", "word/document.xml")),
            "word/document.xml": f'<w:document xmlns:w="w"><w:body>{word_paragraph("TEA")}</w:body></w:document>',
            "word/_rels/document.xml.rels": relations(
                ("a", "header", "http://example.org/header.xml"), ("b", "header", "../../../etc/passwd")
            ),
        }
    )
    passages, unread, *_ = read(data, "a.docx")
    assert (places(passages), unread) == ({"¶ 1": "TEA"}, [])
