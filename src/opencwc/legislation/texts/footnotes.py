"""Footnotes of a text: a line that begins with the mark of a footnote that hangs on a word before it.

A note comments on the law and is no part of it: what it quotes binds nobody.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple

_MARK = r"\[\d{1,3}\]|[¹²³⁴-⁹⁰]{1,3}|\*{1,3}|†{1,2}|‡"
_BEGINS = re.compile(rf"^[ \t]*(?P<mark>{_MARK})(?:(?<![*†])[ \t]*|[ \t]+)(?=[^\s*†\]\[])", re.MULTILINE)
_HANGS = re.compile(rf"(?<=[^\W_])[.,;:!?»”\"')\]。，；]{{0,3}}(?P<mark>{_MARK})(?![\w*†\[])")
"""A mark hangs on a word, or on the stop behind it."""
_HEAD = re.compile(
    r"^[ \t#*]*(?:footnotes?|end ?notes?|notes de bas de page|notas? al pie|notas? a pie de página|fußnoten?|сноски"
    r"|подстрочные примечания|脚注|尾注|(?:ال)?(?:حواشي|هوامش))[ \t:：]*$",
    re.MULTILINE | re.IGNORECASE,
)
_NUMBERED = re.compile(r"^[ \t]*(?P<mark>\d{1,3})[.):]?[ \t]+(?=\S)", re.MULTILINE)
_PARAGRAPH_ENDS = re.compile(r"\n[ \t]*(?=\n|\[\[)")


class Footnote(NamedTuple):
    """A footnote: its mark as written (``[1]``), and where it begins and ends, the mark with it."""

    mark: str
    start: int
    end: int


def footnotes_of(text: str) -> list[Footnote]:
    """Return the footnotes of a text, in order.

    >>> [(one.mark, one.end) for one in footnotes_of("No one may use them.[1]\\n\\n[1] See Article I.\\n")]
    [('[1]', 43)]
    """
    notes = list(_hanging(text))
    for head in _HEAD.finditer(text):
        begins = [mark for mark in _NUMBERED.finditer(text, head.end()) if not text[head.end() : mark.start()].strip()]
        if begins:
            notes += _listed(text, head.end())
    kept: list[Footnote] = []
    for note in sorted(notes, key=lambda note: note.start):
        if not kept or note.start >= kept[-1].end:
            kept.append(note)
    return kept


def without(text: str, stretches: list[tuple[int, int]]) -> str:
    """Return a text with blanks in place of some stretches, so that all offsets stay."""
    parts: list[str] = []
    at = 0
    for start, end in sorted(stretches):
        parts += [text[at:start], re.sub(r"[^\n]", " ", text[max(at, start) : end])]
        at = max(at, end)
    return "".join((*parts, text[at:]))


def _hanging(text: str) -> Iterator[Footnote]:
    begins = list(_BEGINS.finditer(text))
    if not begins:
        return
    hung: dict[str, list[int]] = {}
    for mark in _HANGS.finditer(text):
        if mark["mark"][0] not in "*†" or _stands_alone(text, mark):
            hung.setdefault(mark["mark"], []).append(mark.start("mark"))
    for at, mark in enumerate(begins):
        start = mark.start("mark")
        places = hung.get(mark["mark"], [])
        last = bisect_left(places, start) - 1
        if last < 0 or start - places[last] > _REACH:
            continue
        ends = _PARAGRAPH_ENDS.search(text, mark.end())
        end = ends.start() if ends else len(text)
        if at + 1 < len(begins):
            end = min(end, begins[at + 1].start())
        yield Footnote(mark["mark"], start, start + len(text[start:end].rstrip()))


def _stands_alone(text: str, mark: re.Match[str]) -> bool:
    """Tell whether a star is the only one of its line: two of them set a word in bold."""
    begin = text.rfind("\n", 0, mark.start()) + 1
    end = text.find("\n", mark.end())
    return mark["mark"][0] not in text[begin : mark.start("mark")] + text[mark.end() : end if end >= 0 else len(text)]


def _listed(text: str, start: int) -> Iterator[Footnote]:
    """Yield the numbered notes under a head, as long as they count upward."""
    begins = list(_NUMBERED.finditer(text, start))
    for at, mark in enumerate(begins):
        if int(mark["mark"]) != at + 1:
            return
        ends = _PARAGRAPH_ENDS.search(text, mark.end())
        end = min(ends.start() if ends else len(text), begins[at + 1].start() if at + 1 < len(begins) else len(text))
        yield Footnote(
            mark["mark"], mark.start("mark"), mark.start("mark") + len(text[mark.start("mark") : end].rstrip())
        )


_REACH = 20_000
"""Characters before a footnote within which its mark has to hang on a word."""
