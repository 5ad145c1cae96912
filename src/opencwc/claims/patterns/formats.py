"""Patterns as files for machines: a line a pattern as JSON Lines, a line a piece of evidence as CSV."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from opencwc.claims.patterns.model import Evidence, Pattern
from opencwc.files.csv_cells import csv_of
from opencwc.wording import sentence

COLUMNS = (
    "pattern", "kind", "says", "history", "made", "source", "report", "sentence", "statement", "picture", "url",
)  # fmt: skip


def as_csv(patterns: Iterable[Pattern], lang: str = "en") -> bytes:
    """Return a line a piece of evidence, each with the sentence of its pattern."""
    rows = (
        (pattern.id, pattern.kind, sentence(pattern.says, lang), pattern.history, *_cells(evidence).values())
        for pattern in patterns
        for evidence in pattern.evidence
    )
    return csv_of([COLUMNS, *rows]).replace(b"\r\n", b"\n")


def as_json_lines(patterns: Iterable[Pattern], lang: str = "en") -> bytes:
    """Return a line a pattern with its evidence."""
    return b"".join(
        msgspec.json.encode({
            "pattern": pattern.id, "kind": pattern.kind, "says": sentence(pattern.says, lang),
            "history": pattern.history,
            "evidence": [
                {name: value for name, value in _cells(evidence).items() if value} for evidence in pattern.evidence
            ],
        }) + b"\n"
        for pattern in patterns
    )  # fmt: skip


def _cells(evidence: Evidence) -> dict[str, str]:
    return {
        "made": evidence.made.isoformat(), "source": evidence.source, "report": evidence.report,
        "sentence": evidence.sentence, "statement": evidence.statement, "picture": evidence.picture,
        "url": evidence.url,
    }  # fmt: skip
