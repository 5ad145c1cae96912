"""Elements that a section takes over from the Convention, or leaves to a regulation that was not supplied."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping

from opencwc.convention.measures import Element, Measure
from opencwc.legislation.model import Holding, SectionHolding
from opencwc.legislation.reading.actors import ANYONE, OPERATORS
from opencwc.legislation.reading.closeness import ANCHOR, LOOSE, NEAR, TIGHT, falls_short, spans_of, subject_of
from opencwc.legislation.reading.resolved_references import CONVENTION, ResolvedReference
from opencwc.legislation.reading.stages import ReadLaw
from opencwc.legislation.reading.term_positions import TermPlace
from opencwc.legislation.reading.topics import AMOUNTS, EXCEPTED, PENAL, SCHEDULES, TOPICS


def convention_meanings(law: ReadLaw, measure: Measure, at: int) -> SectionHolding | None:
    """Return the definitions of a section that gives all terms of a law the Convention's meaning."""
    folded = law.texts[at].folded.text
    cues = [
        hit
        for hit in (law.operative.hits(at, "convention_meanings") if measure.kind == "defines" else ())
        if ":" not in folded[hit.start : hit.end]  # there the law's own definitions follow
    ]
    if not cues:
        return None
    spans = spans_of(law, at, cues[:1])
    holdings = tuple(
        Holding(element.id, "reference", TIGHT, spans) for element in measure.elements if element.by_reference
    )
    return SectionHolding(at, TIGHT, law.scopes[at].scope, holdings) if holdings else None


def taken_over(law: ReadLaw, at: int, about: Mapping[str, list[TermPlace]], forbids: bool) -> Holding | None:
    """Return how the Convention is taken over for what the section speaks of."""
    if forbids:
        return _bans_of_the_convention(law, at)
    cues = law.operative.hits(at, "by_reference")
    if not cues:
        return None
    windows = law.texts[at].windows
    spoken = [hits for hits in about.values() if hits]
    for cue in cues:
        # "They have the powers that the Annex gives" goes on speaking of whom the sentence before named.
        near = [
            [
                hit
                for hit in hits
                if hit.clause in windows[cue.clause]
                or cue.clause in windows[hit.clause]
                or hit.clause == cue.clause - 1
            ]
            for hits in spoken
        ]
        if all(near):
            return Holding("", "reference", TIGHT, spans_of(law, at, [cue, *(hits[0] for hits in near)]))
    return Holding("", "reference", LOOSE, spans_of(law, at, cues[:1]))


def _bans_of_the_convention(law: ReadLaw, at: int) -> Holding | None:
    """Find a ban of what article I of the Convention prohibits; to assist in it, alone, bans no more than that."""
    forbidding = law.operative.of_group(at, ("forbidden", *PENAL, "offence"))
    helping = law.terms.clauses(at, "assist", "encourage", "induce")
    for cue in law.operative.hits(at, "treaty_bans"):
        window = law.texts[at].windows[cue.clause]
        own = [hit for hit in forbidding if hit.clause in window and not (cue.start <= hit.start < cue.end)]
        if own and cue.clause not in helping and not law.permissions.is_no_ban(at, cue.clause):
            spans = spans_of(law, at, [cue, own[0]._replace(term="forbidden")])
            if falls_short(law, at, window, EXCEPTED):
                return Holding("", EXCEPTED, NEAR, spans)
            return Holding("", "reference", TIGHT, spans)
    return None


def declared_by_clause(law: ReadLaw, measure: Measure, at: int) -> SectionHolding | None:
    """Return what a section binds to declare by naming the part of the Convention that the measure carries out.

    "Any person who produces chemicals to which Parts VI to IX of the Verification Annex apply must give particulars"
    is a duty to declare under each of these parts.
    """
    declared = [element for element in measure.elements if any("declare" in group for group in element.terms)]
    wanted = set(_PARTS.findall(measure.article)) if measure.kind == "obliges" else set()
    if not declared or not wanted:
        return None
    text = law.texts[at]
    bound = law.terms.clauses(at, "obliged")
    for reference, first, last in _convention_references(law, at):
        if not wanted & set(_PARTS.findall(reference.clause)):
            continue
        clause = max(bisect_right(text.starts, first) - 1, 0)
        for duty in sorted(law.terms.clauses(at, "declare")):
            window = text.windows[duty] | {duty}
            if clause in window and window & bound and not law.actors.is_another(at, duty, measure.actors):
                spans = spans_of(law, at, [TermPlace("by_reference", first, last, clause)])
                holdings = tuple(Holding(element.id, "reference", TIGHT, spans) for element in declared)
                return SectionHolding(at, TIGHT, law.scopes[at].scope, holdings, spans)
    return None


def _convention_references(law: ReadLaw, at: int) -> Iterator[tuple[ResolvedReference, int, int]]:
    """Yield the references of a section to the Convention, with the stretch of the folded text that each stands in."""
    text = law.texts[at]
    for reference in law.links.references[at] if law.links.references else ():
        if reference.kind == CONVENTION:
            first, last = (bisect_left(text.folded.places, text.lead + end) for end in (reference.start, reference.end))
            yield reference, first, last


_PARTS = re.compile(r"\bVA [IVX]+\b")
"""A part of the Verification Annex, as data spells it."""


def leaves_to_regulation(law: ReadLaw, measure: Measure, at: int) -> SectionHolding | None:
    """Return what a section leaves to a regulation on chemicals that the regulation is to name."""
    names_schedule = any(SCHEDULES.issuperset(group) for group in measure.subject)
    if not names_schedule or not law.operative.hits(at, "by_regulation"):
        return None
    unnamed = tuple(("scheduled",) if SCHEDULES.issuperset(group) else group for group in measure.subject)
    subject = subject_of(law, measure._replace(subject=unnamed), at)
    if subject is None:
        return None
    about = {key: hits for key, hits in subject.words.items() if key != ANCHOR}
    holdings = [
        holding for element in measure.elements if (holding := left_to_regulation(law, element, at, about)) is not None
    ]
    return SectionHolding(at, subject.strength, law.scopes[at].scope, tuple(holdings)) if holdings else None


def left_to_regulation(law: ReadLaw, element: Element, at: int, about: Mapping[str, list[TermPlace]]) -> Holding | None:
    """Find an element that a section leaves to a regulation: where it is named beside the power to make one."""
    if not element.by_regulation:
        return None
    windows, title = law.texts[at].windows, law.texts[at].title
    spoken = [{hit.clause for hit in hits} for hits in about.values() if hits]
    named = {
        hit.clause
        for group in element.terms
        if not TOPICS.issuperset(group)
        for hit in law.operative.of_group(at, group)
    }
    for cue in law.operative.hits(at, "by_regulation"):
        around = {cue.clause - 1, cue.clause, cue.clause + 1}
        near = windows[cue.clause] | {clause for clause, window in enumerate(windows) if window & around}
        if (near | {title}) & named and all(near & clauses or title in clauses for clauses in spoken):
            return Holding(element.id, "regulation", LOOSE, spans_of(law, at, [cue]))
    return None


def delegating_clauses(law: ReadLaw, at: int, element: Element) -> frozenset[int]:
    """Return the clauses that only leave an element to a regulation, they and their lists: they name no number.

    Who "shall give the prescribed information" is bound by the law already; a regulation only says in which form. What
    is a number, though, is not said where the number is prescribed.
    """
    text = law.texts[at]
    cues = {hit.clause for hit in law.operative.hits(at, "by_regulation")}
    after = {cue + 1 for cue in cues if cue + 1 < len(text.starts)}
    cues |= {clause for clause in after if law.permissions.allows(at, clause)}  # "It may ..."
    return frozenset(
        clause
        for clause, window in enumerate(text.windows)
        if window & cues
        and not _AMOUNT.search(text.folded.text, text.starts[clause], text.ends[clause])
        and (_is_amount(element) or not _binds(law, at, clause))
    )


def _is_amount(element: Element) -> bool:
    """Whether an element is a number: a quantity, a concentration, a period."""
    return any(AMOUNTS.intersection(group) for group in element.terms)


def _binds(law: ReadLaw, at: int, clause: int) -> bool:
    """Whether a clause, with the lines that it hangs on, binds anyone or the operators itself."""
    window = law.texts[at].windows[clause]
    bound = law.terms.clauses(at, "obliged") & window
    return bool(bound) and any(law.actors.of(at, other) in (ANYONE, OPERATORS) for other in (clause, *window))


_AMOUNT = re.compile(
    r"(?<![\w.])\d+(?:[.,]\d+)?\)?\s*(?:%|per ?cent|kg|g\b|t\b|ton|kilo|gram|day|jour|dia|tag|сут|дн|يوم|日|公斤|吨)"
)
