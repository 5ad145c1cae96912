"""OpenDocument texts: paragraphs, tables, what stands beside them, and what was deleted."""

from __future__ import annotations

from xml.sax.saxutils import escape

import pytest

from opencwc.errors import InputError

from .making import LINES, TABLES, package, places, read

_NAMES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"'
    for name, long in (
        ("office", "office"), ("table", "table"), ("text", "text"), ("style", "style"), ("draw", "drawing"),
    )
)  # fmt: skip


def odt(body: str, styles: str = "", more: dict[str, str | bytes] | None = None) -> bytes:
    return package(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": f"<office:document-content {_NAMES}><office:automatic-styles/><office:body><office:text>"
            f"{body}</office:text></office:body></office:document-content>",
            "styles.xml": f"<office:document-styles {_NAMES}><office:master-styles><style:master-page>{styles}"
            "</style:master-page></office:master-styles></office:document-styles>",
            "META-INF/manifest.xml": "<m:manifest xmlns:m='urn:x'/>",
            **(more or {}),
        }
    )


def paragraph(text: str) -> str:
    return f"<text:p>{escape(text)}</text:p>"


@pytest.mark.parametrize("language", sorted(LINES))
def test_paragraphs_and_tables_come_in_their_order(language: str) -> None:
    rows = "".join(
        "<table:table-row>"
        + "".join(f"<table:table-cell>{paragraph(cell)}</table:table-cell>" for cell in row)
        + '<table:table-cell table:number-columns-repeated="16000"/></table:table-row>'
        for row in TABLES[language]
    )
    body = f"<text:h>one</text:h><table:table>{rows}</table:table>{paragraph(LINES[language])}"
    passages, unread, notes, kind = read(odt(body), "letter.odt")
    second = "\t".join(f"{header.strip(' :')}: {cell}" for header, cell in zip(*TABLES[language], strict=True))
    assert places(passages) == {
        "¶ 1": "one", "table 1!1": "\t".join(TABLES[language][0]), "table 1!2": second, "¶ 2": LINES[language],
    }  # fmt: skip
    assert (unread, notes, kind) == ([], [], "odt")


def test_spaces_tabs_lines_and_spans() -> None:
    body = '<text:p>a<text:s text:c="2"/>b<text:tab/>c<text:line-break/><text:span>thio</text:span>diglycol</text:p>'
    assert places(read(odt(body), "a.odt")[0]) == {"¶ 1": "a  b\tc\nthiodiglycol"}


def test_what_stands_beside_the_text_has_its_own_place() -> None:
    body = (
        "<text:tracked-changes><text:changed-region><text:deletion><text:p>5 kg sarin</text:p></text:deletion>"
        "</text:changed-region></text:tracked-changes><text:p>one<text:note><text:note-citation>1</text:note-citation>"
        "<text:note-body><text:p>see DMMP</text:p></text:note-body></text:note> two"
        "<office:annotation><text:p>remark</text:p></office:annotation></text:p>"
        "<text:p><draw:frame><draw:text-box><text:p>boxed</text:p></draw:text-box></draw:frame></text:p>"
    )
    styles = "<style:header><text:p>head</text:p></style:header><style:footer><text:p>foot</text:p></style:footer>"
    passages, _, notes, _ = read(odt(body, styles, {"Pictures/a.png": b"x"}), "a.odt")
    assert places(passages) == {
        "deleted 1 ¶ 1": "5 kg sarin", "footnote 1 ¶ 1": "see DMMP", "comment 1 ¶ 1": "remark", "¶ 1": "one two",
        "text box 1 ¶ 1": "boxed", "header 1 ¶ 1": "head", "footer 1 ¶ 1": "foot",
    }  # fmt: skip
    assert set(notes) == {"reading_deleted_text", "reading_pictures"}


def test_a_locked_text_is_refused() -> None:
    manifest = "<m:manifest xmlns:m='urn:x'><m:encryption-data/></m:manifest>"
    with pytest.raises(InputError, match="encrypted or protected by a password"):
        read(odt(paragraph("x"), more={"META-INF/manifest.xml": manifest}), "a.odt")
