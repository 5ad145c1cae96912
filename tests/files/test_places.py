"""Every kind of document in every language comes as passages with their places."""

from __future__ import annotations

import base64
import io
from email.message import EmailMessage
from pathlib import Path

import pytest

from opencwc.errors import InputError
from opencwc.files import Passage, cell_of, open_document

from .making import LINES, TABLES, docx, ods, pdf, places, read, sheet_rows, word_paragraph, word_table, xls, xlsx

LANGUAGES = sorted(LINES)


def second_row(language: str) -> str:
    """The second row of the table with its headers."""
    return "\t".join(f"{header.strip(' :')}: {cell}" for header, cell in zip(*TABLES[language], strict=True))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_pdf_gives_the_page_and_the_paragraph(language: str) -> None:
    first, second = LINES[language], TABLES[language][1][0]
    # Arabic is drawn from the left, as printing programs draw it.
    drawn = [line[::-1] if language == "ar" else line for line in (first, second)]
    passages, unread, notes, kind = read(pdf([["first page"], [*drawn, "", "", "x"]]), "sheet.pdf")
    assert places(passages) == {"p. 1": "first page", "p. 2 ¶ 1": f"{first}\n{second}", "p. 2 ¶ 2": "x"}
    assert (unread, notes, kind) == ([], [], "pdf")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_word_document_gives_paragraphs_and_rows(language: str) -> None:
    body = word_paragraph("one") + word_table(TABLES[language]) + word_paragraph(LINES[language])
    passages, unread, notes, kind = read(docx(body), "letter.docx")
    assert [passage.place for passage in passages] == ["¶ 1", "table 1!1", "table 1!2", "¶ 2"]
    assert places(passages)["¶ 2"] == LINES[language]
    assert places(passages)["table 1!2"] == second_row(language)
    assert (unread, notes, kind) == ([], [], "docx")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("make", ["xlsx", "ods", "xls"])
def test_a_workbook_gives_sheet_and_row(language: str, make: str) -> None:
    made = {
        "xlsx": lambda rows: xlsx({"Sheet1": sheet_rows(rows)}),
        "ods": ods,
        "xls": xls,
    }[make](TABLES[language])
    sheet = "Feuille 1" if make == "ods" else "Sheet1"
    passages, unread, notes, kind = read(made, f"packing.{make}")
    assert places(passages) == {f"{sheet}!1": "\t".join(TABLES[language][0]), f"{sheet}!2": second_row(language)}
    assert (unread, notes, kind) == ([], [], "xlsx")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_gives_blocks_and_rows(language: str) -> None:
    rows = "".join("<tr>" + "".join(f"<td>{cell}" for cell in row) for row in TABLES[language])
    page = f"<!DOCTYPE html><meta charset=utf-8><h1>A</h1><p>{LINES[language]}<table>{rows}</table>"
    passages, unread, notes, kind = read(page.encode(), "page.html")
    assert places(passages) == {
        "¶ 1": "A",
        "¶ 2": LINES[language],
        "table 1!1": "\t".join(TABLES[language][0]),
        "table 1!2": second_row(language),
    }
    assert (unread, notes, kind) == ([], [], "html")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_message_gives_subject_body_and_attachments(language: str) -> None:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = LINES[language], "a@example.org", "b@example.org"
    message.set_content(f"{LINES[language]}\n\nBye\n")
    message.add_attachment(
        xlsx({"Sheet1": sheet_rows(TABLES[language])}),
        maintype="application",
        subtype="octet-stream",
        filename=f"{TABLES[language][0][0]}.xlsx",
    )
    passages, unread, notes, kind = read(message.as_bytes(), "mail.eml")
    name = f"{TABLES[language][0][0]}.xlsx"
    assert places(passages) == {
        "Subject": LINES[language],
        "body ¶ 1": LINES[language],
        "body ¶ 2": "Bye",
        f"{name} > Sheet1!1": "\t".join(TABLES[language][0]),
        f"{name} > Sheet1!2": second_row(language),
    }
    assert (unread, notes, kind) == ([], ["reading_file_rows"], "eml")


@pytest.mark.parametrize("language", LANGUAGES)
def test_lines_and_records_give_their_number(language: str) -> None:
    passages, *_, kind = read(f"{LINES[language]}\n\n{LINES[language]}\n".encode(), "list.txt")
    assert (places(passages), kind) == ({"1": LINES[language], "3": LINES[language]}, "txt")
    table = "\n".join(";".join(row) for row in TABLES[language])
    passages, *_, kind = read(table.encode(), "list.csv")
    assert (places(passages), kind) == ({"1": "\t".join(TABLES[language][0]), "2": second_row(language)}, "csv")


def test_a_text_that_runs_on_comes_by_paragraph() -> None:
    text = (
        "The drums were filled with a solution of triethanolamine\nand put on the pallet that stands in the second\n"
        "hall behind the gate.\n\nThe next paragraph is here and it goes on for a while too\nuntil it ends.\n"
    )
    passages, *_ = read(text.encode(), "letter.txt")
    assert [passage.place for passage in passages] == ["¶ 1", "¶ 2"]
    assert passages[0].text.count("\n") == 2


def test_the_cell_of_a_character_is_told() -> None:
    row = "Product: TEA\tQty: 1000"
    assert cell_of("Sheet1!7", row, 0) == "Sheet1!A7"
    assert cell_of("a.xlsx > Feuille ! 2!7 [2]", row, row.index("Qty")) == "a.xlsx > Feuille ! 2!B7"
    assert cell_of("a.csv > 7", row, row.index("1000")) == "a.csv > B7"
    assert cell_of("7", "a line of text", 3) == "7"
    assert cell_of("p. 3 ¶ 2", "a\tb", 3) == "p. 3 ¶ 2"


def test_the_name_the_size_and_the_notes_are_told(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes("Désignation;Quantité\nTriéthanolamine;5\n".encode("cp1252"))
    with open_document(path) as document:
        assert (document.kind, document.size_bytes, document.name) == ("csv", path.stat().st_size, str(path))
        assert [note.values["encoding"] for note in document.notes] == ["cp1252"]
        assert len(list(document.passages())) == 2


def test_both_ways_of_reading_give_the_same() -> None:
    for data, name in (
        (pdf([["one", "two"], ["three"]]), "a.pdf"),
        (docx(word_table(TABLES["ar"])), "a.docx"),
        (xlsx({"S": sheet_rows(TABLES["zh"])}, states={"S": "hidden"}), "a.xlsx"),
        (b"<html><p>x<p hidden>y", "a.html"),
        (b"a;b;c\n1;2;3\n4;5;6\n", "a.csv"),
        (b"\xd0\xcf\xf0\xe8\xe2\xe5\xf2", "a.txt"),
        (xls(TABLES["ru"]), "a.xls"),
    ):
        assert read(data, name, confine=True) == read(data, name, confine=False)


def test_marks_of_direction_and_invisible_characters_stay() -> None:
    text = "tri\u202eethanol\u200bamine\u2066 \u00ad\u200fTEA\ufeff\u2060 end"
    escaped = "".join(f"&#{ord(character)};" for character in text)
    for data, name in (
        (text.encode(), "a.txt"),
        (docx(word_paragraph(text)), "a.docx"),
        (xlsx({"S": sheet_rows([[text]])}), "a.xlsx"),
        (f"<html><p>{escaped}</p>".encode(), "a.html"),
    ):
        passages, *_ = read(data, name)
        assert [passage.text for passage in passages] == [text]


def test_a_nul_and_half_a_character_are_marked_as_lost() -> None:
    passages, *_ = read(b"Subject: x\nMIME-Version: 1.0\n\nTEA\0TEA " + b"word " * 20, "a.eml")
    assert passages[1].text.startswith("TEA\ufffdTEA")


def test_a_long_row_keeps_its_columns_in_every_piece() -> None:
    rows = [["a" * 15_000, "b" * 15_000, "TEA"]]
    passages, *_ = read(xlsx({"S": sheet_rows(rows)}), "a.xlsx")
    assert [passage.place for passage in passages] == ["S!1", "S!1 [2]"]
    second = passages[1]
    assert cell_of(second.place, second.text, second.text.index("TEA")) == "S!C1"
    assert cell_of(second.place, second.text, second.text.index("bbb")) == "S!B1"


def test_a_stream_is_read_like_a_file() -> None:
    class OnlyReads(io.RawIOBase):
        def __init__(self) -> None:
            self._data = io.BytesIO(b"TEA 85%\n")

        def readable(self) -> bool:
            return True

        def readinto(self, buffer) -> int:
            return self._data.readinto(buffer)

    document = open_document(OnlyReads(), name="pipe.txt")
    assert list(document.passages()) == [Passage("1", "TEA 85%")]


@pytest.mark.parametrize("confine", [True, False])
def test_what_is_not_there_or_no_file_is_an_error(tmp_path: Path, confine: bool) -> None:
    for path in (tmp_path / "none.pdf", tmp_path):
        with pytest.raises(InputError) as raised:
            open_document(path, confine=confine)
        assert raised.value.remedy
        assert raised.value.where == str(path)
    (tmp_path / "empty.txt").write_bytes(b" \n")
    with pytest.raises(InputError, match="empty"):
        open_document(tmp_path / "empty.txt", confine=confine)


def test_base64_and_nested_messages_are_opened() -> None:
    inner = EmailMessage()
    inner["Subject"], inner["From"] = "inner", "c@example.org"
    inner.set_content("Inner body\n")
    message = EmailMessage()
    message["Subject"], message["From"] = "outer", "a@example.org"
    message.set_content(base64.b64encode(b"x").decode())
    message.add_attachment(inner)
    passages, unread, *_ = read(message.as_bytes(), "a.eml")
    assert places(passages)["message 1.eml > body ¶ 1"] == "Inner body"
    assert unread == []


def test_a_line_with_arabic_and_other_words_is_in_reading_order() -> None:
    seen = "102-71-6 CAS مقر 85% (TEA) نيمأ"
    passages, *_ = read(pdf([[seen], ["Latin page"]]), "a.pdf")
    assert passages[0].text == "أمين (TEA) 85% رقم 102-71-6 CAS"


def test_two_columns_in_two_scripts_are_rows_of_two_cells() -> None:
    rows = [
        ("Article 1. No one may", "المادة 1. يحظر"),
        ("use them.", ""),
        ("Article 2. End", "المادة 2. نهاية"),
        ("Or so", "ختام"),
    ]
    seen = [f"{left:<30}{right[::-1]:>20}".rstrip() for left, right in rows]
    passages, *_ = read(pdf([seen]), "a.pdf")
    assert [passage.text.strip() for passage in passages] == ["\t".join(row).strip() for row in rows]


@pytest.mark.slow
def test_a_pdf_of_three_hundred_pages_is_read_in_under_ten_seconds() -> None:
    import time

    line = "The drums of triethanolamine 85 % were weighed, marked and put on pallet {}."
    data = pdf([[line.format(number) for number in range(40)] for _ in range(300)])
    began = time.monotonic()
    passages, unread, *_ = read(data, "long.pdf", confine=True)
    assert time.monotonic() - began < 10
    assert sum(len(passage.text) for passage in passages) > 300 * 2_900
    assert (unread, passages[-1].place) == ([], "p. 300 ¶ 2")
