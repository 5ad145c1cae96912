"""Tables as reports: which column is what is found by its heading, in six languages, or said by the user."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

from opencwc.convention.fields import read_yaml
from opencwc.errors import InputError
from opencwc.files.column_mapping import map_columns
from opencwc.files.frames import PROBLEM, ROW, open_frame, problem_of
from opencwc.finding import Message
from opencwc.reports.intake.arrivals import RawReport, Read, hash_of, place_of
from opencwc.reports.intake.markup_text import plain_text
from opencwc.reports.intake.places_on_net import host_of

FIELDS = ("id", "published", "source", "url", "lang", "title", "text")
"""The fields of a report that a column may hold."""
_HEADINGS = Path(__file__).parent / "data" / "report_columns.yaml"


def read_table(source: Path | BinaryIO, name: str, given: Mapping[str, str]) -> Iterator[Read]:
    """Yield the report of each row.

    Raises:
        InputError: no column holds a date of publication, or none a title or a text, or two may.

    """
    with open_frame(source, name) as frame:
        columns = map_columns(frame.header, _headings(), given, where=frame.name)
        if "published" not in columns:
            raise InputError("watch_table_without_date", where=frame.name, columns=frame.header)
        if not columns.keys() & {"title", "text"}:
            raise InputError("watch_table_without_text", where=frame.name, columns=frame.header)
        for note in frame.notes:
            yield Message("watch_note_on_file", {"where": frame.name, "note": note})
        constants = {field: column[1:].strip() for field, column in columns.items() if column.startswith("=")}
        read = {field: column for field, column in columns.items() if field not in constants}
        for batch in frame.batches(columns=list(dict.fromkeys(read.values()))):
            for line in batch.iter_rows(named=True):
                where = place_of(frame.name, f"row {line[ROW]}")
                if line[PROBLEM]:
                    yield Message("watch_file_unread", {"where": where, "reason": problem_of(line[PROBLEM])})
                else:
                    yield _report(constants, read, line, where)


def _report(constants: Mapping[str, str], read: Mapping[str, str], line: Mapping[str, Any], where: str) -> RawReport:
    texts = {**constants, **{field: (line[column] or "").strip() for field, column in read.items()}}
    data = "\x1f".join(line[column] or "" for column in read.values()).encode("utf-8", "replace")
    texts["source"] = texts.get("source", "") or host_of(texts.get("url", ""))
    texts |= {field: plain_text(texts[field]) for field in ("title", "text") if field in texts}
    return RawReport(where, hash_of(data), **texts)


@cache
def _headings() -> Mapping[str, tuple[str, ...]]:
    plain = read_yaml(_HEADINGS)
    return {field: tuple(str(name) for name in plain[field]) for field in FIELDS}
