"""Decisions because of something that happened: sanctions for a use, a law after an accident. They are policy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from opencwc.convention.fields import read_yaml
from opencwc.language.plain_text import Plain, plain_text
from opencwc.language.sentences import sentences_in
from opencwc.reports.model import Report
from opencwc.reports.signs import Read

_DATA = Path(__file__).parent / "data" / "decisions.yaml"
_HAPPENED = frozenset(
    (
        "accident", "agent", "blast", "bombing", "chemical", "crash", "harm", "leak", "seizure", "sick", "strike",
        "theft", "theft_w", "use", "use_w", "weapon",
    )
)  # fmt: skip
"""Groups of words of what happened, that something may be decided because of."""
_DECISIONS = frozenset(("appoint", "law", "sanction"))
_READ = 600


def decides_because(report: Report, lang: str, found: Read) -> bool:
    """Tell whether the title says what is decided because of what; where it only decides, the first sentence counts."""
    return any(_says_so(*stretch, lang, found) for stretch in _stretches(report, found))


def _stretches(report: Report, found: Read) -> Iterator[tuple[str, int]]:
    if report.title:
        yield report.title, 0
    spoken_of = {hit.group for hit in found.hits if found.zone(hit) == "title"}
    if not report.title or (_DECISIONS & spoken_of and not _HAPPENED & spoken_of):
        for start, end in sentences_in(report.text[:_READ])[:1]:
            yield report.text[start:end], report.body_at + start


def _says_so(text: str, at: int, lang: str, found: Read) -> bool:
    plain = plain_text(text, lang)
    if _pattern("not_decided", lang).search(plain.text):
        return False
    happened = [
        (hit.start - at, hit.end - at)
        for hit in found.hits
        if hit.group in _HAPPENED and at <= hit.start and hit.end <= at + len(text)
    ]
    return any(
        _is_because(plain, decided.span(), happened, lang) for decided in _pattern("decided", lang).finditer(plain.text)
    )


def _is_because(plain: Plain, decided: tuple[int, int], happened: list[tuple[int, int]], lang: str) -> bool:
    """Tell whether words of a cause stand behind what is decided, or a cause before it brings it about."""
    start, end = plain.span(*decided)
    causes = [plain.span(*match.span())[0] for match in _pattern("because", lang).finditer(plain.text, decided[0])]
    if any(end <= begins + 1 and cause <= begins for begins, _ in happened for cause in causes if cause >= end):
        return True
    firsts = [plain.span(*match.span())[0] for match in _pattern("first", lang).finditer(plain.text, 0, decided[0])]
    leads = [plain.span(*match.span())[0] for match in _pattern("leads_to", lang).finditer(plain.text, 0, decided[1])]
    before = [(begins, ends) for begins, ends in happened if ends <= start]
    after_cause = any(first <= begins for first in firsts for begins, _ in before)
    return after_cause or any(ends <= lead + 1 for lead in leads for _, ends in before)


@cache
def _pattern(name: str, lang: str) -> re.Pattern[str]:
    return re.compile("|".join(read_yaml(_DATA)[name].get(lang, ())) or "(?!)")
