"""References between a State's sections: what a section points to, what it repeals, whom it lets through elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from opencwc.legislation.reading.resolved_references import (
    MOST_LINKS,
    POWERS,
    SECTION,
    Definition,
    ResolvedReference,
    SectionNumbers,
    resolve_references,
    section_numbers,
)
from opencwc.legislation.reading.section_text import OPENING, SectionText
from opencwc.legislation.reading.term_positions import TermPlace, TermPositions
from opencwc.legislation.reading.topics import ANCHORS, PENAL, PURPOSES
from opencwc.legislation.texts.sections import PREAMBLE


@dataclass(frozen=True, slots=True)
class SectionLinks:
    """What sections say of each other, each section by its place.

    ``leads_to`` has for each section those that it points to, in order. A section that another repeals is ``repealed``,
    one that somebody is let out of is ``excepted``, with the section and the clause of each exception. ``references``
    has for each section what it refers to, resolved, in the order of its text.
    """

    leads_to: tuple[tuple[int, ...], ...]
    repealed: frozenset[int]
    excepted: Mapping[int, tuple[tuple[int, int], ...]]
    references: tuple[tuple[ResolvedReference, ...], ...] = ()


def link_sections(terms: TermPositions, definitions: Sequence[Definition] = ()) -> SectionLinks:
    """Find for each section those that it names, those that are repealed, and bans out of which somebody is let."""
    numbers = section_numbers([text.section for text in terms.texts])
    references = resolve_references(numbers, definitions)
    bans = _bans(terms)
    leads_to = tuple(
        () if text.section.kind == PREAMBLE else tuple(_pointed_to(terms, at, references[at], bans))[:MOST_LINKS]
        for at, text in enumerate(terms.texts)
    )
    return SectionLinks(leads_to, _repealed(terms, numbers), _excepted(terms, numbers), references)


def _bans(terms: TermPositions) -> list[int]:
    """Return the sections that forbid chemical weapons or what is like them."""
    return [
        at
        for at in range(len(terms.texts))
        if terms.find(at, "forbidden") and any(terms.find(at, term) for term in ANCHORS)
    ]


def _pointed_to(
    terms: TermPositions, at: int, references: Sequence[ResolvedReference], bans: Sequence[int]
) -> dict[int, None]:
    """Return the sections that a section points to, in order."""
    section = terms.texts[at].section
    linked = [
        place.section for reference in references if reference.kind in (SECTION, POWERS) for place in reference.places
    ]
    if punishes_all(terms, at):
        linked += [ban for ban in bans if terms.texts[ban].section.file == section.file]
    return dict.fromkeys(other for other in linked if other != at)


def punishes_all(terms: TermPositions, at: int) -> bool:
    """Whether a section punishes who breaks the law itself: "whoever contravenes this Act commits an offence"."""
    penal = terms.clauses(at, *PENAL, "offence")
    own = terms.clauses(at, "this_act")
    windows = terms.texts[at].windows
    return any(windows[clause] & penal and windows[clause] & own for clause in terms.clauses(at, "breach"))


def _repealed(terms: TermPositions, numbers: SectionNumbers) -> frozenset[int]:
    """Return the sections that another of the same text repeals: "Section 3 is repealed"."""
    is_repealed: dict[int, bool] = {}
    for at, text in enumerate(terms.texts):
        for place in terms.find(at, "repealed"):
            for other in (*_begun_with(numbers, text, place), *_right_behind(numbers, text, place)):
                is_repealed[other] = other != at
    return frozenset(at for at, repealed in is_repealed.items() if repealed)


def _begun_with(numbers: SectionNumbers, text: SectionText, place: TermPlace) -> Iterator[int]:
    """Yield the sections of the same text that a clause begins with, right before a place in it."""
    for reference, first, last in text.references():
        begins = 0 <= first - text.starts[place.clause] <= OPENING
        if begins and 0 <= place.start - last <= OPENING and reference.whose == "own":
            yield from numbers.named_by(text.section, reference)


def _right_behind(numbers: SectionNumbers, text: SectionText, place: TermPlace) -> Iterator[int]:
    """Yield the sections of the same text that are named right behind a place, as Arabic puts the verb first."""
    for reference, first, _ in text.references():
        if first >= place.end and not text.folded.text[place.end : first].strip() and reference.whose == "own":
            yield from numbers.named_by(text.section, reference)


def _excepted(terms: TermPositions, numbers: SectionNumbers) -> dict[int, tuple[tuple[int, int], ...]]:
    """Return the sections out of which another lets somebody: "this Law does not apply to the armed forces"."""
    excepted: dict[int, dict[tuple[int, int], None]] = {}
    for at in range(len(terms.texts)):
        for place in terms.find(at, "does_not_apply"):
            for other in _not_applied(terms, numbers, at, place):
                excepted.setdefault(other, {})[at, place.clause] = None
    return {other: tuple(clauses) for other, clauses in excepted.items()}


def _not_applied(terms: TermPositions, numbers: SectionNumbers, at: int, place: TermPlace) -> Sequence[int]:
    """Return the sections that a place says do not apply to somebody; none where a purpose is excepted."""

    def says(term: str) -> bool:
        return place.clause in terms.clauses(at, term)

    text = terms.texts[at]
    if any(says(purpose) for purpose in PURPOSES if purpose != "except"):
        return ()
    named = [other for other in _named_beside(numbers, text, place) if other != at]
    lets_through = says("let_through")
    if named and (lets_through or len(text.folded.text[place.end : text.ends[place.clause]].strip(" .;")) > OPENING):
        return named
    if not lets_through or says("biological_weapons"):
        return ()
    if says("this_act"):
        return [other for other, other_text in enumerate(terms.texts) if other_text.section.file == text.section.file]
    return [at]


def _named_beside(numbers: SectionNumbers, text: SectionText, place: TermPlace) -> list[int]:
    """Return the sections that a clause names beside a place in it: "the provisions of section 3 do not apply to"."""
    nearest: tuple[int, list[int]] = (_BESIDE, [])
    for reference, first, last in text.references():
        distance = max(place.start - last, first - place.end, 0)
        is_inside = text.starts[place.clause] <= first < text.ends[place.clause]
        if reference.whose == "own" and is_inside and distance < nearest[0]:
            nearest = distance, numbers.named_by(text.section, reference)
    return nearest[1]


_BESIDE = 30
"""Signs between what does not apply and the section that it is said of."""
