"""What people said of events, from a file: a line of JSON a correction, ``{"verb": "join", "reports": ["a", "b"]}``."""

from __future__ import annotations

from pathlib import Path

import msgspec

from opencwc.errors import InputError
from opencwc.reports.events import Correction

VERBS = ("join", "split")


def read_corrections(file: Path) -> tuple[Correction, ...]:
    """Return the corrections of a file; raise `InputError` where a line is none, or names fewer than two reports."""
    corrections = []
    for number, line in enumerate(file.read_bytes().splitlines(), 1):
        if not line.strip():
            continue
        where = f"{file.name}:{number}"
        try:
            correction = msgspec.json.decode(line, type=Correction)
        except (msgspec.DecodeError, UnicodeError) as error:
            raise InputError("watch_correction_unreadable", where=where, known=VERBS) from error
        if correction.verb not in VERBS or len(set(correction.reports)) < 2:
            raise InputError("watch_correction_unreadable", where=where, known=VERBS)
        corrections.append(correction)
    return tuple(corrections)
