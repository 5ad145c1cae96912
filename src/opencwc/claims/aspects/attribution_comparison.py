"""Whom a claim blames, and to whom it ascribes what is said, against whom the record does."""

from __future__ import annotations

import re
from collections.abc import Sequence

from opencwc.claims.aspects.actor_comparison import actor_signs
from opencwc.claims.aspects.actor_mentions import blaming, somebody
from opencwc.claims.aspects.compared_sides import Compared, Sides, pattern, plain, windows_apart
from opencwc.claims.aspects.contraries import are_contrary
from opencwc.claims.aspects.replaced_actors import displaced, spans_of, speaker_signs, who_signs
from opencwc.claims.sentence_details import Details
from opencwc.claims.word_alignment import Aligned
from opencwc.language.plain_text import plain_text
from opencwc.reports.model import Span

_FARTHEST, _FARTHEST_CHINESE = 32, 8
"""Characters behind a word of blame in which it is said whom it is laid on."""
_PAUSE = re.compile("[;:؛；。：]| [—–] ")


def attribution_signs(sides: Sides) -> Compared:
    """Return the signs of this aspect, and the words that differ."""
    claim, statement = sides.claim, sides.statement
    found = displaced(sides)
    acts = actor_signs(sides).signs
    here, held = _blames(claim), _blames(statement)
    harms = pattern("attacks", statement.lang).search(plain(statement)) is not None and _names_somebody(statement)
    nobody_here, nobody_there = (bool(pattern("nobody", one.lang).search(plain(one))) for one in (claim, statement))
    says_here, says_there = (bool(pattern("according", one.lang).search(plain(one))) for one in (claim, statement))
    signs = {
        "blame_here": float(bool(here)), "blame_both": float(bool(here and held)),
        "blame_only_here": float(bool(here and not held)), "blame_only_there": float(bool(held and not here)),
        "blame_of_nobody": float(nobody_there and bool(here) and not nobody_here),
        "blame_only_nobody": float(nobody_here and (bool(held) or harms) and not nobody_there and not here),
        "blame_of_purpose": float(are_contrary("purpose", sides)),
        "nobody_conflict": float(nobody_here != nobody_there and bool(here or held)),
        "nobody_both": float(nobody_here and nobody_there),
        "says_here": float(says_here), "says_both": float(says_here and says_there),
        "blame_strange": acts["name_strange"] * float(bool(here)),
        "blame_people": acts["people_conflict"] * float(bool(here and held)),
        "says_body_conflict": acts["body_conflict"] * float(says_here),
        "says_people_conflict": acts["people_conflict"] * float(says_here),
        "found_blame_apart": windows_apart("blames", sides),
        "found_blame_far": _blame_apart(claim, held, sides.there),
        "found_firm": acts["found_firm"], **speaker_signs(sides), **who_signs(found, claim, "found"),
    }  # fmt: skip
    claimed = spans_of(found) or tuple(here)
    recorded = tuple(one.span for one in found.missing) or tuple(held) or _nobody(statement)
    return Compared(signs, claimed, recorded if claimed else ())


def _names_somebody(details: Details) -> bool:
    return any(not (one.denied or one.speaks) for one in somebody(details.text, details.lang))


def _blames(details: Details) -> list[Span]:
    return blaming(plain_text(details.text, details.lang), details.lang)


def _blame_apart(claim: Details, held: Sequence[Span], aligned: Sequence[Aligned]) -> float:
    """Return how far the words for whom a claim blames are from any of the statement, where both blame somebody."""
    farthest = _FARTHEST_CHINESE if claim.lang == "zh" else _FARTHEST
    near = [
        word.near
        for cue in _blames(claim)
        for word in aligned
        if cue.end <= word.span.start <= cue.end + farthest and not _PAUSE.search(claim.text[cue.end : word.span.start])
    ]
    return 1.0 - max(near) if near and held else 0.0


def _nobody(details: Details) -> tuple[Span, ...]:
    """Return the words that say that nobody is blamed."""
    plain_words = plain_text(details.text, details.lang)
    return tuple(
        Span(*plain_words.span(*match.span())) for match in pattern("nobody", details.lang).finditer(plain_words.text)
    )
