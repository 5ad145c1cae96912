"""Elements that a section takes over from the Convention: by a reference to it, or by giving terms its meaning."""

from __future__ import annotations

from collections.abc import Mapping

from opencwc.convention.measures import Measure
from opencwc.legislation.model import Holding, SectionHolding
from opencwc.legislation.reading.closeness import LOOSE, NEAR, TIGHT, falls_short, spans_of
from opencwc.legislation.reading.reach import EXCEPTED
from opencwc.legislation.reading.stages import ReadLaw
from opencwc.legislation.reading.term_positions import TermPlace
from opencwc.legislation.reading.topics import PENAL


def convention_meanings(law: ReadLaw, measure: Measure, at: int) -> SectionHolding | None:
    """Return the definitions of a section that gives all terms of a law the Convention's meaning."""
    folded = law.texts[at].folded.text
    cues = [
        hit
        for hit in (law.counted.hits(at, "convention_meanings") if measure.kind == "defines" else ())
        if ":" not in folded[hit.start : hit.end]  # there the law's own definitions follow
    ]
    if not cues:
        return None
    spans = spans_of(law, at, cues[:1])
    held = tuple(Holding(element.id, "reference", TIGHT, spans) for element in measure.elements if element.by_reference)
    return SectionHolding(at, TIGHT, law.scopes[at].scope, held) if held else None


def taken_over(law: ReadLaw, at: int, about: Mapping[str, list[TermPlace]], forbids: bool) -> Holding | None:
    """Return how the Convention is taken over for what the section speaks of."""
    if forbids:
        return _bans_of_the_convention(law, at)
    cues = law.counted.hits(at, "by_reference")
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
    forbidding = law.counted.of_group(at, ("forbidden", *PENAL, "offence"))
    helping = law.terms.clauses(at, "assist", "encourage", "induce")
    for cue in law.counted.hits(at, "treaty_bans"):
        window = law.texts[at].windows[cue.clause]
        own = [hit for hit in forbidding if hit.clause in window and not (cue.start <= hit.start < cue.end)]
        if own and cue.clause not in helping and not law.permissions.is_no_ban(at, cue.clause):
            spans = spans_of(law, at, [cue, own[0]._replace(term="forbidden")])
            if falls_short(law, at, window, EXCEPTED):
                return Holding("", EXCEPTED, NEAR, spans)
            return Holding("", "reference", TIGHT, spans)
    return None
