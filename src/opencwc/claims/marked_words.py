"""A claim and its statement in pieces: the words in which they differ have the number of their aspect in both."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from opencwc.claims.model import Claim, Statement
from opencwc.publishing.model import Piece
from opencwc.reports.model import Span
from opencwc.wording import say


def claimed_pieces(claim: Claim, sentence: str) -> tuple[Piece, ...]:
    """Return the sentence of a claim, as it is to be shown, in pieces."""
    spans = ((span, number) for number, one in enumerate(claim.differences, 1) for span in one.claimed)
    return tuple(_pieces(sentence, spans))


def recorded_pieces(claim: Claim, statement: Statement | None) -> tuple[Piece, ...]:
    """Return the statement that a claim is about in pieces; nothing where there is none."""
    spans = ((span, number) for number, one in enumerate(claim.differences, 1) for span in one.recorded)
    return tuple(_pieces(statement.text if statement else "", spans))


def _pieces(text: str, spans: Iterable[tuple[Span, int]]) -> Iterator[Piece]:
    """Yield a text in pieces, those at ``spans`` marked with their numbers; what overlaps is one with all of them."""
    at = 0
    for (start, end), numbers in _joined((span, number) for span, number in spans if span[0] < span[1] <= len(text)):
        if start > at:
            yield Piece(text[at:start])
        yield Piece(text[start:end], "doubt", numbers[0], also=numbers[1:])
        at = end
    if at < len(text):
        yield Piece(text[at:])


def _joined(spans: Iterable[tuple[Span, int]]) -> list[tuple[Span, tuple[int, ...]]]:
    """Return the stretches that some spans cover, in their order, each with the numbers of its spans."""
    joined: list[tuple[Span, tuple[int, ...]]] = []
    for (start, end), number in sorted(spans):
        if joined and start < joined[-1][0][1]:
            (first, last), numbers = joined[-1]
            joined[-1] = (Span(first, max(last, end)), tuple(sorted({*numbers, number})))
        else:
            joined.append((Span(start, end), (number,)))
    return joined


def aspects_said(claim: Claim, lang: str) -> str:
    """Return in what a claim differs, in a language."""
    return say("list_separator", lang).join(say(f"claims_aspect_{aspect}", lang) for aspect in claim.parts)
