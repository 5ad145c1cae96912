"""Pages as they were captured, and what changed on one since it was captured before.

What is no longer on a page was present then and is absent now: who took it away, and why, nobody here knows. A capture
that failed says nothing of the page.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from opencwc.errors import InputError
from opencwc.finding import Message, Value
from opencwc.language.sentences import sentences_of
from opencwc.records import known
from opencwc.reports.intake.arrivals import Arrival, FailedCapture
from opencwc.wording import sentence

MOST_SENTENCES = 2_000
MOST_CHANGES = 200
"""Sentences of a page that are compared, and changes of one that are told; of the others their number."""
_LONGEST_TOLD = 500


class Capture(Struct, frozen=True):
    """A page as it was at one time; ``failed`` says why it could not be had, and then nothing else is known of it."""

    url: str
    taken: datetime
    sha256: str = ""
    source: str = ""
    lang: str = ""
    title: str = ""
    text: str = ""
    failed: str = ""


class Comparison(Struct, frozen=True):
    """What two captures of a page show: ``first``, ``same``, ``changed`` or ``failed``, and what changed."""

    state: Literal["first", "same", "changed", "failed"]
    changes: tuple[Message, ...] = ()


def capture_of(arrival: Arrival) -> Capture:
    """Return what came in as a capture of its address; of what has none, of its id."""
    report = arrival.report
    return Capture(
        report.url or report.id, arrival.taken, arrival.sha256, report.source, report.lang, report.title, report.text
    )


def failed_capture(failed: FailedCapture) -> Capture:
    """Return what could not be had as a capture that failed."""
    return Capture(failed.url, failed.taken, failed=sentence(failed.why))


def compare(earlier: Capture, later: Capture) -> Comparison:
    """Say what changed on a page between two captures, sentence by sentence; what only moved did not change."""
    present, absent = moments_apart(earlier.taken, later.taken)
    if later.failed or earlier.failed:
        return not_had(later if later.failed else earlier)
    same_bytes = bool(earlier.sha256) and earlier.sha256 == later.sha256
    if same_bytes or (earlier.title, earlier.text) == (later.title, later.text):
        return Comparison("same")
    changes = list(_changes(earlier, later, present, absent))
    told = changes[:MOST_CHANGES]
    if len(changes) > len(told):
        told.append(Message("watch_more_such", {"count": len(changes) - len(told), "example": told[-1]}))
    return Comparison("changed" if told else "same", tuple(told))


def moments_apart(earlier: datetime, later: datetime) -> tuple[str, str]:
    """Return two moments as their days, with the time of day where they are of one day."""
    if earlier.date() != later.date():
        return earlier.date().isoformat(), later.date().isoformat()
    return earlier.isoformat(" ", "seconds"), later.isoformat(" ", "seconds")


def not_had(failed: Capture) -> Comparison:
    """Say that a page could not be had at one time."""
    values: dict[str, Value] = {"url": failed.url, "date": failed.taken.date().isoformat()}
    return Comparison("failed", (Message("watch_page_not_had", values),))


def _changes(earlier: Capture, later: Capture, before: str, now: str) -> Iterator[Message]:
    if earlier.title != later.title:
        yield Message(
            "watch_title_changed",
            {"before": earlier.title, "after": later.title, "earlier": before, "later": now},
        )
    old, new = _sentences(earlier.text), _sentences(later.text)
    for text in _missing(old, new):
        yield Message("watch_passage_absent", _told(text, before, now))
    for text in _missing(new, old):
        yield Message("watch_passage_new", _told(text, before, now))


def _told(text: str, before: str, now: str) -> dict[str, Value]:
    return {"passage": text[:_LONGEST_TOLD], "earlier": before, "later": now}


def _sentences(text: str) -> list[str]:
    found = (text[start:end] for start, end in sentences_of(text))
    return [" ".join(one.split()) for one, _ in zip(found, range(MOST_SENTENCES), strict=False)]


def _missing(some: Sequence[str], others: Sequence[str]) -> Iterator[str]:
    """Yield the sentences of one text that the other has not, or not as often, in their order."""
    return (one for one, lacks in _marked(some, others) if lacks)


Marked = tuple[str, bool]
"""A sentence, and whether the other text lacks it."""


def sentences_apart(earlier: str, later: str) -> tuple[tuple[Marked, ...], tuple[Marked, ...]]:
    """Return the sentences of two texts, each with whether the other text has it not, or not as often."""
    old, new = _sentences(earlier), _sentences(later)
    return tuple(_marked(old, new)), tuple(_marked(new, old))


def _marked(some: Sequence[str], others: Sequence[str]) -> Iterator[Marked]:
    left = Counter(others)
    for one in some:
        yield one, not left[one]
        if left[one]:
            left[one] -= 1


class CaptureBook:
    """Captures in a file, a line of JSON each; lines are only ever added."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._last: dict[str, Capture] = {}
        if file.exists():
            for number, line in enumerate(file.read_bytes().splitlines(), 1):
                if line.strip():
                    self._keep(_capture(line, f"{file.name}:{number}"))

    def add(self, capture: Capture) -> Comparison:
        """Write a capture down, and say what changed since the last one of its address that did not fail.

        One that is there already is not written again.
        """
        last = self._last.get(capture.url)
        if last is not None and (last.taken, last.sha256) == (capture.taken, capture.sha256):
            return Comparison("same")
        with self._file.open("ab") as file:
            file.write(msgspec.json.encode(capture) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        self._keep(capture)
        if capture.failed:
            return not_had(capture)
        if last is None:
            return Comparison("first")
        return compare(last, capture) if last.taken <= capture.taken else compare(capture, last)

    def last(self, url: str) -> Capture | None:
        """Return the last capture of an address that did not fail."""
        return self._last.get(url)

    def _keep(self, capture: Capture) -> None:
        last = self._last.get(capture.url)
        if not capture.failed and (last is None or last.taken <= capture.taken):
            self._last[capture.url] = capture


def _capture(line: bytes, where: str) -> Capture:
    try:
        capture = msgspec.json.decode(line, type=known(Capture))
    except (msgspec.DecodeError, UnicodeError) as error:
        raise InputError("watch_captures_unreadable", where=where) from error
    taken = capture.taken if capture.taken.tzinfo else capture.taken.replace(tzinfo=UTC)
    return msgspec.structs.replace(capture, taken=taken)
