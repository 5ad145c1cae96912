"""The start of ledgers and of planned shipments, read in a confined process: what their columns are taken for.

`preview_uploads` is the parent's side; ``python -m opencwc.transfers.previews`` is the process.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import IO, Any, BinaryIO

from opencwc.confining.process import Line, Task, serve, unpack_uploads
from opencwc.confining.rights import Bounds, Protection
from opencwc.confining.sandbox import TaskRequest, confined_lines
from opencwc.errors import OpenCWCError, error_to_plain
from opencwc.files.column_mapping import TablePreview
from opencwc.records import to_plain
from opencwc.transfers.table_readers import load_table_readers, offline_screener

LEDGERS, SHIPMENTS = "ledgers", "shipments"
"""What the uploads are."""
Preview = Callable[[Path | BinaryIO, str, Mapping[str, str]], TablePreview]
ROWS_READ = 50
ROWS_SHOWN, COLUMNS_SHOWN, NOTES_SHOWN, LONGEST_CELL = 4, 60, 8, 120
_TASK = "preview"
_SECONDS = 120.0
_BOUNDS = Bounds(memory=4_000_000_000, cpu_seconds=600)


def preview_uploads(
    uploads: str, archive: IO[bytes], given: Sequence[Mapping[str, str]], *, network_must_be_cut: bool = True
) -> list[dict[str, Any]]:
    """Return what each file of an archive holds and what its columns are taken for.

    ``given`` names columns by field, one mapping a file.
    """
    question = {"uploads": uploads, "as_of": date.today().isoformat(), "given": [dict(columns) for columns in given]}
    request = TaskRequest(_TASK, question, _SECONDS, _BOUNDS, network_must_be_cut)
    with confined_lines(("-m", __name__), request, archive) as lines:
        return [line["file"] for line in lines if line is not None and isinstance(line.get("file"), dict)]


class PreviewTables(Task):
    """Shows the start of tables, and what their columns are taken for."""

    def __init__(self, question: dict[str, Any], bounds: Bounds) -> None:
        super().__init__(question, bounds)
        load_table_readers()
        self.preview = {LEDGERS: _ledger_preview, SHIPMENTS: _shipment_preview}[question["uploads"]](question)
        self.uploads = unpack_uploads()

    def answer(self, protection: Protection) -> Iterator[Line]:
        """Yield a line a file."""
        for upload, columns in zip(self.uploads, self.question["given"], strict=False):
            try:
                yield {"file": _preview_line(upload.name, self.preview(upload.path, upload.name, columns))}
            except OpenCWCError as error:
                yield {"file": {"name": upload.name, "header": [], "problem": error_to_plain(error)}}
        yield {"done": True, "protection": protection.as_json()}


def _ledger_preview(question: Mapping[str, Any]) -> Preview:
    """Return what previews a ledger, once it has read a sample."""
    from opencwc.transfers.ledgers.reader import preview
    from opencwc.transfers.reconcile.reader import SAMPLE

    screener = offline_screener(date.fromisoformat(question["as_of"]))
    read = partial(preview, rows=ROWS_READ, screener=screener)
    read(io.BytesIO(SAMPLE), "sample.csv", {})
    return read


def _shipment_preview(_: Mapping[str, Any]) -> Preview:
    """Return what previews planned shipments, once it has read a sample."""
    from opencwc.transfers.check.shipments import preview

    preview(io.BytesIO(b"chemical,quantity,unit,from,to,date\nx,5,kg,DEU,FRA,2026-01-01\n"), "sample.csv", {})
    return preview


def _preview_line(name: str, start: TablePreview) -> Line:
    return {
        "name": name,
        "header": [cell[:LONGEST_CELL] for cell in start.header[:COLUMNS_SHOWN]],
        "columns": dict(start.columns),
        "missing": list(start.missing),
        "rows": [
            [(cell or "")[:LONGEST_CELL] for cell in row[:COLUMNS_SHOWN]] for row in start.rows[:ROWS_SHOWN]
        ],
        "notes": [to_plain(note) for note in start.problems[:NOTES_SHOWN]],
        "problem": error_to_plain(start.error) if start.error else None,
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(serve({_TASK: PreviewTables}))
