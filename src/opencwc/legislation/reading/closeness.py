"""How close together a section says what an element consists of: in one clause and its lead, near by, or anywhere.

The subject of a measure is looked for in the section itself, or where a reference leads.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import NamedTuple

from opencwc.convention.measures import Groups, Measure
from opencwc.legislation.model import Holding, Span
from opencwc.legislation.reading.stages import ReadLaw
from opencwc.legislation.reading.term_positions import TermPlace
from opencwc.legislation.reading.topics import ANCHORS, EXCEPTED, REACHES, RIVALS, TOPICS, WITH_THEM

TIGHT, LINKED, NEAR, LOOSE = 1.0, 0.8, 0.6, 0.4
"""How firmly a section holds an element: with all that it speaks of, where a reference leads, near it, anywhere."""


class Demand(NamedTuple):
    """What a section has to say together: one term of each of the ``groups``.

    ``spoken`` are the clauses that speak of each thing that the section is about; the first ``carried`` of these go on
    being spoken of in the clauses that follow. Clauses in ``without`` do not count and, where the measure ``forbids``,
    those that allow something. What falls short of the ``reach`` is held in part only.
    """

    groups: Groups
    spoken: Sequence[set[int]] = ()
    forbids: bool = False
    carried: int = 0
    without: frozenset[int] = frozenset()
    reach: str = ""


class _Closeness(NamedTuple):
    """How firmly a clause says what is required, the words that it says it with, and what it falls short of."""

    strength: float
    hits: list[TermPlace]
    how: str


def said_close(law: ReadLaw, at: int, demand: Demand) -> Holding | None:
    """Find what is required in a section; the closer together, and to all that the section speaks of, the firmer."""
    by_group = [
        [hit for hit in law.operative.of_group(at, group) if hit.clause not in demand.without]
        for group in demand.groups
    ]
    if demand.forbids:
        by_group = [[hit for hit in hits if not law.permissions.is_no_ban(at, hit.clause)] for hits in by_group]
    if not all(by_group):
        return None
    rivals = law.terms.clauses(at, *RIVALS)
    best: _Closeness | None = None
    where = -1
    for clause in dict.fromkeys(hit.clause for hits in by_group for hit in hits):
        here = _around_clause(law, at, clause, by_group, rivals, demand)
        if best is None or here.strength > best.strength:
            best, where = here, clause
        if here.strength == TIGHT:
            break
    return Holding("", best.how, best.strength, spans_of(law, at, best.hits), clause=where) if best else None


def _around_clause(
    law: ReadLaw, at: int, clause: int, by_group: Sequence[list[TermPlace]], rivals: Set[int], demand: Demand
) -> _Closeness:
    """Choose of every group the hit nearest to a clause, and say how close all of them stand to it."""
    text = law.texts[at]
    window = text.windows[clause]
    anchor = next(hit.start for hits in by_group for hit in hits if hit.clause == clause)
    chosen = [min(hits, key=lambda hit: (hit.clause not in window, abs(hit.start - anchor))) for hits in by_group]
    inside = True
    for group, hits, near in zip(demand.groups, by_group, chosen, strict=True):
        if near.clause not in window:
            clauses = {hit.clause for hit in hits}
            goes_on = TOPICS.issuperset(group) and _goes_on(group, text.title, clause, clauses)
            inside = inside and goes_on and not _rivalled(rivals, window, clauses)
    strength = _strength(inside, clause, window, text.title, rivals, demand)
    if strength == TIGHT and falls_short(law, at, window, demand.reach):
        return _Closeness(NEAR, chosen, demand.reach)
    return _Closeness(strength, chosen, "said")


def _goes_on(group: Sequence[str], title: int, clause: int, clauses: Set[int]) -> bool:
    """Whether what an element speaks of is named by the title, or, but for weapons, a little above."""
    return title in clauses or (not set(group) & set(ANCHORS[:3]) and _carries(clause, clauses))


def _strength(inside: bool, clause: int, window: Set[int], title: int, rivals: Set[int], demand: Demand) -> float:
    """Return how firm it is that a clause says what is required of all that the section speaks of.

    A clause that names another Schedule than the one spoken of is about that one.
    """
    near, strays = [], False
    for number, clauses in enumerate(demand.spoken):
        rivalled = _rivalled(rivals, window, clauses)
        turned = _rivalled(rivals, {clause}, clauses)  # the clause goes before its lead
        carried = number < demand.carried and _carries(clause, clauses)
        is_inside = bool(window & clauses)
        near.append((is_inside and not turned) or (not rivalled and (title in clauses or carried)))
        strays = strays or turned or (rivalled and not is_inside)
    if inside and all(near):
        return TIGHT
    return NEAR if inside and any(near) and not strays else LOOSE


def _carries(clause: int, clauses: Set[int]) -> bool:
    """Whether what a clause a little above spoke of is still spoken of."""
    return any(clause - _CARRIED <= other < clause for other in clauses)


def _rivalled(rivals: Set[int], window: Set[int], clauses: Set[int]) -> bool:
    """Whether a clause names another Schedule than the one that the title or an earlier clause spoke of."""
    return bool((rivals - clauses) & window)


def falls_short(law: ReadLaw, at: int, window: Set[int], reach: str) -> bool:
    """Whether what is read together reaches less far than a measure asks for."""
    if reach == EXCEPTED:
        return bool(
            at in law.links.excepted
            or law.terms.clauses(at, "without_licence") & window
            or any(law.permissions.lets_through(at, clause) for clause in window)
        )
    if not reach:
        return False
    clauses = window | {law.texts[at].title} if reach == "schedules" else window
    wide, narrow = (bool(law.terms.clauses(at, *terms) & clauses) for terms in REACHES[reach])
    return narrow and not wide


def spans_of(law: ReadLaw, at: int, hits: Iterable[TermPlace]) -> tuple[Span, ...]:
    """Turn hits into places in the document; those in the heading stand outside the section's text."""
    text = law.texts[at]
    spans = []
    for term, start, end, _ in hits:
        first, last = text.folded.span(start, end)
        if first >= text.lead:
            shift = text.section.start - text.lead
            spans.append(Span(term, first + shift, last + shift))
    return tuple(dict.fromkeys(spans))


_CARRIED = 8
"""Clauses over which a subject goes on: "(1) ... Schedule 1 chemicals ... (5) It shall not be re-exported"."""


ANCHOR = "anchor"
"""The key of the words that only a text on chemical weapons uses, where a section has to speak of them too."""


@dataclass(frozen=True, slots=True)
class Subject:
    """How firmly a section speaks of a measure's subject, the words by group of terms, and the links that lead to it.

    ``scope`` says how far the section, or what it points to, is about chemical weapons, 0 to 1.
    """

    strength: float
    words: Mapping[str, list[TermPlace]]
    linked: tuple[int, ...]
    scope: float


def subject_of(law: ReadLaw, measure: Measure, at: int) -> Subject | None:
    """Return how a section speaks of a measure's subject; ``None`` where it does not."""
    words: dict[str, list[TermPlace]] = {}
    strength = TIGHT
    linked: list[int] = []
    for group in measure.subject:
        if hits := law.operative.of_group(at, group):
            words["|".join(group)] = hits
            continue
        through = [link for link in law.links.leads_to[at] if _leads_to(law, measure, group, link)]
        if not through:
            return None
        strength = LINKED
        linked += through
    scope = law.scopes[at]
    # What it points to says what it is about: "the offences of sections 241 and 242".
    led = linked if scope.whole else [link for link in law.links.leads_to[at] if law.scopes[link].anchored]
    words = words or {"": []}
    if not scope.whole and not linked and not led:
        # In a text about other things only what stands beside the words "chemical weapons" is about them.
        words[ANCHOR] = law.operative.of_group(at, (*ANCHORS, *WITH_THEM[:3]) if scope.speaks else ANCHORS)
    lent = max((law.scopes[link].scope for link in (*linked, *led)), default=0.0)
    return Subject(strength, words, tuple(linked), max(scope.scope, 0.8 * lent))


def _leads_to(law: ReadLaw, measure: Measure, group: Sequence[str], link: int) -> bool:
    """Whether a reference leads to what is spoken of; a penalty has to lead to a ban, not to a duty to declare."""
    if measure.kind == "punishes" and set(group) & set(ANCHORS):
        ban = said_close(law, link, Demand((tuple(group), ("forbidden",))))
        return ban is not None and ban.strength >= NEAR
    return bool(law.operative.of_group(link, group))
