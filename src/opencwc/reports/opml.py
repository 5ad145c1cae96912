"""Lists of feeds as OPML, in and out."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import BinaryIO, NamedTuple
from xml.etree import ElementTree

from opencwc.errors import InputError
from opencwc.reports.report_files import Piped, ReportFiles


class ListedFeed(NamedTuple):
    """A feed in a list: what it is called there, and its address."""

    name: str
    url: str


def read_opml(stream: BinaryIO, name: str) -> list[ListedFeed]:
    """Return the feeds that an OPML file names, read in a confined process; raise `InputError` where it names none."""
    reading = ReportFiles([Piped(stream, name)])
    deque(reading.reports(), maxlen=0)
    if not reading.feeds:
        raise InputError("feeds_file_without_feeds", where=name)
    return [ListedFeed(*listed) for listed in dict.fromkeys(reading.feeds)]


def as_opml(feeds: Iterable[ListedFeed], title: str) -> bytes:
    """Return feeds as an OPML file that readers of feeds take."""
    root = ElementTree.Element("opml", version="2.0")
    ElementTree.SubElement(ElementTree.SubElement(root, "head"), "title").text = title
    body = ElementTree.SubElement(root, "body")
    for feed in feeds:
        words = {"type": "rss", "text": feed.name or feed.url, "xmlUrl": feed.url}
        ElementTree.SubElement(body, "outline", words)
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, "unicode")}\n'.encode()
