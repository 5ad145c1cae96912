"""How long a record of many statements takes to be made ready, how much memory it needs, and how long a sentence takes.

    python -m benchmarks.claims_record_size [COUNT] [--sentences N]

The statements are the sentences of the written reports that may be looked at (tests/cases/reports), told again with
other numbers until there are enough.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count, islice

from benchmarks.reports import CASES, read_folder
from opencwc.claims.model import Statement
from opencwc.language.sentences import sentences_in
from opencwc.reports.facts import language_of

_NUMBER = re.compile(r"\d+")
_FIRST = datetime(2016, 1, 1, tzinfo=UTC)
_DAYS = 3_900
_LEAST = 25
"""Characters of a sentence that says something."""


def many_statements(wanted: int) -> Iterator[Statement]:
    """Yield so many statements, in six languages."""
    folders = sorted(folder for folder in CASES.iterdir() if folder.is_dir() and folder.name != "blind")
    reports = [report for folder in folders for report in read_folder(folder)[0]]
    written = [
        (text, language_of(report))
        for report in reports
        for span in sentences_in(report.text)
        if len(text := report.text[slice(*span)]) >= _LEAST
    ]
    every = (_told_again(time, place, *one) for time in count() for place, one in enumerate(written))
    return islice(every, wanted)


def _told_again(time: int, place: int, text: str, lang: str) -> Statement:
    made = _FIRST + timedelta(days=(place + 97 * time) % _DAYS)
    return Statement(f"s{time}-{place}", made, _again(text, time), "", lang)


def _again(text: str, time: int) -> str:
    """Return a sentence with other numbers; one without a number says how often it was told."""
    told = _NUMBER.sub(lambda match: str(int(match[0][:6]) + 7 * time if time else match[0]), text)
    return told if told != text or not time else f"{text} [{time}]"
