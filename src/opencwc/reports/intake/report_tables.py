"""Tables as reports: which column is what is found by its heading, in six languages, or said by the user.

A register of incidents has facts in columns of their own; those are read only where the user says which they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

from msgspec import structs

from opencwc.convention.fields import read_yaml
from opencwc.errors import InputError
from opencwc.files.column_mapping import CONSTANT, map_columns, refuse_unknown_fields
from opencwc.files.columns import find_column
from opencwc.files.frames import PROBLEM, ROW, open_frame, problem_of
from opencwc.finding import Message
from opencwc.reports.intake.arrivals import RawReport, Read, hash_of, place_of
from opencwc.reports.intake.hosts import host_of
from opencwc.reports.intake.markup_text import plain_text
from opencwc.reports.model import IncidentRow

FIELDS = ("id", "published", "source", "url", "lang", "title", "text")
"""The fields of a report that a column may hold."""
FACTS = IncidentRow._fields
"""The facts of an incident that a column may hold."""
_AND = " + "
_BETWEEN = {"title": ", ", "text": ", ", "place": ", ", "agents": "; ", "killed": " + ", "affected": " + "}
"""What stands between the cells of several columns that make one field."""
_MOST_NAMED = 40
"""Columns that an error names."""
_HEADINGS = Path(__file__).parent / "data" / "report_columns.yaml"


def read_table(source: Path | BinaryIO, name: str, given: Mapping[str, str]) -> Iterator[Read]:
    """Yield the report of each row.

    Raises:
        InputError: no column holds a date of publication, or none a title or a text, or two may.

    """
    with open_frame(source, name) as frame:
        joined = _joined(frame.header, given, frame.name)
        plain = {field: column for field, column in given.items() if field not in joined}
        refuse_unknown_fields(plain, (*_headings(), *FACTS), frame.name)
        fields = {**_headings(), **{fact: () for fact in FACTS if fact in given}}
        columns = {**map_columns(frame.header, fields, plain, where=frame.name), **dict.fromkeys(joined, "")}
        if "date" in columns:  # of an incident that is listed with no other day
            columns.setdefault("published", columns["date"])
        if "published" not in columns:
            raise InputError("watch_table_without_date", where=frame.name, columns=frame.header[:_MOST_NAMED])
        if not columns.keys() & {"title", "text", "place", "agents"}:
            raise InputError("watch_table_without_text", where=frame.name, columns=frame.header[:_MOST_NAMED])
        for note in frame.notes:
            yield Message("watch_note_on_file", {"where": frame.name, "note": note})
        constants = {field: column[1:].strip() for field, column in columns.items() if column.startswith(CONSTANT)}
        read = {field: (column,) for field, column in columns.items() if field not in constants} | joined
        wanted = list(dict.fromkeys(chain.from_iterable(read.values())))
        for batch in frame.batches(columns=wanted):
            for line in batch.iter_rows(named=True):
                where = place_of(frame.name, f"row {line[ROW]}")
                if line[PROBLEM]:
                    yield Message("watch_file_unread", {"where": where, "reason": problem_of(line[PROBLEM])})
                else:
                    yield _report(constants, read, line, where)


def _joined(header: Sequence[str], given: Mapping[str, str], where: str) -> dict[str, tuple[str, ...]]:
    """Return the columns of the fields that the user makes of several: ``text=weapon + city``."""
    several = {
        field: column.split(_AND)
        for field, column in given.items()
        if field in _BETWEEN and _AND in column and column not in header and not column.startswith(CONSTANT)
    }
    return {
        field: tuple(header[find_column(column.strip(), header, where)] for column in columns)
        for field, columns in several.items()
    }


def _report(
    constants: Mapping[str, str], read: Mapping[str, Sequence[str]], line: Mapping[str, Any], where: str
) -> RawReport:
    cells = {field: [(line[column] or "").strip() for column in columns] for field, columns in read.items()}
    texts = {**constants, **{field: _BETWEEN.get(field, "").join(filter(None, some)) for field, some in cells.items()}}
    data = "\x1f".join(chain.from_iterable(cells.values())).encode("utf-8", "replace")
    texts["source"] = texts.get("source", "") or host_of(texts.get("url", ""))
    texts |= {field: plain_text(texts[field]) for field in ("title", "text") if field in texts}
    facts = {fact: texts.pop(fact) for fact in FACTS if fact in texts}
    if facts and not texts.keys() & {"title", "text"}:
        texts["title"] = ", ".join(filter(None, (facts.get("agents"), facts.get("place"), facts.get("date"))))
    raw = RawReport(where, hash_of(data), given=IncidentRow(**facts) if facts else None)
    return structs.replace(raw, **texts)


@cache
def _headings() -> Mapping[str, tuple[str, ...]]:
    plain = read_yaml(_HEADINGS)
    return {field: tuple(str(name) for name in plain[field]) for field in FIELDS}
