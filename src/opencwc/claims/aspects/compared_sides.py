"""The two sides of a comparison, and what an aspect gives: signs for the learned weights, and the words that differ."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from opencwc.claims.sentence_details import Details
from opencwc.claims.word_alignment import Aligned
from opencwc.convention.fields import read_yaml
from opencwc.language.plain_text import plain_text
from opencwc.language.word_edges import word_begins
from opencwc.reports.model import Span

_UNMET = 0.55
"""How near the nearest word is at most that the other side does not have one."""
_FAR, _FAR_CHINESE = 40, 14
"""Characters behind a word of owning or blaming in which it is said who owns or is blamed."""
_PAUSE = re.compile("[,;:،؛，；：。.]| [—–] ")
_DATA = Path(__file__).parents[1] / "data" / "attribution.yaml"


class Sides(NamedTuple):
    """A claim and a statement; the words of each with the nearest of the other."""

    claim: Details
    statement: Details
    there: Sequence[Aligned]
    back: Sequence[Aligned]


class Compared(NamedTuple):
    """Signs by name; the words of the claim, and those of the statement, that differ (none where none do)."""

    signs: Mapping[str, float]
    claimed: tuple[Span, ...] = ()
    recorded: tuple[Span, ...] = ()


def plain(details: Details) -> str:
    """Return a sentence as words are looked for in it; each sign stands where it stood, but for Arabic vowels."""
    return plain_text(details.text, details.lang).text


def replaced_likeness(sides: Sides) -> float:
    """Return how far a word for somebody stands in a claim where a statement has another one (0 to 1)."""
    return min(_most_acting(sides.claim, sides.there), _most_acting(sides.statement, sides.back))


def _most_acting(details: Details, aligned: Sequence[Aligned]) -> float:
    """Return how far a word that the other side does not have is one for somebody who acts."""
    acting = dict(zip(details.words.spans, details.acting, strict=True))
    return max((acting.get(one.span, 0.0) for one in aligned if one.near < _UNMET), default=0.0)


def windows_apart(name: str, sides: Sides) -> float:
    """Return how far what stands behind words of a claim is from what stands behind the like words of a statement."""
    mine, theirs = (_behind(name, one) for one in (sides.claim, sides.statement))
    if not mine or not theirs:
        return 0.0
    near = sides.claim.words.vectors[mine] @ sides.statement.words.vectors[theirs].T
    return 1.0 - float(near.max())


def is_in_window(name: str, span: Span, sides: Sides) -> bool:
    """Tell whether words of a claim have their like behind words of a name in the statement."""
    mine = [place for place, one in enumerate(sides.claim.words.spans) if one.start < span.end and span.start < one.end]
    theirs = _behind(name, sides.statement)
    if not mine or not theirs:
        return False
    near = sides.claim.words.vectors[mine] @ sides.statement.words.vectors[theirs].T
    return float(near.max()) > _UNMET


def _behind(name: str, details: Details) -> list[int]:
    """Return the words of the clause behind the words of a name in ``data/attribution.yaml``."""
    text = plain_text(details.text, details.lang)
    far = _FAR_CHINESE if details.lang == "zh" else _FAR
    found: list[int] = []
    for match in pattern(name, details.lang).finditer(text.text):
        end = text.span(*match.span())[1]
        pause = _PAUSE.search(details.text, end + 2)
        last = min(end + far, pause.start() if pause else len(details.text))
        found += [place for place, span in enumerate(details.words.spans) if end <= span.start and span.end <= last]
    return found


@cache
def pattern(name: str, lang: str) -> re.Pattern[str]:
    """Return the words of ``data/attribution.yaml`` under a name, in a language."""
    raw = read_yaml(_DATA)[name]
    lang = lang if lang in raw else "en"
    return re.compile(f"{word_begins(lang)}(?:{raw[lang]})")
