"""Requests judged by rules that anyone can read (``data/refusals``): which groups of words together are refused."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from opencwc.finding import Message

if TYPE_CHECKING:
    from opencwc.language.disguises import Words
    from opencwc.language.request_rules import Match, RequestRule, RequestRules

REFUSED = "language_refused"
CATEGORIES = ("synthesis", "route", "enhancement", "dispersal", "evasion")


class Refusal(Struct, frozen=True):
    """Why a request is refused, for the record: its category, the rule, the language, and where the words stand.

    ``spans`` are places in the text as it was given. To the person who asked only ``message`` is said.
    """

    category: str
    rule: str
    language: str
    spans: tuple[tuple[int, int], ...]

    @property
    def message(self) -> Message:
        """What is said: that such requests are refused and recorded."""
        return Message(REFUSED)


def judge_by_rules(text: str, rules: RequestRules | None = None) -> Refusal | None:
    """Return a refusal where a rule refuses a text, else ``None``: quick enough for every line of a table.

    >>> judge_by_rules("Is sarin prohibited?") is None
    True
    """
    if not _may_ask(text):
        return None
    from opencwc.language.disguises import read_words
    from opencwc.language.request_rules import load_rules

    rules = rules or load_rules()
    if len(text) > 2 * _READ_AT_EACH_END:  # a request stands at an end of what it is hidden in
        return judge_by_rules(text[:_READ_AT_EACH_END], rules) or _moved(
            judge_by_rules(text[-_READ_AT_EACH_END:], rules), len(text) - _READ_AT_EACH_END
        )
    words = read_words(text, rules.compact, rules.variants)
    matches = rules.find(words)
    groups = {match.group for match in matches}
    for rule in rules.rules:
        if rule.find in groups and (not rule.after or rule.start or rule.after in groups):
            fitting = next(_fitting(rule, matches, words), None)
            if fitting:
                spans = tuple(sorted({words.span(match.start, match.end) for match in fitting}))
                return Refusal(rule.category, rule.id, fitting[0].language, spans)
    return None


def _moved(refusal: Refusal | None, by: int) -> Refusal | None:
    if refusal is None:
        return None
    spans = tuple((start + by, end + by) for start, end in refusal.spans)
    return Refusal(refusal.category, refusal.rule, refusal.language, spans)


def _may_ask(text: str) -> bool:
    """Tell whether a text can be a request at all: a number, a structure in signs or a single name cannot.

    Cheap on purpose: it stands before every screening of one value.
    """
    if len(text) < _SHORTEST_REQUEST:
        return len(text) > 3 and not text.isascii()
    if not text.isascii() or any(sign.isspace() for sign in text.strip()):
        return True
    return len(_LETTERS.findall(text)) >= _PIECES_OF_A_REQUEST or _LONG_RUN.search(text) is not None


def _fitting(rule: RequestRule, matches: Sequence[Match], words: Words) -> Iterator[list[Match]]:
    for head in _heads(rule, matches, words):
        company = _with_company(rule, head, matches, words)
        if company:
            yield [*company, head]


def _heads(rule: RequestRule, matches: Sequence[Match], words: Words) -> Iterator[Match]:
    """Yield the matches that a rule may begin from: right after an asking word, at the start, or anywhere."""
    wanted = [match for match in matches if match.group == rule.find]
    if not rule.after:
        yield from wanted
        return
    asks = [match for match in matches if match.group == rule.after]
    allowing = [match for match in matches if match.group == "compliance"]
    for head in wanted:
        clause = words.clause[head.start]
        near = [ask for ask in asks if words.clause[ask.start] == clause and not _overlap(ask, head)]
        before = max((ask.end for ask in near if ask.end <= head.start), default=None)
        if before is None:
            asked_later = near and not any(words.clause[other.start] == clause for other in allowing)
            if asked_later or (rule.start and head.start == words.starts[0]):
                yield head
        elif not any(before <= other.start < head.start for other in allowing):
            yield head


def _with_company(rule: RequestRule, head: Match, matches: Sequence[Match], words: Words) -> list[Match] | None:
    clause = words.clause[head.start]
    inside = [match for match in matches if words.clause[match.start] == clause]
    if any(match.group in rule.never and not _overlap(match, head) for match in inside):
        return None
    company: list[Match] = []
    for group, distance in rule.near.items():
        there = next(
            (
                match
                for match in inside
                if match.group == group
                and not _overlap(match, head)
                and abs(words.ordinal[match.start] - words.ordinal[head.start]) <= distance
                and not _between(rule.not_between, head, match, inside)
            ),
            None,
        )
        if there is None:
            return None
        company.append(there)
    for group in rule.anywhere:
        there = next((match for match in matches if match.group == group), None)
        if there is None:
            return None
        company.append(there)
    return company or [head]


def _between(groups: tuple[str, ...], match: Match, other: Match, matches: Sequence[Match]) -> bool:
    first, last = sorted((match, other))
    return any(
        third.group in groups and first.end <= third.start < last.start and not _overlap(third, last)
        for third in matches
    )


def _overlap(match: Match, other: Match) -> bool:
    return match.start < other.end and other.start < match.end


_LETTERS = re.compile(r"[A-Za-z]{2,}")
_LONG_RUN = re.compile(r"[A-Za-z0-9@$!|]{14,}")
_SHORTEST_REQUEST = 8
_PIECES_OF_A_REQUEST = 4
_READ_AT_EACH_END = 20_000
