"""General offences: sections that punish who breaks the law itself, and the duties and bans whose breach they punish.

"Every person who contravenes any provision of this Act is guilty of an offence" punishes a missing declaration, where
another section binds operators to declare, and the disclosure that another section forbids.
"""

from __future__ import annotations

from dataclasses import replace

from opencwc.legislation.reading.links import SectionLinks, punishes_all
from opencwc.legislation.reading.term_positions import TermPositions

_DUTIES = ("declare", "information", "confidential", "disclose", "obstruct", "false_information", "licence", "records")
_BINDING = ("obliged", "forbidden", "only_if")
_MOST = 40
"""Sections that a general offence leads to at most."""


def general_offences_of(terms: TermPositions) -> frozenset[int]:
    """Return the sections that punish who breaks the law itself."""
    return frozenset(at for at in range(len(terms.texts)) if punishes_all(terms, at))


def with_duties(links: SectionLinks, terms: TermPositions, offences: frozenset[int]) -> SectionLinks:
    """Return the links with those from general offences to the duties and bans of the same text."""
    if not offences:
        return links
    duties = [
        at
        for at in range(len(terms.texts))
        if terms.count(at, _BINDING) and any(terms.find(at, term) for term in _DUTIES)
    ]
    files = [text.section.file for text in terms.texts]
    leads_to = list(links.leads_to)
    for at in offences:
        of_text = [duty for duty in duties if duty != at and files[duty] == files[at]]
        leads_to[at] = tuple(dict.fromkeys((*leads_to[at], *of_text[:_MOST])))
    return replace(links, leads_to=tuple(leads_to))
