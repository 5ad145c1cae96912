"""Names of bodies, titles of offices and of documents in a report: the words in them are no sign of what it tells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from opencwc.convention.fields import read_yaml
from opencwc.language.plain_text import plain_text
from opencwc.reports.words import Hit

_DATA = Path(__file__).parent / "data" / "offices.yaml"
_LATIN = frozenset(("en", "fr", "es"))
_FOR = frozenset(
    (
        "destruction", "destruction_w", "device", "drill", "drill_w", "inspection", "inspection_w", "licence",
        "technology", "technology_w", "transfer",
    )
)  # fmt: skip
"""Groups of words that say what an office is for."""
_IN_NAMES = _FOR | frozenset(("accident", "accident_w", "old", "seizure", "seizure_w", "theft", "theft_w"))
"""Groups of words that a name with capitals may hold besides."""
_MOSTLY = 0.6
"""Share of long words with a capital from which on a stretch capitalises every word."""
_WORD = re.compile(r"[^\W\d_]{4,}")


def without_names(hits: Iterable[Hit], text: str, lang: str, title_ends: int) -> list[Hit]:
    """Return the words found but those that are only part of the name of a body, an office or a document."""
    found = list(hits)
    if not any(hit.group in _IN_NAMES for hit in found):
        return found
    behind = list(_behind(text, lang))
    capitals = list(_capitals(text, lang, title_ends)) if lang in _LATIN else []

    def is_of_a_name(hit: Hit) -> bool:
        if not (hit.group in _FOR and _is_in(hit, behind)) and not (hit.group in _IN_NAMES and _is_in(hit, capitals)):
            return False
        return _doers().search(text, hit.start, hit.end) is None

    return [hit for hit in found if not is_of_a_name(hit)]


def _is_in(hit: Hit, names: Iterable[tuple[int, int]]) -> bool:
    return any(start <= hit.start and hit.end <= end for start, end in names)


def _behind(text: str, lang: str) -> Iterator[tuple[int, int]]:
    plain = plain_text(text, lang)
    for match in _pattern("behind", lang).finditer(plain.text):
        yield plain.span(*_name(match))


def _capitals(text: str, lang: str, title_ends: int) -> Iterator[tuple[int, int]]:
    for start, end in ((0, title_ends), (title_ends, len(text))):
        if _capitalises_every_word(text[start:end]):
            continue
        for pattern in (_pattern("capitals", lang), _row()):
            yield from (_name(match) for match in pattern.finditer(text, start, end))


def _name(match: re.Match[str]) -> tuple[int, int]:
    name = next(name for name, value in match.groupdict().items() if value is not None)
    return match.span(name)


def _capitalises_every_word(text: str) -> bool:
    words = _WORD.findall(text)
    return len(words) > 1 and sum(word[0].isupper() for word in words) > _MOSTLY * len(words)


@cache
def _pattern(name: str, lang: str) -> re.Pattern[str]:
    ways = read_yaml(_DATA)[name].get(lang, ())
    numbered = (way.replace("(?P<name>", f"(?P<name{number}>") for number, way in enumerate(ways))
    return re.compile("|".join(numbered) or "(?!)")


@cache
def _row() -> re.Pattern[str]:
    return re.compile("|".join(read_yaml(_DATA)["row"]))


@cache
def _doers() -> re.Pattern[str]:
    return re.compile(read_yaml(_DATA)["doers"], re.IGNORECASE)
