"""The words in which a claim and its statement differ, marked with the numbers of their differences."""

from __future__ import annotations

import pytest

from opencwc.claims.marked_words import claimed_pieces
from opencwc.claims.model import Claim, Difference, Part
from opencwc.reports.model import Span

SENTENCE = "Eight people at Hallen."
EIGHT, PEOPLE, AT_HALLEN = Span(0, 5), Span(0, 12), Span(13, 22)


@pytest.mark.parametrize(
    ("spans", "marked"),
    [
        ((EIGHT, AT_HALLEN), [("Eight", 1, ()), ("at Hallen", 2, ())]),
        ((EIGHT, EIGHT), [("Eight", 1, (2,))]),
        ((PEOPLE, AT_HALLEN, EIGHT), [("Eight people", 1, (3,)), ("at Hallen", 2, ())]),
        ((Span(3, 3), Span(20, 99), EIGHT), [("Eight", 3, ())]),
    ],
)
def test_words_in_which_two_things_differ_have_the_numbers_of_both(
    spans: tuple[Span, ...], marked: list[tuple[str, int, tuple[int, ...]]]
) -> None:
    parts: tuple[Part, ...] = ("number", "place", "actor")
    differences = tuple(Difference(part, (span,)) for part, span in zip(parts, spans, strict=False))
    claim = Claim("r", SENTENCE, Span(0, len(SENTENCE)), "en", 1.0, differences=differences)
    pieces = claimed_pieces(claim, SENTENCE)
    assert "".join(piece.text for piece in pieces) == SENTENCE
    assert [(piece.text, piece.number, piece.also) for piece in pieces if piece.tone] == marked
