"""Sections to passages of about 600 characters, cut where a sentence or an item of a list ends.

A passage is the stretch that is searched, shown and cited; it keeps its section and the offsets of its text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from opencwc.legislation.texts.sections import LegalSection

USUAL = 600
"""Characters that a passage has, about."""
LONGEST = 900
_SENTENCE = re.compile(r"(?<=[.!?;؟؛])(?:\s+)|(?<=[。！？；])|\n")
_STEM_LENGTH = 160


@dataclass(frozen=True, slots=True)
class LegalPassage:
    """A stretch of a section: its offsets in the document's text, and the lead that an item of a list hangs on.

    ``lead`` is the line that a list begins with ("It is prohibited to:") where the passage holds only later items.
    """

    section: LegalSection
    start: int
    end: int
    text: str
    lead: str = ""

    @property
    def searched(self) -> str:
        """What is searched: the heading and the lead before the passage's own text."""
        return " ".join(part for part in (self.section.heading, self.lead, self.text) if part)


def passages_of(sections: Iterable[LegalSection], usual: int = USUAL) -> Iterator[LegalPassage]:
    """Yield the passages of sections in their order."""
    for section in sections:
        yield from _split(section, usual)


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
            yield from _trimmed(text, at, boundary.start())
            at = boundary.end()
        elif boundary.start() <= at:
            at = max(at, boundary.end())
    if at < len(text):
        yield from _trimmed(text, at, len(text))


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
    return bool(before) and before[-1] not in _ENDINGS and not _ITEM.match(text[end : end + 12])


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


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    piece = text[start:end]
    lead = len(piece) - len(piece.lstrip())
    words = piece.strip()
    if words:
        yield start + lead, start + lead + len(words)


def _split(section: LegalSection, usual: int) -> Iterator[LegalPassage]:
    text = section.text
    if not text.strip():
        return
    if len(text) <= 1.4 * usual:
        yield LegalPassage(section, section.start, section.end, text)
        return
    pieces = [piece for start, end in sentences_of(text) for piece in _bounded(text, start, end)]
    at = 0
    lead = ""
    while at < len(pieces):
        start, end = pieces[at]
        upto = at + 1
        while upto < len(pieces) and pieces[upto][1] - start <= usual:
            end = pieces[upto][1]
            upto += 1
        if upto < len(pieces) and upto == len(pieces) - 1 and pieces[upto][1] - pieces[upto][0] < 0.2 * usual:
            end = pieces[upto][1]  # a short rest goes with what it ends
            upto += 1
        yield LegalPassage(section, section.start + start, section.start + end, text[start:end], lead)
        lead = _lead(text, pieces[at:upto], lead)
        at = upto


def _bounded(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while end - start > LONGEST:
        cut = max(text.rfind(sign, start + LONGEST // 2, start + LONGEST) for sign in (", ", "، ", "，", "、", " "))
        cut = cut + 1 if cut > start else start + LONGEST
        yield from _trimmed(text, start, cut)
        start = cut
    yield from _trimmed(text, start, end)


def _lead(text: str, pieces: list[tuple[int, int]], before: str) -> str:
    """Return the line that the following items hang on: the last that ended with a colon, until a sentence stands."""
    lead = before
    for start, end in pieces:
        words = text[start:end]
        if words.endswith((":", "：", "—", "–", "-")):
            lead = words[-_STEM_LENGTH:]
        elif not _ITEM.match(words):
            lead = ""
    return lead


_ITEM = re.compile(
    r"\s*(?:[(（]?(?:\d{1,3}|[a-zа-я٠-٩أ-ي一二三四五六七八九十]{1,4})\s?[.)）°º、–-]|[–—•·-])", re.IGNORECASE
)
