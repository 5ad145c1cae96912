"""RTF as word processors write it: code pages, Unicode, tables, what stands beside the text, and what is left out."""

from __future__ import annotations

import pytest

from opencwc.files import DocumentLimits

from .making import LINES, TABLES, places, read

HEAD = (
    rb"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fswiss\fcharset0 Arial;}{\f1\fcharset204 Arial Cyr;}"
    rb"{\f2\fcharset134 SimSun;}{\f3\fcharset178 Arial;}}{\colortbl;\red0\green0\blue0;}"
    rb"{\stylesheet{\s0 Normal;}}{\*\generator Writer 7;}{\info{\title Not read}}\pard\plain\f0\fs24 "
)


def rtf(body: bytes) -> bytes:
    return HEAD + body + b"}"


def unicode_words(text: str) -> bytes:
    units = text.encode("utf-16-le")
    codes = [int.from_bytes(units[at : at + 2], "little", signed=True) for at in range(0, len(units), 2)]
    return b"".join(rb"\u%d?" % code for code in codes)


@pytest.mark.parametrize("language", sorted(LINES))
def test_unicode_is_read_and_its_stand_in_is_not(language: str) -> None:
    passages, unread, notes, kind = read(rtf(unicode_words(LINES[language]) + rb"\par next"), "a.rtf")
    assert places(passages) == {"¶ 1": LINES[language], "¶ 2": "next"}
    assert (unread, notes, kind) == ([], [], "rtf")


@pytest.mark.parametrize(("language", "font", "page"), [("ru", 1, "cp1251"), ("zh", 2, "gb18030"), ("ar", 3, "cp1256")])
def test_bytes_are_read_in_the_code_page_of_their_font(language: str, font: int, page: str) -> None:
    escaped = b"".join(rb"\'%02x" % byte for byte in LINES[language].encode(page, "replace"))
    passages, *_ = read(rtf(rb"{\f%d " % font + escaped + rb"}\par"), "a.rtf")
    assert places(passages) == {"¶ 1": LINES[language].encode(page, "replace").decode(page)}


def test_a_table_comes_by_row_with_the_names_of_its_columns() -> None:
    rows = b"".join(
        rb"\trowd\cellx100\cellx200\cellx300 "
        + b"".join(rb"\pard\intbl " + unicode_words(cell) + rb"\cell" for cell in row)
        + rb"\row"
        for row in TABLES["en"]
    )
    passages, *_ = read(rtf(rb"before\par" + rows + rb"\pard after\par"), "a.rtf")
    assert places(passages) == {
        "¶ 1": "before",
        "table 1!1": "Description\tQty\tUnit",
        "table 1!2": "Description: Triethanolamine\tQty: 1000\tUnit: kg",
        "¶ 2": "after",
    }


def test_what_stands_beside_the_text_has_its_own_place() -> None:
    body = (
        rb"{\header head\par}{\footer foot\par}one{\footnote  see DMMP}{\*\annotation a remark} two\line three\par"
        rb'{\field{\*\fldinst HYPERLINK "x"}{\fldrslt link}}{\pict\wmetafile8 0102}\par'
    )
    passages, _, notes, _ = read(rtf(body), "a.rtf")
    assert places(passages) == {
        "header 1 ¶ 1": "head", "footer 1 ¶ 1": "foot", "footnote 1 ¶ 1": " see DMMP", "comment 1 ¶ 1": "a remark",
        "¶ 1": "one two\nthree", "¶ 2": "link",
    }  # fmt: skip
    assert notes == ["reading_pictures"]


def test_hidden_and_deleted_text_is_read_and_its_place_says_so() -> None:
    passages, _, notes, _ = read(rtf(rb"seen {\v hid VX}{\deleted 5 kg sarin}\par"), "a.rtf")
    assert places(passages) == {"¶ 1": "seen ", "¶ 1 hidden": "hid VX", "¶ 1 deleted": "5 kg sarin"}
    assert set(notes) == {"reading_hidden_text", "reading_deleted_text"}


def test_binary_data_and_braces_without_end_hurt_nothing() -> None:
    assert places(read(rtf(rb"a{\pict\bin5 }}{{\x}b\par"), "a.rtf")[0]) == {"¶ 1": "ab"}
    nested = read(b"{\\rtf1 " + b"{" * 50_000 + b"x", "a.rtf", limits=DocumentLimits(levels=1_000))
    assert [part.message.id for part in nested[1]] == ["reading_nested"]
    assert [part.message.id for part in read(b"{\\rtf1}", "a.rtf")[1]] == ["reading_no_text"]
