"""What kind of file reports come in: by its first bytes, then by what its text looks like, then by its name."""

from __future__ import annotations

import re
import zlib
from pathlib import PurePath
from typing import Any, Literal, TypeAlias

import msgspec

from opencwc.files.encodings import decode
from opencwc.files.kinds import (
    document_kind_by_name,
    is_mailbox,
    is_message,
    kind_of_document_text,
    signature_of,
    table_kind_by_name,
)
from opencwc.files.passages import Refusal
from opencwc.reports.intake.gdelt import is_gdelt
from opencwc.reports.intake.json_reports import is_feed

FileKind: TypeAlias = Literal[
    "lines", "json", "table", "gdelt", "feed", "page", "message", "mailbox", "document", "warc", "package"
]
START_BYTES = 200_000
HERE: frozenset[FileKind] = frozenset({"lines", "table", "gdelt"})
"""What is read in this process, as tables are everywhere: by readers that run nothing and keep no tree."""
_FEED = re.compile(r"<(?:\w+:)?(?:rss|feed|RDF|opml)[\s>]")
_TABLES = ("csv", "tsv", "xlsx", "parquet")
_LINES = (".jsonl", ".ndjson")


def file_kind(start: bytes, name: str) -> FileKind:
    """Return how a file is read, by its first bytes (`START_BYTES`) and its name."""
    plain = unpacked_start(start)
    signature = signature_of(plain)
    if plain.startswith((b"WARC/", b"\r\nWARC/")) or name.lower().endswith((".warc", ".warc.gz")):
        return "warc"
    if signature in ("zip", "ole", "parquet"):
        return _packed(plain, signature, table_kind_by_name(name), document_kind_by_name(name))
    if signature:
        return "document"
    return _of_text(plain, name)


def unpacked_start(start: bytes) -> bytes:
    """Return the first bytes of what a gzip file holds; those of another file as they are."""
    if signature_of(start) != "gzip":
        return start
    try:
        return zlib.decompressobj(31).decompress(start, START_BYTES)
    except zlib.error:
        return start


def _packed(start: bytes, signature: str, table: str, document: str) -> FileKind:
    if signature != "zip":
        return "table"
    if table == "xlsx" or b"xl/" in start[:4_000]:
        return "table"
    return "document" if document in ("docx", "odt") or b"word/" in start[:4_000] else "package"


def _of_text(start: bytes, name: str) -> FileKind:
    text = decode(start).text.lstrip("\ufeff \t\r\n")
    ending = "".join(PurePath(name.lower().removesuffix(".gz")).suffixes[-1:])
    if ending in _LINES:
        return "lines"
    if text[:1] in ("{", "["):
        return _of_json(text)
    if text[:1] == "<" and (found := _FEED.search(text[:8_000])) and "<html" not in text[: found.start()].lower():
        return "feed"
    if is_gdelt(text.partition("\n")[0]):
        return "gdelt"
    return _of_words(start, text, name)


def _of_words(start: bytes, text: str, name: str) -> FileKind:
    claimed = document_kind_by_name(name)
    if is_mailbox(start, claimed):
        return "mailbox"
    if is_message(start, claimed):
        return "message"
    if table_kind_by_name(name) in _TABLES:
        return "table"
    try:
        kind = kind_of_document_text(text, claimed)
    except Refusal:
        return "document"
    return {"html": "page", "eml": "message", "csv": "table"}.get(kind, "document")  # type: ignore[return-value]


def _of_json(text: str) -> FileKind:
    if text[:1] == "[":
        return "json"
    try:
        first: dict[str, Any] = msgspec.json.decode(text.partition("\n")[0], type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError):
        return "json"
    return "json" if is_feed(first) else "lines"
