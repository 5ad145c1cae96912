"""A declaration as a PDF: pages for people, and attached to them the same as XML, which can be read back."""

from __future__ import annotations

from threading import Lock

from opencwc.declarations.forms.form_report import make_report
from opencwc.declarations.forms.model import Document
from opencwc.declarations.forms.xml_file import write_xml
from opencwc.wording import say

PDF = b"%PDF-"
"""How a PDF begins."""
ATTACHED = "declaration.xml"
"""The name of the file that is attached."""


def write_pdf(document: Document, lang: str) -> bytes:
    """Return a declaration as a PDF in a language, with its XML attached."""
    from opencwc.publishing.pdf import Attached, make_pdf

    xml = Attached(ATTACHED, write_xml(document).decode(), "application/xml", say("form_attached", lang))
    return make_pdf(make_report(document, lang), xml)


def attached_declaration(content: bytes) -> bytes | None:
    """Return the XML of a declaration that is attached to a PDF; ``None`` where there is none, or more than one.

    A PDF that is locked or damaged holds none.
    """
    import pypdfium2

    with _PDFIUM:
        try:
            pdf = pypdfium2.PdfDocument(content)
        except pypdfium2.PdfiumError:
            return None
        try:
            files = [pdf.get_attachment(at) for at in range(min(pdf.count_attachments(), _MOST_ATTACHED))]
            found = [file for file in files if file.get_name() == ATTACHED]
            return bytes(found[0].get_data()) if len(found) == 1 else None
        except pypdfium2.PdfiumError:
            return None
        finally:
            pdf.close()


def load_pdf_reader() -> None:
    """Load what reads PDFs now, while files may be opened."""
    attached_declaration(PDF)


_MOST_ATTACHED = 100
_PDFIUM = Lock()
"""PDFium serves one thread at a time."""
