"""The text that a reader of a page sees: scripts, styles and what is hidden left out, nothing run, nothing fetched."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from opencwc.files.passages import Item, Passage, Reading
from opencwc.files.web_pages import ASIDE, read_page
from opencwc.reports.intake.arrivals import MOST_TEXT, page_limits

_MARKUP = re.compile(r"<[a-zA-Z!/]|&(?:#\d|#x|[a-zA-Z])")
_LEFT_OUT = ("title", "hidden")
_MOST_MARKUP = 8_000_000


def plain_text(markup: str, *, one_line: bool = False) -> str:
    """Return the text of a piece of HTML; a text without any markup comes as it is.

    >>> plain_text("<p>Two drums <script>alert(1)</script>were found.</p><p>Nobody was hurt.</p>")
    'Two drums were found.\\nNobody was hurt.'
    """
    text = markup if not _MARKUP.search(markup) else joined(_shown(markup))
    return " ".join(text.split()) if one_line else text.strip()


def _shown(markup: str) -> Iterator[Item]:
    return read_page(markup[:_MOST_MARKUP], Reading(page_limits()))


def joined(items: Iterable[Item]) -> str:
    """Join the passages that are the text itself, as many as are read of one report."""
    kept: list[str] = []
    size = 0
    for item in items:
        if isinstance(item, Passage) and not item.place.startswith((*_LEFT_OUT, ASIDE)):
            kept.append(item.text.replace("\t", " "))
            size += len(item.text) + 1
            if size > MOST_TEXT:
                break
    return "\n".join(kept)
