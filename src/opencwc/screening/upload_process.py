"""The confined process that screens an upload: it loads what it needs, gives up its rights, and only then opens it.

Its first line says what was checked, then come batches of findings, and the last line holds the tally.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from opencwc.confining.process import UPLOAD, Line, Task, serve
from opencwc.confining.rights import Bounds, Protection
from opencwc.screening.upload_question import SCREEN

if TYPE_CHECKING:
    from opencwc.files import Table
    from opencwc.finding import Finding
    from opencwc.screening.documents import DocumentRows

ROWS_A_BATCH = 5_000
ROWS_AT_ONCE = 500
BYTES_AT_ONCE = 4_000_000
MOST_COLUMNS = 50
LONGEST_COLUMN = 200
MOST_NOTES = 50
SAMPLE_LINE = "2 drums of triethanolamine 85 %, CAS 102-71-6, HS 2922.15, and trietanolamin"
"""A line with one of everything that a text is searched for."""


class ScreenUpload(Task):
    """Screens one table or document."""

    smaller = "Send it in smaller parts, or as CSV."
    unwritten = "Unpack a compressed workbook yourself and send what is in it."

    def __init__(self, question: dict[str, Any], bounds: Bounds) -> None:
        super().__init__(question, bounds)
        import fastexcel  # noqa: F401 - loaded now, while files may be opened
        import pyarrow.csv
        import pyarrow.parquet  # noqa: F401

        from opencwc import files  # noqa: F401
        from opencwc.screening.batches import LEAST_ROWS_FOR_GATE, BatchScreener
        from opencwc.screening.model import Question

        as_of = date.fromisoformat(question["as_of"])
        asked = Question(as_of, tuple(question["lists"]), kind=question["kind"], lang=question["lang"])
        self.screener = BatchScreener(asked)
        # No process may be started once the rights are given up: Java and Tesseract are not asked in here.
        self.screener.screener.known.resolver.systematic = None
        self._warm(["CCO"] * LEAST_ROWS_FOR_GATE + ["Sarin", "an unknown name", "50-00-0", SAMPLE_LINE])
        self.reads_text = asked.kind == "text"
        if self.reads_text:
            self._load_readers()

    def _warm(self, values: list[str]) -> None:
        """Screen a few values, so that the compiled reader and the index of names are loaded."""
        from opencwc.errors import OpenCWCError
        from opencwc.files.rows import Rows, ValueLimits, part_of_values

        part = part_of_values(values, [None] * len(values), {}, ValueLimits())
        try:
            self.screener.answer(Rows(1, part.ids, part.inputs, part.problems))
        except OpenCWCError:  # what is missing is said again where it is needed
            return

    def _load_readers(self) -> None:
        """Load what documents are read with, PDFium's library among it, and what a text is searched with."""
        from opencwc.files.readers import load_passage_readers
        from opencwc.screening.documents import open_texts

        load_passage_readers()
        sample = io.BytesIO(f"Description,Quantity\n{SAMPLE_LINE},2 kg\n".encode())
        with open_texts(sample, name="x.csv", ocr=False, confine=False) as rows:
            for batch in rows.batches():
                self.screener.answer(batch)

    def answer(self, protection: Protection) -> Iterator[Line]:
        """Yield what was checked, the findings in batches of whole rows, then the tally."""
        from opencwc.finding import message_to_plain
        from opencwc.screening.model import Tally
        from opencwc.screening.table_run import Wish, make_piece

        table = self._open()
        if table.inputs_are == "molblock" and self.screener.question.kind == "auto":
            self.screener.question = self.screener.question._replace(kind="molblock")
        yield self._first_line(table, protection)
        tally = Tally()
        for rows in table.batches():
            share = table.bytes_read() / table.size_bytes if table.size_bytes else None
            piece = make_piece(self.screener, rows, Wish(file=table.name, everything=True))
            tally.merge(piece.tally)
            yield from _batches(piece.findings, int(self.question["skip_rows"]), share)
        yield {
            "done": True,
            "rows": tally.rows,
            "tally": {str(verdict): rows for verdict, rows in tally.by_verdict.items()},
            "notes": [message_to_plain(note) for note in table.notes[:MOST_NOTES]],
        }

    def _first_line(self, table: Table | DocumentRows, protection: Protection) -> Line:
        from opencwc.screening.formats import checked_as_json
        from opencwc.screening.rulebook import maker_of
        from opencwc.screening.table_run import checked_by

        rulebook, lang = self.screener.rulebook, self.screener.question.lang
        checked = checked_as_json(checked_by(rulebook, lang, table.name, table.column, table.notes))
        checked |= _columns_of(table.columns, table.column, table.id_column)
        if self.reads_text:
            checked["document"] = getattr(table, "kind", "")
        maker = maker_of(rulebook)._asdict()
        return {"checked": checked, "maker": maker, "protection": protection.as_json(), "rows_all": None}

    def _open(self) -> Table | DocumentRows:
        """Open the upload: as a table, or as the texts that were asked for."""
        name, *columns = (self.question[key] for key in ("name", "column", "id_column"))
        column, id_column = (column or None for column in columns)
        if self.reads_text:
            from opencwc.screening.documents import open_texts

            return open_texts(UPLOAD, name=name, column=column, id_column=id_column, ocr=False, confine=False)
        from opencwc.files import open_table

        batch_rows = self.question.get("batch_rows") or ROWS_A_BATCH
        return open_table(UPLOAD, name=name, column=column, id_column=id_column, batch_rows=batch_rows)


def _batches(findings: Sequence[Finding], skip: int, share: float | None) -> Iterator[Line]:
    """Yield the findings of the rows after ``skip`` in lines of bounded size, each of whole rows."""
    from opencwc.finding import finding_to_plain

    waiting: list[dict[str, Any]] = []
    size = rows = last = 0
    for finding in findings:
        row = finding.subject.row
        if row <= skip:
            continue
        if row != last:
            if rows >= ROWS_AT_ONCE or size >= BYTES_AT_ONCE:
                yield {"rows_done": last, "share": share, "findings": waiting}
                waiting, size, rows = [], 0, 0
            last, rows = row, rows + 1
        size += 500 + 2 * len(finding.subject.input)
        waiting.append(finding_to_plain(finding))
    if waiting:
        yield {"rows_done": last, "share": share, "findings": waiting}


def _columns_of(columns: Sequence[str], column: str, id_column: str | None) -> dict[str, Any]:
    """Return the column the row ids came from and those that were not read: their names, as many as a person reads."""
    unread = [name for name in columns if name not in (column, id_column)]
    names = [name[:LONGEST_COLUMN] for name in unread[:MOST_COLUMNS]]
    return {"id_column": id_column or "", "not_read": names, "not_read_count": len(unread)}


if __name__ == "__main__":
    sys.exit(serve({SCREEN: ScreenUpload}))
