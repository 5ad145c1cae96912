"""A line of a paper, such as one of an invoice: the numbers and names of chemicals in it, longest first.

What is found is judged as if it stood alone; what else the line says (amounts, strengths, packing) is not read.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from opencwc.chemistry.registry_numbers import is_valid, normalise_cas
from opencwc.screening.answering import Screener
from opencwc.screening.known import Known

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
    """Return the chemicals that a line names by CAS number or by a known name, in the order of the line."""
    if len(line) > LONGEST_LINE:
        return []
    found = [
        Mention(one.start(), one.end(), one[0], "cas")
        for one in _NUMBER.finditer(line)
        if (cas := normalise_cas(one[0])) and is_valid(cas)
    ]
    words = list(_WORD.finditer(line))
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


def _is_name(text: str, screener: Screener) -> bool:
    if not any(sign.isalpha() for sign in text):
        return False
    if len(text) < SHORTEST_NAME and text.isascii():
        return screener.known.listed_name(text) is not None
    return isinstance(screener.known.by_name(text), Known)


_NUMBER = re.compile(r"(?<![\w-])\d{2,7}[-\u2010-\u2014]\d{2}[-\u2010-\u2014]\d(?![\w-])")
_WORD = re.compile(r"\S+")
_EDGES = ",;:()[]{}\"'“”«»،؛、，。 "
