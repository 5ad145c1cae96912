"""A file of reports by its kind, read in the process that it is read in: confined, or another that is.

`opencwc.reports.intake.confined_files` has it done in a process of its own.
"""

from __future__ import annotations

import gzip
import io
import re
import zlib
from collections.abc import Iterator
from functools import partial
from pathlib import PurePosixPath
from typing import BinaryIO

from opencwc.files.document_reading import text_of
from opencwc.files.encodings import decode
from opencwc.files.kinds import signature_of
from opencwc.files.passages import Reading
from opencwc.finding import Message
from opencwc.reports.intake.arrivals import Read, Unreadable, page_limits
from opencwc.reports.intake.documents import read_mailbox, read_message, read_one_document
from opencwc.reports.intake.feeds import read_feed
from opencwc.reports.intake.file_kinds import START_BYTES, file_kind
from opencwc.reports.intake.json_reports import read_lines, read_whole
from opencwc.reports.intake.pages import read_saved_page
from opencwc.reports.intake.web_archives import Payload, read_package, read_warc

_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)


def read_file(file: BinaryIO, name: str, kind: str, saved: str, most_bytes: int) -> Iterator[Read]:
    """Yield the reports of a file; raise `Unreadable` where it cannot be read, or is no archive and too large."""
    read = partial(read_payload, depth=1)
    if kind == "warc":
        return read_warc(file, name, read)
    if kind == "package":
        return read_package(file, name, read, saved)
    return read_payload(Payload(_whole(file, most_bytes), name, saved, ""), kind=kind)


def read_payload(payload: Payload, *, kind: str = "", depth: int = 0) -> Iterator[Read]:
    """Yield the reports of one file, or of one inside an archive, which holds no further archive."""
    try:
        yield from _read_payload(payload, kind)
    except Unreadable as problem:
        if not depth:
            raise
        yield Message("watch_file_unread", {"where": payload.place, "reason": problem.message})


def _read_payload(payload: Payload, kind: str) -> Iterator[Read]:
    data, place, saved, url = payload
    name = PurePosixPath(place.rpartition(" > ")[2]).name
    match kind or file_kind(data[:START_BYTES], name):
        case "feed":
            return read_feed(_markup_of(data), place, saved)
        case "json":
            return read_whole(data, place)
        case "page":
            return read_saved_page(data, place, saved, url)
        case "message":
            return read_message(data, place, saved)
        case "mailbox":
            return read_mailbox(data, place, saved)
        case "document":
            return read_one_document(data, place, saved)
        case "lines":
            return read_lines(io.BytesIO(data), place)
    raise Unreadable("watch_kind_inside_unread")


def _markup_of(data: bytes) -> str:
    """Return the text of XML: the encoding that it declares is believed where it fits."""
    declared = _DECLARED.match(data.lstrip())
    return text_of(decode(data, declared[1].decode("ascii") if declared else ""), Reading(page_limits()))


def _whole(file: BinaryIO, most: int) -> bytes:
    """Return a file, unpacked where it is gzip; raise `Unreadable` where it is too large."""
    start = file.read(2)
    file.seek(0)
    packed = signature_of(start) == "gzip"
    try:
        with gzip.GzipFile(fileobj=file) if packed else file as whole:
            data = whole.read(most + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise Unreadable("reading_damaged") from error
    if len(data) > most:
        raise Unreadable(Message("reading_too_large", {"bytes": most}))
    return data
