"""The name, the number and the drawing by which a text names one chemical at one place: one mention, several readings.

Two goods of one chemical stay two: what is named again in the same way, or has an amount of its own, is another one.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from opencwc.finding import Reading, Rule
from opencwc.language.commerce import Stated
from opencwc.screening.mentions.model import Mention, TextRead
from opencwc.screening.verb import VERB as SCREEN


def same_goods(found: Sequence[Mention], read: TextRead) -> list[list[Mention]]:
    """Return mentions, in the order of the text, with those together that are readings of one chemical at one place."""
    if len(found) < 2:
        return [[mention] for mention in found]
    amounts = [statement for statement in read.stated if statement.kind == "quantity"]
    groups: list[_Group] = []
    for mention in found:
        sort, identity = KINDS.get(mention.kind, ""), _Identity.of(mention)
        near = reversed(groups[-GROUPS_LOOKED_AT:])
        group = next((group for group in near if sort and group.takes(mention, sort, identity, read.text)), None)
        if group is None or _has_its_own_amount(group, mention, found, amounts):
            groups.append(_Group([mention], identity))
        else:
            group.add(mention, identity)
    return [group.mentions for group in groups]


def one_mention(mentions: Sequence[Mention]) -> Mention:
    """Make one mention of readings of one chemical: it stands at the name, and says what its surest reading says.

    The evidence of each begins with its place.
    """
    if len(mentions) == 1:
        return mentions[0]
    shown = min(mentions, key=lambda mention: (_rank(mention), _meanings(mention)))
    surest = min(mentions, key=_doubt)
    readings = tuple(
        Reading(KINDS[mention.kind], mention.text, span=(mention.start, mention.end)) for mention in mentions
    )
    place = shown.outcomes[0].evidence[0]
    outcomes = tuple(
        outcome._replace(
            evidence=(place, *outcome.evidence[1:]), written=shown.text, span=place.span, readings=readings
        )
        for outcome in surest.outcomes
    )
    return Mention(shown.start, shown.end, shown.text, shown.kind, outcomes, surest.known)


class _Identity(NamedTuple):
    """What a mention can stand for: CAS numbers, and the structures that were judged with the entries they met."""

    numbers: frozenset[str]
    drawn: frozenset[tuple[str, Rule | None]]

    @classmethod
    def of(cls, mention: Mention) -> _Identity:
        drawn = (
            (evidence.structure, outcome.rule)
            for outcome in mention.outcomes
            for evidence in outcome.evidence
            if evidence.structure
        )
        return cls(frozenset(mention.known.cas if mention.known else ()), frozenset(drawn))

    def shared(self, other: _Identity) -> _Identity | None:
        """Return what both can stand for; ``None`` where that is nothing."""
        if self.numbers and other.numbers:
            numbers = self.numbers & other.numbers
            return _Identity(numbers, self.drawn) if numbers else None
        drawn = self.drawn & other.drawn
        return _Identity(self.numbers | other.numbers, drawn) if drawn else None


@dataclass(slots=True)
class _Group:
    """Mentions of one chemical: ``identity`` is what all of them can stand for."""

    mentions: list[Mention]
    identity: _Identity

    def takes(self, mention: Mention, sort: str, identity: _Identity, text: str) -> bool:
        """Tell whether a mention is one more reading of the same goods."""
        if self.mentions[0].met != mention.met or self.identity.shared(identity) is None:
            return False  # what an unlisted name may mean does not take away what a listed one may
        if mention.outcomes[0].message.id == "why_cas_meant":
            return False  # that a number is mistyped is said by itself
        last = self.mentions[-1]
        between = text[last.end : mention.start]
        if len(between) > self._reach(mention, sort) or (sort == "name" and "\n" in between):
            return False
        written = mention.text.casefold()
        return all(KINDS[own.kind] != sort or own.text.casefold() != written for own in self.mentions)

    def _reach(self, mention: Mention, sort: str) -> int:
        """Return how far before a mention the goods may end: a name that can mean several chemicals stands close by."""
        names = [*self.mentions, mention]
        if sort != "name" or all(KINDS[own.kind] != "name" for own in self.mentions):
            return FAR
        return BESIDE if any(_meanings(own) > 1 for own in names) else NEAR

    def add(self, mention: Mention, identity: _Identity) -> None:
        """Take a mention in."""
        self.mentions.append(mention)
        self.identity = self.identity.shared(identity) or identity


def _has_its_own_amount(group: _Group, mention: Mention, found: Sequence[Mention], amounts: Sequence[Stated]) -> bool:
    """Tell whether a quantity stands between a mention and those before it, and another one on either side."""
    first, last = group.mentions[0], group.mentions[-1]
    before = found[found.index(first) - 1].end if first is not found[0] else 0
    after = bisect_right(found, mention.end, key=lambda other: other.start)
    behind = found[after].start if after < len(found) else mention.end + FAR
    if not _any_within(amounts, last.end, mention.start):
        return False
    return _any_within(amounts, before, first.start) or _any_within(amounts, mention.end, behind)


def _any_within(amounts: Sequence[Stated], start: int, end: int) -> bool:
    place = bisect_left(amounts, start, key=lambda amount: amount.start)
    return place < len(amounts) and amounts[place].end <= end


def _rank(mention: Mention) -> int:
    return list(KINDS).index(mention.kind)


def _doubt(mention: Mention) -> tuple[int, int, int]:
    """Order mentions: one that stands for few chemicals first, then the graver, then by kind."""
    return _meanings(mention), SCREEN.verdicts.index(mention.verdict), _rank(mention)


def _meanings(mention: Mention) -> int:
    return len(mention.known.cas) if mention.known else 1


KINDS = {
    "name": "name", "systematic": "name", "near": "name", "formula": "name", "structure": "structure", "cas": "cas",
    "ec": "ec", "inchikey": "inchikey", "un": "un", "hs": "hs",
}  # fmt: skip
"""What kind of reading a kind of mention is, the one that a person knows a chemical by first."""
FAR, NEAR, BESIDE = 120, 40, 4
"""Characters between two readings of one chemical; between two names; and where one of these can mean another too."""
GROUPS_LOOKED_AT = 12
"""So many chemicals may stand between a name and its number, as where all names come first."""
