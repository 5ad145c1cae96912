"""Near spellings in a text: words that nothing was found in, and that are nearly a listed chemical's name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from opencwc.chemistry.name_resolver import Candidate, curated_candidate
from opencwc.chemistry.name_scanning import NameScanner, Word
from opencwc.chemistry.names import as_read_by_ocr
from opencwc.screening.mentions.model import Judge, Mention, Taken, TextRead
from opencwc.screening.mentions.other_meanings import OtherMeanings
from opencwc.screening.mentions.typing_errors import Corrector
from opencwc.screening.structure_screener import MET


class NearSpellings:
    """Finds near spellings; what was looked up once is remembered."""

    def __init__(self, judge: Judge, scanner: NameScanner, other_meanings: OtherMeanings) -> None:
        self._judge = judge
        self._resolver = judge.screener.known.resolver
        self._scanner = scanner
        self._other_meanings = other_meanings
        self._corrector = Corrector(self._resolver, scanner)
        self._near: dict[str, tuple[Candidate, ...]] = {}
        self._worth: dict[str, str] = {}

    def find(self, read: TextRead, found: Sequence[Mention]) -> Iterator[Mention]:
        """Yield what is nearly spelt like a listed chemical's name, among the words that nothing was found in."""
        text, words = read.text, read.words
        taken = Taken((one.start, one.end) for one in found if one.met or " " in one.text)
        skip = -1
        for number, word in enumerate(words):
            how = self.worth(text[word.start : word.end], word)
            if not how or number <= skip or taken.overlaps(word.start, word.end):
                continue
            for first, last, candidates in self._readings(text, words, number, how):
                start, end = words[first].start, words[last].end
                if taken.overlaps(start, end):
                    continue
                known, outcomes = self._judge.judge(candidates)
                if met := tuple(outcome for outcome in outcomes if outcome.verdict in MET):
                    yield Mention(start, end, text[start:end], "near", met, known)
                    skip = last
                    break

    def worth(self, written: str, word: Word) -> str:
        """Say, and remember, what a word is worth: ``name`` where it may nearly be one, ``word`` where it may be a
        mistyped word of one, or nothing (empty).
        """
        how = self._worth.get(word.key)
        if how is None:
            if _ARABIC.match(word.key):
                how = "name" if len(word.stem) >= LEAST_ARABIC else ""
            else:
                alone = self._nearly(written) or self._corrector.is_mistyped_alone(word)
                how = "name" if alone else "word" if self._corrector.is_mistyped(word) else ""
            if len(self._worth) >= MOST_REMEMBERED:
                self._worth.clear()
            self._worth[word.key] = how
        return how

    def is_of_names(self, word: Word) -> bool:
        """Tell whether a word is one of listed chemicals' names of several words."""
        return self._corrector.is_of_names(word)

    def _readings(
        self, text: str, words: Sequence[Word], number: int, how: str
    ) -> Iterator[tuple[int, int, tuple[Candidate, ...]]]:
        """Yield what a word can be meant as: part of a name of several words, each put right; or a name by itself."""
        if read := self._corrector.read(text, words, number):
            first, last, spellings = read
            sure = tuple(curated_candidate(spelling.chemical, "doubtful", spelling.name.text) for spelling in spellings)
            yield first, last, tuple(one._replace(found="near", doubt="doubt_near_spelling") for one in sure)
        if _ARABIC.match(words[number].key):
            until = number
            while until < min(number + 3, len(words) - 1) and not words[until + 1].key.startswith("و"):  # "and"
                until += 1
            for last in range(until, number - 1, -1):
                gaps = (text[one.end : other.start] for one, other in pairwise(words[number : last + 1]))
                if all(gap in _JOINING for gap in gaps):
                    written = text[words[number].start : words[last].end]
                    if candidates := self._nearly(written):
                        yield number, last, candidates
        elif how == "name":
            word = words[number]
            written = text[word.start : word.end]
            titled = written.istitle() and number and self._other_meanings.is_title(words[number - 1])
            if not titled and (candidates := self._nearly(written)):
                yield number, number, candidates

    def _nearly(self, written: str) -> tuple[Candidate, ...]:
        """Return, and remember, the listed chemicals that a text is nearly the name of; none where it is a name."""
        plain = as_read_by_ocr(written) or written
        if len(plain) < LEAST_NEAR or any(map(str.isdigit, plain)):
            return ()
        key = plain.casefold()
        if key not in self._near:
            if len(self._near) >= MOST_REMEMBERED:
                self._near.clear()
            is_name = self._scanner.is_curated(plain) or bool(self._resolver.index.by_name(plain))
            self._near[key] = () if is_name else self._resolver.by_near_name(plain)
        return self._near[key]


LEAST_NEAR = 6
LEAST_ARABIC = 4
MOST_REMEMBERED = 100_000
_ARABIC = re.compile("[\u0600-\u06ff]")
_JOINING = frozenset({" ", "-", "\n", "  ", "", "'", "’", " - "})
