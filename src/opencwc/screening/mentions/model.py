"""The records of mentions: a text on its way, a mention, and how outcomes are weakened with a reason."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from opencwc.chemistry.name_resolver import Candidate
from opencwc.chemistry.name_scanning import Word
from opencwc.finding import Message, Verdict
from opencwc.language.commerce import Stated
from opencwc.screening.known_chemicals import Known
from opencwc.screening.model import Outcome, gravest
from opencwc.screening.structure_screener import MET, StructureScreener


@dataclass(frozen=True, slots=True)
class TextRead:
    """A text with its words and what it states (amounts, packing, codes, numbers)."""

    text: str
    words: list[Word]
    stated: tuple[Stated, ...]


class Mention(NamedTuple):
    """A chemical in a text: characters ``start`` to ``end``, as it is written there, what kind of thing that is
    (``name``, ``near``, ``systematic``, ``formula``, ``cas``, ``ec``, ``un``, ``hs``, ``structure``), and what comes of
    it; ``known`` is what it stands for, where that is known.
    """

    start: int
    end: int
    text: str
    kind: str
    outcomes: tuple[Outcome, ...]
    known: Known | None = None

    @property
    def verdict(self) -> Verdict:
        """The gravest verdict."""
        return gravest(outcome.verdict for outcome in self.outcomes)

    def lies_within(self, other: Mention) -> bool:
        """Tell whether it is only a part of another mention."""
        return other.start <= self.start and self.end <= other.end and len(self.text) < len(other.text)

    @property
    def met(self) -> bool:
        """Whether an entry has to do with it."""
        return any(outcome.verdict in MET for outcome in self.outcomes)


class Judge:
    """Judges what a mention stands for, by the rules for single inputs."""

    def __init__(self, screener: StructureScreener) -> None:
        self.screener = screener

    def judge(self, candidates: Sequence[Candidate]) -> tuple[Known, tuple[Outcome, ...]]:
        """Return what candidates amount to, and what comes of it."""
        known = self.screener.known.known(candidates)
        return known, self.screener.answer_known(known, "text")


def mention_of(statement: Stated, kind: str, outcomes: tuple[Outcome, ...], known: Known | None) -> Mention:
    """Return a statement of the text as a mention."""
    return Mention(statement.start, statement.end, statement.text, kind, outcomes, known)


def reviewed(outcomes: Iterable[Outcome], doubt: str) -> tuple[Outcome, ...]:
    """Return outcomes in which nothing is certain any more, with the reason."""
    return tuple(
        outcome._replace(
            verdict=Verdict.REVIEW if outcome.verdict in (Verdict.LISTED, Verdict.EXEMPT) else outcome.verdict,
            message=Message("why_doubted", {"why": outcome.message, "doubt": Message(doubt)})
            if doubt
            else outcome.message,
        )
        if outcome.verdict in MET
        else outcome
        for outcome in outcomes
    )


class Taken:
    """Stretches of a text that are taken; asked in the logarithm of their number, however many they are."""

    def __init__(self, stretches: Iterable[tuple[int, int]]) -> None:
        ordered = sorted(stretches)
        self._starts = [start for start, _ in ordered]
        self._reached = list(accumulate((end for _, end in ordered), max))

    def __bool__(self) -> bool:
        return bool(self._starts)

    def overlaps(self, start: int, end: int) -> bool:
        """Tell whether a stretch shares a character with one that is taken.

        >>> taken = Taken([(5, 9), (0, 2)])
        >>> taken.overlaps(1, 3), taken.overlaps(2, 5), taken.overlaps(8, 20)
        (True, False, True)
        """
        before = bisect_left(self._starts, end)
        return before > 0 and self._reached[before - 1] > start


def distance(mention: Mention, other: Mention) -> int:
    """Return how many characters lie between two mentions."""
    return gap(mention.start, mention.end, other.start, other.end)


def gap(start: int, end: int, other_start: int, other_end: int) -> int:
    """Return how many characters lie between two stretches of text."""
    return max(other_start - end, start - other_end, 0)


def closed(text: str, start: int, end: int) -> tuple[int, int, str]:
    """Take in the brackets that a stretch of text leaves open at its ends.

    >>> closed("5 kg (HOCH2CH2)3N", 6, 17)
    (5, 17, '(HOCH2CH2)3N')
    """
    written = text[start:end]
    while end < len(text) and text[end] in ")]}" and written.count(text[end]) < written.count(_OPENS[text[end]]):
        end += 1
        written = text[start:end]
    while (
        start > 0
        and text[start - 1] in "([{"
        and written.count(text[start - 1]) < written.count(_CLOSES[text[start - 1]])
    ):
        start -= 1
        written = text[start:end]
    return start, end, written


_OPENS = {")": "(", "]": "[", "}": "{"}
_CLOSES = {"(": ")", "[": "]", "{": "}"}
