"""The passages that are shown for a measure: what decides in them, and who is let through whom a ban binds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from opencwc.legislation.model import SHOWN, SectionHolding, Shown, Span
from opencwc.legislation.search.passage_ranking import RankedPassage
from opencwc.legislation.search.passage_search import PassageIndex
from opencwc.legislation.texts.passages import LegalPassage, sentences_of
from opencwc.legislation.texts.sections import LegalSection

Exceptions = Sequence[tuple[LegalSection, tuple[Span, ...]]]
"""Sections that let somebody through, and where in them it is said."""


def shown_passages(ranked: Sequence[RankedPassage], exceptions: Exceptions, index: PassageIndex) -> tuple[Shown, ...]:
    """Return the best passages, and what lets somebody through: in place of the last where it was not among them."""
    shown, added = [_shown(passage, index) for passage in ranked[:SHOWN]], []
    for section, spans in exceptions:
        at = next((at for at, each in enumerate(shown) if each.passage.section is section), -1)
        passages = [passage for passage in index.passages if passage.section is section]
        if at >= 0:
            passages.insert(0, shown[at].passage)
        passage = next((passage for passage in passages if _inside(passage, spans)), None)
        if passage is None:
            continue
        excepts = tuple(_inside(passage, spans))
        if at >= 0:
            shown[at] = replace(shown[at], passage=passage, excepts=excepts)
        else:
            added.append(Shown(passage, 0.0, 0.0, excepts=excepts))
    return (*shown[: SHOWN - len(added)], *added)


def _inside(passage: LegalPassage, spans: Iterable[Span]) -> list[Span]:
    """Return the spans that begin in a passage, cut where it ends."""
    return [
        span._replace(end=min(span.end, passage.end)) for span in spans if passage.start <= span.start < passage.end
    ]  # fmt: skip


def _shown(ranked: RankedPassage, index: PassageIndex) -> Shown:
    """Return a passage with its deciding words; words that decide nothing lead nowhere and are left out."""
    holding = ranked.holding
    passage = _to_what_decides(index.passages[ranked.at], holding)
    elements: list[str] = []
    delegated: list[str] = []
    spans = [] if holding is None else _begun_in(passage, holding.spans)
    for held in holding.holdings if holding is not None else ():
        inside = _begun_in(passage, held.spans)
        spans += inside
        pointed = held.via >= 0 and not held.spans  # the words stand where a reference leads
        if (inside or pointed) and held.how != "denied":
            (delegated if held.how == "regulation" else elements).append(held.element)
    if not spans or not (elements or delegated):
        return Shown(passage, ranked.score, ranked.similarity)
    order = sorted(dict.fromkeys(spans), key=lambda span: (span.start, span.end))
    return Shown(
        passage, ranked.score, ranked.similarity, tuple(order), tuple(dict.fromkeys(elements)),
        tuple(dict.fromkeys(delegated)),
    )  # fmt: skip


def _begun_in(passage: LegalPassage, spans: Iterable[Span]) -> list[Span]:
    return [span for span in spans if passage.start <= span.start < passage.end]


def _to_what_decides(passage: LegalPassage, holding: SectionHolding | None) -> LegalPassage:
    """Let a passage that was cut inside a list or a paragraph go on to the end of what holds the last deciding word."""
    section = passage.section
    if holding is None or passage.end >= section.end:
        return passage
    spans = [*holding.spans, *(span for held in holding.holdings for span in held.spans)]
    last = max((span.end for span in spans if passage.end <= span.start < passage.start + _LONGEST_SHOWN), default=0)
    if not last:
        return passage
    ends = (section.start + end for _, end in sentences_of(section.text))
    end = next((end for end in ends if end >= last), section.end)
    if end > passage.start + _LONGEST_SHOWN:
        return passage
    return replace(passage, end=end, text=section.text[passage.start - section.start : end - section.start])


_LONGEST_SHOWN = 1_800
"""Characters that a passage has at most when it is shown with all that decides."""
