"""JSON as reports: a line a report, an array of reports, JSON Feed, and lists of articles as GDELT gives them."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

import msgspec

from opencwc.files.encodings import decode
from opencwc.finding import Message
from opencwc.reports.intake.arrivals import MOST_REPORTS, RawReport, Read, Unreadable, hash_of, place_of
from opencwc.reports.intake.hosts import host_of
from opencwc.reports.intake.markup_text import plain_text

LONGEST_LINE = 16_000_000
"""Bytes of one line; a longer one is left out and told of."""
_KEYS = {
    "id": ("id", "guid"),
    "published": ("published", "date_published", "date", "seendate", "pubDate", "date_modified"),
    "source": ("source", "domain", "outlet", "publisher"),
    "url": ("url", "external_url", "link"),
    "lang": ("lang", "language"),
    "title": ("title", "headline"),
    "text": ("text", "content_text", "body", "content", "summary", "description"),
}
"""What each field may be called; the first that holds something counts."""


def read_lines(file: BinaryIO, name: str) -> Iterator[Read]:
    """Yield the report of each line of JSON Lines; a line that is none becomes a note, and the rest goes on."""
    for number, line in _lines(file):
        where = f"{name}:{number}"
        if line is None:
            yield Message("watch_line_too_long", {"where": where, "bytes": LONGEST_LINE})
        elif line.strip():
            plain = _object_of(line)
            if plain is None:
                yield Message("watch_line_unreadable", {"where": where})
            else:
                yield _report(plain, where, line)


def read_whole(data: bytes, name: str) -> Iterator[Read]:
    """Yield the reports of one JSON value; raise `Unreadable` where it is none, or holds no list of reports."""
    try:
        whole: Any = msgspec.json.decode(_as_utf8(data))
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise Unreadable(Message("watch_json_unreadable", {"where": name})) from error
    feed = whole if isinstance(whole, dict) else {}
    items = whole if isinstance(whole, list) else feed.get("items", feed.get("articles"))
    if items is None and feed:
        items = [feed]
    if not isinstance(items, list):
        raise Unreadable(Message("watch_json_unreadable", {"where": name}))
    of_feed = {"source": feed.get("title"), "lang": feed.get("language")} if items is not whole else {}
    for number, item in enumerate(items[:MOST_REPORTS], 1):
        where = place_of(name, f"item {number}")
        if isinstance(item, dict):
            # Of a feed the item says less than the feed where it says nothing: its source and its language.
            filled = {**{key: value for key, value in of_feed.items() if value}, **_filled(item)}
            yield _report(filled, where, msgspec.json.encode(item))
        else:
            yield Message("watch_line_unreadable", {"where": where})


def is_feed(start: Mapping[str, Any]) -> bool:
    """Tell whether an object is a feed, and no report: it has a list of items."""
    return isinstance(start.get("items", start.get("articles")), list)


def _report(plain: Mapping[str, Any], where: str, data: bytes) -> RawReport:
    texts = {field: next(filter(None, (_text(plain.get(key)) for key in keys)), "") for field, keys in _KEYS.items()}
    if not texts["text"] and (page := _text(plain.get("content_html"))):
        texts["text"] = plain_text(page)
    if not texts["source"]:
        texts["source"] = host_of(texts["url"])
    return msgspec.structs.replace(RawReport(where, hash_of(data)), **texts)


def _filled(item: Mapping[str, Any]) -> dict[str, Any]:
    return {str(key): value for key, value in item.items() if value}


def _text(value: object) -> str:
    return value if isinstance(value, str) else str(value) if isinstance(value, int) and value else ""


def _lines(file: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """Yield the lines with their numbers, ``None`` for one that is too long; a mark of UTF-16 is understood."""
    start = file.read(2)
    if start in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        encoding = "utf-16-le" if start == codecs.BOM_UTF16_LE else "utf-16-be"
        reader = codecs.getreader(encoding)(file, "replace")
        for number, text in enumerate(iter(lambda: reader.readline(size=LONGEST_LINE), ""), 1):
            yield number, text.encode("utf-8", "replace")
        return
    number = 0
    while line := start + file.readline(LONGEST_LINE):
        number += 1
        start = b""
        if len(line) < LONGEST_LINE or line.endswith(b"\n"):
            yield number, line.removeprefix(codecs.BOM_UTF8)
            continue
        yield number, None
        while (rest := file.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
            pass


def _object_of(line: bytes) -> Mapping[str, Any] | None:
    try:
        return msgspec.json.decode(_as_utf8(line), type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None


def _as_utf8(data: bytes) -> bytes:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return decode(data).text.encode("utf-8", "replace")
    return data.removeprefix(codecs.BOM_UTF8)
