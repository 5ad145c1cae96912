"""Texts to sentences by their offsets: of prose, and of laws with their list items, in lines that run on or not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_SENTENCE = re.compile(r"(?<=[.!?;؟؛])(?:\s+)|(?<=[。！？；])|\n")
ITEM = re.compile(
    r"\s*(?:[(（]?(?:\d{1,3}|[a-zа-я٠-٩أ-ي一二三四五六七八九十]{1,4})\s?[.)）°º、–-]|[–—•·-])", re.IGNORECASE
)
"""How an item of a list begins."""


_END = re.compile(
    r"(?<=[.!?…؟])[\"”»')\]]*\s+(?=[\"“«'(\[¿¡—–-]*\s*[^\W\d_a-zà-ÿа-яё]|[\"“«'(\[—–-]*\s*\d)"
    r"|(?<=[。！？])[”』」]*|\n+"
)
_SHORT = re.compile(
    r"(?<![^\W\d_])(?:[^\W\d_]|mr|mrs|ms|dr|st|sr|sra|gen|col|lt|prof|ул|им|обл|стр|тыс|млн|гг|etc|approx|vs|av|bd"
    r"|mme?)\.$",
    re.IGNORECASE,
)
_SHORT_BESIDE_NUMBER = re.compile(
    r"(?<![^\W\d_])(?P<before>\d\s?)?(?:jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec|no|nr|núm|art)\.$",
    re.IGNORECASE,
)
"""What is an ordinary word elsewhere ("mar", the sea): it is cut short only where a number stands before or behind."""


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
        if end.end() == start or _is_cut_short(text, start, end):
            continue
        if text[start : end.start()].strip():
            found.append(Sentence(start, end.start() + len(end[0].rstrip())))
        start = end.end()
    if text[start:].strip():
        found.append(Sentence(start, len(text)))
    return found


def _is_cut_short(text: str, start: int, end: re.Match[str]) -> bool:
    """Tell whether the point is that of a shortened word and ends no sentence."""
    before = text[max(start, end.start() - 8) : end.start()]
    beside = _SHORT_BESIDE_NUMBER.search(before)
    if beside and (beside["before"] or text[end.end() : end.end() + 1].isdigit()):
        return True
    return _SHORT.search(before) is not None


def sentences_of(text: str) -> Iterator[tuple[int, int]]:
    """Yield the offsets of a text's sentences and list items.

    >>> text = "It is prohibited to:\\na) develop; b) use."
    >>> [text[start:end] for start, end in sentences_of(text)]
    ['It is prohibited to:', 'a) develop;', 'b) use.']
    """
    at = 0
    wrapped = _is_wrapped(text)
    for boundary in _SENTENCE.finditer(text):
        if wrapped and "\n" in boundary[0] and _runs_on(text, boundary.start(), boundary.end()):
            continue
        if boundary.start() > at and not _is_abbreviation(text, boundary.start()):
            yield from trimmed(text, at, boundary.start())
            at = boundary.end()
        elif boundary.start() <= at:
            at = max(at, boundary.end())
    if at < len(text):
        yield from trimmed(text, at, len(text))


def beginning_of(text: str, longest: int) -> str:
    """Return a text up to the end of the last sentence within so many characters; a longer first sentence is cut."""
    ends = (end for _, end in sentences_of(text) if end <= longest)
    return text if len(text) <= longest else text[: max(ends, default=longest)]


def _is_wrapped(text: str) -> bool:
    """Tell whether lines are broken by width, as in old files and in PDF: they end in the middle of sentences."""
    lines = [line.rstrip() for line in text.split("\n") if line.strip()]
    if len(lines) < _FEW_LINES:
        return False
    usual = sorted(map(len, lines))[int(0.9 * (len(lines) - 1))]
    within = sum(line[-1] not in _ENDINGS and len(line) > 0.6 * usual for line in lines[:-1])
    return usual <= _WIDEST and within >= 0.3 * (len(lines) - 1)


def _runs_on(text: str, start: int, end: int) -> bool:
    """Tell whether a sentence goes on over a line end."""
    before = text[max(0, start - 80) : start].rstrip()
    return bool(before) and before[-1] not in _ENDINGS and not ITEM.match(text[end : end + 12])


_FEW_LINES = 4
_WIDEST = 110
_ENDINGS = ".:;!?؛؟。；：—–"
_ABBREVIATED = re.compile(
    r"(?:\b(?:art|arts|no|nos|nr|abs|sec|cf|par|inc|p|pp|ch|ст|п|пп|ч|гл|т|д|núm|num|L|R|D|Dr|St|vgl|ff|bzw|z|B|d|h|e|g|i))\.$",
    re.IGNORECASE,
)


_NUMBERED = re.compile(r"(?:^|[\n.:;!?])\s*(?:[IVXLC]{1,6}|\d{1,3})\.$")
"""The mark of an item: ``2. Whoever``, ``IV. Use``; "under article 11." ends with one and is none."""
_ORDINAL = re.compile(r"\b\d{1,3}\.\s+(?:[a-zäöü]|J[aä]n|Feb|März|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez)")
"""A number in order, as German writes it: ``am 15. Februar``."""


def _is_abbreviation(text: str, end: int) -> bool:
    if text[end - 1] != "." or text[end : end + 1] == "\n":
        return False
    before = text[max(0, end - 10) : end]
    if _ABBREVIATED.search(before[-8:]) or _NUMBERED.search(before):
        return True
    ordinal = _ORDINAL.search(text, max(0, end - 4), end + 8)
    return ordinal is not None and ordinal.start() < end


def trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the offsets of a stretch without the space around it, nothing where it is all space."""
    piece = text[start:end]
    lead = len(piece) - len(piece.lstrip())
    words = piece.strip()
    if words:
        yield start + lead, start + lead + len(words)
