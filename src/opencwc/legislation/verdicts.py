"""From what the sections hold of a measure to a verdict: signs, then the model where it may be used, else the rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from opencwc.convention.measures import KINDS, Measure
from opencwc.legislation.model import COVERED, LEAST_TIGHT, NONE, PARTIAL, SectionHolding
from opencwc.legislation.reading.topics import SHORT

IN_SCOPE = 0.7
"""Least scope of a section that can fulfil a measure of the Convention."""

OWN_SIGNS = (
    "best_tight", "best_firm", "all_tight", "all_firm", "any", "delegated", "by_reference", "subject", "scope",
    "scope_all", "advised", "needed", "nearness", "nearness_over", "rank_of_best", "loose", "denied", "words", "agree",
    "elements_held", "short",
    *(f"kind_{kind}" for kind in KINDS),
)  # fmt: skip
"""What a measure's own sections say, each a number of 0 to about 1; `coverage_signs` has those of the law beside it."""
LAW_SIGNS = (
    "element_least", "element_mean", "element_most", "lacking_least", "lacking_mean", "lacking", "needed_count",
    "law_covered", "law_any", "law_tight", "law_level", "law_sections", "law_section_length", "law_scope",
    "element_least_over", "element_mean_over", "nearness_over_law", "family_firm", "family_tight", "family_any",
    "family_nearness", "strength_least", "strength_mean",
)  # fmt: skip
"""What the law as a whole and the measures of the same family say beside it; see `coverage_signs`."""
SIGNS = (*OWN_SIGNS, *LAW_SIGNS)
"""What the decision rests on."""


def strength(measure: Measure, holding: SectionHolding) -> float:
    """Return how much of a measure one section holds, 0 to 1: the share of its needed elements, weighed."""
    needed = {element.id for element in measure.needed}
    groups = {element.id: element.one_of for element in measure.needed if element.one_of}
    total = len({groups.get(id, id) for id in needed}) or 1
    best: dict[str, float] = {}
    for part in holding.holdings:
        if part.element in needed and part.how != "denied":
            key = groups.get(part.element, part.element)
            worth = part.strength * (0.5 if part.how == "regulation" else 1.0)
            best[key] = max(best.get(key, 0.0), worth)
    advised = sum(part.element not in needed for part in holding.holdings)
    share = sum(best.values()) / total + 0.02 * advised
    return share * (0.5 + 0.5 * holding.subject) * min(1.0, 0.2 + holding.scope)


def contributing(measure: Measure, holdings: Sequence[SectionHolding]) -> list[SectionHolding]:
    """Return the sections that a measure can rest on together.

    They have to be about the Convention; and beside the section that holds the most only those count that hold a good
    part of the elements themselves, or stand in a reference to one that does: a word in passing fills no gap.
    """
    inside = [holding for holding in holdings if holding.scope >= IN_SCOPE]
    if len(inside) < 2:
        return inside
    shares = {holding.section: _share(measure, holding.firm()) for holding in inside}
    most = max(shares.values())
    if not most:
        return inside
    good = {section for section, share in shares.items() if share >= max(min(_GOOD_PART, most), 0.5 * most)}
    linked = {part.via for holding in inside if holding.section in good for part in holding.holdings if part.via >= 0}
    linking = {holding.section for holding in inside if any(part.via in good for part in holding.holdings)}
    kept = good | linked | linking
    return [holding for holding in inside if holding.section in kept or not holding.firm()]


def met_by(inside: Sequence[SectionHolding]) -> tuple[set[str], set[str], set[str]]:
    """Return the elements that sections hold: with all that is spoken of, firmly, and left to a regulation only.

    What a section excludes is met only where another says it with all that is spoken of.
    """
    tight = {element for holding in inside for element in holding.firm(LEAST_TIGHT)}
    denied = {element for holding in inside for element in holding.of("denied")}
    firm = {element for holding in inside for element in holding.firm()} - (denied - tight)
    left = {element for holding in inside for element in holding.of("regulation")} - firm
    return tight, firm, left


_GOOD_PART = 0.5


def signs_of(
    measure: Measure,
    holdings: Sequence[SectionHolding],
    similarities: Mapping[int, float],
    ranks: Mapping[int, int],
    level: float,
) -> dict[str, float]:
    """Return the signs of one measure.

    ``similarities`` and ``ranks`` are those of sections in the search; ``level`` is how near the text comes to any
    measure on the whole, so that a general text on chemicals is told from one on the Convention.
    """
    inside = contributing(measure, holdings)
    ordered = sorted(inside, key=lambda holding: -strength(measure, holding))
    best = ordered[0] if ordered else None
    nearest = max(similarities.values(), default=0.0)
    best_near = similarities.get(best.section, 0.0) if best else 0.0
    all_tight, all_firm, left = met_by(inside)
    all_holdings = [part for holding in inside for part in holding.holdings]
    short = {part.element for part in all_holdings if part.how in SHORT} - all_tight
    advised = [element.id for element in measure.elements if element.advised]
    place = ranks.get(best.section, 60) if best else 60
    signs = {
        "best_tight": _share(measure, best.firm(LEAST_TIGHT) if best else ()),
        "best_firm": _share(measure, best.firm() if best else ()),
        "all_tight": _share(measure, all_tight),
        "all_firm": _share(measure, all_firm),
        "any": float(bool(_share(measure, all_firm))),
        "delegated": _share(measure, all_firm | left) - _share(measure, all_firm),
        "by_reference": float(any(part.how == "reference" for part in all_holdings)),
        "subject": best.subject if best else 0.0,
        "scope": best.scope if best else 0.0,
        "scope_all": max((holding.scope for holding in holdings), default=0.0),
        "advised": sum(id in all_firm for id in advised) / len(advised) if advised else 0.5,
        "needed": min(len(measure.needed), 5) / 5,
        "nearness": best_near,
        "nearness_over": nearest - level,
        "rank_of_best": 1.0 / (1 + place),
        "loose": _share(measure, {part.element for part in all_holdings if part.how == "said"}),
        "denied": _share(measure, {element for holding in inside for element in holding.of("denied")} - all_tight),
        "words": min(1.0, len(inside) / 5),
        "agree": float(place < 5),
        "short": _share(measure, all_tight | short) - _share(measure, all_tight),
        "elements_held": min(1.0, len(all_holdings) / 10),
    }
    return signs | {f"kind_{kind}": float(measure.kind == kind) for kind in KINDS}


def _share(measure: Measure, met: Iterable[str]) -> float:
    wanted = {element.one_of or element.id for element in measure.needed}
    have = {element.one_of or element.id for element in measure.needed if element.id in set(met)}
    return len(have) / len(wanted) if wanted else 0.0


def by_rules(signs: Mapping[str, float]) -> tuple[float, float, float]:
    """Weigh the signs without a model: how much speaks for covered, partial and none, as shares of one.

    A measure is covered where sections hold all of its elements firmly with its subject.
    """
    if not signs["any"] and not signs["delegated"]:
        return 0.05, 0.1, 0.85
    if signs["all_tight"] >= 1.0:
        return 0.8, 0.15, 0.05
    if signs["all_tight"] > 0 or signs["delegated"] > 0 or signs["short"] > 0 or signs["all_firm"] >= 1.0:
        return 0.2, 0.65, 0.15
    return 0.1, 0.35, 0.55


ORDER = (COVERED, PARTIAL, NONE)
"""The order of probabilities."""


def verdict_of(probabilities: Sequence[float]) -> str:
    """Return the verdict of the likeliest class."""
    return ORDER[max(range(3), key=lambda place: probabilities[place])]
