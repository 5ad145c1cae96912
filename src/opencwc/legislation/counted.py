"""Which words of a section count: not those that it excludes, denies, leaves to other laws or only calls a name."""

from __future__ import annotations

import re
from collections.abc import Sequence

from opencwc.language.references import references_in
from opencwc.legislation.clauses import ReadSection
from opencwc.legislation.cues import MEASURED, PERMITTED, long_names
from opencwc.legislation.places import Places
from opencwc.legislation.topics import ANCHORS, DEFINING, DENIABLE, EXEMPTING, PURPOSES


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
        """Whether a clause is no ban: it allows, or speaks of what is alleged."""
        return self._permits(at, clause) or self._alleges(at, clause)

    def is_excluded(self, at: int, clause: int) -> bool:
        """Whether a clause speaks of things only to exclude or to permit them."""
        by_clause = self._cues(at)
        return any(clause in by_clause[cue] for cue in _TURNING) or self._permits(at, clause)

    def allows(self, at: int, clause: int) -> bool:
        """Whether a clause says that something may be done."""
        read = self.places.read[at]
        allowed = PERMITTED.get(read.section.lang)
        return bool(allowed and allowed.search(read.folded.text, read.starts[clause], read.ends[clause]))

    def lets_through(self, at: int, clause: int) -> bool:
        """Whether a clause makes an exception that the Convention does not know: for a licence, or no purpose."""
        read = self.places.read[at]
        excepted = min(self._cues(at)["except"].get(clause, ()), default=None)
        if excepted is None:
            return False

        def behind(*terms: str) -> bool:
            return any(
                where == clause and start > excepted for one in terms for start, _, where in self.places.raw(at, one)
            )

        if behind("licence"):
            return True
        known = behind(*PURPOSES, "convention", "by_reference") or self._refers(read, excepted, read.ends[clause])
        return not known and read.section.lang != "zh"  # in Chinese the word is a part of others

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
        """Whether a stretch of a section's folded text points to another section."""
        first, last = read.folded.span(start, end)
        said = read.section.text[max(first - read.lead, 0) : max(last - read.lead, 0)]
        return any(True for _ in references_in(said, read.section.lang))

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
        excepted = by_clause["except"].get(clause)
        goes_on = term in PURPOSES or term in ANCHORS or term in DEFINING
        if excepted and not goes_on and self._is_behind(read, start, clause, excepted):
            before = any(other < min(excepted) for other, _, where in self.places.raw(at, term) if where == clause)
            return not before
        if term in DENIABLE:
            return any(
                0 < start - place <= _NEAR_NEGATION
                and not any(sign in ".;,:" for sign in read.folded.text[place:start])
                for place in by_clause["negation"].get(clause, ())
            )
        return False

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

    def _is_behind(self, read: ReadSection, start: int, clause: int, excepted: Sequence[int]) -> bool:
        """Whether a word stands in an exception: to the end of its clause, or to the comma where it opens one."""
        place = min(excepted)
        if start <= place:
            return False
        ends = read.ends[clause]
        if read.section.lang == "zh":
            closed = read.folded.text.find("外", place, ends)
        elif place - read.starts[clause] <= OPENING:
            closed = min((at for sign in _COMMAS if (at := read.folded.text.find(sign, place, ends)) >= 0), default=-1)
        else:
            closed = -1
        return closed < 0 or start < closed

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
                    if not is_name and (cue != "negation" or not self._measures(read, start)):
                        found.setdefault(clause, []).append(start)
        return read.cues

    @staticmethod
    def _measures(read: ReadSection, start: int) -> bool:
        pattern = MEASURED.get(read.section.lang)
        return pattern is not None and pattern.match(read.folded.text, start) is not None


_AND = re.compile(r"[,;]\s*(?:et|and|y|und|и)\s|，[而并且]|،\s*و")
_COMMAS = ",،"
OPENING = 12
"""Signs before "except" within which it opens a clause ("(1) Except with a licence, no person shall ...")."""
_NEAR_NEGATION = 30
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
