"""Where a law lets somebody through whom a ban of the Convention binds: the words that make a ban less than whole.

`elements` says that a ban falls short; here is looked up which words make it so, in the ban itself or in a section that
speaks of it, so that a lawyer is led to the sentence that decided.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from opencwc.legislation.model import SectionHolding, Span
from opencwc.legislation.reading.counted_terms import OPENING, Counted
from opencwc.legislation.reading.reach import EXCEPTED
from opencwc.legislation.reading.section_text import ReadSection
from opencwc.legislation.reading.term_positions import Places
from opencwc.legislation.reading.topics import PURPOSES
from opencwc.legislation.texts.references import references_in

_LIFTING = ("does_not_apply", "except", "without_licence")
"""Terms that open an exception, where the language of a section has them."""


def exceptions_to(bans: Iterable[SectionHolding], places: Places, counted: Counted) -> dict[int, tuple[Span, ...]]:
    """Return what lets somebody through, by section, for those sections among ``bans`` that fall short by it."""
    found: dict[int, tuple[Span, ...]] = {}
    for ban in bans:
        if not any(holding.how == EXCEPTED for holding in ban.holdings):
            continue
        at = ban.section
        own = [one for clause in range(len(places.read[at].starts)) for one in _in_ban(at, clause, places, counted)]
        sections = {at: own} if own else _elsewhere(at, places)
        for section, spans in sections.items():
            found[section] = tuple(dict.fromkeys((*found.get(section, ()), *spans)))
    return found


def _in_ban(at: int, clause: int, places: Places, counted: Counted) -> Iterator[Span]:
    """Yield the exception that a clause of the ban makes itself, from its first word on."""
    read = places.read[at]
    if not (counted.lets_through(at, clause) or any(one[2] == clause for one in places.raw(at, "without_licence"))):
        return
    starts = [start for term in _LIFTING for start, _, where in places.raw(at, term) if where == clause]
    if not starts:
        return
    start, end = min(starts), read.ends[clause]
    if start - read.starts[clause] <= OPENING:  # "Except under a licence, no person shall ..."
        end = min((place for sign in ",،，" if (place := read.folded.text.find(sign, start, end)) > 0), default=end)
    yield from _span(at, start, end, places)


def _elsewhere(at: int, places: Places) -> dict[int, list[Span]]:
    """Return the clauses by which the ban does not apply to somebody; where none names it, those for the whole text.

    What points to purposes that the Convention does not prohibit lets nobody through.
    """
    ban = places.read[at].section
    naming: dict[int, list[Span]] = {}
    general: dict[int, list[Span]] = {}
    for other, read in enumerate(places.read):
        if read.section.file != ban.file:
            continue
        clauses = {clause for _, _, clause in places.raw(other, "does_not_apply")}
        clauses -= {clause for term in PURPOSES for _, _, clause in places.raw(other, term)}
        for clause in sorted(clauses):
            numbers = _named_in(read, clause)
            if other == at or ban.number in numbers:
                naming.setdefault(other, []).extend(_span(other, read.starts[clause], read.ends[clause], places))
            elif not numbers:
                general.setdefault(other, []).extend(_span(other, read.starts[clause], read.ends[clause], places))
    return naming or general


def _named_in(read: ReadSection, clause: int) -> set[str]:
    """Return the numbers of the sections that a clause names."""
    first, last = read.folded.span(read.starts[clause], read.ends[clause])
    said = read.section.text[max(first - read.lead, 0) : max(last - read.lead, 0)]
    return {number for reference in references_in(said, read.section.lang) for number in reference.numbers}


def _span(at: int, start: int, end: int, places: Places) -> Iterator[Span]:
    """Yield a stretch of a section's folded text as a place in its document; nothing of its heading."""
    read = places.read[at]
    first, last = read.folded.span(start, end)
    first, last = max(first - read.lead, 0), last - read.lead
    if last > first:
        yield Span(EXCEPTED, read.section.start + first, read.section.start + last)
