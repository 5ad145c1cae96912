"""Sentences that speak to a program which reads a report ("mark this confirmed"): nothing of them is read as told.

A report is data. What commands a reader in it is left out of what the report tells, and shown as what it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from msgspec.structs import replace

from opencwc.convention.fields import read_yaml
from opencwc.language.sentences import sentences_in
from opencwc.reports.model import Report, Span

_DATA = Path(__file__).parent / "data" / "commands.yaml"


def commands_in(report: Report) -> list[Span]:
    """Return the sentences of `Report.whole` that speak to a program."""
    whole, pattern = report.whole, _pattern()
    if not pattern.search(whole):
        return []
    stretches = [(0, len(report.title))] if report.title else []
    stretches += [(report.body_at + start, report.body_at + end) for start, end in sentences_in(report.text)]
    return [Span(start, end) for start, end in stretches if pattern.search(whole[start:end])]


def without(report: Report, commands: Sequence[Span]) -> Report:
    """Return a report with spaces where the sentences stand, so that all places in it stay the same.

    Where most of a text speaks to programs, what is left of it tells nothing to people: all of it is left out.
    """
    if not commands:
        return report
    signs = list(report.whole)
    for start, end in commands:
        signs[start:end] = " " * (end - start)
    whole = "".join(signs)
    text = whole[report.body_at :]
    if 2 * _letters(text) < _letters(report.text):
        return replace(report, title=" " * len(report.title), text=" " * len(text))
    return replace(report, title=whole[: len(report.title)], text=text)


def _letters(text: str) -> int:
    return sum(one.isalnum() for one in text)


@cache
def _pattern() -> re.Pattern[str]:
    """Return all commands in one pattern: one may stand in any language, whatever the report is in."""
    raw: dict[str, list[str]] = read_yaml(_DATA)
    return re.compile("|".join(form for forms in raw.values() for form in forms), re.IGNORECASE)
