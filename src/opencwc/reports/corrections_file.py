"""What people said of events, as a file: a line of JSON a correction, ``{"verb": "join", "reports": ["a", "b"]}``."""

from __future__ import annotations

from pathlib import Path

import msgspec

from opencwc.errors import InputError
from opencwc.records import known
from opencwc.reports.corrections import VERBS, Correction


def read_corrections(file: Path) -> tuple[Correction, ...]:
    """Return the corrections of a file; raise `InputError` where a line is none."""
    corrections = []
    for number, line in enumerate(file.read_bytes().splitlines(), 1):
        if not line.strip():
            continue
        where = f"{file.name}:{number}"
        try:
            correction = msgspec.json.decode(line, type=known(Correction))
        except (msgspec.DecodeError, UnicodeError) as error:
            raise InputError("watch_correction_unreadable", where=where, known=VERBS) from error
        if not (correction.is_clear and correction.relates):
            raise InputError("watch_correction_unreadable", where=where, known=VERBS)
        corrections.append(correction)
    return tuple(corrections)
