"""Who hands something to whom: a museum that is given shells by the guard, or the guard by the museum."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import NamedTuple

from opencwc.claims.aspects.actor_mentions import Who, kin, somebody
from opencwc.claims.aspects.directions import trade_words
from opencwc.claims.sentence_details import Details
from opencwc.language.plain_text import plain_text

_AHEAD = 16
_TO = {
    "en": r"(?:\bto|\bfor) (?:the |an? )?(?:\w+ )?$",
    "fr": r"(?:\bà|\bau|\baux|\bà l['’]|\bà la) ?(?:la )?$",
    "es": r"(?:\ba|\bal) (?:la |los |las |el )?$",
    "ar": r"(?:الي |(?<!\w)ل)(?:ال|ل)?$",
    "zh": r"[给向]\w{0,6}$",
}
_FROM = {
    "en": r"\b(?:from|by) (?:the |an? )?(?:\w+ )?$",
    "fr": r"(?:\bde|\bdu|\bdes|\bpar|de la part de) (?:la |le |l['’])?$",
    "es": r"\b(?:de|del|por|de parte de) (?:la |los |las |el )?$",
    "ru": r"(?<!\w)(?:от|у) (?:\w+ )?$",
    "ar": r"(?:من|من قبل|من جانب) (?:ال)?$",
    "zh": r"[从由自]\w{0,6}$",
}


class Handing(NamedTuple):
    """Who gives, and who is given; either can be untold."""

    givers: tuple[Who, ...] = ()
    takers: tuple[Who, ...] = ()


def handing_of(details: Details) -> Handing:
    """Return who hands something to whom, by the words before them, else by their order about the verb."""
    words = trade_words(details)
    bodies = [one for one in somebody(details.text, details.lang) if not one.denied and not one.speaks]
    if not words or not bodies:
        return Handing()
    takers = [one for one in bodies if _is_behind(_TO, one, details)]
    givers = [one for one in bodies if _is_behind(_FROM, one, details) and one not in takers]
    bare = [one for one in bodies if one not in takers and one not in givers]
    gives = words[0].leaves
    mine, theirs = (givers, takers) if gives else (takers, givers)
    if bare and not mine:
        mine.append(bare[0])
    if len(bare) > 1 and not theirs:
        theirs.append(bare[1])
    return Handing(tuple(givers), tuple(takers))


def is_turned(mine: Handing, theirs: Handing) -> bool:
    """Tell whether who gives on one side is given on the other, and not both on both."""
    if _meet(mine.givers, theirs.givers) or _meet(mine.takers, theirs.takers):
        return False
    return _meet(mine.givers, theirs.takers) or _meet(mine.takers, theirs.givers)


def _meet(some: Sequence[Who], others: Iterable[Who]) -> bool:
    return any(
        bool(one.states & other.states)
        if "state" in (one.sort, other.sort)
        else kin(one.sort, other.sort) and not (one.states and other.states and not one.states & other.states)
        for one in some
        for other in others
    )


def _is_behind(words: dict[str, str], one: Who, details: Details) -> bool:
    ahead = plain_text(details.text[max(0, one.span.start - _AHEAD) : one.span.start], details.lang).text
    return _pattern(words.get(details.lang, "(?!)")).search(ahead) is not None


@cache
def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(words)
