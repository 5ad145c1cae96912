"""The words by which laws head their articles, annexes, parts and contents: ``data/headings.yaml``, compiled once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from opencwc.convention.fields import cached, read_yaml, stamps
from opencwc.legislation.texts.section_numbers import read_number
from opencwc.settings import cache_folder

FILE = Path(__file__).parents[1] / "data" / "headings.yaml"
MARKS = r"[ \t\u00a0\u3000#*_>|\u200e\u200f\u202a-\u202e\ufeff]*"
"""What may stand before a heading on its line: spaces, marks of Markdown, marks of direction."""


@cache
def heading_words() -> Any:
    """Return the tables of the file."""
    return cached(cache_folder(), "heading-words", stamps([FILE]), lambda: read_yaml(FILE))


def _any_of(words: Iterable[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


@cache
def article_words() -> re.Pattern[str]:
    """Return what finds a word that heads articles, each family a group of its own: ``f0``, ``f1``, in their order."""
    families = (f"(?P<f{at}>{_any_of(words)})" for at, words in enumerate(heading_words()["article"].values()))
    return re.compile("|".join(families), re.IGNORECASE)


@cache
def article_families() -> tuple[str, ...]:
    """Return the families of words that head articles."""
    return tuple(heading_words()["article"])


@cache
def article_line() -> re.Pattern[str]:
    """Return what finds the beginning of a line that may head an article, up to its number."""
    return re.compile(
        rf"{MARKS}[(\[]?(?:{article_words().pattern})(?![^\W\d_])(?:[\s:*_]|[-–—](?=\s*[\d٠-٩]))*"
        r"(?:(?:n[o°º]s?\.?|№|nr\.|num\.|رقم|عدد)\s*)?[(\[\-–—]?\s*",
        re.IGNORECASE,
    )


@cache
def article_behind() -> re.Pattern[str]:
    """Return what finds a word that heads articles behind their number."""
    return re.compile(
        rf"(?P<number>\d{{1,4}}(?:[-.]\d+)*)(?:{_any_of(heading_words()['article_behind'])})", re.IGNORECASE
    )


@cache
def annex_line() -> re.Pattern[str]:
    """Return what finds the head of an annex on a line, with an ordinal before or a number behind."""
    words = _any_of(heading_words()["annex"])
    return re.compile(
        rf"^{MARKS}(?:(?P<the>THE|The|L['’])\s*)?(?:(?P<before>[A-Z][A-Za-z]{{3,8}})\s+)?(?P<word>(?i:{words}))(?![^\W\d_])"
        r"[ \t\u00a0]*(?:№|N[o°º]\.?|رقم|عدد)?[ \t\u00a0]*(?P<rest>[^\n]*)",
        re.MULTILINE,
    )


@cache
def contents_head() -> re.Pattern[str]:
    """Return what finds the head of a table of contents."""
    return re.compile(rf"^{MARKS}(?:{_any_of(heading_words()['contents'])})[ \t:：*_]*$", re.MULTILINE | re.IGNORECASE)


def group_heads(text: str) -> list[re.Match[str]]:
    """Find the heads of parts and chapters; a sentence that begins with one (``Section 9 of the Act is``) is none."""
    return [match for match in _group_line().finditer(text) if _is_group(match)]


def _is_group(match: re.Match[str]) -> bool:
    line = match[0].rstrip(" *_#|")
    if len(line) > _SHORT_GROUP and line[-1] in ".;,:،؛。；":
        return False
    counted = match["counted"]
    if counted is None:
        return True
    if counted.lower() in heading_words()["group_numbers"]:
        return True
    return (
        read_number(counted if counted.isupper() and len(counted) < _SHORT_NUMBER else counted.lower(), 0) is not None
    )


_SHORT_GROUP, _SHORT_NUMBER = 40, 8


@cache
def _group_line() -> re.Pattern[str]:
    words = heading_words()
    latin, cyrillic = (
        "|".join(f"{word.upper()}|{word[:1].upper()}{word[1:]}" for word in _cases(words[name]))
        for name in ("group_latin", "group_cyrillic")
    )
    return re.compile(
        rf"^{MARKS}(?:(?:{latin}|{cyrillic})[ \t\u00a0]+(?P<counted>\w+)|\d+[-\s](?:тарау|бөлім|боб|bob)\b"
        rf"|第\s*[一二三四五六七八九十百零0-9]+\s*[章节節編编部分]|[IVX]{{1,5}}\.[ \t]+(?=[А-ЯЁ])"
        rf"|(?:{_any_of(words['group_arabic'])})\s+\S+)[^\n]{{0,160}}$",
        re.MULTILINE,
    )


def _cases(words: Iterable[str]) -> Iterable[str]:
    """Return words with each class of letters written out, so that their cases can be told."""
    for word in words:
        for plain in _spellings(word):
            yield re.escape(plain)


def _spellings(word: str) -> Iterable[str]:
    group = re.search(r"\[([^\]]+)\]|(\w?-?)\?", word)
    if group is None:
        yield word
        return
    options = group[1] or ["", group[2]]
    for option in options:
        yield from _spellings(f"{word[: group.start()]}{option}{word[group.end() :]}")


@cache
def referring() -> re.Pattern[str]:
    """Return what goes on behind a number that is only referred to."""
    words = heading_words()["refers"]
    latin = f"(?:{_any_of((*words['latin'], *words['cyrillic']))})(?![^\\W_])"
    return re.compile(rf"\s*(?:{latin}|(?:{_any_of(words['arabic'])})|(?:{_any_of(words['chinese'])}))", re.IGNORECASE)


@cache
def repealed() -> re.Pattern[str]:
    """Return what says that an article is no longer there."""
    return re.compile(rf"\W*(?:{_any_of(heading_words()['repealed'])})(?!\w)", re.IGNORECASE)


@cache
def last_provisions() -> re.Pattern[str]:
    """Return what finds the head of transitional and final provisions that are counted in words."""
    return re.compile(
        rf"^{MARKS}(?:{_any_of(heading_words()['last_provisions'])})[ \t.:*_\-–—]*$", re.MULTILINE | re.IGNORECASE
    )
