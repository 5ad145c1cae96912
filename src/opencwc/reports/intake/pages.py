"""A saved page as a report: its title, its date, who published it, and its main text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from opencwc.files.document_reading import text_of
from opencwc.files.encodings import decode_page
from opencwc.files.passages import Reading
from opencwc.files.web_pages import attributes_of, read_page, tokens
from opencwc.finding import Message
from opencwc.reports.intake.arrivals import MOST_TITLE, RawReport, Read, hash_of, page_limits
from opencwc.reports.intake.hosts import host_of
from opencwc.reports.intake.markup_text import joined

_SAVED_FROM = re.compile(r"(?:saved from url=\(\d{1,6}\)|^\s*url:\s*)(https?://[^\s>]{1,2000})", re.MULTILINE)
"""The comments by which browsers and SingleFile say where a page was saved from."""
_PUBLISHED = (
    "article:published_time", "og:published_time", "datepublished", "dc.date.issued", "dcterms.issued", "dc.date",
    "dcterms.date", "dcterms.created", "citation_publication_date", "parsely-pub-date", "sailthru.date", "pubdate",
    "publishdate", "publish-date", "publish_date", "date", "article:modified_time",
)  # fmt: skip
_SOURCES = ("og:site_name", "application-name", "dc.publisher", "dcterms.publisher", "publisher")
_TITLES = ("og:title", "dc.title", "dcterms.title", "citation_title", "twitter:title")
_LEAST_ARTICLE = 250
"""Characters from which an element ``article`` is the text of the page, and what stands around it is not."""
_MOST_DATA, _MOST_DEPTH = 500_000, 6


def read_saved_page(data: bytes, place: str, saved: str, url: str = "") -> Iterator[Read]:
    """Yield the report that a page is, after what is to be told of how it was read.

    ``url`` is where an archive says that it was taken from; a page that was saved by hand may say so itself.
    """
    reading = Reading(page_limits())
    page = text_of(decode_page(data), reading)
    head = _Head(page)
    text = _main_text(page, reading)
    for note in reading.notes:
        yield Message("watch_note_on_file", {"where": place, "note": note})
    if not url and (found := _SAVED_FROM.search(page[:4_000])):
        url = found[1]
    url = url or head.url
    title = head.title
    yield RawReport(
        place,
        hash_of(data),
        id=url,
        published=head.published,
        saved=saved,
        source=head.source or host_of(url),
        url=url,
        lang=head.lang,
        title=title,
        text=text.removeprefix(title).lstrip("\n") if title else text,
    )


class _Head:
    """What a page says of itself: in its head, in JSON-LD, in the first element ``time``."""

    def __init__(self, page: str) -> None:
        self._meta: dict[str, str] = {}
        self._linked: list[Mapping[str, Any]] = []
        self._title = self._canonical = self._time = ""
        self.lang = ""
        is_data = False
        for token in tokens(page):
            if token.kind == "raw" and token.name == "title":
                self._title = self._title or " ".join(token.text.split())
            elif token.kind == "raw" and is_data:
                self._linked += _linked_data(token.text)
            elif token.kind == "start" and token.name in ("html", "meta", "link", "time", "script"):
                attributes = attributes_of(token.text)
                is_data = token.name == "script" and attributes.get("type", "").lower() == "application/ld+json"
                self._take(token.name, attributes)

    def _take(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "meta":
            called = attributes.get("property") or attributes.get("name") or attributes.get("itemprop") or ""
            if (content := attributes.get("content", "").strip()) and called:
                self._meta.setdefault(called.lower(), content[:MOST_TITLE])
        elif name == "html":
            self.lang = self.lang or attributes.get("lang", attributes.get("xml:lang", ""))
        elif name == "link" and attributes.get("rel", "").lower() == "canonical":
            self._canonical = self._canonical or attributes.get("href", "")
        elif name == "time":
            self._time = self._time or attributes.get("datetime", "")

    @property
    def title(self) -> str:
        """The headline without the name of the site."""
        return (_first(self._linked, "headline") or self._of_meta(_TITLES) or _unescaped(self._title))[:MOST_TITLE]

    @property
    def published(self) -> str:
        """The date of publication as it is written."""
        return _first(self._linked, "datePublished") or self._of_meta(_PUBLISHED) or self._time

    @property
    def source(self) -> str:
        """Who published it."""
        publishers = (data.get("publisher") for data in self._linked)
        named = [publisher for publisher in publishers if isinstance(publisher, dict)]
        return _first(named, "name") or self._of_meta(_SOURCES)

    @property
    def url(self) -> str:
        """The address that the page gives itself."""
        for address in (self._canonical, self._meta.get("og:url", "")):
            if host_of(address):
                return address
        return ""

    def _of_meta(self, names: Iterable[str]) -> str:
        return next((self._meta[name] for name in names if name in self._meta), "")


def _linked_data(text: str) -> list[Mapping[str, Any]]:
    """Return the objects of a block of JSON-LD that may be an article, those within lists and graphs too."""
    try:
        waiting = [(json.loads(text[:_MOST_DATA]), 0)]
    except (ValueError, RecursionError):
        return []
    found: list[Mapping[str, Any]] = []
    while waiting and len(found) < 50:
        value, depth = waiting.pop(0)
        if isinstance(value, dict):
            found.append(value)
            value = value.get("@graph")
        if isinstance(value, list) and depth < _MOST_DEPTH:
            waiting += [(inner, depth + 1) for inner in value[:50]]
    articles = [data for data in found if "datePublished" in data]
    return articles or [data for data in found if "headline" in data]


def _first(objects: Iterable[Mapping[str, Any]], key: str) -> str:
    texts = (data.get(key) for data in objects)
    return next((" ".join(_unescaped(text).split()) for text in texts if isinstance(text, str) and text.strip()), "")


def _unescaped(text: str) -> str:
    from html import unescape

    return unescape(text) if "&" in text else text


def _main_text(page: str, reading: Reading) -> str:
    """Return the text of the longest article of a page; of the whole page where it has none."""
    longest = max((joined(read_page(part, Reading(page_limits()))) for part in _articles(page)), key=len, default="")
    return longest if len(longest) >= _LEAST_ARTICLE else joined(read_page(page, reading))


def _articles(page: str) -> Iterator[str]:
    """Yield what stands in elements ``article``, in time proportional to the length of the page."""
    lower = page.lower() if len(page.lower()) == len(page) else ""
    at = 0
    for _ in range(200):
        begin = lower.find("<article", at)
        end = lower.find("</article", begin)
        if begin < 0 or end < 0:
            return
        yield page[begin:end]
        at = end
