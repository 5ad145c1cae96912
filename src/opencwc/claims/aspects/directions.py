"""From which place to which something goes: by the words before the places, by verbs of trade and their subject.

"Kenya sold it to Uganda" and "Uganda bought it from Kenya" say one thing, "Kenya bought it from Uganda" another.
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


class Way(NamedTuple):
    """The places that something comes from, and those that it goes to."""

    origins: tuple[ToldPlace, ...]
    goals: tuple[ToldPlace, ...]


def way_of(details: Details) -> Way:
    """Return from where to where a sentence says that something goes."""
    origins = [one for one in details.told if one.role == "from"]
    goals = [one for one in details.told if one.role == "to"]
    trade = _trade_of(details)
    states = [one for one in details.told if one.level == "state"]
    if trade and states:
        subject = _subject(states, trade)
        mine, theirs = (origins, goals) if trade.leaves else (goals, origins)
        if subject is not None:
            theirs += [one for one in states if one.role == "at" and one not in origins and one not in goals]
            mine.append(subject)
    return Way(tuple(origins), tuple(goals))


class _Trade(NamedTuple):
    start: int
    leaves: bool


def _trade_of(details: Details) -> _Trade | None:
    """Return the first word of trade, and whether by it goods leave or enter the State that is its subject."""
    plain = plain_text(details.text, details.lang)
    found = [
        _Trade(plain.span(*match.span())[0], sense == "leaves")
        for sense, pattern in _words(details.lang).items()
        for match in pattern.finditer(plain.text)
    ]
    return min(found, default=None)


def _subject(states: Sequence[ToldPlace], trade: _Trade) -> ToldPlace | None:
    """Return the State that trades: the one without a word of place before it, before the verb where there are two."""
    bare = [one for one in states if one.role == ""]
    before = [one for one in bare if one.start < trade.start]
    return next(iter(before or bare), None)


@cache
def _words(lang: str) -> Mapping[str, re.Pattern[str]]:
    raw = read_yaml(_DATA)
    return {
        sense: re.compile(f"{word_begins(lang)}(?:{raw[sense].get(lang, raw[sense]['en'])})")
        for sense in ("leaves", "enters")
    }
