"""Who acts in a clause: anyone, operators, an authority, national or international inspectors, the police or a court.

The actor is read from the subject of the clause's verb, not from a word near by: "the Authority shall keep a register
of operators" binds the authority. The verb is what binds, allows or forbids ("shall", "may", 应当); where its subject
does not stand before it, it is looked for behind it, as Arabic and inverted sentences have it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from opencwc.legislation.patterns import pattern
from opencwc.legislation.reading.term_positions import TermPositions

ANYONE, OPERATORS, AUTHORITY = "anyone", "operators", "authority"
INTERNATIONAL, NATIONAL, POLICE = "international", "national", "police"

_TERMS = {
    INTERNATIONAL: ("international_inspection",),
    NATIONAL: ("national_inspection",),
    OPERATORS: ("duty_holders",),
    AUTHORITY: ("national_authority", "authority"),
    ANYONE: ("any_person", "legal_person"),
}
"""The terms by which each is told, the narrower before the wider: where two stand at one place, the first counts."""


class _Mention(NamedTuple):
    start: int
    end: int
    actor: str


class Actors:
    """Who acts in the clauses of a law: ``Actors(terms).of(at, clause)``, empty where nobody is told."""

    def __init__(self, terms: TermPositions) -> None:
        self._terms = terms
        self._found: dict[tuple[int, int], str] = {}

    def of(self, at: int, clause: int) -> str:
        """Return who acts in a clause or, where it names nobody, in the line that it hangs on."""
        key = (at, clause)
        if key not in self._found:
            self._found[key] = self._read(at, clause)
        return self._found[key]

    def is_another(self, at: int, clause: int, wanted: Sequence[str]) -> bool:
        """Whether somebody acts in a clause who is not among those ``wanted``; whoever demands binds others."""
        actor = self.of(at, clause) if wanted else ""
        if not actor or actor in wanted:
            return False
        return not (actor in (AUTHORITY, NATIONAL) and clause in self._terms.clauses(at, "demand"))

    def is_aim(self, at: int, clause: int) -> bool:
        """Whether a clause, or a line that it hangs on, only says what the law is for."""
        text = self._terms.texts[at]
        aims = pattern(text.section.lang, "purpose_clause")
        while aims is not None and clause >= 0:
            if aims.search(text.folded.text, text.starts[clause], text.ends[clause]):
                return True
            clause = text.hangs_on[clause]
        return False

    def _read(self, at: int, clause: int) -> str:
        text = self._terms.texts[at]
        own = self._subject(at, clause) if clause != text.title else ""
        lead = text.hangs_on[clause]
        if lead < 0 or (own and self._opens(at, clause)):
            return own
        return (self._read(at, lead) if lead != text.title else "") or own

    def _opens(self, at: int, clause: int) -> bool:
        """Whether a clause opens with somebody: an item that opens with a verb goes on with its line's subject."""
        start = self._terms.texts[at].starts[clause]
        return any(mention.start - start <= _OPENS_ITEM for mention in self._mentions(at, clause))

    def _subject(self, at: int, clause: int) -> str:
        mentions = sorted(self._mentions(at, clause))
        if not mentions:
            return ""
        text = self._terms.texts[at]
        verb = self._verb(at, clause)
        if verb < 0:
            return mentions[0].actor if mentions[0].start - text.starts[clause] <= _OPENS else ""
        before = [mention for mention in mentions if mention.start < verb]
        if not before or text.section.lang == "ar":
            after = [mention for mention in mentions if verb <= mention.start <= verb + _BEHIND]
            return next((mention.actor for mention in (*after, *before)), "")
        comma = max(text.folded.text.rfind(sign, text.starts[clause], before[-1].start) for sign in ",،;")
        return next(mention.actor for mention in before if mention.start > comma)

    def _verb(self, at: int, clause: int) -> int:
        """Return where the verb that binds, allows or forbids stands in a clause, -1 where there is none."""
        text = self._terms.texts[at]
        starts = [
            place.start for term in ("obliged", "forbidden") for place in self._terms.find(at, term)
            if place.clause == clause
        ]  # fmt: skip
        allowing = pattern(text.section.lang, "allowing")
        if allowing and (match := allowing.search(text.folded.text, text.starts[clause], text.ends[clause])):
            starts.append(match.start())
        return min(starts, default=-1)

    def _mentions(self, at: int, clause: int) -> Iterator[_Mention]:
        text = self._terms.texts[at]
        taken: list[tuple[int, int]] = []
        police, recipient = (pattern(text.section.lang, name) for name in ("police_or_court", "recipient"))
        found: list[tuple[str, Sequence[tuple[int, int]]]] = []
        if police:
            matches = police.finditer(text.folded.text, text.starts[clause], text.ends[clause])
            found.append((POLICE, [match.span() for match in matches]))
        for actor, terms in _TERMS.items():
            places = [place for term in terms for place in self._terms.find(at, term) if place.clause == clause]
            found.append((actor, [(place.start, place.end) for place in places]))
        for actor, spans in found:
            for start, end in spans:
                if any(start < last and first < end for first, last in taken):
                    continue
                taken.append((start, end))
                before = text.folded.text[max(text.starts[clause], start - _BEFORE) : start]
                if recipient is None or recipient.search(before) is None:
                    yield _Mention(start, end, actor)


_OPENS = 60
"""Signs at the beginning of a clause without such a verb within which its subject stands."""
_OPENS_ITEM = 20
"""Signs at the beginning of an item within which it names its own subject."""
_BEFORE = 40
"""Signs before somebody in which it is told that a thing is done to them."""
_BEHIND = 70
"""Signs behind the verb within which its subject stands where it does not come before."""
