"""A report as a file of a kind, in memory; each writer is loaded when it is first asked for."""

from __future__ import annotations

import io
from typing import Literal

from opencwc.publishing.html import write_html
from opencwc.publishing.model import Report

Format = Literal["pdf", "docx", "html", "xlsx"]


def report_file(report: Report, format: Format) -> bytes:
    """Return a report as a file; raises as the writer of its kind does."""
    if format == "html":
        text = io.StringIO()
        write_html(report, text)
        return text.getvalue().encode("utf-8", "replace")
    content = io.BytesIO()
    if format == "docx":
        from opencwc.publishing.docx import write_docx as write
    elif format == "xlsx":
        from opencwc.publishing.xlsx import write_xlsx as write
    else:
        from opencwc.publishing.pdf import write_pdf as write
    write(report, content)
    return content.getvalue()
