"""A law ready to be asked: its index, and what questions need to know of its passages, worked out once and kept.

A measure that a question comes near to lends it its words; what these find in a law is the same for every question.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from opencwc.convention.measure_terms import Terms, fold
from opencwc.convention.measures import READ_LANGUAGES, Measure, Measures
from opencwc.legislation.passage_search import MOST_ENCODED, Hit, PassageIndex, question_of
from opencwc.legislation.texts.references import references_in

PENAL = ("imprisonment", "fine", "punished")
"""Terms of which a question on penalties has one."""


class QuestionIndex:
    """A law's index with what questions need of its passages; passages are called by their place in the index."""

    def __init__(self, index: PassageIndex, measures: Measures) -> None:
        self.index = index
        self.measures = measures
        self._terms: dict[str, Terms] = {lang: measures.terms(lang) for lang in READ_LANGUAGES}
        self._lent: dict[tuple[str, tuple[str, ...]], list[Hit]] = {}
        self._folded: dict[int, str] = {}
        self._named: dict[tuple[int, str], float] = {}
        self._pointed: dict[int, frozenset[str]] = {}

    @cached_property
    def _languages(self) -> tuple[str, ...]:
        """The languages of the passages, most of them first."""
        languages = self.index.languages
        return tuple(sorted(languages, key=lambda language: -len(languages[language])))

    def lent(self, measure: Measure) -> list[Hit]:
        """Return what the words of a measure find, best first."""
        return self._found(measure, self._languages)

    def prepare(self) -> None:
        """Work out of a long law what every measure's words find and name, so that no question waits for it."""
        if len(self.index.passages) <= MOST_ENCODED:
            return
        for measure in self.measures.measures:
            for hit in self.lent(measure):
                self.named(hit.at, measure)
        for at in self.near_penalties:
            self._pointed_to(at)
        self.index.spoken.likeness(())

    def _found(self, measure: Measure, languages: tuple[str, ...]) -> list[Hit]:
        key = (measure.id, languages)
        if key not in self._lent:
            # Each question is kept in the cache by itself.
            self._lent[key] = self.index.search([question_of(measure, languages)], SEARCHED)[0]
        return self._lent[key]

    def named(self, at: int, measure: Measure) -> float:
        """Return how much of a measure's subject and elements a passage names, 0 to 1."""
        key = (at, measure.id)
        if key not in self._named:
            self._named[key] = self._share_named(at, measure)
        return self._named[key]

    def _share_named(self, at: int, measure: Measure) -> float:
        terms = self._terms.get(self.index.passages[at].section.lang)
        if terms is None:
            return 0.0
        if at not in self._folded:
            self._folded[at] = fold(self.index.passages[at].searched).text
        groups = [measure.subject, *(element.terms for element in measure.needed)]
        named = [bool(terms.found(group, self._folded[at])) for group in groups if group]
        return sum(named) / len(named) if named else 0.0

    @cached_property
    def near_penalties(self) -> tuple[int, ...]:
        """The passages near the measures on penalties that name one, in their order."""
        penal = [measure for measure in self.measures.measures if measure.kind == "punishes"][:_PENALTIES]
        near = {hit.at for measure in penal for hit in self._found(measure, tuple(self.index.languages))}
        return tuple(at for at in sorted(near) if self._names_penalty(at))

    def _names_penalty(self, at: int) -> bool:
        passage = self.index.passages[at]
        terms = self._terms.get(passage.section.lang)
        return terms is not None and terms.holds((PENAL[:2],), fold(passage.text).text)

    def penalties(self, scores: Mapping[int, float]) -> Iterator[tuple[int, int]]:
        """Yield passages that name a penalty and point to one of the best sections found, or stand in it; with both."""
        passages = self.index.passages
        first = sorted(scores, key=lambda at: -scores[at])[:_PUNISHED]
        for at in self.near_penalties:
            pointed = self._pointed_to(at)
            same = (
                other
                for other in first
                if passages[other].section.number in pointed
                and passages[other].section.file == passages[at].section.file
            )
            if (banned := next(same, None)) is not None:
                yield at, banned

    def _pointed_to(self, at: int) -> frozenset[str]:
        """Return the numbers of the sections that a passage points to, and that of its own."""
        if at not in self._pointed:
            passage = self.index.passages[at]
            named = {
                number
                for reference in references_in(passage.text, passage.section.lang)
                if reference.whose != "other"
                for number in reference.numbers
            }
            self._pointed[at] = frozenset({*named, passage.section.number})
        return self._pointed[at]


SEARCHED = 60
"""Passages of each search that are looked at."""
_PENALTIES, _PUNISHED = 3, 3
"""Measures on penalties whose words are looked for (obstruction, the bans, the controls), and sections punished."""
