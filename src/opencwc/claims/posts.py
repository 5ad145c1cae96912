"""Posts of social networks as plain text: without links, names and tags in their words, who wrote it apart.

A post has no report around it. Text without links, names with an at sign or tags stays as it is.
"""

from __future__ import annotations

import re

from opencwc.reports.model import Report

_LINK = re.compile(r"(?:https?://|www\.|pic\.twitter\.com/)[^\s<>]+", re.IGNORECASE)
_BY = re.compile(r"\s[—–-]\s[^—–\n]{1,80}\(@\w{1,40}\)[^—–\n]{0,40}$")
"""How a post is quoted: "— Name (@name) 6 January 2020"."""
_TAG = re.compile(r"[@#]([^\W_]\w*)")
_INNER = re.compile(r"_|(?<=[^\W\d_A-ZÀ-ÞА-Я])(?=[A-ZÀ-ÞА-Я])|(?<=[A-ZÀ-ÞА-Я])(?=[A-ZÀ-ÞА-Я][a-zà-ÿа-я])")
"""Where a tag goes over into its next word."""
_LONGEST = 600
"""Characters of a post; what is longer is a report."""


def plain_post(text: str) -> str:
    """Return a text without its links, with the words of names and tags.

    >>> plain_post("Caught on camera.#IranProtests @realDonaldTrump pic.twitter.com/TvRkHvlgby")
    'Caught on camera. Iran Protests  real Donald Trump '
    """
    return _TAG.sub(lambda tag: f" {_INNER.sub(' ', tag[1])}", _LINK.sub("", text))


def post_body(text: str) -> str:
    """Return a plain post without who wrote it.

    >>> post_body("Wakanda is listed? — Francis (@ftseng) December 18, 2019")
    'Wakanda is listed?'
    """
    body = _BY.sub("", _LINK.sub("", text).rstrip())
    return plain_post(body) if body.strip() else plain_post(text)


def is_post(report: Report) -> bool:
    """Tell whether a report has nothing around what it says: no title of its own, and a short text."""
    title = " ".join(report.title.split()).rstrip("….")
    return len(report.whole) <= _LONGEST and " ".join(report.text.split()).startswith(title)
