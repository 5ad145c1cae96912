"""A State's sections, read, and where the terms of their language stand in them, nothing yet weighed."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from pathlib import Path

from opencwc.convention.measure_terms import Terms, compile_pattern, joined
from opencwc.convention.measures import Measures
from opencwc.legislation.reading.section_text import ReadSection, read_section
from opencwc.legislation.term_cache import KeptHits
from opencwc.legislation.texts.sections import LegalSection


class Places:
    """Where terms stand: ``Places(sections, measures, languages)``, then ``raw(at, term)`` of the section ``at``."""

    def __init__(
        self,
        sections: Sequence[LegalSection],
        measures: Measures,
        languages: Iterable[str],
        cache: Path | None = None,
    ) -> None:
        self._cache = cache
        self._kept: dict[str, KeptHits] = {}
        self.sections = list(sections)
        self.read: list[ReadSection] = [read_section(section) for section in self.sections]
        self._terms: dict[str, Terms] = {lang: measures.terms(lang) for lang in languages}
        self._joined: dict[str, tuple[str, list[int], list[int]]] = {}
        self._found: dict[tuple[str, str], dict[int, list[tuple[int, int, int]]]] = {}
        self._learned: dict[tuple[str, str], re.Pattern[str]] = {}

    def knows(self, lang: str) -> bool:
        """Whether the terms of a language are known: else nothing is found in its sections."""
        return lang in self._terms

    def says(self, lang: str, term: str, folded: str) -> bool:
        """Whether a folded text holds a term."""
        return self._terms[lang].pattern(term).search(folded) is not None

    def learn(self, lang: str, term: str, patterns: Iterable[str]) -> None:
        """Let a term stand, in these texts, wherever one of the patterns is found too."""
        whole = joined([compile_pattern(pattern, lang) for pattern in sorted(patterns, key=len, reverse=True)])
        self._learned[lang, term] = re.compile(whole)
        self._found.pop((lang, term), None)

    def keep(self) -> None:
        """Keep where the terms stand, for the next time that these texts are read."""
        for one in self._kept.values():
            one.save()

    def raw(self, at: int, term: str) -> list[tuple[int, int, int]]:
        """Return where a term stands in a section's folded text: (start, end, clause)."""
        lang = self.read[at].section.lang
        return self._of_language(lang, term).get(at, []) if lang in self._terms else []

    def count(self, at: int, terms: Iterable[str]) -> int:
        """Return how often a section says any of the terms."""
        return sum(len(self.raw(at, term)) for term in terms)

    def windows(self, at: int) -> list[frozenset[int]]:
        """Return for each clause those that are read with it: itself, and the lines that it hangs on.

        What ends the sentence of a list goes with each of its items, with a list of its own: "Whoever (a) produces ...
        or (b) imports ... shall (i) declare it and (ii) keep records".
        """
        read = self.read[at]
        if not read.windows:
            for clause in range(len(read.starts)):
                held = {clause}
                up = read.hangs_on[clause]
                while up >= 0:
                    held.add(up)
                    if (tail := read.tails.get(up, -1)) >= 0:
                        own = {one for one, lead in enumerate(read.hangs_on) if lead == tail}
                        held.update({tail} if held & own else {tail, *own})
                    up = read.hangs_on[up]
                read.windows.append(frozenset(held))
        return read.windows

    def _of_language(self, lang: str, term: str) -> dict[int, list[tuple[int, int, int]]]:
        """Find a term in all sections of a language at once, and say in which section and clause each place is."""
        key = (lang, term)
        if key not in self._found:
            if lang not in self._joined:
                self._joined[lang] = self._join(lang)
                self._kept[lang] = KeptHits(self._joined[lang][0], self._terms[lang].patterns, self._cache)
            whole, offsets, held = self._joined[lang]
            places = self._kept[lang].get(term)
            if places is None:
                places = [(hit.start, hit.end) for hit in self._terms[lang].find(term, whole)]
                self._kept[lang].put(term, places)
            if key in self._learned:
                places = sorted({*places, *(one.span() for one in self._learned[key].finditer(whole))})
            found: dict[int, list[tuple[int, int, int]]] = {}
            for first, last in places:
                place = bisect_right(offsets, first) - 1
                at = held[place]
                start, end = first - offsets[place], last - offsets[place]
                read = self.read[at]
                clause = max(bisect_right(read.starts, end - 1) - 1, 0)  # where its last word stands
                found.setdefault(at, []).append((start, end, clause))
            self._found[key] = found
        return self._found[key]

    def _join(self, lang: str) -> tuple[str, list[int], list[int]]:
        parts, offsets, held = [], [], []
        size = 0
        for at, read in enumerate(self.read):
            if read.section.lang == lang:
                offsets.append(size)
                held.append(at)
                parts.append(read.folded.text)
                size += len(read.folded.text) + len(_BETWEEN)
        return _BETWEEN.join(parts), offsets, held


_BETWEEN = "\n.;\n"
