"""Which chemicals a report names for its event, whoever says so and also where it is denied, as newspapers call them.

The names of ``data/agents.yaml`` are looked for in all six languages at once. What is left out is what such a name is
not about: a team or a place that is called so, what a seized chemical could be made into, and the chemicals of another
event that is only recalled. A longer word that looks like a chemical and has no line there is given to the recogniser
of names of `opencwc.screening`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from opencwc.convention.fields import Raw, read_yaml
from opencwc.language.phrases import Found, Phrases
from opencwc.language.place_keys import HAN, folded, place_key
from opencwc.reports.model import Agents, Kind, Nature, Report, Span
from opencwc.reports.place_words import place_words
from opencwc.reports.rare_agents import rare_agents

DATA = Path(__file__).parent / "data" / "agents.yaml"
_SENTENCE = re.compile(r"(?<=[.!?…])[\"”»'’)]*\s+(?=\S)|[。！？\n]+")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_WINDOW = 45
_BEHIND = 24
_WORDS_NEAR = 6
_AT_WAR: tuple[Kind, ...] = ("alleged_use", "destruction", "inspection", "policy", "technology", "other")
_ON_SOMETHING_ELSE: tuple[Kind, ...] = ("policy", "inspection", "other", "technology")
_PART_BEFORE = frozenset("聚次亚高过氟氯溴碘硝氨苯甲乙丙丁环偏")
_PART_BEHIND = frozenset("铵钾钠钙镁铜铁铝锌铅银钡锰镍钴盐酯纤纳胺酐烷烯")
_OF_ONE_SIGN_BEFORE = _PART_BEFORE | frozenset("一二三四五六七八多全化硫磷碳氢")
_OF_ONE_SIGN_BEHIND = _PART_BEHIND | frozenset("化酸基乙甲苯丙丁仿氧代磺丹醇酮醛素柱酒菊虫氰硝")
_QUOTES = frozenset('«“"„')
_QUOTING = " «“\"„'‘"
_NAMED_SO = re.compile(r" [A-ZÀ-ÖØ-ÞА-ЯЁ][\w.]*")
_OPENING = frozenset("«“\"‘'(—–-•*:¿¡")


def find_agents(report: Report, lang: str, nature: Nature) -> Agents:
    """Return them, in the order of the text, each once."""
    book = _book()
    text = report.whole
    words = folded(text)
    spotted = book.names.find(text, words)
    found = [one for one in spotted if _is_meant(one, report, nature.kind)]
    found = sorted([*found, *_rare(text, spotted, lang)], key=lambda one: one.start)
    found = [one for one in found if not _is_made_into(one, text, nature.kind, book)]
    sentences = [0, *(match.end() for match in _SENTENCE.finditer(text))]
    recalled = {bisect_right(sentences, one.start) for one in book.recalled.find(text, words)}
    recalled |= _of_other_years(report, sentences)
    if nature.kind == "policy" and place_words(lang).visits.find(report.title, folded(report.title)):
        found = [one for one in found if one.start < report.body_at]
    found = _of_the_event(found, recalled, sentences, nature.kind)
    if nature.kind in book.used_kinds:
        found = [one for one in found if not _stands_near(one, text, book.used)]
    names = tuple(dict.fromkeys(one.value.name for one in found))
    telling = {name for name in names if not book.within.get(name, frozenset()).intersection(names)}
    return Agents(
        tuple(name for name in names if name in telling),
        tuple(Span(one.start, one.end) for one in found if one.value.name in telling),
    )


def named_agents(text: str) -> list[tuple[str, Span]]:
    """Return the chemicals of the list that a text names, by their English names, in the order of the text."""
    found = _book().names.find(text, folded(text))
    return [(one.value.name, Span(one.start, one.end)) for one in found if not one.value.in_war]


def agent_called(name: str) -> str:
    """Return the English name of the chemical that is called so in any of the six languages; empty where none is.

    >>> agent_called("зарин"), agent_called("Tiodiglicol"), agent_called("氯气"), agent_called("unheard of")
    ('sarin', 'thiodiglycol', 'chlorine', '')
    """
    return next((agent for agent, span in named_agents(name) if span == (0, len(name))), "")


class _Agent(NamedTuple):
    """A chemical by its name; ``in_war`` where the word is a food elsewhere; ``small`` where it has no capital letter.

    ``not_first`` is for a word that is an ordinary one where a sentence begins with it.
    """

    name: str
    in_war: bool = False
    small: bool = True
    not_first: bool = False


def _of_other_years(report: Report, sentences: Sequence[int]) -> set[int]:
    """Return the sentences, counted from 1, that give a year long past which the beginning of the report does not."""
    years = [(bisect_right(sentences, match.start()), int(match[0])) for match in _YEAR.finditer(report.whole)]
    begins = bisect_right(sentences, report.body_at)
    here = {year for number, year in years if number <= begins} | {report.published.year, report.published.year - 1}
    return {number for number, year in years if number > begins and year not in here}


def _rare(text: str, spotted: Sequence[Found[_Agent]], lang: str) -> Iterator[Found[_Agent]]:
    for name, span in rare_agents(text, [Span(one.start, one.end) for one in spotted], lang):
        usual = _book().names.find(name, folded(name))
        agent = usual[0].value if usual and usual[0].end == len(name) else _Agent(name)
        yield Found(span.start, span.end, agent)


def _of_the_event(
    found: Sequence[Found[_Agent]], recalled: Iterable[int], sentences: Sequence[int], kind: Kind
) -> list[Found[_Agent]]:
    """Leave out what is named only where another event is recalled, if something else is named or told."""
    aside = set(recalled)
    here = [one for one in found if bisect_right(sentences, one.start) not in aside]
    if here or kind in _ON_SOMETHING_ELSE:
        return here
    return list(found)


def _is_meant(one: Found[_Agent], report: Report, kind: Kind) -> bool:
    """Tell whether a name is one of a chemical here, not a part of a longer one or of a proper name."""
    text = report.whole
    if one.value.in_war and kind not in _AT_WAR:
        return False
    written = text[one.start : one.end]
    if HAN.match(written):
        single = len(written) == 1
        before, behind = text[max(0, one.start - 1) : one.start], text[one.end : one.end + 1]
        return not (
            before in (_OF_ONE_SIGN_BEFORE if single else _PART_BEFORE)
            or behind in (_OF_ONE_SIGN_BEHIND if single else _PART_BEHIND)
        )
    if not written[0].isupper() or written.isupper():
        return True
    first = _may_have_capital(text, one.start)
    if one.value.not_first:
        return not first or text[one.start - 1 : one.start] in _QUOTES
    if not one.value.small or (one.start < report.body_at and _is_in_capitals(report.title)):
        return True
    return first and not _NAMED_SO.match(text, one.end)


def _may_have_capital(text: str, start: int) -> bool:
    before = text[max(0, start - _WINDOW) : start].rstrip(" ")
    return (
        not before
        or before[-1] in ".!?…\n:;—–-•*"
        or (before[-1] in _OPENING and _may_have_capital(before, len(before) - 1))
    )


def _is_in_capitals(title: str) -> bool:
    words: list[str] = re.findall(r"[^\W\d_]{4,}", title)
    return sum(word[0].isupper() for word in words) > 0.7 * len(words)


def _is_made_into(one: Found[_Agent], text: str, kind: Kind, book: _Book) -> bool:
    """Tell whether a name is of what the chemical of the event could be made into, or is given out for."""
    if kind not in book.made_kinds:
        return False
    ahead = text[max(0, one.start - _WINDOW) : one.start].rstrip(_QUOTING)
    behind = place_key(text[one.end : one.end + _BEHIND])
    if HAN.match(text, one.start):
        return ahead.endswith((*book.made_before, *book.given_out)) or behind.startswith(book.made_behind)
    before = f" {place_key(ahead)}"
    if before.endswith(book.ahead):
        return True
    return any(behind == words or behind.startswith(f"{words} ") for words in book.made_behind)


def _stands_near(one: Found[_Agent], text: str, words: frozenset[str]) -> bool:
    if HAN.match(text, one.start):
        near = text[max(0, one.start - 8) : one.end + 8]
        return any(word in near for word in words if HAN.match(word))
    before = place_key(text[max(0, one.start - _WINDOW) : one.start]).split(" ")[-_WORDS_NEAR:]
    behind = place_key(text[one.end : one.end + _WINDOW]).split(" ")[:3]
    return not words.isdisjoint((*before, *behind))


class _Book(NamedTuple):
    names: Phrases[_Agent]
    recalled: Phrases[bool]
    within: Mapping[str, frozenset[str]]
    made_before: tuple[str, ...]
    given_out: tuple[str, ...]
    ahead: tuple[str, ...]
    made_behind: tuple[str, ...]
    made_kinds: frozenset[str]
    used: frozenset[str]
    used_kinds: frozenset[str]


@cache
def _book() -> _Book:
    raw = read_yaml(DATA)
    made, used = raw["made_into"], raw["used"]
    made_before, given_out = _keys(made["before"]), _keys(raw["given_out"])
    return _Book(
        Phrases(_names(raw)),
        Phrases((str(words), True) for words in raw["recalled"]),
        {name: frozenset(others) for name, others in raw["within"].items()},
        made_before,
        given_out,
        tuple(f" {words}" for words in (*made_before, *given_out)),
        _keys(made["behind"]),
        frozenset(made["kinds"]),
        frozenset(place_key(str(word)) for word in used["near"]),
        frozenset(used["kinds"]),
    )


def _keys(phrases: Iterable[object]) -> tuple[str, ...]:
    return tuple(place_key(str(phrase)) for phrase in phrases)


def _names(raw: Raw) -> Iterator[tuple[str, _Agent]]:
    not_alone, not_first = frozenset(raw["not_alone"]), frozenset(raw["not_first"])
    for key, others in raw["agents"].items():
        name = str(key)
        names = [*([] if name in not_alone else [name]), *str(others).split("|")]
        with_capital = {written.lower() for written in names if written != written.lower()}
        for written in names:
            small = written not in with_capital and written == written.lower()
            yield written, _Agent(name, small=small, not_first=written in not_first)
    for name, others in raw["in_war"].items():
        yield from ((written, _Agent(name, in_war=True)) for written in others.split("|"))
