"""References between a State's sections: what a section points to, what it repeals, whom it lets through elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from opencwc.legislation.patterns import pattern
from opencwc.legislation.reading.section_text import OPENING, SectionText
from opencwc.legislation.reading.term_positions import TermPlace, TermPositions
from opencwc.legislation.reading.topics import ANCHORS, PENAL, PURPOSES
from opencwc.legislation.texts.references import Reference, references_in
from opencwc.legislation.texts.sections import PREAMBLE, LegalSection


@dataclass(frozen=True, slots=True)
class SectionLinks:
    """What sections say of each other, each section by its place.

    ``leads_to`` has for each section those that it points to, in order. A section that another repeals is ``repealed``,
    one that somebody is let out of is ``excepted``, with the section and the clause of each exception.
    """

    leads_to: tuple[tuple[int, ...], ...]
    repealed: frozenset[int]
    excepted: Mapping[int, tuple[tuple[int, int], ...]]


class _SectionNumbers(NamedTuple):
    """The places of sections by file, part and number, and by number alone."""

    own: Mapping[tuple[str, int, str], int]
    elsewhere: Mapping[str, list[int]]

    def named_by(self, section: LegalSection, reference: Reference) -> list[int]:
        """Return the sections of the same text that a reference names by their numbers; a range names none."""
        keys = ((section.file, section.part, number) for number in reference.numbers)
        return [self.own[key] for key in keys if key in self.own]


def link_sections(terms: TermPositions) -> SectionLinks:
    """Find for each section those that it names, those that are repealed, and bans out of which somebody is let."""
    sections = [text.section for text in terms.texts]
    numbers = _section_numbers(sections)
    bans = _bans(terms)
    leads_to = tuple(
        () if section.kind == PREAMBLE else tuple(_pointed_to(terms, at, sections, numbers, bans))[:_MOST_LINKS]
        for at, section in enumerate(sections)
    )
    return SectionLinks(leads_to, _repealed(terms, numbers), _excepted(terms, numbers))


def _section_numbers(sections: Sequence[LegalSection]) -> _SectionNumbers:
    own: dict[tuple[str, int, str], int] = {}
    elsewhere: dict[str, list[int]] = {}
    for at, section in enumerate(sections):
        if section.number:
            own.setdefault((section.file, section.part, section.number), at)
            elsewhere.setdefault(section.number, []).append(at)
    return _SectionNumbers(own, elsewhere)


def _bans(terms: TermPositions) -> list[int]:
    """Return the sections that forbid chemical weapons or what is like them."""
    return [
        at
        for at in range(len(terms.texts))
        if terms.find(at, "forbidden") and any(terms.find(at, term) for term in ANCHORS)
    ]


def _pointed_to(
    terms: TermPositions, at: int, sections: Sequence[LegalSection], numbers: _SectionNumbers, bans: Sequence[int]
) -> dict[int, None]:
    """Return the sections that a section points to, in order."""
    section = sections[at]
    linked: list[int] = []
    for reference in references_in(section.text, section.lang):
        if reference.whose != "other":
            for number in reference.numbers:
                linked += _meant(number, section, reference.whose, sections, numbers)
    before = pattern(section.lang, "section_before")
    if before is not None and at and before.search(section.text) and _is_next(sections[at - 1], section):
        linked.append(at - 1)
    if punishes_all(terms, at):
        linked += [ban for ban in bans if sections[ban].file == section.file]
    return dict.fromkeys(other for other in linked if other != at)


def _is_next(before: LegalSection, section: LegalSection) -> bool:
    return (before.file, before.part, before.kind) == (section.file, section.part, section.kind)


def _meant(
    number: str, section: LegalSection, whose: str, sections: Sequence[LegalSection], numbers: _SectionNumbers
) -> list[int]:
    """Return the sections that a number means, in the same text or, for "of the Law", in another; a range means all."""
    places = numbers.own
    parted = number.split("..") if ".." in number else number.split("-") if number[:1] not in "LRD" else [number]
    if len(parted) == 2 and (section.file, section.part, number) not in places:
        first, last = (places.get((section.file, section.part, end)) for end in parted)
        if first is not None and last is not None and first <= last <= first + _MOST_LINKS:
            return list(range(first, last + 1))
    own = places.get((section.file, section.part, number))
    others = [other for other in numbers.elsewhere.get(number, []) if sections[other].file != section.file]
    if whose == "law" and others:
        return others[:1]
    if own is not None:
        return [own]
    return others[:1] if whose == "law" or number[:1] in "LRD" else []


def punishes_all(terms: TermPositions, at: int) -> bool:
    """Whether a section punishes who breaks the law itself: "whoever contravenes this Act commits an offence"."""
    penal = terms.clauses(at, *PENAL, "offence")
    own = terms.clauses(at, "this_act")
    windows = terms.texts[at].windows
    return any(windows[clause] & penal and windows[clause] & own for clause in terms.clauses(at, "breach"))


def _repealed(terms: TermPositions, numbers: _SectionNumbers) -> frozenset[int]:
    """Return the sections that another of the same text repeals: "Section 3 is repealed"."""
    is_repealed: dict[int, bool] = {}
    for at, text in enumerate(terms.texts):
        for place in terms.find(at, "repealed"):
            for other in (*_begun_with(numbers, text, place), *_right_behind(numbers, text, place)):
                is_repealed[other] = other != at
    return frozenset(at for at, repealed in is_repealed.items() if repealed)


def _begun_with(numbers: _SectionNumbers, text: SectionText, place: TermPlace) -> Iterator[int]:
    """Yield the sections of the same text that a clause begins with, right before a place in it."""
    for reference, first, last in text.references():
        begins = 0 <= first - text.starts[place.clause] <= OPENING
        if begins and 0 <= place.start - last <= OPENING and reference.whose == "own":
            yield from numbers.named_by(text.section, reference)


def _right_behind(numbers: _SectionNumbers, text: SectionText, place: TermPlace) -> Iterator[int]:
    """Yield the sections of the same text that are named right behind a place, as Arabic puts the verb first."""
    for reference, first, _ in text.references():
        if first >= place.end and not text.folded.text[place.end : first].strip() and reference.whose == "own":
            yield from numbers.named_by(text.section, reference)


def _excepted(terms: TermPositions, numbers: _SectionNumbers) -> dict[int, tuple[tuple[int, int], ...]]:
    """Return the sections out of which another lets somebody: "this Law does not apply to the armed forces"."""
    excepted: dict[int, dict[tuple[int, int], None]] = {}
    for at in range(len(terms.texts)):
        for place in terms.find(at, "does_not_apply"):
            for other in _not_applied(terms, numbers, at, place):
                excepted.setdefault(other, {})[at, place.clause] = None
    return {other: tuple(clauses) for other, clauses in excepted.items()}


def _not_applied(terms: TermPositions, numbers: _SectionNumbers, at: int, place: TermPlace) -> Sequence[int]:
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


def _named_beside(numbers: _SectionNumbers, text: SectionText, place: TermPlace) -> list[int]:
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
_MOST_LINKS = 40
"""Sections that one may point to at most: a table of contents points to all."""
