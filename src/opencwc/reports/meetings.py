"""Conferences and other meetings: what one is on, and the how-manieth of a row it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from opencwc.convention.fields import read_yaml
from opencwc.language.plain_text import plain_text
from opencwc.language.sentences import sentences_in
from opencwc.reports.model import Told
from opencwc.reports.words import known_language

_DATA = Path(__file__).parent / "data" / "meetings.yaml"
_READ = 600


class Meeting(NamedTuple):
    """What a report says of a meeting: its subject in words, and which of a row of meetings it is (0: not said)."""

    subject: str = ""
    edition: int = 0


def meeting_of(told: Told) -> Meeting:
    """Return what the title says of a meeting, or else the first sentence; nothing where it tells of something else."""
    if told.nature.kind != "policy":
        return Meeting()
    lang = known_language(told.lang)
    heads = list(_heads(told))
    subjects = (subject for head in heads for subject in _subjects(head, lang))
    editions = (edition for head in heads for edition in _editions(plain_text(head, lang).text, lang))
    return Meeting(next(subjects, ""), next(editions, 0))


def _heads(told: Told) -> Iterator[str]:
    report = told.report.plain
    if report.title:
        yield report.title
    for start, end in sentences_in(report.text[:_READ])[:1]:
        yield report.text[start:end]


def _subjects(head: str, lang: str) -> Iterator[str]:
    """Yield what meetings are on, as written but for abbreviations."""
    plain = plain_text(head, lang)
    for match in _found("subject", plain.text, lang):
        start, end = plain.span(*match.span("subject"))
        yield _short().sub(lambda found: read_yaml(_DATA)["short"][found[0]], head[start:end].strip())


@cache
def _short() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(read_yaml(_DATA)['short'])})\b")


def _editions(head: str, lang: str) -> Iterator[int]:
    for match in _found("edition", head, lang):
        found = match.groupdict()
        yield int(found["figure"]) if found.get("figure") else _ranks(lang)[found["word"]]


@cache
def _ranks(lang: str) -> dict[str, int]:
    """Return the ranks up to the fifties in words, each with its number."""
    raw = read_yaml(_DATA)
    units = {form: rank for rank, forms in enumerate(raw["units"][lang], 1) for form in str(forms).split("|")}
    ranks = dict(units)
    for ten, ways in raw["tens"][lang].items():
        before, behind, alone = (str(ways.get(name, "")).split("|") for name in ("before", "behind", "alone"))
        for form, unit in units.items():
            if unit < 10:
                ranks |= {first + form + last: ten + unit for first in before for last in behind if first or last}
        ranks |= {form: ten for form in alone if form}
    return ranks


def _found(name: str, head: str, lang: str) -> Iterator[re.Match[str]]:
    for way in _ways(name, lang):
        yield from way.finditer(head)


@cache
def _ways(name: str, lang: str) -> tuple[re.Pattern[str], ...]:
    raw = read_yaml(_DATA)
    words = "|".join(map(re.escape, sorted(_ranks(lang), key=len, reverse=True)))
    rank = f"(?P<word>{words})|{raw['figures'][lang]}"
    return tuple(re.compile(way.replace("RANK", rank)) for way in raw[name][lang])
