"""How far sections are about chemical weapons: by themselves, else by their neighbours.

A measure counts only where the section, its chapter or what refers to it speaks of chemical weapons. Of a very long
text the sections that do are read closely, with their neighbours and the ones that refer to them; the rest is looked
through for these words only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from opencwc.convention.measure_terms import Terms, fold
from opencwc.convention.measures import Measures
from opencwc.legislation.reading.operative_terms import OperativeTerms
from opencwc.legislation.reading.term_positions import TermPositions
from opencwc.legislation.reading.topics import ANCHORS, WITH_THEM
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
            if section.lang == lang and pattern.search(fold(f"{section.heading}\n{section.text}").text)
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


def _referring(sections: Sequence[LegalSection], speaking: set[int]) -> set[int]:
    """Return the sections that name the number of one that speaks: its penalty, its exceptions, its reach."""
    numbers = {sections[at].number for at in speaking if sections[at].number}
    if not 0 < len(numbers) <= _MOST_REFERRED:
        return set()
    files = {sections[at].file for at in speaking}
    numbers_pattern = "|".join(re.escape(number) for number in sorted(numbers, key=len, reverse=True))
    named = re.compile(rf"(?:{_REFERS})[^\n.;]{{0,40}}?(?<![\w.])(?:{numbers_pattern})(?!\w|[.\-]\d)", re.IGNORECASE)
    return {at for at, section in enumerate(sections) if section.file in files and named.search(section.text)}


_WITH_THEM = ("toxic_chemical", "opcw", "convention_title")
_REFERS = r"\b(?:sections?|articles?|art[ií]culos?|arts?\.)|§|стат[ьея]|第|ماد"


@dataclass(frozen=True, slots=True)
class SectionScope:
    """How far a section is about chemical weapons.

    ``scope`` says how far it stands in a text about them, 0 to 1. With ``whole`` its text, or the stretch around it,
    is about them; with ``speaks`` also where the text is long. ``anchored`` sections speak of them by themselves.
    """

    scope: float
    whole: bool
    speaks: bool
    anchored: bool


def measure_scope(terms: TermPositions, operative: OperativeTerms) -> tuple[SectionScope, ...]:
    """Return for each section how far it stands in a text about chemical weapons."""
    parts: dict[tuple[str, int], list[int]] = {}
    for at, text in enumerate(terms.texts):
        parts.setdefault((text.section.file, text.section.part), []).append(at)
    scopes = {at: scope for part in parts.values() for at, scope in _scopes_of(terms, operative, part)}
    return tuple(scopes[at] for at in range(len(terms.texts)))


def _scopes_of(
    terms: TermPositions, operative: OperativeTerms, part: Sequence[int]
) -> Iterator[tuple[int, SectionScope]]:
    """Yield the sections of one text with their scopes."""
    strong = {at: terms.count(at, ANCHORS) for at in part}
    biological = {at: _alone_biological(terms, at) for at in part}
    about = _is_about(terms, part, strong, biological)
    for place, at in enumerate(part):
        near = part[max(0, place - _NEIGHBOURS) : place + _NEIGHBOURS + 1]
        share = sum(strong[other] > biological[other] for other in near) / len(near)
        ruled = 2 * sum(biological[other] for other in near) > sum(strong[other] for other in near)
        own = sum(len(operative.hits(at, term)) for term in ANCHORS)  # without the names of bodies and treaties
        whole = (about and len(part) <= _MOST_OF_A_LAW) or (share >= _STRETCH and not ruled)
        around = 0.9 if whole else 0.0 if ruled else 0.5 * share / _STRETCH
        if biological[at] > strong[at]:
            around *= 0.3
        by_itself = (1.0 if own > biological[at] else 0.7 if own == biological[at] else 0.4) if own else 0.0
        yield at, SectionScope(max(by_itself, around), whole, whole or about, own > biological[at])


def _alone_biological(terms: TermPositions, at: int) -> int:
    """Count the words on biological weapons in clauses that name no chemical ones: a joint law is about both."""
    joint = terms.clauses(at, *ANCHORS)
    return sum(place.clause not in joint for place in terms.find(at, "biological_weapons"))


def _is_about(terms: TermPositions, part: Sequence[int], strong: dict[int, int], biological: dict[int, int]) -> bool:
    """Whether a text as a whole is about chemical weapons."""
    texts = {at: terms.texts[at] for at in part}
    weak = {at: terms.count(at, WITH_THEM) for at in part}
    is_ruled = 2 * sum(biological.values()) > sum(strong.values())
    speaking = sum(strong[at] > biological[at] for at in part) / len(part)
    joined = sum(strong[at] + weak[at] > biological[at] for at in part) / len(part)
    titled = any(text.names_treaty for text in texts.values())
    evident = titled or sum(count > 0 for count in strong.values()) / len(part) >= _EVIDENT
    # A text that is called after the Convention or after chemical weapons is about them.
    named = any(text.section.kind == PREAMBLE and strong[at] > biological[at] for at, text in texts.items())
    return not is_ruled and (speaking >= _SPEAKING or named or (evident and joined >= _SPEAKING))


_MOST_OF_A_LAW = 400
_EVIDENT = 0.1
"""Share of sections that speak of chemical weapons, where the name does not: a word in passing makes no law on them."""
_SPEAKING, _STRETCH = 0.3, 0.5
"""Shares of sections that speak of chemical weapons from which on a text, or a stretch of a longer one, is on them."""
