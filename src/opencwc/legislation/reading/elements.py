"""What of each measure a section holds: the terms of its language, with their scope, their negation and their links.

A section is read clause by clause; an item of a list goes with the line that it hangs on. A section counts for the
Convention only where it, its neighbours or what it points to speak of chemical weapons, and not rather of biological
ones.
"""

from __future__ import annotations

from collections.abc import Mapping

from opencwc.convention.measures import Element, Groups, Measure
from opencwc.legislation.model import Holding, SectionHolding
from opencwc.legislation.reading.closeness import (
    ANCHOR,
    LINKED,
    LOOSE,
    NEAR,
    TIGHT,
    Demand,
    said_close,
    spans_of,
    subject_of,
)
from opencwc.legislation.reading.held_elsewhere import (
    convention_meanings,
    declared_by_clause,
    delegating_clauses,
    leaves_to_regulation,
    left_to_regulation,
    taken_over,
)
from opencwc.legislation.reading.resolved_references import POWERS
from opencwc.legislation.reading.stages import ReadLaw
from opencwc.legislation.reading.term_positions import TermPlace
from opencwc.legislation.reading.topics import ACTOR, EXEMPTING, PENAL, SHORT, reach_of

LISTED = 0.4
"""How much counts what a section of definitions only names, for a measure that is no definition."""


def holding_of(law: ReadLaw, measure: Measure, at: int) -> SectionHolding | None:
    """Return what a section holds of a measure, ``None`` where it does not speak of it.

    PEN-02 (Art. VI.2) is held so, and every other measure of ``convention/data/measures``: by its subject and elements.
    """
    subject = subject_of(law, measure, at)
    by_clause = declared_by_clause(law, measure, at)
    if subject is None:
        return by_clause or convention_meanings(law, measure, at) or leaves_to_regulation(law, measure, at)
    holdings = [
        holding._replace(element=element.id)
        for element in measure.elements
        if (holding := _element(law, measure, element, at, subject.words)) is not None
    ]
    holdings = [_by_whom_it_should(law, measure, at, holding) for holding in holdings]
    if at in law.defining and measure.kind != "defines":
        holdings = [holding._replace(strength=holding.strength * LISTED) for holding in holdings]
    if by_clause is not None:
        tight = {holding.element for holding in holdings if holding.strength >= TIGHT and holding.how == "said"}
        more = [holding for holding in by_clause.holdings if holding.element not in tight]
        holdings = [*(one for one in holdings if one.element not in {other.element for other in more}), *more]
    spans = spans_of(law, at, [hit for hits in subject.words.values() for hit in hits[:2]])
    return SectionHolding(at, subject.strength, subject.scope, tuple(holdings), spans)


def _by_whom_it_should(law: ReadLaw, measure: Measure, at: int, holding: Holding) -> Holding:
    """Weaken what a section says of somebody else: an authority's register is not the operators' records.

    An aim is no provision either: "This Law aims to protect the environment".
    """
    if holding.how not in ("said", *SHORT) or holding.clause < 0:
        return holding
    section = holding.via if holding.via >= 0 else at
    if measure.kind != "defines" and law.actors.is_aim(section, holding.clause):
        return holding._replace(strength=min(holding.strength, LOOSE))
    if law.actors.is_another(section, holding.clause, measure.actors):
        return holding._replace(how=ACTOR, strength=min(holding.strength, LOOSE))
    return holding


def _element(
    law: ReadLaw, measure: Measure, element: Element, at: int, about: Mapping[str, list[TermPlace]]
) -> Holding | None:
    """Return how a section meets an element: said there, by reference, through a link, or left to a regulation."""
    forbids = measure.kind in ("forbids", "punishes")
    topic = measure.subject if measure.kind == "forbids" else measure.subject[:1]
    close = said_close(law, at, _demand(law, measure, element, at, about, topic))
    if close is not None and close.strength >= TIGHT:
        return close
    if element.by_reference and (reference := taken_over(law, at, about, forbids)) is not None:
        return reference
    if (denied := _denied(law, element, at, forbids)) is not None:
        return denied
    if close is not None and close.strength >= NEAR:
        return close
    # A ban stands in its own section, a penalty points to it.
    linked = _through_links(law, measure, element, at, topic) if len(topic) < 2 or not forbids else None
    if linked is not None and linked.strength >= NEAR:
        return linked
    breach = _breach_of_duty(law, element, at)
    return (
        _with_links(law, element.terms, at) or breach or close or linked or left_to_regulation(law, element, at, about)
    )


def _demand(
    law: ReadLaw, measure: Measure, element: Element, at: int, about: Mapping[str, list[TermPlace]], topic: Groups
) -> Demand:
    """Return what a section has to say together for an element."""
    anchored = ANCHOR in about
    # A section of definitions defines all that it lists, line by line.
    listed = measure.kind == "defines" and at in law.defining
    # A penalty at the end of a section punishes all that the section forbids.
    penal = measure.kind == "punishes" and not anchored
    spoken = [
        {hit.clause for hit in hits}
        for key, hits in about.items()
        if not (penal and PENAL.issuperset(key.split("|"))) and not (listed and key == "defined")
    ]
    return Demand(
        _without_pointing(law, element.terms, at, topic), spoken, measure.kind in ("forbids", "punishes"),
        0 if anchored else 1, _clauses_without(law, element, at, measure.kind), reach_of(measure, element),
    )  # fmt: skip


def _without_pointing(law: ReadLaw, groups: Groups, at: int, topic: Groups) -> Groups:
    """Leave out "whatever section 5 prohibits" where section 5 is at hand: then it is read there."""
    bans = [link for link in law.links.leads_to[at] if all(law.operative.of_group(link, group) for group in topic)]
    if not bans:
        return groups
    plain = tuple(tuple(term for term in group if term != "forbidden_activity") or group for group in groups)
    return groups if any(said_close(law, ban, Demand(plain)) for ban in bans) else plain


def _denied(law: ReadLaw, element: Element, at: int, forbids: bool) -> Holding | None:
    """Find an element that is spoken of only to exclude it: what does not apply or, of a ban, what is permitted.

    A clause that lets a regulation ask for it ("the Minister may by regulations require ...") excludes nothing.
    """
    left = delegating_clauses(law, at, element) if element.by_regulation else frozenset()
    for group in element.terms:
        places = law.terms.find(at, group[0]) if group[0] not in EXEMPTING else []
        if places and all(
            place.clause not in left and law.permissions.excludes(at, place.start, place.clause, permitted=forbids)
            for place in places
        ):
            return Holding("", "denied", TIGHT, spans_of(law, at, places[:1]))
    return None


def _clauses_without(law: ReadLaw, element: Element, at: int, kind: str) -> frozenset[int]:
    """Return the clauses that cannot meet an element: they leave it to a regulation, or only punish its breach."""
    left = delegating_clauses(law, at, element) if element.by_regulation else frozenset()
    if kind not in ("obliges", "empowers"):
        return left
    text = law.texts[at]
    penal = law.terms.clauses(at, *PENAL) - {text.title}
    bound = law.terms.clauses(at, "obliged")
    return left | {
        clause
        for clause, window in enumerate(text.windows)
        if window & penal and not window & bound and not law.permissions.allows(at, clause)
    }


def _through_links(law: ReadLaw, measure: Measure, element: Element, at: int, topic: Groups) -> Holding | None:
    """Find an element where a reference leads; the same thing has to be spoken of there: a chemical is no weapon."""
    best: Holding | None = None
    lent = _lending_powers(law, at)
    for link in law.links.leads_to[at]:
        spoken = [{hit.clause for hit in law.operative.of_group(link, group)} for group in topic]
        if link in lent:  # "an international inspector has all the powers of an authorised officer"
            spoken = []
        if not all(spoken):
            continue
        without = _clauses_without(law, element, link, measure.kind)
        forbids = measure.kind in ("forbids", "punishes")
        demand = Demand(element.terms, spoken, forbids, 0, without, reach_of(measure, element))
        through = said_close(law, link, demand)
        # Unlike the first, each further one has to be firmer with its link than the best before it.
        if through is not None and (best is None or through.strength > best.strength):
            best = Holding("", through.how, LINKED * through.strength, (), link, through.clause)
    return best


def _lending_powers(law: ReadLaw, at: int) -> set[int]:
    """Return the sections whose powers a section lends to whom it speaks of."""
    references = law.links.references[at] if law.links.references else ()
    return {place.section for reference in references if reference.kind == POWERS for place in reference.places}


def _breach_of_duty(law: ReadLaw, element: Element, at: int) -> Holding | None:
    """Find the duty or the ban whose breach a general offence punishes, or the end of the section that holds it."""
    if not element.breach_of:
        return None
    penal, breach = law.terms.clauses(at, *PENAL, "offence"), law.terms.clauses(at, "breach")
    own = [at] if any(law.texts[at].windows[clause] & penal for clause in breach) else []
    for link in (*own, *(law.links.leads_to[at] if at in law.general_offences else ())):
        duty = said_close(law, link, Demand(element.breach_of))
        if duty is not None and duty.strength >= TIGHT:
            return Holding("", "said", LINKED, duty.spans if link == at else (), -1 if link == at else link)
    return None


def _with_links(law: ReadLaw, groups: Groups, at: int) -> Holding | None:
    """Find the groups of an element in the section and in what it points to, taken together."""
    links = law.links.leads_to[at]
    if not links or len(groups) < 2:
        return None
    hits: list[TermPlace] = []
    via = -1
    for group in groups:
        if own := law.operative.of_group(at, group):
            hits.append(own[0])
            continue
        via = next((link for link in links if law.operative.of_group(link, group)), -1)
        if via < 0:
            return None
    return Holding("", "said", NEAR, spans_of(law, at, hits), via) if hits else None
