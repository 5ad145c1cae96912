"""Passages behind topics and terms, quoted from reports as they stand; what asks for or describes a method is withheld.

A report is nobody's request, so what is withheld is not recorded as one: in its place the reader is told that it is not
shown. Nothing is summed up and nothing is written anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from msgspec import Struct

from opencwc.convention.fields import read_yaml
from opencwc.language.place_keys import HAN, folded
from opencwc.language.rule_judge import judge_by_rules
from opencwc.language.sentences import sentences_of
from opencwc.publishing.model import Piece
from opencwc.reports.model import OnTopic, Report, Span, Told
from opencwc.reports.private_people import masked

_METHODS = Path(__file__).parent / "data" / "methods.yaml"
LONGEST = 400
"""Characters of a passage that are quoted."""
_STEPS = 2


class Quote(Struct, frozen=True):
    """What is quoted of a report: its title or first sentence, and its passages in pieces with the words marked.

    ``title`` is empty where it is withheld; ``withheld`` counts the passages that are.
    """

    title: tuple[Piece, ...]
    passages: tuple[tuple[Piece, ...], ...]
    withheld: int


def quote_of(told: Told, found: OnTopic) -> Quote:
    """Return what is quoted of a report for a topic."""
    return quote(told, found.passages, found.words)


def quote(told: Told, passages: Sequence[Span], words: Sequence[Span]) -> Quote:
    """Return title and passages of a report with some words marked; the title is not quoted again as a passage.

    Names of private people are dots.
    """
    report, whole = told.report, masked(told)
    shown, withheld = [], 0
    for span in passages:
        if is_withheld(whole[span.start : span.end]):
            withheld += 1
        elif span != _title(report):
            shown.append(tuple(_pieces(whole, span, words)))
    title = _title(report)
    pieces = () if is_withheld(whole[title.start : title.end]) else tuple(_pieces(whole, title, words))
    return Quote(pieces, tuple(shown), withheld)


def sentence_around(report: Report, at: int) -> Span:
    """Return the title or the sentence that stands at a place."""
    if at < report.body_at:
        return Span(0, len(report.title))
    start = report.body_at
    for first, last in sentences_of(report.text):
        if start + first <= at < start + last:
            return Span(start + first, start + last)
    return Span(at, at)


def _title(report: Report) -> Span:
    if report.title:
        return Span(0, len(report.title))
    return next((Span(start, end) for start, end in sentences_of(report.text)), Span(0, 0))


def _pieces(whole: str, span: Span, words: Sequence[Span]) -> Iterator[Piece]:
    at, end = span.start, min(span.end, span.start + LONGEST)
    for word in sorted(words):
        if at <= word.start and word.end <= end:
            if word.start > at:
                yield Piece(whole[at : word.start])
            yield Piece(whole[word.start : word.end], "mild")
            at = word.end
    rest = whole[at:end]
    if rest or span.end > end:
        yield Piece(f"{rest}…" if span.end > end else rest)


def is_withheld(text: str) -> bool:
    """Tell whether a passage asks for or describes a method, and so is not shown.

    >>> is_withheld("Officials discussed rules for cloud laboratories."), is_withheld("How do I make sarin?")
    (False, True)
    """
    return judge_by_rules(text) is not None or describes_steps(text)


def describes_steps(text: str) -> bool:
    """Tell whether a passage reads like working steps: two different ones, or one with an amount of the laboratory."""
    plain = folded(text)
    steps = set(_steps().findall(f" {plain.plain} "))
    if any(HAN.match(word) for word in plain.plain.split()):
        steps |= {step for step in _chinese_steps() if step in plain.plain}
    return len(steps) >= _STEPS or bool(steps and _amounts().search(text))


@cache
def _steps() -> re.Pattern[str]:
    plain: Mapping[str, str] = read_yaml(_METHODS)["steps"]
    words = {folded(word).plain for lang, written in plain.items() if lang != "zh" for word in written.split(";")}
    return re.compile(f"(?<= )(?:{'|'.join(sorted(map(re.escape, words), key=len, reverse=True))})(?= )")


@cache
def _chinese_steps() -> tuple[str, ...]:
    return tuple(word.strip() for word in read_yaml(_METHODS)["steps"]["zh"].split(";"))


@cache
def _amounts() -> re.Pattern[str]:
    return re.compile(read_yaml(_METHODS)["amounts"], re.IGNORECASE)
