"""Of very long texts the sections that may matter: a code of thousands of pages has a few that speak of the Convention.

A measure counts only where the section, its chapter or what refers to it speaks of chemical weapons. Of a long text
the sections that do are read closely, with their neighbours and the ones that refer to them; the rest is looked through
for these words only.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from opencwc.convention.measure_terms import Terms, fold
from opencwc.convention.measures import Measures
from opencwc.legislation.reading.topics import ANCHORS
from opencwc.legislation.texts.sections import PREAMBLE, LegalSection

LONG = 1_000_000
"""Characters, some 300 pages, from which on a State's texts are narrowed."""
_NEIGHBOURS = 6
_FIRST = 20
"""Sections that are kept where none speaks of anything: the law has to be seen to be about something else."""
_MOST_REFERRED = 300


def narrowed(sections: Sequence[LegalSection], measures: Measures, languages: Sequence[str]) -> list[LegalSection]:
    """Return the sections that are read closely, in order: all of them where the texts are not very long."""
    if sum(len(section.text) for section in sections) <= LONG:
        return list(sections)
    speaking = {at for at, section in enumerate(sections) if section.kind == PREAMBLE}
    for lang in languages:
        pattern = _words(measures.terms(lang))
        speaking |= {
            at
            for at, section in enumerate(sections)
            if section.lang == lang and pattern.search(fold(_whole(section)).text)
        }
    kept = {
        near
        for at in speaking
        for near in range(max(0, at - _NEIGHBOURS), min(len(sections), at + _NEIGHBOURS + 1))
        if sections[near].file == sections[at].file
    }
    kept |= _referring(sections, speaking)
    return [sections[at] for at in sorted(kept or range(min(_FIRST, len(sections))))]


def _words(terms: Terms) -> re.Pattern[str]:
    """Return one pattern of all that only a text on chemical weapons says, and of what they consist of."""
    patterns = [terms.pattern(anchor).pattern for anchor in (*ANCHORS, *_WITH_THEM) if anchor in terms.patterns]
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


def _whole(section: LegalSection) -> str:
    return f"{section.heading}\n{section.text}"


def _referring(sections: Sequence[LegalSection], speaking: set[int]) -> set[int]:
    """Return the sections that name the number of one that speaks: its penalty, its exceptions, its reach."""
    numbers = {sections[at].number for at in speaking if sections[at].number}
    if not 0 < len(numbers) <= _MOST_REFERRED:
        return set()
    files = {sections[at].file for at in speaking}
    numbers_pattern = "|".join(re.escape(number) for number in sorted(numbers, key=len, reverse=True))
    named = re.compile(rf"(?:{_REFERS})[^\n.;]{{0,40}}?(?<![\w.])(?:{numbers_pattern})(?!\w|[.\-]\d)", re.IGNORECASE)
    files = {sections[at].file for at in speaking}
    return {at for at, section in enumerate(sections) if section.file in files and named.search(section.text)}


_WITH_THEM = ("toxic_chemical", "opcw", "convention_title")
_REFERS = r"\b(?:sections?|articles?|art[ií]culos?|arts?\.)|§|стат[ьея]|第|ماد"
