"""Which words of a section count: not those that it excludes, denies, leaves to other laws or only calls a name."""

from __future__ import annotations

from collections.abc import Iterable, Set

from opencwc.legislation.patterns import pattern
from opencwc.legislation.reading.term_positions import TermPlace, TermPositions
from opencwc.legislation.reading.topics import ANCHORS, DEFINING, DENIABLE, EXEMPTING, PURPOSES
from opencwc.legislation.reading.turning_words import TAKING_OUT, TurningWords


class OperativeTerms:
    """The places of terms that count: what stands behind "except" does not; nothing counts of a repealed section."""

    def __init__(self, terms: TermPositions, turning: TurningWords, repealed: Set[int]) -> None:
        self._terms = terms
        self._turning = turning
        self._repealed = repealed
        self._hits: dict[tuple[int, str], list[TermPlace]] = {}
        self._names: dict[int, list[tuple[int, int]]] = {}

    def hits(self, at: int, term: str) -> list[TermPlace]:
        """Return where a term stands in a section and counts."""
        key = (at, term)
        if key not in self._hits:
            places = [] if at in self._repealed else self._terms.find(at, term)
            self._hits[key] = places if term in _ALWAYS else [place for place in places if self._counts(at, place)]
        return self._hits[key]

    def of_group(self, at: int, group: Iterable[str]) -> list[TermPlace]:
        """Return where any of some terms stands in a section and counts."""
        return [hit for term in group for hit in self.hits(at, term)]

    def _counts(self, at: int, place: TermPlace) -> bool:
        """Whether a word is spoken of, and not only to exclude or deny it."""
        if self._is_in_a_name(at, place) or self._belongs_to_another(at, place):
            return False
        if place.term in EXEMPTING:
            return True
        term, start, _, clause = place
        turning = self._turning
        if turning.takes_out(at, start, clause) or turning.takes_out_list(at, clause):
            return False
        if turning.reserves(at, start, clause):
            return False
        excepted = [
            first
            for first, last in turning.excepted(at, clause, own=True)
            if first < start < last and term not in _LEFT_BEHIND
        ]
        if excepted:
            return any(other.start < min(excepted) for other in self._terms.find(at, term) if other.clause == clause)
        words = turning.of(at)
        if term == "access" and any(other > start for other in words["except"].get(clause, ())):
            return True  # "shall not enter except with consent"
        return term not in DENIABLE or not any(
            self._denies(at, negation, place) for negation in words["negation"].get(clause, ())
        )

    def _is_in_a_name(self, at: int, place: TermPlace) -> bool:
        """Whether a word stands in the long name of the Convention or a body, which forbids and produces nothing."""
        if place.term in _NAMING:
            return False
        if at not in self._names:
            text = self._terms.texts[at]
            names = pattern(text.section.lang, "treaty_names", "body_names")
            self._names[at] = [match.span() for match in names.finditer(text.folded.text)] if names else []
        return any(first <= place.start and place.end <= last for first, last in self._names[at])

    def _belongs_to_another(self, at: int, place: TermPlace) -> bool:
        """Whether a word belongs to what stands right before it, or is lent by what it stands in."""
        for term in _PART_OF.get(place.term, ()):
            for other in self._terms.find(at, term):
                if other.clause == place.clause and other.start <= place.start <= other.end + _PART_WITHIN:
                    return True
        return any(
            other.start < place.end and place.start < other.end
            for term in _LENT.get(place.term, ())
            for other in self._terms.find(at, term)
        )

    def _denies(self, at: int, negation: int, place: TermPlace) -> bool:
        """Whether a negation is one of a word that follows: "not have access", but not "not refuse access"."""
        between = self._terms.texts[at].folded.text[negation : place.start]
        return (
            0 < place.start - negation <= _NEAR_NEGATION
            and not any(sign in ".;,:" for sign in between)
            and not any(
                negation <= other.start < place.start and other.clause == place.clause
                for other in self._terms.find(at, "obstruct")
            )
        )


_ALWAYS = frozenset((*TAKING_OUT, "without_prejudice", "except", "negation", "by_reference", "by_regulation",
                     "convention", "biological_weapons", "obliged", "repealed"))  # fmt: skip
"""Terms that count wherever they stand."""
_REQUIRED = ("end_use_certificate", "retransfer", "consent", "warrant", "single_facility", "registered", "prior_notice")
"""What an exception may ask for: "shall not be exported unless the importer gives an end-use certificate"."""
_LEFT_BEHIND = frozenset((*_REQUIRED, *PURPOSES, *ANCHORS, *DEFINING))
"""Terms that count behind "except" too."""
_NEAR_NEGATION = 30
_PART_WITHIN = 25
_PART_OF = {"use_of_weapons": ("military_preparations", "meant_for_use"), "use": ("military_preparations",)}
"""Terms that do not count where they belong to another right before: use in "military preparations to use"."""
_LENT = {"use_of_weapons": ("weapons_facility",)}
"""Terms that do not count where another lends them a word: "use of a facility for the production of weapons"."""
_NAMING = frozenset(("organisation", "national_authority", "authority", "designate", "liaison"))
"""Terms that count in the long name of a body too."""
