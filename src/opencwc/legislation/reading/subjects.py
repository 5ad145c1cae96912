"""What a section speaks of: the subject of a measure, named in the section itself or where a reference leads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from opencwc.convention.measures import Measure
from opencwc.legislation.reading.closeness import LINKED, NEAR, TIGHT, Wanted, said_close
from opencwc.legislation.reading.stages import ReadLaw
from opencwc.legislation.reading.term_positions import TermPlace
from opencwc.legislation.reading.topics import ANCHORS, WITH_THEM

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
        if hits := law.counted.of_group(at, group):
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
        words[ANCHOR] = law.counted.of_group(at, (*ANCHORS, *WITH_THEM[:3]) if scope.speaks else ANCHORS)
    lent = max((law.scopes[link].scope for link in (*linked, *led)), default=0.0)
    return Subject(strength, words, tuple(linked), max(scope.scope, 0.8 * lent))


def _leads_to(law: ReadLaw, measure: Measure, group: Sequence[str], link: int) -> bool:
    """Whether a reference leads to what is spoken of; a penalty has to lead to a ban, not to a duty to declare."""
    if measure.kind == "punishes" and set(group) & set(ANCHORS):
        ban = said_close(law, link, Wanted((tuple(group), ("forbidden",))))
        return ban is not None and ban.strength >= NEAR
    return bool(law.counted.of_group(link, group))
