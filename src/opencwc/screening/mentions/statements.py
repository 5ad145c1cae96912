"""The evidence of a mention: where it stands in the text, and what the text states of it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from opencwc.convention import Convention
from opencwc.finding import Evidence, Message, Value
from opencwc.language.commerce import Stated
from opencwc.screening.mentions.model import Mention, TextRead, gap
from opencwc.screening.mentions.one_chemical import one_mention, same_goods
from opencwc.screening.model import BESIDE, Outcome
from opencwc.screening.strength import strength_message
from opencwc.screening.structure_screener import MET


class Stating:
    """Adds to mentions where they stand and what the text states of them; what a strength means changes no verdict."""

    def __init__(self, convention: Convention) -> None:
        self._convention = convention

    def with_evidence(self, found: Sequence[Mention], read: TextRead) -> list[Mention]:
        """Return mentions, in the order of the text, one for all readings of a chemical, with their evidence."""
        goods = same_goods(found, read)
        facts = _facts_of(goods, read)
        mentions = (
            one_mention([self._told(reading, facts.get(number, ()), read.text) for reading in readings])
            for number, readings in enumerate(goods)
        )
        return sorted(mentions, key=lambda mention: (mention.start, mention.end))

    def _told(self, mention: Mention, facts: Sequence[_Fact], text: str) -> Mention:
        start, end, written = mention.start, mention.end, mention.text
        excerpt = text[max(0, start - BESIDE) : end + BESIDE]
        place = Evidence("mention", mention.kind, value=excerpt, span=(start, end))
        told = (place, *(fact.evidence for fact in facts))
        outcomes = tuple(
            Outcome(
                outcome.verdict, outcome.basis, self._say(outcome, facts), outcome.rule, outcome.component,
                (*told, *outcome.evidence), outcome.steps, written, (start, end),
            )
            for outcome in mention.outcomes
        )  # fmt: skip
        return Mention(start, end, written, mention.kind, outcomes, mention.known)

    def _say(self, outcome: Outcome, facts: Sequence[_Fact]) -> Message:
        if not facts or outcome.verdict not in MET:
            return outcome.message
        values: dict[str, Value] = {"why": outcome.message, "stated": tuple(fact.said for fact in facts)}
        strengths = (fact.statement for fact in facts if fact.statement.kind == "concentration")
        low = tuple(
            said
            for strength in strengths
            if outcome.rule and (said := strength_message(outcome.rule, strength, self._convention)) is not None
        )
        return Message("why_stated_low", {**values, "low": low}) if low else Message("why_stated", values)


class _Fact(NamedTuple):
    """A statement of a text, with how it is told in the evidence and in the reason."""

    statement: Stated
    evidence: Evidence
    said: str

    @classmethod
    def of(cls, statement: Stated) -> _Fact:
        value = f"{statement.value} {statement.unit}".strip()
        evidence = Evidence(statement.kind, statement.text, value=value, span=(statement.start, statement.end))
        return cls(statement, evidence, " ".join(statement.text.split()))


def _facts_of(goods: Sequence[Sequence[Mention]], read: TextRead) -> dict[int, list[_Fact]]:
    """Return what the text states by the number of the goods that it is said of: those with the nearest mention.

    What stands in the place of that mention, such as a number that does not fit it, shares what is said of it.
    """
    told: dict[int, list[_Fact]] = {}
    placed = sorted(
        ((mention, number) for number, mentions in enumerate(goods) for mention in mentions),
        key=lambda place: place[0].start,
    )
    starts = [mention.start for mention, _ in placed]
    for fact in read.stated if goods else ():
        if fact.kind not in _FACTS:
            continue
        first, last = bisect_left(starts, fact.start - FAR), bisect_left(starts, fact.end + FAR)
        near = [place for place in placed[first:last] if _on_one_line(fact, place[0], read.text)]
        rivals = [place for place in near if place[0].kind not in _CODES] or near
        if not rivals:
            continue
        nearest, of_nearest = min(rivals, key=lambda place: _how_far(fact, place[0]))
        said = _Fact.of(fact)
        for number in dict.fromkeys(
            number for mention, number in near if number == of_nearest or _in_one_place(mention, nearest)
        ):
            if [(mention.start, mention.end) for mention in goods[number]] != [(fact.start, fact.end)]:
                told.setdefault(number, []).append(said)
    return told


def _on_one_line(fact: Stated, mention: Mention, text: str) -> bool:
    low, high = min(fact.end, mention.end), max(fact.start, mention.start)
    return high - low <= FAR and "\n" not in text[low:high]


def _how_far(fact: Stated, mention: Mention) -> tuple[int, bool]:
    return gap(mention.start, mention.end, fact.start, fact.end), mention.start > fact.start


def _in_one_place(mention: Mention, other: Mention) -> bool:
    return (mention.start, mention.end) == (other.start, other.end)


FAR = 200
"""Characters beyond which what a text states is no longer said of a mention."""
_CODES = ("un", "hs", "disagreement")
"""Kinds of mentions that say nothing of amounts: a code stands beside the name that the amount is of."""
_FACTS = ("concentration", "quantity", "packaging", "hs_code", "un_number")
