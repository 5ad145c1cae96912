"""Documents, texts and mail as reports: one a document, one a message."""

from __future__ import annotations

import email
from collections.abc import Iterator
from contextlib import closing
from email import policy
from email.message import Message as Mail
from email.utils import parseaddr
from pathlib import PurePosixPath

from opencwc.files.document_reading import read_document
from opencwc.files.kinds import MAILBOX_LINE
from opencwc.files.passages import Passage, Reading, Refusal, Unread
from opencwc.finding import Message
from opencwc.reports.intake.arrivals import (
    MOST_NAME,
    MOST_TEXT,
    MOST_TITLE,
    RawReport,
    Read,
    Unreadable,
    hash_of,
    page_limits,
    place_of,
)

_LONGEST_HEADLINE = 200
_ENDS = (".", "。", "؟", "?", "!", ":")
_LONGEST_HEAD = 200_000
"""Bytes in which the head of a message ends."""


def read_one_document(data: bytes, place: str, saved: str, *, reading: Reading | None = None) -> Iterator[Read]:
    """Yield the report that a PDF, a text or an office document is; its first short line is the title."""
    texts: list[tuple[str, str]] = []
    yield from _texts(data, place, texts, reading or Reading(page_limits()))
    titles = [text for where, text in texts if where in ("title", "Subject")]
    bodies = [text for where, text in texts if where not in ("title", "Subject")]
    if not titles and len(bodies) == 1:  # a text of lines, read as one paragraph
        first, _, rest = bodies[0].partition("\n")
        bodies = [first, rest] if rest else bodies
    if not titles and len(bodies) > 1 and _is_headline(bodies[0]):
        titles = [bodies.pop(0)]
    title = " ".join(titles[0].split())[:MOST_TITLE] if titles else ""
    source = PurePosixPath(place.rpartition(" > ")[2]).stem
    yield RawReport(place, hash_of(data), saved=saved, source=source, title=title, text="\n".join(bodies).strip())


def read_message(data: bytes, place: str, saved: str) -> Iterator[Read]:
    """Yield the report that a message is: subject, sender, date, the body and what is attached."""
    head, _, _ = data[:_LONGEST_HEAD].replace(b"\r\n", b"\n").partition(b"\n\n")
    mail = email.message_from_bytes(head + b"\n\n", policy=policy.default)
    name, address = parseaddr(_header(mail, "From"))
    texts: list[tuple[str, str]] = []
    yield from _texts(data, place, texts, Reading(page_limits()))
    url = _header(mail, "Snapshot-Content-Location") or _header(mail, "Archived-At").strip("<>")
    yield RawReport(
        place,
        hash_of(data),
        id=_header(mail, "Message-ID").strip("<>"),
        published=_header(mail, "Date"),
        saved=saved,
        source=name or address.rpartition("@")[2],
        url=url,
        lang=_header(mail, "Content-Language"),
        title=next((text for where, text in texts if where == "Subject"), ""),
        text="\n".join(text for where, text in texts if where != "Subject"),
    )


def read_mailbox(data: bytes, place: str, saved: str) -> Iterator[Read]:
    """Yield a report for every message of a mailbox (RFC 4155)."""
    for number, message in enumerate(MAILBOX_LINE.split(data)[1:], 1):
        where = place_of(place, f"message {number}")
        try:
            yield from read_message(message, where, saved)
        except Unreadable as problem:
            yield Message("watch_file_unread", {"where": where, "reason": problem.message})


def _texts(data: bytes, place: str, texts: list[tuple[str, str]], reading: Reading) -> Iterator[Message]:
    """Put the passages of a document into ``texts``, and yield what is to be told of it."""
    size = 0
    try:
        _, items = read_document(data, f"{PurePosixPath(place.rpartition(' > ')[2]).name}", reading)
        with closing(items):  # type: ignore[type-var]
            for item in items:
                if isinstance(item, Unread):
                    note = Message("watch_part_unread", {"place": item.place or "-", "reason": item.message})
                    yield Message("watch_note_on_file", {"where": place, "note": note})
                elif not item.place.startswith(("hidden", "aside")):
                    texts.append(_plain(item))
                    size += len(item.text)
                if size > MOST_TEXT:
                    break
    except Refusal as refusal:
        raise Unreadable(refusal.message) from refusal
    for note in reading.notes:
        if note.id not in ("reading_kind_differs", "note_encoding"):
            yield Message("watch_note_on_file", {"where": place, "note": note})


def _plain(passage: Passage) -> tuple[str, str]:
    return passage.place, passage.text.replace("\t", " ")


def _is_headline(text: str) -> bool:
    return len(text) <= _LONGEST_HEADLINE and "\n" not in text.strip() and not text.rstrip().endswith(_ENDS)


def _header(mail: Mail, name: str) -> str:
    """Return a header as text; one that the standard reader cannot make sense of is taken for absent."""
    try:
        value = str(mail.get(name) or "")
    except (ValueError, TypeError, IndexError, AttributeError, LookupError):
        value = ""
    return " ".join(value.split())[:MOST_NAME]
