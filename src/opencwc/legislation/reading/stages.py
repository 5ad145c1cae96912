"""The stages of reading: sections to a record of all that is read in them, before any measure is asked for.

Each stage takes what the stages before it give and returns a record of its own; none changes another's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from opencwc.convention.measures import Measures
from opencwc.legislation.reading.actors import Actors
from opencwc.legislation.reading.definitions import follow_definitions
from opencwc.legislation.reading.general_offences import general_offences_of, with_duties
from opencwc.legislation.reading.links import SectionLinks, link_sections
from opencwc.legislation.reading.operative_terms import OperativeTerms
from opencwc.legislation.reading.scope import SectionScope, measure_scope
from opencwc.legislation.reading.section_text import SectionText, section_text
from opencwc.legislation.reading.term_positions import TermPositions, find_terms
from opencwc.legislation.reading.turning_words import Permissions, TurningWords
from opencwc.legislation.texts.sections import LegalSection


@dataclass(frozen=True, slots=True)
class ReadLaw:
    """A State's sections as they were read; a section is called by its place among them."""

    texts: tuple[SectionText, ...]
    terms: TermPositions
    defining: frozenset[int]
    links: SectionLinks
    permissions: Permissions
    operative: OperativeTerms
    scopes: tuple[SectionScope, ...]
    actors: Actors
    general_offences: frozenset[int]


def read_sections(
    sections: Iterable[LegalSection], measures: Measures, languages: Sequence[str], cache: Path | None = None
) -> ReadLaw:
    """Read the sections of a State's texts, stage by stage."""
    texts = tuple(section_text(section) for section in sections)  # adds: folded text, clauses, what each hangs on
    written = find_terms(texts, measures, languages, cache)  # adds: where terms stand as the measures write them
    defined = follow_definitions(written)  # adds: the names that the law gives to terms, which sections define
    terms = defined.terms
    offences = general_offences_of(terms)  # adds: which sections punish who breaks the law itself
    resolved = link_sections(terms, defined.names)  # adds: references resolved, what is repealed, who is let out
    links = with_duties(resolved, terms, offences)  # adds: what general offences lead to
    turning = TurningWords(terms)  # adds: words that except, deny, do not apply
    permissions = Permissions(terms, turning)  # adds: which clauses allow, which exceptions go too far
    operative = OperativeTerms(terms, turning, links.repealed)  # adds: which places of terms count
    scopes = measure_scope(terms, operative)  # adds: how far sections are about chemical weapons
    actors = Actors(terms)  # adds: who acts in each clause
    return ReadLaw(texts, terms, defined.defining, links, permissions, operative, scopes, actors, offences)
