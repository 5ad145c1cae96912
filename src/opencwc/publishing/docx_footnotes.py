"""Footnotes of a Word document, which python-docx does not write: a part of the package, and references to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from docx.document import Document

_NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
_SMALL = '<w:sz w:val="16"/><w:szCs w:val="16"/>'
_LINES = (
    '<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>'
    '<w:footnote w:type="continuationSeparator" w:id="0"><w:p><w:r><w:continuationSeparator/></w:r></w:p></w:footnote>'
)
"""The lines above footnotes, which Word wants to find among them."""


def add_footnotes(document: Document, texts: Sequence[str], *, right_to_left: bool = False) -> None:
    """Add footnotes to a document, numbered from 1 in their order; each runs as the document does."""
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    notes = "".join(_footnote(number, text, right_to_left) for number, text in enumerate(texts, 1))
    written = f'<w:footnotes xmlns:w="{_NAMESPACE}">{_LINES}{notes}</w:footnotes>'
    content = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>{written}'.encode()
    part = Part(PackURI("/word/footnotes.xml"), _MEDIA_TYPE, content, document.part.package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)


def footnote_reference(number: int) -> Any:
    """Return the element of a run that refers to a footnote."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    reference = OxmlElement("w:footnoteReference")
    reference.set(qn("w:id"), str(number))
    return reference


def _footnote(number: int, text: str, right_to_left: bool) -> str:
    turned, runs = ("<w:pPr><w:bidi/></w:pPr>", "<w:rtl/>") if right_to_left else ("", "")
    mark = '<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:footnoteRef/></w:r>'
    said = f'<w:r><w:rPr>{_SMALL}{runs}</w:rPr><w:t xml:space="preserve"> {escape(text)}</w:t></w:r>'
    return f'<w:footnote w:id="{number}"><w:p>{turned}{mark}{said}</w:p></w:footnote>'
