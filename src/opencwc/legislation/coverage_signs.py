"""The signs of every measure of a law: those of its own sections, beside those of the law and of the measures near it.

`verdicts.signs_of` reads a measure by itself. What a law is like on the whole tells how its single measures are to be
read: how near its words come to any element, how much of the measures of the same family it holds, how it is cut.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log
from statistics import fmean, pstdev

from opencwc.convention.measures import Measure
from opencwc.legislation.answers import MeasureReading
from opencwc.legislation.model import Law
from opencwc.legislation.reading.stages import ReadLaw
from opencwc.legislation.verdicts import contributing, met_by, signs_of

Signs = dict[str, float]


def signs_of_law(readings: Sequence[MeasureReading], law: Law, read: ReadLaw, level: float) -> list[Signs]:
    """Return the signs of every measure of a law, in their order; ``level`` is how near it comes to any measure."""
    own = [
        signs_of(reading.measure, list(reading.holdings.values()), reading.similarities, reading.ranks, level)
        for reading in readings
    ]
    of_law = _of_law(own, law, read, level)
    elements = [near for reading in readings for near in reading.element_similarities.values()] or [0.0]
    measures = [max(reading.similarities.values(), default=0.0) for reading in readings] or [0.0]
    usual = _Usual(fmean(elements), pstdev(elements) or 1.0, fmean(measures), pstdev(measures) or 1.0)
    return [
        signs | of_law | _of_elements(reading, usual) | _of_family(reading.measure, readings, own)
        for reading, signs in zip(readings, own, strict=True)
    ]


class _Usual:
    """How near a law comes to elements and to measures on the whole: the mean and how far it spreads."""

    def __init__(self, element: float, element_spread: float, measure: float, measure_spread: float) -> None:
        self.element, self.element_spread = element, element_spread
        self.measure, self.measure_spread = measure, measure_spread


def _of_law(own: Sequence[Mapping[str, float]], law: Law, read: ReadLaw, level: float) -> Signs:
    count = max(len(law.sections), 1)
    characters = sum(len(section.text) for section in law.sections)
    return {
        "law_covered": fmean(float(signs["all_tight"] >= 1.0) for signs in own) if own else 0.0,
        "law_any": fmean(signs["any"] for signs in own) if own else 0.0,
        "law_tight": fmean(signs["all_tight"] for signs in own) if own else 0.0,
        "law_level": level,
        "law_sections": log(count),
        "law_section_length": log(max(characters, 1)) - log(count),
        "law_scope": fmean(scope.scope for scope in read.scopes) if read.scopes else 0.0,
    }


def _of_elements(reading: MeasureReading, usual: _Usual) -> Signs:
    """Return how near the law comes to the needed elements, and how firmly its sections hold them."""
    needed = reading.measure.needed
    inside = contributing(reading.measure, list(reading.holdings.values()))
    _, firm, _ = met_by(inside)
    near = {id: value - usual.element for id, value in reading.element_similarities.items()}
    all_near = [near.get(element.id, 0.0) for element in needed] or [0.0]
    lacking = [near.get(element.id, 0.0) for element in needed if element.id not in firm]
    firmest = [
        max(
            (part.strength for holding in inside for part in holding.holdings
             if part.element == element.id and part.how != "denied"),
            default=0.0,
        )
        for element in needed
    ] or [0.0]  # fmt: skip
    nearest = max(reading.similarities.values(), default=0.0)
    return {
        "element_least": min(all_near),
        "element_mean": fmean(all_near),
        "element_most": max(all_near),
        "lacking_least": min(lacking, default=_NOTHING_LACKS),
        "lacking_mean": fmean(lacking) if lacking else _NOTHING_LACKS,
        "lacking": len(lacking) / max(len(needed), 1),
        "needed_count": float(len(needed)),
        "element_least_over": min(all_near) / usual.element_spread,
        "element_mean_over": fmean(all_near) / usual.element_spread,
        "nearness_over_law": (nearest - usual.measure) / usual.measure_spread,
        "strength_least": min(firmest),
        "strength_mean": fmean(firmest),
    }


_NOTHING_LACKS = 0.3


def _of_family(measure: Measure, readings: Sequence[MeasureReading], own: Sequence[Mapping[str, float]]) -> Signs:
    """Return how much the law holds of the other measures of the same family (``PRO``, ``DCL`` ...)."""
    family = measure.id.partition("-")[0]
    others = [
        signs
        for reading, signs in zip(readings, own, strict=True)
        if reading.measure.id.partition("-")[0] == family and reading.measure.id != measure.id
    ] or [signs for reading, signs in zip(readings, own, strict=True) if reading.measure.id == measure.id]
    signs = {"firm": "all_firm", "tight": "all_tight", "any": "any", "nearness": "nearness_over"}
    return {f"family_{name}": fmean(other[sign] for other in others) for name, sign in signs.items()}
