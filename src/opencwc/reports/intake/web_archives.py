"""Web archives as reports: the records of WARC, and WACZ and other ZIP files by their members.

Nothing is unpacked to the disk. A capture that failed is told as one that failed: it says nothing of the page. A member
whose name leads out of its archive is not read.
"""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import Any, BinaryIO, NamedTuple, TypeAlias

from msgspec import structs
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from opencwc.files.archives import is_of_the_system
from opencwc.files.zip_damage import ZIP_DAMAGED
from opencwc.finding import Message, Value
from opencwc.reports.intake.arrivals import MOST_NAME, RawReport, Read, Unreadable, place_of

MOST_PAYLOAD = 20_000_000
"""Bytes of one record or member that are read as a report."""
_MOST_MEMBERS = 100_000
_CHUNK_BYTES = 1 << 16
_READ_TYPES = (
    "text/", "application/xhtml", "application/xml", "application/rss", "application/atom", "application/pdf",
    "application/json", "application/feed+json", "message/rfc822",
)  # fmt: skip
_NOT_READ_TYPES = ("text/css", "text/javascript", "text/ecmascript")
_WARC_ENDINGS = (".warc", ".warc.gz")
_DAMAGED_RECORD = (ArchiveLoadFailed, EOFError, ValueError, KeyError, AttributeError, TypeError, IndexError, OSError)


class Payload(NamedTuple):
    """What is read from inside an archive: its bytes, its place, when it was taken, and from where."""

    data: bytes
    place: str
    saved: str
    url: str


ReadPayload: TypeAlias = Callable[[Payload], Iterator[Read]]


def read_warc(file: BinaryIO, name: str, read: ReadPayload) -> Iterator[Read]:
    """Yield the reports of a web archive, whose payloads ``read`` reads; a damaged one ends where it makes no sense."""
    number = 0
    records = ArchiveIterator(file, check_digests=True)
    while True:
        try:
            record = next(records, None)
            if record is None:
                return
            number += 1
            found = list(_record(record, place_of(name, f"record {number}"), read))
            failed = record.digest_checker.passed is False
        except (*_DAMAGED_RECORD, *ZIP_DAMAGED):
            yield Message("watch_archive_broken", {"where": place_of(name, f"record {number + 1}")})
            return
        yield from found
        if failed and found:
            yield Message("watch_digest_differs", {"where": place_of(name, f"record {number}")})


def read_package(file: BinaryIO, name: str, read: ReadPayload, saved: str) -> Iterator[Read]:
    """Yield the reports of a WACZ, whose archives are read record by record, or of a ZIP of files."""
    try:
        with zipfile.ZipFile(file) as package:
            members = package.infolist()
            is_wacz = any(part.filename.endswith(_WARC_ENDINGS) for part in members)
            for part in members[:_MOST_MEMBERS]:
                if part.is_dir() or is_of_the_system(part.filename):
                    continue
                where = place_of(name, _shown(part.filename))
                if why := _why_not(part):
                    yield Message("watch_file_unread", {"where": where, "reason": why})
                elif part.filename.endswith(_WARC_ENDINGS):
                    with package.open(part) as inner:
                        yield from read_warc(inner, where, read)  # type: ignore[arg-type]
                elif not is_wacz:
                    yield from _member(package, part, where, read, saved)
    except ZIP_DAMAGED as error:
        raise Unreadable("reading_damaged") from error


def _member(
    package: zipfile.ZipFile, part: zipfile.ZipInfo, where: str, read: ReadPayload, saved: str
) -> Iterator[Read]:
    with package.open(part) as inner:
        data = inner.read(MOST_PAYLOAD + 1)
    if len(data) > MOST_PAYLOAD:
        yield Message("watch_file_unread", {"where": where, "reason": _too_large()})
    else:
        yield from read(Payload(data, where, saved, ""))


def _why_not(part: zipfile.ZipInfo) -> Message | None:
    path = PurePosixPath(part.filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or any(part[1:2] == ":" for part in path.parts[:1]):
        return Message("reading_path_leads_out")
    if stat.S_ISLNK(part.external_attr >> 16):
        return Message("reading_link")
    return Message("reading_encrypted") if part.flag_bits & 1 else None


def _record(record: Any, where: str, read: ReadPayload) -> Iterator[Read]:
    """Yield what one record tells; pictures, scripts and the archive's own notes tell nothing."""
    if record.rec_type not in ("response", "resource"):
        return
    url = (record.rec_headers.get_header("WARC-Target-URI") or "").strip("<>")[:MOST_NAME]
    taken = record.rec_headers.get_header("WARC-Date") or ""
    status, kind = "200", record.rec_headers.get_header("Content-Type") or ""
    if record.http_headers is not None:
        status = record.http_headers.get_statuscode()
        kind = record.http_headers.get_header("Content-Type") or ""
    if status[:1] in ("4", "5"):
        values: dict[str, Value] = {"where": where, "url": url, "status": status[:3], "taken": taken[:MOST_NAME]}
        yield Message("watch_capture_failed", values)
        return
    kind = kind.lower()
    if status[:1] != "2" or kind.startswith(_NOT_READ_TYPES) or not (not kind or kind.startswith(_READ_TYPES)):
        return
    data = _all_of(record.content_stream())
    while record.raw_stream.read(_CHUNK_BYTES):  # what is not read of it
        pass
    if record.raw_stream.limit:
        raise EOFError
    if len(data) > MOST_PAYLOAD:
        yield Message("watch_file_unread", {"where": where, "reason": _too_large()})
    elif data.strip():
        for one in read(Payload(data, where, taken, url)):
            yield structs.replace(one, taken=taken) if isinstance(one, RawReport) else one


def _all_of(stream: Any) -> bytes:
    """Return what a record holds, as much as is read of one and a byte more."""
    data = bytearray()
    while len(data) <= MOST_PAYLOAD and (chunk := stream.read(_CHUNK_BYTES)):
        data += chunk
    return bytes(data[: MOST_PAYLOAD + 1])


def _too_large() -> Message:
    return Message("reading_too_large", {"bytes": MOST_PAYLOAD})


def _shown(name: str) -> str:
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in name)[:MOST_NAME]
