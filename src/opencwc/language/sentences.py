"""Where the sentences of a text begin and end, in six languages."""

from __future__ import annotations

import re
from typing import NamedTuple

_END = re.compile(
    r"(?<=[.!?…؟])[\"”»')\]]*\s+(?=[\"“«'(\[¿¡—–-]*\s*[^\W\d_a-zà-ÿа-яё]|[\"“«'(\[—–-]*\s*\d)"
    r"|(?<=[。！？])[”』」]*|\n+"
)
_SHORT = re.compile(
    r"(?<![^\W\d_])(?:[^\W\d_]|mr|mrs|ms|dr|st|sr|sra|no|nr|gen|col|lt|prof|jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov"
    r"|dec|ул|им|обл|стр|тыс|млн|гг|etc|approx|vs|av|bd|mme?|núm|art)\.$",
    re.IGNORECASE,
)


class Sentence(NamedTuple):
    """The first character of a sentence, and the one after its last."""

    start: int
    end: int


def sentences_in(text: str) -> list[Sentence]:
    """Return the sentences of a text, in order and without gaps of anything but spaces.

    >>> [text[one.start : one.end] for text in ["Two died. Dr. Ray said so."] for one in sentences_in(text)]
    ['Two died.', 'Dr. Ray said so.']
    """
    found, start = [], 0
    for end in _END.finditer(text):
        if end.end() == start or _SHORT.search(text[max(start, end.start() - 8) : end.start()]):
            continue
        if text[start : end.start()].strip():
            found.append(Sentence(start, end.start() + len(end[0].rstrip())))
        start = end.end()
    if text[start:].strip():
        found.append(Sentence(start, len(text)))
    return found
