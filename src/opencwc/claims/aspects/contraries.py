"""Whether a claim says the contrary of what the record says: a licence refused and not granted, done and not undone.

The contrary is either a word of the other side of a pair (opened, closed), or the same word denied on one side alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from opencwc.claims.aspects.compared_sides import Compared, Sides
from opencwc.claims.denials import is_excepted, without_papers
from opencwc.claims.sentence_details import Details
from opencwc.claims.word_alignment import Aligned
from opencwc.convention.fields import read_yaml
from opencwc.language.plain_text import plain_text
from opencwc.language.word_edges import word_begins
from opencwc.reports.model import Span

_DATA = Path(__file__).parents[1] / "data" / "contraries.yaml"
_WORDS_DENIED = 4
"""Words behind a word that denies, one of which is denied."""
_DENIED_CHINESE = 6
_BEFORE = 3
_SAME = 0.6
"""How near the nearest word is that says the same."""
_OF_NO_ASPECT = ("permit", "open", "held", "confirmed", "limit", "change", "done", "given")
"""The pairs that no aspect speaks of; in time or late is one of days."""
_CLAUSE = re.compile(r"[,;:،؛，；。：()«»—–]|(?<!\d)\.(?!\d)")


class Poles(NamedTuple):
    """Of a pair of contraries, where a sentence says the first and where the second."""

    first: tuple[Span, ...]
    second: tuple[Span, ...]


def contrary_signs(sides: Sides) -> Compared:
    """Return the signs of a contrary, and the words that say it."""
    claim, statement = sides.claim, sides.statement
    mine, theirs = _poles(claim.text, claim.lang), _poles(statement.text, statement.lang)
    against = [name for name in _OF_NO_ASPECT if are_contrary(name, sides)]
    along = [name for name in _OF_NO_ASPECT if name in mine and name in theirs and name not in against]
    denied_here = _denied_alone(claim, statement, sides.there)
    denied_there = _denied_alone(statement, claim, sides.back)
    denied_both = _denied_in_both(claim, statement, sides.there)
    only = [*denied_here, *((there, here) for here, there in denied_there)]
    signs = {
        "contrary_word": float(bool(against)), "contrary_along": float(bool(along)),
        "contrary_denied_here": max((near for _, _, near in _nears(denied_here, sides.there)), default=0.0),
        "contrary_denied_there": max((near for _, _, near in _nears(denied_there, sides.back)), default=0.0),
        "contrary_denied_both": float(denied_both),
    }  # fmt: skip
    claimed = [span for name in against for span in (*mine[name].first, *mine[name].second)]
    recorded = [span for name in against for span in (*theirs[name].first, *theirs[name].second)]
    if not against:
        claimed, recorded = [here for here, _ in only], [there for _, there in only]
    return Compared(signs, tuple(dict.fromkeys(claimed)), tuple(dict.fromkeys(recorded)))


def are_contrary(name: str, sides: Sides) -> bool:
    """Tell whether claim and statement each say one side of a pair alone, and not the same one."""
    nothing = Poles((), ())
    mine = _poles(sides.claim.text, sides.claim.lang).get(name, nothing)
    theirs = _poles(sides.statement.text, sides.statement.lang).get(name, nothing)
    if not (mine.first or mine.second) or not (theirs.first or theirs.second):
        return False
    if (mine.first and mine.second) or (theirs.first and theirs.second):
        return False
    return bool(mine.first) != bool(theirs.first)


@lru_cache(maxsize=8_192)
def _poles(text: str, lang: str) -> Mapping[str, Poles]:
    """Return of each pair of contraries what a sentence says; a word that is denied says the other side."""
    plain = plain_text(text, lang)
    denied = denied_stretches(plain.text, lang)
    found: dict[str, Poles] = {}
    for name, patterns in _pairs(lang).items():
        told: list[tuple[int, int, bool]] = []
        for place, pattern in enumerate(patterns):
            for match in pattern.finditer(plain.text):
                if not any(start <= match.start() < end for start, end, _ in told):
                    told.append((*match.span(), bool(place) != _is_denied(match.start(), denied)))
        if told:
            sides = ([Span(*plain.span(start, end)) for start, end, is_second in told if is_second == side]
                     for side in (False, True))  # fmt: skip
            found[name] = Poles(*map(tuple, sides))
    return found


def denied_stretches(plain: str, lang: str) -> list[tuple[int, int]]:
    """Return the stretches of a plain text that are denied: the words behind one that denies, to the next pause."""
    before, behind = _denying(lang)
    found: list[tuple[int, int]] = []
    if is_excepted(plain, lang):
        return found
    plain = without_papers(plain, lang)
    for match in before.finditer(plain):
        pause = _CLAUSE.search(plain, match.end())
        last = pause.start() if pause else len(plain)
        if lang == "zh":
            found.append((match.end(), min(last, match.end() + _DENIED_CHINESE)))
            continue
        words = list(re.finditer(r"\w+", plain[match.end() : last]))[:_WORDS_DENIED]
        found.append((match.end(), match.end() + words[-1].end() if words else match.end()))
    for match in behind.finditer(plain):
        pauses = [pause.end() for pause in _CLAUSE.finditer(plain, 0, match.start())]
        first = pauses[-1] if pauses else 0
        words = list(re.finditer(r"\w+", plain[first : match.start()]))[-_BEFORE:]
        found.append((first + words[0].start() if words else match.start(), match.start()))
    return found


def _is_denied(at: int, denied: Sequence[tuple[int, int]]) -> bool:
    return any(start <= at < end for start, end in denied)


@lru_cache(maxsize=8_192)
def _denied_places(text: str, lang: str) -> tuple[tuple[int, int], ...]:
    plain = plain_text(text, lang)
    return tuple(plain.span(start, end) for start, end in denied_stretches(plain.text, lang) if end > start)


def _denied_alone(one: Details, other: Details, aligned: Sequence[Aligned]) -> list[tuple[Span, Span]]:
    """Return the words that one side denies and the other says."""
    mine, theirs = _denied_places(one.text, one.lang), _denied_places(other.text, other.lang)
    return [
        (word.span, word.other)
        for word in aligned
        if word.near > _SAME and _is_denied(word.span.start, mine) and not _is_denied(word.other.start, theirs)
    ]


def _denied_in_both(one: Details, other: Details, aligned: Sequence[Aligned]) -> bool:
    mine, theirs = _denied_places(one.text, one.lang), _denied_places(other.text, other.lang)
    return any(
        word.near > _SAME and _is_denied(word.span.start, mine) and _is_denied(word.other.start, theirs)
        for word in aligned
    )


def _nears(pairs: Sequence[tuple[Span, Span]], aligned: Sequence[Aligned]) -> Iterator[tuple[Span, Span, float]]:
    near = {word.span: word.near for word in aligned}
    return ((here, there, near[here]) for here, there in pairs)


@cache
def _pairs(lang: str) -> Mapping[str, tuple[re.Pattern[str], re.Pattern[str]]]:
    raw = read_yaml(_DATA)["pairs"]
    return {name: (_compiled(first, lang), _compiled(second, lang)) for name, (first, second) in raw.items()}


@cache
def _denying(lang: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    raw = read_yaml(_DATA)
    ends = "" if lang == "zh" else r"(?!\w)"
    before = raw["denies"].get(lang, raw["denies"]["en"])
    lead = "" if lang == "zh" else r"(?<!\w)(?:و|ف)?" if lang == "ar" else r"(?<!\w)"
    return re.compile(f"{lead}(?:{before}){ends}"), _compiled(raw["denies_behind"], lang)


def _compiled(by: Mapping[str, str], lang: str) -> re.Pattern[str]:
    return re.compile(f"{word_begins(lang)}(?:{by.get(lang, by['en'])})")
