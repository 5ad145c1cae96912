"""Sections to passages of about 600 characters, cut where a sentence or an item of a list ends.

A passage is the stretch that is searched, shown and cited; it keeps its section and the offsets of its text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from opencwc.language.sentences import ITEM, sentences_of, trimmed
from opencwc.legislation.texts.citations import citation
from opencwc.legislation.texts.sections import LegalSection

USUAL = 600
"""Characters that a passage has, about."""
LONGEST = 900
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

    @property
    def citation(self) -> str:
        """The section, subsection and item, as the law's language cites them."""
        return citation(self.section, self.start, self.end)


def passages_of(sections: Iterable[LegalSection], usual: int = USUAL) -> Iterator[LegalPassage]:
    """Yield the passages of sections in their order."""
    for section in sections:
        yield from _split(section, usual)


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
        yield from trimmed(text, start, cut)
        start = cut
    yield from trimmed(text, start, end)


def _lead(text: str, pieces: list[tuple[int, int]], before: str) -> str:
    """Return the line that the following items hang on: the last that ended with a colon, until a sentence stands."""
    lead = before
    for start, end in pieces:
        words = text[start:end]
        if words.endswith((":", "：", "—", "–", "-")):
            lead = words[-_STEM_LENGTH:]
        elif not ITEM.match(words):
            lead = ""
    return lead
