"""What a file says as plain text, read in a confined process: what is to be masked."""

from __future__ import annotations

from pathlib import Path

from opencwc.errors import InputError
from opencwc.reports.report_files import ReportFiles
from opencwc.verbs import Input


def readable_text(file: Path | Input) -> str:
    """Return the text of a page, a document, a mail; raise `InputError` where not all of it could be read."""
    reading = ReportFiles([file])
    texts = [report.whole for report in reading.reports()]
    cut = any(note.id == "watch_text_cut" for note in reading.notes)
    if not texts or cut or reading.notes.left_out:
        raise InputError("custody_not_all_read", where=str(file) if isinstance(file, Path) else file.name)
    return "\n\n".join(texts)
