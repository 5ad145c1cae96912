"""Who speaks in a report, and as what: bodies and people that say, confirm or deny.

A body is joined with the verb of saying that stands nearest to it in its sentence. It says who is heard, and nothing of
who is right.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

from opencwc.convention.fields import read_yaml
from opencwc.language.sentences import sentences_of
from opencwc.reports.model import Report, Span

Role = Literal["says", "confirms", "denies"]
_DATA = Path(__file__).parent / "data"
_FARTHEST = 60
"""Characters that may stand between a body and what it does."""
_MOST_TEXT = 4_000


class Actor(NamedTuple):
    """Who speaks: what sort of body or person (of ``data/speakers.yaml``), in which words, and what it does."""

    sort: str
    words: str
    role: Role
    span: Span


def find_actors(report: Report, lang: str) -> tuple[Actor, ...]:
    """Return who speaks in a report, in the order of the text; each sort once with each role."""
    found: dict[tuple[str, Role], Actor] = {}
    whole, as_it_stands = report.plain.whole[:_MOST_TEXT], report.whole
    for start, end in sentences_of(whole):
        for sort, match, role in _speaking(whole[start:end], lang):
            span = _whole_words(whole, start + match.start(), start + match.end())
            found.setdefault((sort, role), Actor(sort, as_it_stands[slice(*span)], role, span))
    return tuple(sorted(found.values(), key=lambda actor: actor.span))


def speakers_in(sentence: str, lang: str) -> list[Actor]:
    """Return who speaks in a sentence, in the order of its words; spans count from its beginning."""
    found = []
    for sort, match, role in _speaking(sentence, lang):
        span = _whole_words(sentence, match.start(), match.end())
        found.append(Actor(sort, sentence[slice(*span)], role, span))
    return sorted(found, key=lambda actor: actor.span)


def _speaking(sentence: str, lang: str) -> Iterator[tuple[str, re.Match[str], Role]]:
    """Yield each body that stands near a verb of saying, with what it does by the nearest one."""
    said = [(match, role) for role, pattern in _verbs(lang) for match in pattern.finditer(sentence)]
    for sort, match in _bodies(sentence, _speakers(lang)) if said else ():
        verb, role = min(said, key=lambda one: _apart(match, one[0]))
        if _apart(match, verb) <= _FARTHEST:
            yield sort, match, role


def bodies_in(sentence: str, lang: str) -> list[tuple[str, Span]]:
    """Return the sorts of bodies and people that a sentence names, each with its words, whatever they do."""
    return [(sort, Span(match.start(), match.end())) for sort, match in _bodies(sentence, _speakers(lang))]


def _bodies(sentence: str, speakers: tuple[tuple[str, re.Pattern[str]], ...]) -> Iterator[tuple[str, re.Match[str]]]:
    for sort, pattern in speakers:
        for match in pattern.finditer(sentence):
            yield sort, match


def _apart(one: re.Match[str], other: re.Match[str]) -> int:
    return max(one.start() - other.end(), other.start() - one.end(), 0)


def _whole_words(text: str, start: int, end: int) -> Span:
    """Return the stretch with the rest of the words in which it begins and ends; Chinese has no spaces to go to."""
    if re.search("[㐀-鿿]", text[start:end]):
        return Span(start, end)
    while start and text[start - 1].isalnum():
        start -= 1
    while end < len(text) and text[end].isalnum():
        end += 1
    return Span(start, end)


@cache
def _speakers(lang: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    plain = read_yaml(_DATA / "speakers.yaml")
    return tuple((sort, re.compile(by[lang], re.IGNORECASE)) for sort, by in plain.items() if lang in by)


@cache
def _verbs(lang: str) -> tuple[tuple[Role, re.Pattern[str]], ...]:
    plain = read_yaml(_DATA / "saying.yaml")
    roles: tuple[Role, ...] = ("denies", "confirms", "says")
    return tuple((role, re.compile(plain[role][lang], re.IGNORECASE)) for role in roles if lang in plain[role])
