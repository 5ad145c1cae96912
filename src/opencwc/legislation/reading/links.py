"""References between a State's sections: what a section points to, what it repeals, whom it lets through elsewhere."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from opencwc.legislation.reading.counted_terms import OPENING
from opencwc.legislation.reading.section_text import ReadSection
from opencwc.legislation.reading.term_positions import Places
from opencwc.legislation.reading.topics import ANCHORS, PENAL, PURPOSES
from opencwc.legislation.texts.references import references_in
from opencwc.legislation.texts.sections import PREAMBLE, LegalSection


class Numbered(NamedTuple):
    """The places of sections by file, part and number, and by number alone."""

    own: Mapping[tuple[str, int, str], int]
    elsewhere: Mapping[str, list[int]]


def link(places: Places) -> None:
    """Give each section those that it names, strike out what is repealed, and tell bans who is let through."""
    numbered = _numbered(places.sections)
    bans = _bans(places)
    for at, read in enumerate(places.read):
        found: list[int] = []
        if read.section.kind == PREAMBLE:
            continue
        for reference in references_in(read.section.text, read.section.lang):
            if reference.whose != "other":
                for number in reference.numbers:
                    found += _named(number, read.section, reference.whose, places.sections, numbered)
        before = _BEFORE.get(read.section.lang)
        if before is not None and at and before.search(read.section.text) and _follows(places.sections, at):
            found.append(at - 1)
        if _punishes_all(places, at):
            found += [ban for ban in bans if places.sections[ban].file == read.section.file]
        read.links = tuple(dict.fromkeys(one for one in found if one != at))[:_MOST_LINKS]
    _strike_out(places, numbered)
    _except_out(places, numbered)


def _follows(sections: Sequence[LegalSection], at: int) -> bool:
    one, other = sections[at - 1], sections[at]
    return (one.file, one.part, one.kind) == (other.file, other.part, other.kind)


def _bans(places: Places) -> list[int]:
    """Return the sections that forbid chemical weapons or what is like them."""
    return [
        at
        for at in range(len(places.read))
        if places.raw(at, "forbidden") and any(places.raw(at, term) for term in ANCHORS)
    ]


def _punishes_all(places: Places, at: int) -> bool:
    """Whether a section punishes who breaks the law itself: "whoever contravenes this Act commits an offence"."""
    penal = {one[2] for term in (*PENAL, "offence") for one in places.raw(at, term)}
    broken = {one[2] for one in places.raw(at, "breach")}
    own = {one[2] for one in places.raw(at, "this_act")}
    windows = places.windows(at)
    return any(windows[clause] & penal and windows[clause] & own for clause in broken)


def _numbered(sections: Sequence[LegalSection]) -> Numbered:
    own: dict[tuple[str, int, str], int] = {}
    elsewhere: dict[str, list[int]] = {}
    for at, one in enumerate(sections):
        if one.number:
            own.setdefault((one.file, one.part, one.number), at)
            elsewhere.setdefault(one.number, []).append(at)
    return Numbered(own, elsewhere)


def _strike_out(places: Places, numbered: Numbered) -> None:
    """Let a section that another of the same text repeals count no more: "Section 3 is repealed"."""
    for at, read in enumerate(places.read):
        for start, end, clause in places.raw(at, "repealed"):
            for other in (*_begun_with(numbered, read, start, clause), *_right_behind(numbered, read, end)):
                places.read[other].repealed = other != at


def _except_out(places: Places, numbered: Numbered) -> None:
    """Let a ban know who is let through: "Section 3", "this Law does not apply to the armed forces"."""
    for at, read in enumerate(places.read):
        for start, end, clause in places.raw(at, "does_not_apply"):
            told = {
                term: any(one[2] == clause for one in places.raw(at, term))
                for term in (*PURPOSES, "let_through", "this_act", "biological_weapons")
            }
            if any(told[purpose] for purpose in PURPOSES if purpose != "except"):
                continue
            named = [one for one in _named_in(numbered, read, clause, start, end) if one != at]
            if named and (told["let_through"] or len(read.folded.text[end : read.ends[clause]].strip(" .;")) > OPENING):
                found = named
            elif not told["let_through"] or told["biological_weapons"]:
                found = []
            elif told["this_act"]:
                found = [one for one, other in enumerate(places.sections) if other.file == read.section.file]
            else:
                found = [at]
            for other in found:
                places.read[other].excepted = True


def _named_in(numbered: Numbered, read: ReadSection, clause: int, start: int, end: int) -> list[int]:
    """Return the sections that a clause names beside a place in it: "the provisions of section 3 do not apply to"."""
    nearest: tuple[int, list[int]] = (_BESIDE, [])
    for reference in references_in(read.section.text, read.section.lang):
        first = bisect_left(read.folded.places, read.lead + reference.start)
        last = bisect_left(read.folded.places, read.lead + reference.end)
        apart = max(start - last, first - end, 0)
        if reference.whose == "own" and read.starts[clause] <= first < read.ends[clause] and apart < nearest[0]:
            places = (numbered.own.get((read.section.file, read.section.part, number)) for number in reference.numbers)
            nearest = apart, [place for place in places if place is not None]
    return nearest[1]


def _begun_with(numbered: Numbered, read: ReadSection, place: int, clause: int) -> Iterator[int]:
    """Yield the sections of the same text that a clause begins with, right before a place in it."""
    for reference in references_in(read.section.text, read.section.lang):
        first = bisect_left(read.folded.places, read.lead + reference.start)
        last = bisect_left(read.folded.places, read.lead + reference.end)
        begins = 0 <= first - read.starts[clause] <= OPENING
        if begins and 0 <= place - last <= OPENING and reference.whose == "own":
            for number in reference.numbers:
                other = numbered.own.get((read.section.file, read.section.part, number))
                if other is not None:
                    yield other


def _right_behind(numbered: Numbered, read: ReadSection, place: int) -> Iterator[int]:
    """Yield the sections of the same text that are named right behind a place, as Arabic puts the verb first."""
    for reference in references_in(read.section.text, read.section.lang):
        first = bisect_left(read.folded.places, read.lead + reference.start)
        if first >= place and not read.folded.text[place:first].strip() and reference.whose == "own":
            for number in reference.numbers:
                other = numbered.own.get((read.section.file, read.section.part, number))
                if other is not None:
                    yield other


def _named(
    number: str, section: LegalSection, whose: str, sections: Sequence[LegalSection], numbered: Numbered
) -> list[int]:
    """Return the sections that a number means, in the same text or, for "of the Law", in another; a range means all."""
    places = numbered.own
    parted = number.split("..") if ".." in number else number.split("-") if number[:1] not in "LRD" else [number]
    if len(parted) == 2 and (section.file, section.part, number) not in places:
        first = places.get((section.file, section.part, parted[0]))
        last = places.get((section.file, section.part, parted[1]))
        if first is not None and last is not None and first <= last <= first + _MOST_LINKS:
            return list(range(first, last + 1))
    own = places.get((section.file, section.part, number))
    others = [one for one in numbered.elsewhere.get(number, []) if sections[one].file != section.file]
    if whose == "law" and others:
        return others[:1]
    if own is not None:
        return [own]
    return others[:1] if whose == "law" or number[:1] in "LRD" else []


_BEFORE = {
    lang: re.compile(said, re.IGNORECASE)
    for lang, said in {
        "en": r"\b(?:last )?(?:preceding|foregoing|previous) (?:section|article|regulation)\b",
        "fr": r"\barticle (?:précédent|qui précède)\b",
        "es": r"\bart[ií]culo (?:anterior|precedente|que antecede)\b",
        "de": r"\b(?:vorstehende[nrms]?|vorige[nrms]?|vorhergehende[nrms]?) (?:§|Paragra\w+|Artikel|Vorschrift\w*)",
        "ru": r"\b(?:предыдущ|предшествующ)\w+ стать\w+",
        "zh": r"[前上][一]?[条條]",
        "ar": r"الماد[ةه] السابق[ةه]",
    }.items()
}
"""How the section right before is named."""
_BESIDE = 30
"""Signs between what does not apply and the section that it is said of."""
_MOST_LINKS = 40
"""Sections that one may point to at most: a table of contents points to all."""
