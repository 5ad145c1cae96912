"""The words of a clause that turn others round: what excepts, denies, does not apply, reserves, allows or alleges."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from opencwc.legislation.patterns import pattern
from opencwc.legislation.reading.section_text import OPENING, SectionText
from opencwc.legislation.reading.term_positions import TermPositions
from opencwc.legislation.reading.topics import PURPOSES
from opencwc.legislation.texts.references import references_in

TAKING_OUT = ("does_not_apply", "not_deemed", "rules_nothing")
"""Terms that take all that their part of a clause says out of the law."""

Places = Mapping[int, Sequence[int]]
"""By clause, the places in the folded text at which a turning word begins."""


class TurningWords:
    """Where the turning words stand: ``TurningWords(terms).of(at)["except"]`` by clause, for the section ``at``."""

    def __init__(self, terms: TermPositions) -> None:
        self._terms = terms
        self._found: dict[int, Mapping[str, Places]] = {}

    def of(self, at: int) -> Mapping[str, Places]:
        """Return the turning words of a section by term."""
        if at not in self._found:
            self._found[at] = self._find(at)
        return self._found[at]

    def _find(self, at: int) -> Mapping[str, Places]:
        text = self._terms.texts[at]
        names = [place for term in _DENIED_BY_NAME for place in self._terms.find(at, term)]
        by_term: dict[str, dict[int, list[int]]] = {}
        for term in (*TAKING_OUT, "without_prejudice", "except", "negation"):
            by_clause = by_term.setdefault(term, {})
            for place in self._terms.find(at, term):
                is_name = any(name.start <= place.start < name.end for name in names)
                if not is_name and not _is_harmless(text, term, place.start):
                    by_clause.setdefault(place.clause, []).append(place.start)
        return by_term

    def takes_out(self, at: int, start: int, clause: int) -> bool:
        """Whether a word stands in a part of a clause that does not apply, is not deemed so, or rules nothing."""
        text, by_term = self._terms.texts[at], self.of(at)
        return any(
            _is_in_part(text, start, place, clause) for term in TAKING_OUT for place in by_term[term].get(clause, ())
        )

    def takes_out_list(self, at: int, clause: int) -> bool:
        """Whether a line that a clause hangs on, but for a title, ends in what does not apply: so do its items."""
        text, by_term = self._terms.texts[at], self.of(at)
        lead = text.hangs_on[clause]
        while lead >= 0:
            if lead != text.title and any(
                _is_in_part(text, text.ends[lead] - 1, place, lead)
                and not _AND.search(text.folded.text, place, text.ends[lead])
                for term in TAKING_OUT
                for place in by_term[term].get(lead, ())
            ):
                return True
            lead = text.hangs_on[lead]
        return False

    def reserves(self, at: int, start: int, clause: int) -> bool:
        """Whether a word stands in what a clause leaves to other laws: to the comma where that is an insertion."""
        text = self._terms.texts[at]
        places = self.of(at)["without_prejudice"].get(clause, ())
        return any(place < start < _end_of_reserved(text, clause, place) for place in places)

    def excepted(self, at: int, clause: int, *, own: bool = False) -> list[tuple[int, int]]:
        """Return from where to where a clause excepts; ``own``: to the comma where the exception opens the clause.

        In Chinese each exception has an end of its own: 除 to 外, 除非 to the comma, and what ends in 除外 begins at
        但 ("but") or behind the comma.
        """
        places = self.of(at)["except"].get(clause)
        if not places:
            return []
        text = self._terms.texts[at]
        folded, start, end = text.folded.text, text.starts[clause], text.ends[clause]
        if text.section.lang == "zh":
            stretches = (_excepted_in_chinese(folded, start, place, end) for place in places)
            return [stretch for stretch in stretches if stretch is not None]
        place = min(places)
        opens = own and place - start <= OPENING
        return [(place, first_comma(folded, place, end) if opens else end)]


def first_comma(folded: str, start: int, end: int) -> int:
    """Return where the first comma of a stretch stands; its end where there is none."""
    return min((place for sign in ",،" if (place := folded.find(sign, start, end)) >= 0), default=end)


def _is_harmless(text: SectionText, term: str, start: int) -> bool:
    """Whether a negation only measures ("not less than five years"), or what excepts is part of another word."""
    table = {"negation": "measuring", "except": "inside_words"}.get(term)
    harmless = pattern(text.section.lang, table) if table else None
    return harmless is not None and harmless.match(text.folded.text, start) is not None


def _is_in_part(text: SectionText, start: int, place: int, clause: int) -> bool:
    """Whether a word stands in the part of a clause that a turning word governs.

    "..., and the second sentence of article 3 does not apply" takes nothing from what stands before.
    """
    parts = [match.end() for match in _AND.finditer(text.folded.text, text.starts[clause], place)]
    return start >= max(parts, default=0)


def _end_of_reserved(text: SectionText, clause: int, place: int) -> int:
    """Return where what is left to other laws ends; an insertion that no comma closes leaves nothing to them."""
    before = text.folded.text[text.starts[clause] : place].rstrip()
    end = text.ends[clause]
    if len(before) > OPENING and before[-1] not in ",،":
        return end
    comma = first_comma(text.folded.text, place, end)
    return comma if comma < end else place


def _excepted_in_chinese(folded: str, starts: int, place: int, ends: int) -> tuple[int, int] | None:
    """Return from where to where a Chinese exception goes whose word stands at a place of a clause."""
    if folded.startswith(("除外", "例外", "不在此"), place):
        but = folded.rfind("但", starts, place)
        first = but if but >= 0 else folded.rfind(",", starts, max(starts, place - 1))
        return max(first, starts - 1), place
    if folded.startswith("除非", place):
        closing = _UNLESS.search(folded, place, ends)
        return place, closing.start() if closing else ends
    closing = _APART.search(folded, place, ends)
    if closing is None:
        comma = folded.find(",", place, ends)
        return place, comma if comma >= 0 else ends
    return None if closing["besides"] else (place, closing.start())


_UNLESS = re.compile(r",|否则")
_APART = re.compile(
    r"(?:[以之]外|(?<![国境海对例])外(?!国|交|汇|贸|部|来|商|币))"
    r"(?P<besides>,?.{0,8}?(?:还|亦(?!不得)|也(?!不得)|同时|另须|另应|并应|并须|并处))?"
)
"""What closes 除, and what makes of "except" a "besides"."""
_AND = re.compile(r"[:;,]?\s*\bprovided\s(?:that|however|always)\b|[,;]\s*(?:et|and|y|und|и)\s|,[而并且但]|،\s*و")
_DENIED_BY_NAME = ("purposes_not_prohibited", "not_party")
"""Terms whose own name denies: "purposes not prohibited", "States not party" turn nothing round."""


class Permissions:
    """What clauses allow: ``Permissions(terms, turning).is_no_ban(at, clause)`` for a clause of the section ``at``."""

    def __init__(self, terms: TermPositions, turning: TurningWords) -> None:
        self._terms = terms
        self._turning = turning
        self._permits: dict[tuple[int, int], bool] = {}

    def allows(self, at: int, clause: int) -> bool:
        """Whether a clause says that something may be done."""
        text = self._terms.texts[at]
        allowing = pattern(text.section.lang, "allowing")
        return bool(allowing and allowing.search(text.folded.text, text.starts[clause], text.ends[clause]))

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
        allowing = pattern(text.section.lang, "allowing")
        forbids = [place.start for place in self._terms.find(at, "forbidden") if place.clause == clause]
        only = clause in self._terms.clauses(at, "only_if")  # "may be produced only for"
        if allowing is None or only or not forbids:
            return False
        begins, negations = text.starts[clause], self._turning.of(at)["negation"].get(clause, ())
        return all(
            any(
                not any(match.end() <= negation < start for negation in negations)
                for match in allowing.finditer(text.folded.text, max(begins, start - _GOVERNED), start)
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
