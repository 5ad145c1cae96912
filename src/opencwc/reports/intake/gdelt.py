"""Files of GDELT: the knowledge graph (GKG 2.1), which has titles, and the events (1.0 and 2.0), which have none.

They are tables without a heading, their cells parted by tabs, never in quotes. Sources: the codebooks of GDELT for GKG
2.1 (19 February 2015) and for Events 1.0 and 2.0.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from typing import BinaryIO, NamedTuple
from urllib.parse import unquote, urlsplit

from opencwc.files.encodings import decode
from opencwc.finding import Message
from opencwc.reports.intake.arrivals import MOST_TITLE, RawReport, Read, hash_of
from opencwc.reports.intake.hosts import host_of
from opencwc.reports.intake.json_reports import LONGEST_LINE


class _Events(NamedTuple):
    """Where the events of a version have the day they were added, and the address they were taken from."""

    added: int
    url: int


_EVENTS = {58: _Events(56, 57), 61: _Events(59, 60)}
_GKG_COLUMNS = 27
_TITLE = re.compile(r"<PAGE_TITLE>(.*?)</PAGE_TITLE>", re.DOTALL)
_PRECISE = re.compile(r"<PAGE_PRECISEPUBTIMESTAMP>(\d{14})</PAGE_PRECISEPUBTIMESTAMP>")
_TRANSLATED = re.compile(r"srclc:(\w{3})")
_NUMBER = re.compile(r"\d{6,20}(?:-T?\d+)?")


def is_gdelt(line: str) -> bool:
    """Tell whether the first line of a text is one of GDELT's."""
    cells = line.rstrip("\r").split("\t")
    return len(cells) in (*_EVENTS, _GKG_COLUMNS) and bool(_NUMBER.fullmatch(cells[0]))


def read_gdelt(file: BinaryIO, name: str) -> Iterator[Read]:
    """Yield the report of each row; events have the words of their address for a title, and a note says so."""
    without_text = False
    number = 0
    while line := file.readline(LONGEST_LINE):
        number += 1
        cells = decode(line).text.rstrip("\r\n").split("\t")
        where = f"{name}:{number}"
        if len(cells) == _GKG_COLUMNS:
            yield _of_graph(cells, where, line)
        elif columns := _EVENTS.get(len(cells)):
            if not without_text:
                without_text = True
                yield Message("watch_gdelt_without_text", {"where": name})
            yield _of_event(cells, columns, where, line)
        elif line.strip():
            yield Message("watch_line_unreadable", {"where": where})


def _of_graph(cells: Sequence[str], where: str, line: bytes) -> RawReport:
    title, precise = _TITLE.search(cells[26]), _PRECISE.search(cells[26])
    language = _TRANSLATED.search(cells[25])
    return RawReport(
        where,
        hash_of(line),
        id=cells[0],
        published=precise[1] if precise else cells[1],
        source=cells[3],
        url=cells[4],
        lang=language[1] if language else "en",
        title=html.unescape(title[1]).strip()[:MOST_TITLE] if title else words_of_address(cells[4]),
    )


def _of_event(cells: Sequence[str], columns: _Events, where: str, line: bytes) -> RawReport:
    url = cells[columns.url]
    return RawReport(
        where,
        hash_of(line),
        id=cells[0],
        published=cells[columns.added],
        source=host_of(url),
        url=url,
        title=words_of_address(url),
    )


def words_of_address(url: str) -> str:
    """Return the words of an address, where it has some.

    >>> words_of_address("https://example.org/world/chlorine-leak-at-water-plant-123456.html")
    'chlorine leak at water plant'
    """
    try:
        parts = unquote(urlsplit(url).path).split("/")
    except ValueError:
        return ""
    longest = max(parts, key=lambda part: len(re.findall(r"[^\W\d_]{2,}", part)))
    words = re.sub(r"\.\w{2,5}$", "", longest)
    return " ".join(word for word in re.split(r"[-_+\s]+", words) if not word.isdigit()).strip()[:MOST_TITLE]
