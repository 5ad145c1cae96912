"""What a reader gives: a report as a file has it, texts only, with where it stood and the hash of its bytes."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import NamedTuple, TypeAlias

from msgspec import Struct

from opencwc.files.passages import DocumentLimits
from opencwc.finding import Message
from opencwc.reports.model import IncidentRow, Report

MOST_TEXT = 200_000
"""Characters of a report's text that are read."""
MOST_TITLE, MOST_NAME = 2_000, 500
"""Characters of a title, of a source, an id or an address that are read."""
MOST_REPORTS = 1_000_000
"""Reports of one file that are read."""


class RawReport(Struct, frozen=True):
    """A report before its dates are read.

    ``published`` is as the file writes it; ``saved`` is the time at which the page or file was saved (ISO 8601), for
    what gives no date of its own, and empty where that would mean nothing. ``taken`` is when a web archive captured
    it, empty elsewhere. ``place`` is where it stands in the file.
    """

    place: str
    sha256: str
    id: str = ""
    published: str = ""
    saved: str = ""
    taken: str = ""
    source: str = ""
    url: str = ""
    lang: str = ""
    title: str = ""
    text: str = ""
    given: IncidentRow | None = None


Read: TypeAlias = RawReport | Message
"""What a reader yields: a report, or a note on what it met."""


class Arrival(Struct, frozen=True):
    """A report that came in, where it stood, the SHA-256 of its bytes there, and when it was captured or else read."""

    report: Report
    sha256: str
    place: str
    taken: datetime


class FailedCapture(NamedTuple):
    """What could not be had: its address, when that was tried, and why. It says nothing of what is there."""

    url: str
    taken: datetime
    why: Message


class Unreadable(Exception):
    """The rest of a file that cannot be read: why."""

    def __init__(self, message: Message | str) -> None:
        self.message = Message(message) if isinstance(message, str) else message
        super().__init__(self.message.id)


def hash_of(data: bytes) -> str:
    """Return the SHA-256 of bytes in hexadecimal."""
    return sha256(data).hexdigest()


def place_of(*parts: object) -> str:
    """Return a place by its parts: ``archive.wacz > page.html``."""
    return " > ".join(str(part) for part in parts if part)


def page_limits() -> DocumentLimits:
    """Return the limits within which a text of a report is read from a page or a document."""
    return DocumentLimits(characters=2 * MOST_TEXT, passages=20_000)
