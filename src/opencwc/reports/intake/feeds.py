"""RSS, RDF, Atom and OPML, read in order and without a tree.

Entities that a feed declares are refused, so none is ever expanded or fetched; those of HTML are understood. What is no
XML from some line on is told, and what stood before is kept.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from html.entities import html5
from xml.parsers import expat

from opencwc.finding import Message
from opencwc.reports.intake.arrivals import MOST_NAME, MOST_REPORTS, MOST_TEXT, RawReport, Read, hash_of, place_of
from opencwc.reports.intake.hosts import host_of
from opencwc.reports.intake.markup_text import plain_text

CHUNK_BYTES = 1 << 16
_MOST_LEVELS = 200
_MOST_FIELD = 2 * MOST_TEXT
"""Characters of one element that are kept: markup and all."""
_ITEMS, _FEEDS = frozenset({"item", "entry"}), frozenset({"channel", "feed"})
_FIELDS = {
    "title": "title", "link": "url", "description": "summary", "summary": "summary", "content": "text",
    "encoded": "text", "pubDate": "published", "published": "published", "date": "published", "issued": "published",
    "updated": "updated", "modified": "updated", "guid": "id", "id": "id", "language": "lang", "source": "source",
}  # fmt: skip
_OF_FEED = {
    "title": "source", "language": "lang", "lastBuildDate": "updated", "pubDate": "updated", "updated": "updated",
    "date": "updated",
}  # fmt: skip
_FOREIGN = ("http://search.yahoo.com/mrss", "http://www.itunes.com", "http://www.google.com/schemas")
"""Extensions whose titles and texts are those of pictures, sounds and programs."""


def read_feed(text: str, name: str, saved: str = "") -> Iterator[Read]:
    """Yield the items of a feed, or a note for each feed that an OPML list names."""
    data = text.encode("utf-8", "replace")
    feed = _Feed(data, name, saved)
    for start in range(0, len(data), CHUNK_BYTES):
        more = feed.take(data[start : start + CHUNK_BYTES])
        yield from feed.out
        feed.out.clear()
        if not more:
            return
    feed.take(b"", last=True)
    yield from feed.out


class _Refused(Exception):
    """A handler of the parser has seen what is not read: why."""

    def __init__(self, message: Message) -> None:
        self.message = message
        super().__init__(message.id)


class _Feed:
    """One feed: what is open, what the feed says of itself, and the item that is open."""

    def __init__(self, data: bytes, name: str, saved: str) -> None:
        self.out: list[Read] = []
        self._data, self._name, self._saved = data, name, saved
        self._open: list[str] = []
        self._of_feed: dict[str, str] = {}
        self._item: dict[str, str] | None = None
        self._item_at = self._item_level = self._number = 0
        self._field, self._field_level = "", 0
        self._kept: list[str] = []
        self._size = 0
        self._parser = parser = expat.ParserCreate("utf-8", namespace_separator=" ")
        parser.buffer_text = True
        parser.UseForeignDTD(True)  # an entity of HTML is then told as one that is skipped
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._text
        parser.EntityDeclHandler = self._entity
        parser.SkippedEntityHandler = self._skipped

    def take(self, chunk: bytes, *, last: bool = False) -> bool:
        """Read on, and tell whether there is more to read."""
        try:
            self._parser.Parse(chunk, last)
        except _Refused as refused:
            self.out.append(refused.message)
        except expat.ExpatError:
            where = f"{self._name}:{self._parser.ErrorLineNumber}"
            self.out.append(Message("watch_feed_broken", {"where": where}))
        else:
            return True
        return False

    # ------------------------------------------------------------------------------------------------- the parser

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        space, _, local = name.rpartition(" ")
        self._open.append(local)
        level = len(self._open)
        if level > _MOST_LEVELS:
            raise self._refused("watch_feed_nested")
        if self._field:
            self._keep(f"<{local}>")
        elif local == "outline":
            self._outline(attributes)
        elif self._item is None and local in _ITEMS:
            self._begin_item(attributes)
        elif not space.startswith(_FOREIGN):
            self._begin_field(local, level, attributes)

    def _begin_item(self, attributes: Mapping[str, str]) -> None:
        self._item, self._item_level = {}, len(self._open)
        self._item_at = self._parser.CurrentByteIndex
        self._number += 1
        if self._number > MOST_REPORTS:
            raise self._refused("watch_too_many_reports")
        if lang := _lang(attributes):
            self._item["lang"] = lang
        if about := _local(attributes, "about"):  # of RDF
            self._item["id"] = about

    def _begin_field(self, local: str, level: int, attributes: Mapping[str, str]) -> None:
        if self._item is None:
            if local in _FEEDS and (lang := _lang(attributes)):
                self._of_feed["lang"] = lang
            if local in _OF_FEED and level > 1 and self._open[-2] in _FEEDS:
                self._field, self._field_level = _OF_FEED[local], level
            return
        if level != self._item_level + 1 or local not in _FIELDS:
            if self._open[-2] == "source" and local == "title":  # of Atom: the feed that an item was taken from
                self._field, self._field_level = "source", level
            return
        if local == "link" and "href" in attributes:
            if attributes.get("rel", "alternate") == "alternate":
                self._item.setdefault("url", attributes["href"][:_MOST_FIELD])
            return
        if local == "source" and not attributes:
            return
        self._field, self._field_level = _FIELDS[local], level

    def _end(self, name: str) -> None:
        local = name.rpartition(" ")[2]
        level = len(self._open)
        self._open.pop()
        if self._field and level > self._field_level:
            self._keep(f"</{local}>")
        elif self._field:
            self._end_field()
        elif self._item is not None and level == self._item_level:
            self._end_item()

    def _end_field(self) -> None:
        text = "".join(self._kept).strip()
        target = self._of_feed if self._item is None else self._item
        known = target.get(self._field, "")
        # Of several texts the longest counts, of several ids the last, of anything else the first.
        if len(text) > len(known) if self._field == "text" else text and (not known or self._field == "id"):
            target[self._field] = text
        self._field, self._kept, self._size = "", [], 0

    def _end_item(self) -> None:
        item, feed = self._item or {}, self._of_feed
        self._item = None
        end = self._data.find(b">", self._parser.CurrentByteIndex) + 1
        url = item.get("url", "") or (item.get("id", "") if host_of(item.get("id", "")) else "")
        text = plain_text(item.get("text", "") or item.get("summary", ""))
        self.out.append(
            RawReport(
                place_of(self._name, f"item {self._number}"),
                hash_of(self._data[self._item_at : end]),
                id=item.get("id", "") or url,
                published=item.get("published", "") or item.get("updated", ""),
                saved=feed.get("updated", "") or self._saved,
                source=_one_line(item.get("source", "") or feed.get("source", "")) or host_of(url),
                url=url,
                lang=item.get("lang", "") or feed.get("lang", ""),
                title=plain_text(item.get("title", ""), one_line=True),
                text=text,
            )
        )

    def _outline(self, attributes: Mapping[str, str]) -> None:
        if url := attributes.get("xmlUrl", ""):
            called = _one_line(attributes.get("title") or attributes.get("text") or host_of(url))
            self._number += 1
            if self._number > MOST_REPORTS:
                raise self._refused("watch_too_many_reports")
            values = {"where": self._name, "name": called, "url": url[:MOST_NAME]}
            self.out.append(Message("watch_feed_listed", {**values}))

    def _text(self, text: str) -> None:
        if self._field:
            # Text inside elements of its own (XHTML) is put back as it was written, for the reader of pages.
            self._keep(html.escape(text, quote=False) if len(self._open) > self._field_level else text)

    def _keep(self, text: str) -> None:
        if self._size < _MOST_FIELD:
            self._kept.append(text[: _MOST_FIELD - self._size])
            self._size += len(text)

    def _skipped(self, name: str, is_parameter: bool) -> None:
        if not is_parameter and self._field:
            self._keep(html5.get(f"{name};", ""))

    def _entity(self, *_: object) -> None:
        raise self._refused("watch_feed_entities")

    def _refused(self, id_: str) -> _Refused:
        return _Refused(Message(id_, {"where": f"{self._name}:{self._parser.CurrentLineNumber}"}))


def _lang(attributes: Mapping[str, str]) -> str:
    return attributes.get("http://www.w3.org/XML/1998/namespace lang", "")


def _local(attributes: Mapping[str, str], local: str) -> str:
    return next((value for name, value in attributes.items() if name.rpartition(" ")[2] == local), "")


def _one_line(text: str) -> str:
    return plain_text(text, one_line=True)[:MOST_NAME]
