"""Files to reports: JSON Lines as of now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from opencwc.errors import InputError
from opencwc.reports.model import Report


def read_reports(files: Iterable[Path]) -> Iterator[Report]:
    """Yield the reports of files in their order; raise `InputError` where a line is none."""
    row = 0
    for file in files:
        with file.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    row += 1
                    yield _report(line, file.name, number, row)


def _report(line: bytes, name: str, number: int, row: int) -> Report:
    where = f"{name}:{number}"
    try:
        plain: dict[str, Any] = msgspec.json.decode(line, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError("report_line_unreadable", where=where) from error
    try:
        published = datetime.fromisoformat(str(plain.get("published", "")))
    except ValueError as error:
        raise InputError("report_without_date", where=where) from error
    texts = {key: str(plain.get(key) or "") for key in ("source", "url", "lang", "title", "text")}
    identity = str(plain.get("id") or where)
    return Report(
        identity, published if published.tzinfo else published.replace(tzinfo=UTC), **texts, row=row, file=name
    )
