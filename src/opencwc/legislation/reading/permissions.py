"""What a clause lets be done: clauses that only allow or allege, and exceptions that the Convention does not know."""

from __future__ import annotations

import re

from opencwc.legislation.reading.negation_patterns import PERMITTED
from opencwc.legislation.reading.term_positions import TermPositions
from opencwc.legislation.reading.topics import PURPOSES
from opencwc.legislation.reading.turning_words import TurningWords
from opencwc.legislation.texts.references import references_in


class Permissions:
    """What clauses allow: ``Permissions(terms, turning).is_no_ban(at, clause)`` for a clause of the section ``at``."""

    def __init__(self, terms: TermPositions, turning: TurningWords) -> None:
        self._terms = terms
        self._turning = turning
        self._permits: dict[tuple[int, int], bool] = {}

    def allows(self, at: int, clause: int) -> bool:
        """Whether a clause says that something may be done."""
        text = self._terms.texts[at]
        pattern = PERMITTED.get(text.section.lang)
        return bool(pattern and pattern.search(text.folded.text, text.starts[clause], text.ends[clause]))

    def permits(self, at: int, clause: int) -> bool:
        """Whether a clause allows without forbidding: "may be used by the armed forces in any circumstances"."""
        key = (at, clause)
        if key not in self._permits:
            window = self._terms.texts[at].windows[clause]
            self._permits[key] = self.allows(at, clause) and window.isdisjoint(self._terms.clauses(at, *_BINDING))
        return self._permits[key]

    def is_no_ban(self, at: int, clause: int) -> bool:
        """Whether a clause is no ban: it allows, says that somebody may forbid, or speaks of what is alleged.

        An inspection looks into alleged use; what speaks of it forbids none.
        """
        alleges = clause in self._terms.clauses(at, "alleged_use")
        return self.permits(at, clause) or alleges or self._may_forbid(at, clause)

    def excludes(self, at: int, start: int, clause: int, *, permitted: bool) -> bool:
        """Whether the part of a clause that a word stands in only excludes or, where that counts, permits things."""
        return self._turning.takes_out(at, start, clause) or (permitted and self.permits(at, clause))

    def lets_through(self, at: int, clause: int) -> bool:
        """Whether a clause makes an exception that the Convention does not know: for a licence, or no purpose."""
        return any(self._is_let_through(at, clause, *stretch) for stretch in self._turning.excepted(at, clause))

    def _may_forbid(self, at: int, clause: int) -> bool:
        """Whether all that forbids in a clause is only allowed to: "the Minister may by order prohibit"."""
        text = self._terms.texts[at]
        pattern = PERMITTED.get(text.section.lang)
        forbids = [place.start for place in self._terms.find(at, "forbidden") if place.clause == clause]
        only = clause in self._terms.clauses(at, "only_if")  # "may be produced only for"
        if pattern is None or only or not forbids:
            return False
        begins, negations = text.starts[clause], self._turning.of(at)["negation"].get(clause, ())
        return all(
            any(
                not any(match.end() <= negation < start for negation in negations)
                for match in pattern.finditer(text.folded.text, max(begins, start - _GOVERNED), start)
            )
            for start in forbids
        )

    def _is_let_through(self, at: int, clause: int, first: int, last: int) -> bool:
        """Whether what is excepted between two places of a clause is a licence, or no purpose that is known."""

        def behind(*terms: str) -> bool:
            return any(
                place.clause == clause and first < place.start < last
                for term in terms
                for place in self._terms.find(at, term)
            )

        if behind("licence"):
            return True
        text = self._terms.texts[at]
        words = text.written(first, last)
        refers = any(references_in(words, text.section.lang)) or _PART.search(words)
        return not (behind(*PURPOSES, "convention", "by_reference") or refers)


_GOVERNED = 45
"""Signs before "prohibit" within which "may" governs it."""
_PART = re.compile(r"\b(?:sub-?section|sub-?paragraph|paragraph|subdivision)s?\s+\(\w", re.IGNORECASE)
"""A part of the same section: "except as provided in subsection (b)"."""
_BINDING = ("forbidden", "only_if", "offence", "punished", "imprisonment", "fine", "licence", "negation", "except",
            "obliged")  # fmt: skip
