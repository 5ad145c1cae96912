"""A record as a table: `id,date,statement,source,lang`, a statement a line; other headings are mapped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import MappingProxyType

from opencwc.claims.model import Statement
from opencwc.convention.fields import read_yaml
from opencwc.errors import InputError
from opencwc.files.column_mapping import map_columns
from opencwc.files.csv_cells import csv_of
from opencwc.files.frames import PROBLEM, ROW, open_frame, problem_of
from opencwc.finding import Message
from opencwc.language.language_recogniser import recognise_language
from opencwc.reports.report_files import Notes

FIELDS = ("id", "date", "statement", "source", "lang")
MOST = 1_000_000
"""Statements of one record."""
LONGEST = 20_000
"""Characters of one statement."""
_SCRIPTS = {
    "zh": re.compile("[\u3400-\u9fff]"),
    "ar": re.compile("[\u0620-\u06ff]"),
    "ru": re.compile("[\u0400-\u04ff]"),
}
_HEADINGS = Path(__file__).parent / "data" / "record_columns.yaml"


class RecordFile:
    """Reads a record; `notes` says which lines were left out and why, once they were read."""

    def __init__(self, file: Path, columns: Mapping[str, str] = MappingProxyType({}), name: str = "") -> None:
        self._file, self._columns, self._name = file, columns, name or file.name
        self._notes = Notes()

    @property
    def notes(self) -> tuple[Message, ...]:
        """What is told of lines that were left out: of each kind the first ones, and how many more there are."""
        return tuple(self._notes)

    def statements(self) -> list[Statement]:
        """Return the statements in the order of the file.

        Raises:
            InputError: the file is no table, has no column of statements, no statement, or too many.

        """
        found: dict[str, Statement] = {}
        for where, row, cells in self._lines():
            if (statement := self._statement(where, row, cells)) is None:
                continue
            if statement.id in found:
                self._notes.add(Message("claims_statement_twice", {"where": where, "id": statement.id}))
                continue
            found[statement.id] = statement
            if len(found) > MOST:
                raise InputError("claims_record_too_long", where=self._name, most=MOST)
        if not found:
            raise _empty(self._name, self.notes)
        return list(found.values())

    def _lines(self) -> Iterator[tuple[str, int, Mapping[str, str]]]:
        with open_frame(self._file, self._name) as frame:
            columns = map_columns(frame.header, headings(), self._columns, where=frame.name)
            if "statement" not in columns:
                raise InputError("claims_record_without_statements", where=frame.name)
            for batch in frame.batches():
                for line in batch.iter_rows(named=True):
                    where = f"{frame.name}:{line[ROW]}"
                    if line[PROBLEM]:
                        reason = problem_of(line[PROBLEM])
                        self._notes.add(Message("watch_file_unread", {"where": where, "reason": reason}))
                        continue
                    cells = {field: (line[column] or "").strip() for field, column in columns.items()}
                    if any(cells.values()):
                        yield where, int(line[ROW]), cells

    def _statement(self, where: str, row: int, cells: Mapping[str, str]) -> Statement | None:
        text = cells.get("statement", "")
        if not text or len(text) > LONGEST:
            why = "claims_statement_too_long" if text else "claims_statement_missing"
            self._notes.add(Message(why, {"where": where, "most": LONGEST} if text else {"where": where}))
            return None
        made = _moment(cells.get("date", ""))
        if made is None:
            self._notes.add(Message("claims_statement_without_date", {"where": where, "given": cells.get("date", "")}))
            return None
        lang = cells.get("lang", "").partition("-")[0].lower() or _language(text)
        return Statement(cells.get("id") or str(row), made, text, cells.get("source", ""), lang, row)


def _empty(name: str, notes: Sequence[Message]) -> InputError:
    """Return the error of a record without a statement: that no line has a date where that is why."""
    if notes and all(note.id == "claims_statement_without_date" for note in notes):
        return InputError("claims_record_without_dates", where=name, given=str(notes[0].values["given"]))
    return InputError("claims_record_empty", where=name)


def as_record(statements: Iterable[Statement]) -> bytes:
    """Return statements as a record that `RecordFile` reads; no cell is a formula."""
    rows = ((one.id, one.made.isoformat(), one.text, one.source, one.lang) for one in statements)
    return csv_of([FIELDS, *rows])


def _moment(text: str) -> datetime | None:
    """Return a day or a moment in ISO 8601; without an offset it is UTC."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _language(text: str) -> str:
    """Return the language of a statement; of one too short to be recognised the one that mostly uses its script."""
    recognised = recognise_language(text).language
    return recognised or next((lang for lang, script in _SCRIPTS.items() if script.search(text)), "en")


@cache
def headings() -> Mapping[str, tuple[str, ...]]:
    """Return the headings by which each field is known."""
    plain = read_yaml(_HEADINGS)
    return {field: tuple(str(name) for name in plain[field]) for field in FIELDS}
