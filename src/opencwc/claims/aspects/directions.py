"""From which place to which something goes: by the words before the places, by verbs of trade and their subject.

"Kenya sold it to Uganda" and "Uganda bought it from Kenya" say one thing, "Kenya bought it from Uganda" another. So do
"it left Kenya for Uganda", and a gift of one to the other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from opencwc.claims.place_mentions import ToldPlace
from opencwc.claims.sentence_details import Details
from opencwc.convention.fields import read_yaml
from opencwc.language.plain_text import plain_text
from opencwc.language.word_edges import word_begins

_DATA = Path(__file__).parents[1] / "data" / "contraries.yaml"


_BY = {
    "en": re.compile(r"(?<!\w)by (?:the )?$"),
    "fr": re.compile(r"(?<!\w)par (?:la |le |les |l['’])?$"),
    "es": re.compile(r"(?<!\w)por (?:la |el |los )?$"),
    "ar": re.compile(r"(?:من قبل|من جانب|على يد|علي يد) $"),
    "zh": re.compile("被$"),
}
"""What stands before who did what is told in the passive."""
_AHEAD = 12
_OBJECT = 60
"""Characters behind a verb of leaving in which its object stands: the convoy left, with police, the town of Rouen."""


class Way(NamedTuple):
    """The places that something comes from, and those that it goes to; ``given`` where somebody hands it over."""

    origins: tuple[ToldPlace, ...]
    goals: tuple[ToldPlace, ...]
    given: bool = False


def way_of(details: Details) -> Way:
    """Return from where to where a sentence says that something goes."""
    origins = [one for one in details.told if one.role == "from"]
    goals = [one for one in details.told if one.role == "to"]
    trade = _trade_of(details)
    states = [one for one in details.told if one.level == "state"]
    if trade and states:
        agent = next((one for one in states if _is_behind_by(one, details)), None)
        subject = agent or _subject(states, trade)
        mine, theirs = (origins, goals) if trade.leaves else (goals, origins)
        if subject is not None:
            theirs += [
                one
                for one in states
                if one not in (subject, *origins, *goals)
                and (one.role == "at" or (one.role == "" and _is_behind_verb(one, trade, passive=agent is not None)))
            ]
            mine += [subject] if subject not in (*origins, *goals) else []
    elif trade is None and (left := _left(details)):
        origins = [one for one in details.told if one.start == left] or origins
        goals = [one for one in goals if one not in origins]
    return Way(tuple(origins), tuple(goals), trade is not None and trade.is_gift)


class Trade(NamedTuple):
    """A word of trade: where it stands, whether goods leave its subject by it, and whether they are handed over."""

    start: int
    leaves: bool
    is_gift: bool


def _trade_of(details: Details) -> Trade | None:
    """Return the first word of trade, and whether by it goods leave or enter the State that is its subject."""
    return next(iter(trade_words(details)), None)


def trade_words(details: Details) -> list[Trade]:
    """Return the words of trade and of handing over, in the order of a sentence."""
    plain = plain_text(details.text, details.lang)
    found = [
        Trade(plain.span(*match.span())[0], sense in ("leaves", "gives"), sense in ("gives", "is_given"))
        for sense, pattern in _words(details.lang).items()
        if sense != "left"
        for match in pattern.finditer(plain.text)
    ]
    return sorted(found)


def _is_behind_verb(one: ToldPlace, trade: Trade, *, passive: bool) -> bool:
    """Tell whether a State by its own name is an object of the verb of trade."""
    return one.spots[0].sort == "state" and (passive or trade.start < one.start)


def _left(details: Details) -> int | None:
    """Return where the place stands that somebody or something left, as the object of a verb: to leave Rouen."""
    plain = plain_text(details.text, details.lang)
    for match in _words(details.lang)["left"].finditer(plain.text):
        end = plain.span(*match.span())[1]
        behind = [one.start for one in details.told if 0 <= one.start - end <= _OBJECT]
        if behind:
            return min(behind)
    return None


def _is_behind_by(one: ToldPlace, details: Details) -> bool:
    by = _BY.get(details.lang)
    ahead = plain_text(details.text[max(0, one.start - _AHEAD) : one.start], details.lang).text
    return by is not None and by.search(ahead) is not None


def _subject(states: Sequence[ToldPlace], trade: Trade) -> ToldPlace | None:
    """Return the State that trades: the one without a word of place before it, before the verb where there are two."""
    bare = [one for one in states if one.role == "" and (one.spots[0].sort == "state" or one.start < trade.start)]
    before = [one for one in bare if one.start < trade.start]
    return next(iter(before or bare), None)


@cache
def _words(lang: str) -> Mapping[str, re.Pattern[str]]:
    raw = read_yaml(_DATA)
    return {
        sense: re.compile(f"{word_begins(lang)}(?:{raw[sense].get(lang, raw[sense]['en'])})")
        for sense in ("leaves", "enters", "gives", "is_given", "left")
    }
