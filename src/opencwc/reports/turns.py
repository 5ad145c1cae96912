"""Turns of phrase that make something else of a report than its words alone: a rumour that is refuted, inspectors who
have come and will go on, a delivery that is refused, a correction by which nobody died.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from opencwc.convention.fields import read_yaml
from opencwc.language.dates import find_dates
from opencwc.language.plain_text import plain_text
from opencwc.language.sentences import sentences_in
from opencwc.reports.model import Kind, Report, Span, Stage, Stance

_DATA = Path(__file__).parent / "data" / "turns.yaml"
_READ = 900
"""Signs of the text in which its first sentences are looked for."""
_SENTENCES = 2
_BESIDE = 20
"""Signs beside a verb of coming in which its day may stand."""


class Turn(NamedTuple):
    """A turn of phrase, the stage and stance that it makes, and where it stands."""

    of: str
    stage: Stage
    stance: Stance
    span: Span


class _Head(NamedTuple):
    """The title or one of the first sentences as words are looked for in it, and where its signs stood."""

    text: str
    start: int
    places: tuple[int, ...]

    def span(self, match: re.Match[str]) -> Span:
        return Span(self.start + self.places[match.start()], self.start + self.places[max(0, match.end() - 1)] + 1)


def turn_of(report: Report, lang: str, kind: Kind, stage: Stage) -> Turn | None:
    """Return what a turn of phrase makes of a report of this kind and stage; ``None`` where there is none."""
    heads = list(_heads(report, lang))
    if stage != "denied" and (span := _refuted(heads, lang)):
        return Turn("refuted", "denied", "denies", span)
    if stage == "planned" and kind == "inspection" and (span := _arrived(report, heads[:2], lang)):
        return Turn("arrived", "reported", "asserts", span)
    if stage == "denied" and kind == "transfer" and (span := _refused(heads[:2], lang)):
        return Turn("refused", "reported", "asserts", span)
    if stage == "denied" and _first(heads, "corrected", lang) and (span := _first(heads, "nobody", lang)):
        return None if _refuted(heads, lang) else Turn("nobody", "reported", "asserts", span)
    if stage == "denied" and (span := _figure_refuted(heads, lang)):
        return Turn("figure", "reported", "asserts", span)
    return None


def _heads(report: Report, lang: str) -> Iterator[_Head]:
    stretches = [(0, len(report.title))] if report.title else []
    sentences = list(sentences_in(report.text[:_READ]))[:_SENTENCES]
    stretches += [(report.body_at + start, report.body_at + end) for start, end in sentences]
    for start, end in stretches:
        plain = plain_text(report.whole[start:end], lang)
        yield _Head(plain.text, start, tuple(plain.places))


def _refuted(heads: list[_Head], lang: str) -> Span | None:
    """Return where it says that what is told is false, and not only a figure of it."""
    for head in heads:
        match = _pattern("refuted", lang).search(head.text)
        about = head.text if lang == "zh" else match[0] if match else ""
        if match and not _pattern("on_figures", lang).search(about):
            return head.span(match)
    return None


def _figure_refuted(heads: list[_Head], lang: str) -> Span | None:
    """Return where it says that a figure is false, of something that the title tells as it is."""
    words, first = _pattern("refuted", lang), heads[0] if heads else None
    if first is None or words.search(first.text) or _refuted(heads, lang):
        return None
    return _first(heads[1:], "refuted", lang)


def _arrived(report: Report, heads: list[_Head], lang: str) -> Span | None:
    """Return where it says that inspectors have come; not where that lies ahead."""
    found = _first(heads, "arrived", lang)
    if found is None or any(_pattern("will_arrive", lang).search(head.text) for head in heads):
        return None
    around = report.whole[max(0, found.start - _BESIDE) : found.end + _BESIDE]
    days = find_dates(around, lang, report.published.date(), ahead=True)
    ahead = any(day.form == "date" and day.first > report.published.date() for day in days)
    return None if ahead else found


def _refused(heads: list[_Head], lang: str) -> Span | None:
    """Return where it says that a licence or a delivery is refused; not where a denial of one is."""
    for head in heads:
        match = _pattern("refused", lang).search(head.text)
        if match and not _pattern("accused", lang).search(match[0]):
            return head.span(match)
    return None


def _first(heads: list[_Head], name: str, lang: str) -> Span | None:
    found = ((head, _pattern(name, lang).search(head.text)) for head in heads)
    return next((head.span(match) for head, match in found if match), None)


@cache
def _pattern(name: str, lang: str) -> re.Pattern[str]:
    return re.compile("|".join(read_yaml(_DATA)[name].get(lang, ())) or "(?!)")
