"""Where a law lets somebody through whom a ban of the Convention binds: the words that make a ban less than whole.

`closeness` says that a ban falls short. The functions here find the words that make it so, in the ban itself or in a
section that speaks of it, so that a lawyer is led to the sentence that decided.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from opencwc.legislation.model import SectionHolding, Span
from opencwc.legislation.reading.section_text import OPENING, SectionText
from opencwc.legislation.reading.stages import ReadLaw
from opencwc.legislation.reading.topics import EXCEPTED
from opencwc.legislation.reading.turning_words import first_comma
from opencwc.legislation.texts.sections import LegalSection

_LIFTING = ("does_not_apply", "except", "without_licence")
"""Terms that open an exception, where the language of a section has them."""


def exceptions_to(bans: Iterable[SectionHolding], law: ReadLaw) -> list[tuple[LegalSection, tuple[Span, ...]]]:
    """Return what lets somebody through, by section, for those sections among ``bans`` that fall short by it."""
    by_section: dict[int, list[Span]] = {}
    for ban in bans:
        short = [holding for holding in ban.holdings if holding.how == EXCEPTED]
        places = [ban.section, *(holding.via for holding in short if holding.via >= 0)] if short else []
        # Where a reference leads to the ban, its exceptions stand there.
        exceptions = next(filter(None, (_exceptions_in(at, law) for at in places)), {})
        for at, spans in exceptions.items():
            by_section.setdefault(at, []).extend(spans)
    return [(law.texts[at].section, tuple(dict.fromkeys(spans))) for at, spans in by_section.items()]


def _exceptions_in(at: int, law: ReadLaw) -> dict[int, list[Span]]:
    """Return the exceptions that a ban makes itself, else the clauses by which it does not apply, by section."""
    own = [span for clause in range(len(law.texts[at].starts)) for span in _in_ban(at, clause, law)]
    if own:
        return {at: own}
    spans: dict[int, list[Span]] = {}
    for other, clause in law.links.excepted.get(at, ()):
        text = law.texts[other]
        spans.setdefault(other, []).extend(_span(text, text.starts[clause], text.ends[clause]))
    return spans


def _in_ban(at: int, clause: int, law: ReadLaw) -> Iterator[Span]:
    """Yield the exception that a clause of the ban makes itself, from its first word on."""
    if not (law.permissions.lets_through(at, clause) or clause in law.terms.clauses(at, "without_licence")):
        return
    starts = [place.start for term in _LIFTING for place in law.terms.find(at, term) if place.clause == clause]
    if not starts:
        return
    text = law.texts[at]
    start, end = min(starts), text.ends[clause]
    if start - text.starts[clause] <= OPENING:  # "Except under a licence, no person shall ..."
        end = first_comma(text.folded.text, start, end)
    yield from _span(text, start, end)


def _span(text: SectionText, start: int, end: int) -> Iterator[Span]:
    """Yield a stretch of a section's folded text as a place in its document; nothing of its heading."""
    first, last = text.folded.span(start, end)
    first, last = max(first - text.lead, 0), last - text.lead
    if last > first:
        yield Span(EXCEPTED, text.section.start + first, text.section.start + last)
