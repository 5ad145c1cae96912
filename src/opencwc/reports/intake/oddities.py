"""What is odd about reports as they come: letters of several alphabets in one name, floods of the same text.

It is told and nothing is left out for it: a strange name may be a name, and who copies may be right.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from heapq import nsmallest
from zlib import crc32

from msgspec import Struct

from opencwc.finding import Message
from opencwc.reports.lookalike_letters import put_right
from opencwc.reports.model import Report

_WORD = re.compile(r"[^\W\d_]+")
_ALIKE = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"})
"""Alphabets whose letters pass for each other's."""
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]"
)
_JOINERS = "\u200c\u200d"
"""What Persian and Indian scripts write between letters: in a name of Latin letters it only hides."""
FLOOD = 50
"""Reports with nearly one text from which they are told as a flood."""
_SHINGLE, _SKETCH, _LONG_WORD = 5, 6, 7


def mixed_letters(name: str) -> bool:
    """Tell whether a word of a name has letters of two alphabets, or signs that nobody sees.

    >>> mixed_letters("R\\u0435uters"), mixed_letters("Reuters"), mixed_letters("РИА Novosti")
    (True, False, False)
    """
    if name.isascii():
        return False
    latin = any(sign.isascii() and sign.isalpha() for sign in name)
    hidden = "".join(_INVISIBLE.findall(name))
    if hidden.strip("" if latin else _JOINERS + "\u200e\u200f\u061c"):
        return True
    return any(len(_alphabets(word)) > 1 for word in _WORD.findall(name))


def _alphabets(word: str) -> set[str]:
    return {unicodedata.name(sign, "").partition(" ")[0] for sign in word} & _ALIKE


class _Group(Struct):
    """Reports with nearly one text: how many, from how many sources, and the first of them."""

    count: int
    sources: set[str]
    first: str


class Floods:
    """Counts reports whose texts are nearly the same, by the smallest hashes of their runs of words.

    Numbers and addresses do not count as words. It keeps a small sketch of each new text.
    """

    def __init__(self) -> None:
        self._groups: list[_Group] = []
        self._by_hash: dict[int, int] = {}

    def add(self, report: Report) -> None:
        """Count a report."""
        sketch = _sketch(put_right(report.text or report.title))
        if not sketch:
            return
        known = [self._by_hash[value] for value in sketch if value in self._by_hash]
        # Half of the smallest hashes in common: about half of all runs of words.
        at = next((one for one in known if 2 * known.count(one) >= len(sketch)), len(self._groups))
        if at == len(self._groups):
            self._groups.append(_Group(0, set(), report.title or report.id))
        for value in sketch:
            self._by_hash.setdefault(value, at)
        if len(self._by_hash) > _MOST_KEPT:
            self._forget_lone_texts()
        group = self._groups[at]
        group.count += 1
        if len(group.sources) < _MOST_SOURCES:
            group.sources.add(report.source)

    def _forget_lone_texts(self) -> None:
        """Forget texts that came once: of a flood, more come together than are kept."""
        groups = self._groups
        self._by_hash = {value: at for value, at in self._by_hash.items() if groups[at].count > 1}

    def notes(self) -> Iterator[Message]:
        """Tell of each flood, the largest first."""
        for group in sorted(self._groups, key=lambda group: -group.count):
            if group.count < FLOOD:
                return
            sources = len(group.sources)
            yield Message("watch_flood", {"count": group.count, "sources": sources, "title": group.first[:120]})


def _sketch(text: str) -> list[int]:
    """Return the smallest hashes of the runs of words in a text."""
    words = _WORD.findall(text[:_LONGEST].casefold())
    if sum(map(len, words)) > 12 * len(words) or len(words) < 3:  # written without spaces: signs in place of words
        words = [sign for sign in text[:_LONGEST] if sign.isalpha()]
    if not words:
        return []
    # Runs that begin with a long word are enough, and are the same ones in every copy.
    starts = [at for at, word in enumerate(words) if len(word) >= _LONG_WORD]
    if len(starts) < _SKETCH:
        starts = list(range(len(words)))
    return nsmallest(_SKETCH, {crc32(" ".join(words[at : at + _SHINGLE]).encode()) for at in starts})


_LONGEST = 4_000
_MOST_SOURCES = 10_000
_MOST_KEPT = 2_000_000
