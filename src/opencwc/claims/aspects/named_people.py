"""People, companies and ships by their own names, where a claim has one and the record another."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from opencwc.claims.aspects.actor_mentions import somebody
from opencwc.claims.sentence_details import Details
from opencwc.claims.word_alignment import Aligned
from opencwc.reports.model import Span

_MET = 0.65
"""How near a word of a name has a word on the other side that says the same name."""
_CAPITAL = "A-ZÀ-ÖØ-ÞĀ-ŽА-ЯЁ"
_FULL = re.compile(
    rf"(?<![\w-])[{_CAPITAL}][\w'’-]+(?: (?:de|del|da|al|el|bin|ben|ould|von|van|der))?(?: [{_CAPITAL}][\w'’-]+){{1,3}}"
)
_QUOTED = re.compile('[«“„《"]\\s?(?P<name>[^»”“》"]{2,40}?)\\s?[»”“》"]')
_TITLED = re.compile(
    r"(?:السيدة?|الدكتورة?|البروفي?سورة?|الأستاذة?|اللواء|العميد|العقيد|الشيخ) (?P<name>\w{3,} \w{3,})"
    r"|(?P<chinese>[一-鿿]{1,4}·[一-鿿]{1,6}|(?<=[由是的向与和])[一-鿿]{2,4}(?=先生|女士|教授|博士|上校|将军))"
)
_MOST_WORDS = 4


def named_people(details: Details) -> list[Span]:
    """Return where names of people, companies and ships stand, but for those of places and bodies."""
    places = [Span(one.start, one.end) for one in details.places if not one.ordinary]
    taken = [one.span for one in somebody(details.text, details.lang) if one.sort != "company"]
    taken += [span for _, span in details.agents]
    return [
        span
        for span in _names(details.text)
        if not any(one.start < span.end and span.start < one.end for one in taken)
        and not any(one.start <= span.start and span.end <= one.end for one in places)
    ]


def _names(text: str) -> Iterator[Span]:
    for match in _FULL.finditer(text):
        if text[: match.start()].strip(" \"«“„‘'(—–-¿¡"):
            yield Span(*match.span())
    for match in _QUOTED.finditer(text):
        name = match["name"]
        if len(name.split()) <= _MOST_WORDS and (name[0].isupper() or not name[0].islower()):
            yield Span(*match.span("name"))
    for match in _TITLED.finditer(text):
        yield Span(*match.span(match.lastgroup or 0))


def unmet(names: Sequence[Span], aligned: Sequence[Aligned]) -> list[Span]:
    """Return the names of which at most half the words have their like on the other side."""
    return [name for name in names if not _is_met(name, aligned)]


def _is_met(name: Span, aligned: Sequence[Aligned]) -> bool:
    met = [one.near > _MET for one in aligned if one.span.start < name.end and name.start < one.span.end]
    return sum(met) > len(met) / 2
