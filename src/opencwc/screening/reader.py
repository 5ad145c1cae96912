"""A file to the steps of a screening: a table row by row, or a document passage by passage."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from opencwc.records import to_plain
from opencwc.verbs import Ended, Found, Input, Progress, Started, Step

if TYPE_CHECKING:
    from opencwc.files import Table
    from opencwc.finding import Finding
    from opencwc.screening.documents import DocumentRows
    from opencwc.screening.model import Question
    from opencwc.screening.rulebook import Rulebook
    from opencwc.screening.table_run import Piece

ROWS_A_BATCH = 5_000
ROWS_AT_ONCE = 500
BYTES_AT_ONCE = 4_000_000
MOST_NOTES = 500
A_LINE = "2 drums of triethanolamine 85 %, CAS 102-71-6, HS 2922.15, and trietanolamin"
"""A line that has all in it that a text is searched for."""
A_KEY = "YODZTKMDCQEPHD-UHFFFAOYSA-N"
"""The InChIKey of thiodiglycol."""
_HERE: dict[str, Any] = {"ocr": False, "confine": False}
"""How documents are read in here: this process is confined already, and starts no other one."""


class Reader:
    """Screens one file. The question: ``as_of``, ``lists``, ``kind``, ``column``, ``id_column`` (empty: found out)."""

    def __init__(self, question: Mapping[str, Any]) -> None:
        import fastexcel  # noqa: F401 - loaded now, while files may be opened
        import pyarrow.csv  # noqa: F401
        import pyarrow.parquet  # noqa: F401

        from opencwc import files  # noqa: F401
        from opencwc.files.passages import DocumentLimits
        from opencwc.screening.batches import BatchScreener
        from opencwc.screening.model import Question

        self.question = Question(
            date.fromisoformat(str(question["as_of"])), tuple(question.get("lists", ())),
            kind=str(question.get("kind", "auto")),
        )  # fmt: skip
        self.column, self.id_column = (str(question.get(name, "")).strip() or None for name in ("column", "id_column"))
        self.batch_rows = int(question.get("batch_rows", 0)) or ROWS_A_BATCH
        self.limits = DocumentLimits(**question.get("limits", {}))
        self.screener = BatchScreener(self.question)

    def warm(self) -> None:
        """Screen a few values and, where texts are asked for, a text: everything is loaded, and nothing starts Java."""
        from opencwc.errors import OpenCWCError
        from opencwc.files import open_table
        from opencwc.language.language_recogniser import load_recogniser
        from opencwc.screening.batches import LEAST_ROWS_FOR_GATE

        load_recogniser()
        self.screener.screener.known.resolver.systematic = None
        values = ["CCO"] * LEAST_ROWS_FOR_GATE + ["Sarin", "an unknown name", "50-00-0", A_LINE, A_KEY]
        rows = [{"SMILES": value, "CAS": "107-44-8", "Name": A_LINE, "InChIKey": A_KEY} for value in values]
        try:
            for column in ("SMILES", None):  # one by one, and held together
                with open_table(io.BytesIO(json.dumps(rows).encode()), name="x.json", column=column) as table:
                    for batch in table.batches():
                        self.screener.answer(batch)
        except OpenCWCError:  # what is missing is said again where it is needed
            return
        if self.question.kind == "text":
            self._warm_documents()

    def _warm_documents(self) -> None:
        """Load what documents are read with, PDFium's library among it, and what a text is searched with."""
        from opencwc.files.readers import load_passage_readers
        from opencwc.screening.documents import open_texts

        load_passage_readers()
        with open_texts(io.BytesIO(f"Description,Quantity\n{A_LINE},2 kg\n".encode()), name="x.csv", **_HERE) as rows:
            for batch in rows.batches():
                self.screener.answer(batch)

    def steps(self, inputs: Sequence[Input]) -> Iterator[Step]:
        """Give what is checked, then the findings row by row, and the end.

        Raises:
            InputError: a limit of the whole document was reached; what was found until then has been given.

        """
        from opencwc.files.passages import stopped_error
        from opencwc.screening.documents import DocumentRows
        from opencwc.screening.model import Tally
        from opencwc.screening.table_run import Wish, make_piece

        table = self._open(inputs[0])
        if table.inputs_are == "molblock" and self.question.kind == "auto":
            self.screener.question = self.question._replace(kind="molblock")
        yield started(self.screener.rulebook, table, self.question)
        tally = Tally()
        for rows in table.batches():
            piece = make_piece(self.screener, rows, Wish(file=table.name, everything=True))
            tally.merge(piece.tally)
            if isinstance(table, DocumentRows):
                table.count(piece.found)
            share = table.bytes_read() / table.size_bytes if table.size_bytes else None
            for findings in _parts_of(piece):
                yield Progress(findings[-1].subject.row, share)
                yield Found(findings)
        if isinstance(table, DocumentRows) and table.stopped:
            raise stopped_error(table.stopped[0])
        allowing = self.screener.allow_list.notes(Counter(tally.allowed))
        notes = [to_plain(note) for note in (*table.notes[:MOST_NOTES], *allowing)]
        yield Ended(tally.rows, tally.by_verdict, {"notes": notes} if notes else {})

    def _open(self, file: Input) -> Table | DocumentRows:
        """Open the file: as a table, or as the texts that were asked for."""
        if self.question.kind == "text":
            from opencwc.screening.documents import open_texts

            return open_texts(
                file.path, name=file.name, column=self.column, id_column=self.id_column, limits=self.limits, **_HERE
            )
        from opencwc.files import open_table
        from opencwc.screening.model import KINDS_BY_CELL

        return open_table(
            file.path, name=file.name, column=self.column, id_column=self.id_column, batch_rows=self.batch_rows,
            beside=self.question.kind in KINDS_BY_CELL, others=True,
        )  # fmt: skip


def started(rulebook: Rulebook, table: Table | DocumentRows, question: Question) -> Started:
    """Return what is checked in a table or document, and by whom."""
    from opencwc.screening.formats import checked_as_json
    from opencwc.screening.rulebook import maker_of
    from opencwc.screening.table_run import checked_of_table

    checked = checked_as_json(checked_of_table(rulebook, table, question))
    if question.kind == "text":
        checked["document"] = getattr(table, "kind", "")
    return Started(checked, to_plain(maker_of(rulebook)))


def _parts_of(piece: Piece) -> Iterator[list[Finding]]:
    """Cut the findings of a batch into parts of whole rows, bounded in rows and in bytes."""
    part: list[Finding] = []
    size = rows = 0
    for finding in piece.findings:
        new_row = not part or part[-1].subject.row != finding.subject.row
        if part and new_row and (rows >= ROWS_AT_ONCE or size >= BYTES_AT_ONCE):
            yield part
            part, size, rows = [], 0, 0
        rows += new_row
        size += 500 + 2 * len(finding.subject.input)
        part.append(finding)
    if part:
        yield part
