"""A line of a paper, such as one of an invoice: the numbers, structures and names of chemicals in it.

What is found is judged as if it stood alone. What else the line says is not read, and `unread` names it, so that
nobody takes the answer for one to the whole line.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from opencwc.finding import Verdict
from opencwc.screening.answering import Screener
from opencwc.screening.known import Known, looks_drawn

LONGEST_LINE = 2_000
MOST_WORDS = 6
SHORTEST_NAME = 4


class Mention(NamedTuple):
    """A chemical in a line: where it stands (characters ``start`` to ``end``), as it is written, number or name."""

    start: int
    end: int
    text: str
    kind: str


def find_mentions(line: str, screener: Screener) -> list[Mention]:
    """Return what a line names by CAS number (also one that does not hold), structure or known name, in its order."""
    if len(line) > LONGEST_LINE:
        return []
    found = [Mention(one.start(), one.end(), one[0], "cas") for one in _NUMBER.finditer(line)]
    words = list(_WORD.finditer(line))
    for one in words:
        text = one[0].strip(",;:")
        if _DRAWN.search(text) and _is_structure(text, screener):
            found.append(Mention(one.start(), one.start() + len(text), text, "smiles"))
    taken = [(one.start, one.end) for one in found]
    for count in range(min(MOST_WORDS, len(words)), 0, -1):
        for first in range(len(words) - count + 1):
            start, end = words[first].start(), words[first + count - 1].end()
            text = line[start:end].strip(_EDGES)
            start += line[start:end].find(text)
            end = start + len(text)
            if any(start < other_end and other_start < end for other_start, other_end in taken):
                continue
            if _is_name(text, screener):
                found.append(Mention(start, end, text, "name"))
                taken.append((start, end))
    return sorted(found)


def unread(line: str, mentions: list[Mention]) -> list[str]:
    """Return the words of a line that were not read and are no amount, unit or packing.

    >>> unread("20 L acetone, 2 kg of XZ-17", [Mention(5, 12, "acetone", "name")])
    ['XZ-17']
    """
    left, at = [], 0
    for one in mentions:
        left.append(line[at : one.start])
        at = one.end
    left.append(line[at:])
    words = (word.strip(_EDGES) for piece in left for word in piece.split())
    return [word for word in words if any(map(str.isalpha, word)) and not _MEASURE.fullmatch(word)]


def _is_structure(text: str, screener: Screener) -> bool:
    return looks_drawn(text) and screener.answer(text, "smiles")[0].verdict is not Verdict.UNREADABLE


def _is_name(text: str, screener: Screener) -> bool:
    if not any(sign.isalpha() for sign in text):
        return False
    if len(text) < SHORTEST_NAME and text.isascii():
        return screener.known.listed_name(text) is not None
    return isinstance(screener.known.by_name(text), Known)


_NUMBER = re.compile(r"(?<![\w-])\d{2,7}[-\u2010-\u2014]\d{2}[-\u2010-\u2014]\d(?![\w-])")
_DRAWN = re.compile(r"[A-Za-z].*[()=#\[\]]|[A-Z][a-z]?[A-Z].*\d")
_MEASURE = re.compile(
    r"[\d.,]*(?:x|%|kg|g|mg|t|lb|oz|l|ml|hl|m3|gal|pcs?|drums?|bottles?|cans?|bags?|ibc|barrels?|boxes|tins?|cas|no|nr"
    r"|of|de|fûts?|bidons?|sacs?|bolsas?|bidones|tambores|кг|г|л|мл|т|бочек|бочки|كغ|كيلوغرام|لتر|غرام|公斤|克|升|吨|桶|瓶)\.?",
    re.IGNORECASE,
)
"""Amounts, units and packing: what a line says beside its chemicals."""
_WORD = re.compile(r"\S+")
_EDGES = ",;:()[]{}\"'“”«»،؛、，。 "
