"""Which words of a section count: not those that it excludes, denies, leaves to other laws or only calls a name."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from opencwc.legislation.reading.negation_patterns import IN_WORDS, MEASURED, PERMITTED, long_names
from opencwc.legislation.reading.section_text import ReadSection
from opencwc.legislation.reading.term_positions import Places
from opencwc.legislation.reading.topics import ANCHORS, DEFINING, DENIABLE, EXEMPTING, PURPOSES
from opencwc.legislation.texts.references import references_in


class Counted:
    """The places of terms with their scope and their negation: what stands behind "except" does not count."""

    def __init__(self, places: Places) -> None:
        self.places = places

    def hits(self, at: int, term: str) -> list[tuple[int, int, int]]:
        """Return where a term stands in a section's folded text: (start, end, clause), what does not count left out."""
        read = self.places.read[at]
        if not self.places.knows(read.section.lang) or read.repealed:
            return []
        if term not in read.hits:
            read.hits[term] = [hit for hit in self.places.raw(at, term) if not self._does_not_count(at, term, hit)]
        return read.hits[term]

    def is_no_ban(self, at: int, clause: int) -> bool:
        """Whether a clause is no ban: it allows, says that somebody may forbid, or speaks of what is alleged."""
        return self._permits(at, clause) or self._alleges(at, clause) or self._may_forbid(at, clause)

    def _may_forbid(self, at: int, clause: int) -> bool:
        """Whether all that forbids in a clause is only allowed to: "the Minister may by order prohibit"."""
        read = self.places.read[at]
        allowed = PERMITTED.get(read.section.lang)
        forbids = [start for start, _, where in self.places.raw(at, "forbidden") if where == clause]
        only = any(one[2] == clause for one in self.places.raw(at, "only_if"))  # "may be produced only for"
        if allowed is None or only or not forbids:
            return False
        text, begins = read.folded.text, read.starts[clause]
        return all(
            any(
                not any(found.end() <= place < start for place in self._cues(at)["negation"].get(clause, ()))
                for found in allowed.finditer(text, max(begins, start - _GOVERNED), start)
            )
            for start in forbids
        )

    def is_excluded(self, at: int, start: int, clause: int, *, permitted: bool) -> bool:
        """Whether the part of a clause that a word stands in only excludes or, where that counts, permits things."""
        read, by_clause = self.places.read[at], self._cues(at)
        turning = (place for cue in _TURNING for place in by_clause[cue].get(clause, ()))
        turned = any(self._is_turned(read, start, place, clause) for place in turning)
        return turned or (permitted and self._permits(at, clause))

    def allows(self, at: int, clause: int) -> bool:
        """Whether a clause says that something may be done."""
        read = self.places.read[at]
        allowed = PERMITTED.get(read.section.lang)
        return bool(allowed and allowed.search(read.folded.text, read.starts[clause], read.ends[clause]))

    def lets_through(self, at: int, clause: int) -> bool:
        """Whether a clause makes an exception that the Convention does not know: for a licence, or no purpose."""
        read = self.places.read[at]
        return any(
            self._is_let_through(at, clause, *one) for one in self._excepted(read, clause, self._cues(at)["except"])
        )

    def _is_let_through(self, at: int, clause: int, first: int, last: int) -> bool:
        """Whether what is excepted between two places of a clause is a licence, or no purpose that is known."""

        def behind(*terms: str) -> bool:
            return any(
                where == clause and first < start < last
                for term in terms
                for start, _, where in self.places.raw(at, term)
            )

        if behind("licence"):
            return True
        read = self.places.read[at]
        return not (behind(*PURPOSES, "convention", "by_reference") or self._refers(read, first, last))

    def _permits(self, at: int, clause: int) -> bool:
        """Whether a clause allows without forbidding: "may be used by the armed forces in any circumstances"."""
        read = self.places.read[at]
        if clause not in read.permits:
            bound = any(
                one[2] in self.places.windows(at)[clause] for term in _BINDING for one in self.places.raw(at, term)
            )
            read.permits[clause] = self.allows(at, clause) and not bound
        return read.permits[clause]

    def _alleges(self, at: int, clause: int) -> bool:
        """Whether a clause speaks of use as alleged, which an inspection looks into: it forbids none."""
        return any(one[2] == clause for one in self.places.raw(at, "alleged_use"))

    @staticmethod
    def _refers(read: ReadSection, start: int, end: int) -> bool:
        """Whether a stretch of a section's folded text points to another section, or to a part of the same."""
        first, last = read.folded.span(start, end)
        said = read.section.text[max(first - read.lead, 0) : max(last - read.lead, 0)]
        return any(True for _ in references_in(said, read.section.lang)) or _PART.search(said) is not None

    def _does_not_count(self, at: int, term: str, hit: tuple[int, int, int]) -> bool:
        """Whether a word is spoken of only to exclude it, or denied."""
        if term in _CUES:
            return False
        read = self.places.read[at]
        start, end, clause = hit
        if term not in _IN_NAMES and any(first <= start and end <= last for first, last in self._names(at)):
            return True
        for other in _PART_OF.get(term, ()):
            if any(one[2] == clause and one[0] <= start <= one[1] + _PART_WITHIN for one in self.places.raw(at, other)):
                return True
        lent = (one for other in _LENT.get(term, ()) for one in self.places.raw(at, other))
        if any(first < end and start < last for first, last, _ in lent):
            return True
        by_clause = self._cues(at)
        if term in EXEMPTING:
            return False
        turning = [place for cue in _TURNING for place in by_clause[cue].get(clause, ())]
        if any(self._is_turned(read, start, place, clause) for place in turning):
            return True
        if any(self._is_led(at, lead) for lead in self._leads_to(read, clause)):
            return True
        if any(self._is_reserved(read, start, clause, one) for one in by_clause["without_prejudice"].get(clause, ())):
            return True
        excepted = [
            first
            for first, last in self._excepted(read, clause, by_clause["except"], own=True)
            if first < start < last and term not in _LEFT_BEHIND
        ]
        if excepted:
            before = any(other < min(excepted) for other, _, where in self.places.raw(at, term) if where == clause)
            return not before
        if term == "access" and any(place > start for place in by_clause["except"].get(clause, ())):
            return False  # "shall not enter except with consent"
        return term in DENIABLE and any(
            self._denies(at, place, start, clause) for place in by_clause["negation"].get(clause, ())
        )

    def _denies(self, at: int, place: int, start: int, clause: int) -> bool:
        """Whether a negation is one of a word that follows: "not have access", but not "not refuse access"."""
        between = self.places.read[at].folded.text[place:start]
        return (
            0 < start - place <= _NEAR_NEGATION
            and not any(sign in ".;,:" for sign in between)
            and not any(place <= one < start and where == clause for one, _, where in self.places.raw(at, "obstruct"))
        )

    @staticmethod
    def _is_turned(read: ReadSection, start: int, place: int, clause: int) -> bool:
        """Whether a word stands in the part of a clause that does not apply, is not deemed so, or rules nothing.

        "..., and the second sentence of article 3 does not apply" takes nothing from what stands before.
        """
        parts = [found.end() for found in _AND.finditer(read.folded.text, read.starts[clause], place)]
        return start >= max(parts, default=0)

    def _is_led(self, at: int, lead: int) -> bool:
        """Whether the line that a list hangs on ends in what does not apply or rules nothing: so do its items."""
        read, by_clause = self.places.read[at], self._cues(at)
        return any(
            self._is_turned(read, read.ends[lead] - 1, place, lead)
            and not _AND.search(read.folded.text, place, read.ends[lead])
            for cue in _TURNING
            for place in by_clause[cue].get(lead, ())
        )

    @staticmethod
    def _leads_to(read: ReadSection, clause: int) -> list[int]:
        """Return the lines that a clause hangs on, but for a title."""
        leads = []
        up = read.hangs_on[clause]
        while up >= 0:
            if up != read.title:
                leads.append(up)
            up = read.hangs_on[up]
        return leads

    @staticmethod
    def _is_reserved(read: ReadSection, start: int, clause: int, place: int) -> bool:
        """Whether a word stands in what a clause leaves to other laws: to the comma where that is an insertion."""
        before = read.folded.text[read.starts[clause] : place].rstrip()
        inserted = len(before) <= OPENING or before[-1] in _COMMAS
        ends = read.ends[clause]
        closed = min((at for sign in _COMMAS if (at := read.folded.text.find(sign, place, ends)) >= 0), default=-1)
        return place < start < (closed if inserted else ends)

    @staticmethod
    def _excepted(
        read: ReadSection, clause: int, places: Mapping[int, Sequence[int]], *, own: bool = False
    ) -> list[tuple[int, int]]:
        """Return from where to where a clause excepts; ``own``: to the comma where the exception opens the clause.

        In Chinese each exception has an end of its own: 除 to 外, 除非 to the comma, and what ends in 除外 begins at
        但 ("but") or behind the comma.
        """
        found = places.get(clause)
        if not found:
            return []
        text, starts, ends = read.folded.text, read.starts[clause], read.ends[clause]
        if read.section.lang == "zh":
            return [one for place in found if (one := _excepted_in_chinese(text, starts, place, ends)) is not None]
        place, closed = min(found), -1
        if own and place - starts <= OPENING:
            closed = min((at for sign in _COMMAS if (at := text.find(sign, place, ends)) >= 0), default=-1)
        return [(place, closed if closed >= 0 else ends)]

    def _names(self, at: int) -> list[tuple[int, int]]:
        """Return where the Convention or a body is called by its long name, which forbids and produces nothing."""
        read = self.places.read[at]
        if read.names is None:
            pattern = long_names(read.section.lang)
            read.names = [found.span() for found in pattern.finditer(read.folded.text)] if pattern else []
        return read.names

    def _cues(self, at: int) -> dict[str, dict[int, list[int]]]:
        """Return where in each clause of a section the words stand that turn others round."""
        read = self.places.read[at]
        if not read.cues:
            for cue in (*_TURNING, "without_prejudice", "except", "negation"):
                found = read.cues.setdefault(cue, {})
                named = [(first, last) for term in _DENIED_BY_NAME for first, last, _ in self.places.raw(at, term)]
                for start, _, clause in self.places.raw(at, cue):
                    is_name = any(first <= start < last for first, last in named)
                    if cue == "except" and self._is_in_a_word(read, start):
                        continue
                    if not is_name and (cue != "negation" or not self._measures(read, start)):
                        found.setdefault(clause, []).append(start)
        return read.cues

    @staticmethod
    def _measures(read: ReadSection, start: int) -> bool:
        pattern = MEASURED.get(read.section.lang)
        return pattern is not None and pattern.match(read.folded.text, start) is not None

    @staticmethod
    def _is_in_a_word(read: ReadSection, start: int) -> bool:
        pattern = IN_WORDS.get(read.section.lang)
        return pattern is not None and pattern.match(read.folded.text, start) is not None


def _excepted_in_chinese(text: str, starts: int, place: int, ends: int) -> tuple[int, int] | None:
    """Return from where to where a Chinese exception goes whose word stands at a place of a clause."""
    if text.startswith(("除外", "例外", "不在此"), place):
        but = text.rfind("但", starts, place)
        first = but if but >= 0 else text.rfind(",", starts, max(starts, place - 1))
        return max(first, starts - 1), place
    if text.startswith("除非", place):
        found = _UNLESS.search(text, place, ends)
        return place, found.start() if found else ends
    found = _APART.search(text, place, ends)
    if found is None:
        closed = text.find(",", place, ends)
        return place, closed if closed >= 0 else ends
    return None if found["besides"] else (place, found.start())


_UNLESS = re.compile(r",|否则")
_APART = re.compile(
    r"(?:[以之]外|(?<![国境海对例])外(?!国|交|汇|贸|部|来|商|币))"
    r"(?P<besides>,?.{0,8}?(?:还|亦(?!不得)|也(?!不得)|同时|另须|另应|并应|并须|并处))?"
)
"""What closes 除, and what makes of "except" a "besides"."""
_AND = re.compile(r"[:;,]?\s*\bprovided\s(?:that|however|always)\b|[,;]\s*(?:et|and|y|und|и)\s|,[而并且但]|،\s*و")
_PART = re.compile(r"\b(?:sub-?section|sub-?paragraph|paragraph|subdivision)s?\s+\(\w", re.IGNORECASE)
"""A part of the same section: "except as provided in subsection (b)"."""
_COMMAS = ",،"
OPENING = 12
"""Signs before "except" within which it opens a clause ("(1) Except with a licence, no person shall ...")."""
_REQUIRED = ("end_use_certificate", "retransfer", "consent", "warrant", "single_facility", "registered", "prior_notice")
"""What an exception may ask for: "shall not be exported unless the importer gives an end-use certificate"."""
_LEFT_BEHIND = frozenset((*_REQUIRED, *PURPOSES, *ANCHORS, *DEFINING))
"""Terms that count behind "except" too."""
_NEAR_NEGATION = 30
_GOVERNED = 45
"""Signs before "prohibit" within which "may" governs it."""
_DENIED_BY_NAME = ("purposes_not_prohibited", "not_party")
"""Terms whose own name denies: "purposes not prohibited", "States not party" turn nothing round."""
_PART_WITHIN = 25
_PART_OF = {"use_of_weapons": ("military_preparations", "meant_for_use"), "use": ("military_preparations",)}
"""Terms that do not count where they belong to another right before: use in "military preparations to use"."""
_LENT = {"use_of_weapons": ("weapons_facility",)}
"""Terms that do not count where another lends them a word: "use of a facility for the production of weapons"."""
_BINDING = (
    "forbidden",
    "only_if",
    "offence",
    "punished",
    "imprisonment",
    "fine",
    "licence",
    "negation",
    "except",
    "obliged",
)
_IN_NAMES = frozenset(("organisation", "national_authority", "authority", "designate", "liaison"))
_TURNING = ("does_not_apply", "not_deemed", "rules_nothing")
"""What takes all that its part of a clause says out of the law."""
_CUES = frozenset((*_TURNING, "without_prejudice", "except", "negation", "by_reference", "by_regulation", "convention",
                   "biological_weapons", "obliged", "repealed"))  # fmt: skip
