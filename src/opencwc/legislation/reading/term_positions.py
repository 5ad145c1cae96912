"""Where the terms of the measures stand in the sections; whether they count there is not asked yet.

Finding the terms again is most of what a second reading costs, so their places are kept in the cache folder.
"""

from __future__ import annotations

import json
import logging
import os
import re
import tempfile
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from opencwc.convention.measure_terms import Terms, compile_pattern, joined
from opencwc.convention.measures import Measures
from opencwc.legislation.reading.section_text import SectionText
from opencwc.records import from_plain
from opencwc.settings import cache_folder

Places = dict[str, list[tuple[int, int]]]
"""By term, the places (start, end) in the folded text of all sections of a language."""


class KeptHits:
    """The ``places`` of terms in one text: the caller adds those of further terms and calls `save` at the end."""

    def __init__(self, text: str, patterns: Mapping[str, tuple[str, ...]], folder: Path | None = None) -> None:
        digest = sha256(json.dumps(sorted(patterns.items()), ensure_ascii=False).encode())
        digest.update(text.encode("utf-8", "surrogatepass"))
        self._path = (folder or cache_folder()) / "laws" / f"{digest.hexdigest()[:40]}.json"
        self.places: Places = self._read()
        self._saved = len(self.places)

    def save(self) -> None:
        """Write what was found; a cache that cannot be written costs time, never the answer."""
        if len(self.places) == self._saved:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._path.parent, suffix=".part")
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                json.dump(self.places, stream)
            Path(name).replace(self._path)
            self._saved = len(self.places)
        except OSError as error:
            logging.getLogger(__name__).warning("where terms stand is not kept: %s", error)

    def _read(self) -> Places:
        try:
            return from_plain(Places, json.loads(self._path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            logging.getLogger(__name__).warning("where terms stand cannot be read again: %s", error)
            return {}


class TermPlace(NamedTuple):
    """Where a term stands in a section's folded text, and the clause that its last word stands in."""

    term: str
    start: int
    end: int
    clause: int


class TermPositions:
    """Where terms stand: ``find_terms(texts, measures, languages).find(at, term)`` for the section ``at``.

    A term is looked for when it is first asked for, in all sections of its language at once.
    """

    def __init__(
        self,
        texts: Sequence[SectionText],
        languages: Mapping[str, _LanguageText],
        names: Mapping[tuple[str, str], re.Pattern[str]],
    ) -> None:
        self.texts = texts
        self._languages = languages
        self._names = names
        self._found: dict[tuple[str, str], dict[int, list[TermPlace]]] = {}

    def knows(self, lang: str) -> bool:
        """Whether the terms of a language are known: else nothing is found in its sections."""
        return lang in self._languages

    def says(self, lang: str, term: str, folded: str) -> bool:
        """Whether a folded text holds a term."""
        return self._languages[lang].terms.pattern(term).search(folded) is not None

    def with_names(self, names: Mapping[tuple[str, str], Iterable[str]]) -> TermPositions:
        """Return positions in which a term, by language, also stands where one of its patterns is found."""
        compiled = {
            (lang, term): re.compile(
                joined([compile_pattern(pattern, lang) for pattern in sorted(patterns, key=len, reverse=True)])
            )
            for (lang, term), patterns in names.items()
        }
        return TermPositions(self.texts, self._languages, compiled)

    def keep(self) -> None:
        """Keep where the terms stand, for the next time that these texts are read."""
        for language in self._languages.values():
            language.kept.save()

    def find(self, at: int, term: str) -> list[TermPlace]:
        """Return where a term stands in a section."""
        lang = self.texts[at].section.lang
        if lang not in self._languages:
            return []
        key = (lang, term)
        if key not in self._found:
            self._found[key] = self._by_section(lang, term)
        return self._found[key].get(at, [])

    def count(self, at: int, terms: Iterable[str]) -> int:
        """Return how often a section says any of the terms."""
        return sum(len(self.find(at, term)) for term in terms)

    def clauses(self, at: int, *terms: str) -> set[int]:
        """Return the clauses of a section that say any of the terms."""
        return {place.clause for term in terms for place in self.find(at, term)}

    def _by_section(self, lang: str, term: str) -> dict[int, list[TermPlace]]:
        language = self._languages[lang]
        spans = language.spans(term)
        if (lang, term) in self._names:
            names = self._names[lang, term].finditer(language.whole)
            spans = sorted({*spans, *(match.span() for match in names)})
        by_section: dict[int, list[TermPlace]] = {}
        for first, last in spans:
            at, start, end = language.in_section(first, last)
            clause = max(bisect_right(self.texts[at].starts, end - 1) - 1, 0)
            by_section.setdefault(at, []).append(TermPlace(term, start, end, clause))
        return by_section


class _LanguageText:
    """The folded texts of all sections in one language, joined, with the terms that are looked for in it."""

    def __init__(self, sections: Mapping[int, SectionText], terms: Terms, cache: Path | None) -> None:
        self.terms = terms
        self.whole = _BETWEEN.join(text.folded.text for text in sections.values())
        self.kept = KeptHits(self.whole, terms.patterns, cache)
        self._sections = tuple(sections)
        self._offsets = tuple(_offsets(sections.values()))

    def spans(self, term: str) -> list[tuple[int, int]]:
        """Return where a term stands in the whole text."""
        if term not in self.kept.places:
            self.kept.places[term] = [(hit.start, hit.end) for hit in self.terms.find(term, self.whole)]
        return self.kept.places[term]

    def in_section(self, first: int, last: int) -> tuple[int, int, int]:
        """Return the section in which a stretch of the whole text begins, and the stretch in the section's text."""
        place = bisect_right(self._offsets, first) - 1
        offset = self._offsets[place]
        return self._sections[place], first - offset, last - offset


def find_terms(
    texts: Sequence[SectionText], measures: Measures, languages: Iterable[str], cache: Path | None = None
) -> TermPositions:
    """Return where the terms of the measures stand in the sections that are in one of the languages."""
    by_language: dict[str, dict[int, SectionText]] = {lang: {} for lang in languages}
    for at, text in enumerate(texts):
        if text.section.lang in by_language:
            by_language[text.section.lang][at] = text
    joined_texts = {
        lang: _LanguageText(sections, measures.terms(lang), cache) for lang, sections in by_language.items() if sections
    }
    return TermPositions(texts, joined_texts, {})


def _offsets(texts: Iterable[SectionText]) -> Iterator[int]:
    offset = 0
    for text in texts:
        yield offset
        offset += len(text.folded.text) + len(_BETWEEN)


_BETWEEN = "\n.;\n"
