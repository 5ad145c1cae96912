"""Systematic names in a text: runs of words that look like one are read by OPSIN, where it is installed."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence, Set
from functools import lru_cache
from operator import attrgetter

from opencwc.chemistry.chemical_words import has_morpheme
from opencwc.chemistry.molecule_reader import Unreadable, read_structure
from opencwc.chemistry.name_resolver import Candidate
from opencwc.chemistry.name_scanning import Spotted, Word
from opencwc.chemistry.systematic_names import looks_systematic
from opencwc.finding import Message
from opencwc.screening.mentions.model import Judge, Mention, TextRead, closed, reviewed
from opencwc.screening.structure_screener import MET, unreadable


class SystematicSpans:
    """Finds systematic names."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._resolver = judge.screener.known.resolver

    def find_all(self, reads: Sequence[tuple[TextRead, Sequence[Spotted]]]) -> Iterator[list[Mention]]:
        """Yield for each text, given with the names that are known in it, the systematic names in it, and what looks
        like one and cannot be read; OPSIN is asked for many of them at once.
        """
        runs = [[_Run(read, *span) for span in self._spans_in(read, kept)] for read, kept in reads]
        asked = list(dict.fromkeys(name for some in runs for run in some for name in run.names))
        drawn: dict[str, tuple[Candidate, ...]] = {}
        for at in range(0, len(asked), ASKED_AT_ONCE):
            some_names = asked[at : at + ASKED_AT_ONCE]
            drawn.update(zip(some_names, self._resolver.by_systematic_names(some_names), strict=True))
        for some in runs:
            yield [mention for run in some for mention in self._weigh(run, drawn)]

    def _spans_in(self, read: TextRead, kept: Sequence[Spotted]) -> Iterator[tuple[int, int, list[Spotted]]]:
        covered = {number for name in kept for number in range(name.first, name.last + 1)}
        if any(_has_morpheme(word.key) and number not in covered for number, word in enumerate(read.words)):
            yield from self._spans(read, kept, covered)

    def _spans(
        self, read: TextRead, kept: Sequence[Spotted], covered: Set[int]
    ) -> Iterator[tuple[int, int, list[Spotted]]]:
        """Yield runs of words that look like a systematic name and are not simply names that are known."""
        text, words = read.text, read.words
        first = 0
        while first < len(words):
            if not _begins_name(text, words[first]):
                first += 1
                continue
            last = first
            while (
                last + 1 < len(words)
                and _is_chemical_word(words[last + 1].key)
                and not _parts(text, words[last].end, words[last + 1].start)
            ):
                last += 1
            while last > first and not _has_morpheme(words[last].key):
                last -= 1
            run = range(first, last + 1)
            if any(_has_morpheme(words[n].key) and n not in covered for n in run):
                begin, end = (bisect_left(kept, number, key=_first_word) for number in (first, last + 1))
                yield first, last, list(kept[begin:end])
            first = last + 1

    def _weigh(self, run: _Run, drawn: Mapping[str, tuple[Candidate, ...]]) -> Iterator[Mention]:
        """Yield the longest part of a run that OPSIN can read, or the whole as what it could not read."""
        read, inside = run.read, run.inside
        pieces = {number for number in range(run.first, run.last + 1) if _is_piece(read.words[number].key)}
        for (a, b, (start, end, written)), name in zip(run.parts, run.names, strict=True):
            candidates = drawn[name]
            if not candidates or any(one.first < a or one.last > b for one in inside):
                continue
            known, outcomes = self._judge.judge(candidates)
            if not (pieces - set(range(a, b + 1)) or any(map(_is_ion, known.structures))):
                yield Mention(start, end, written, "systematic", outcomes, known)
                return
            if any(
                outcome.verdict in MET for outcome in outcomes
            ):  # a part of the name was read, and it has to do with one
                yield Mention(start, end, written, "systematic", reviewed(outcomes, "doubt_part_of_name"), known)
                return
        start, end, written = closed(read.text, read.words[run.first].start, read.words[run.last].end)
        if looks_systematic(written) and _WRITTEN_OUT.search(written):
            yield Mention(start, end, written, "unknown", (unreadable(Message("unreadable_name"), "text"),))


class _Run:
    """A run of words that looks like a systematic name, with the known names in it: what is asked for is the whole run,
    then the run without its first or last words.
    """

    def __init__(self, read: TextRead, first: int, last: int, inside: Sequence[Spotted]) -> None:
        self.read, self.first, self.last, self.inside = read, first, last, inside
        words = read.words
        spans = [(a, b) for a in range(first, min(first + 3, last + 1)) for b in range(last, max(last - 3, a - 1), -1)]
        spans.sort(key=lambda span: span[0] - span[1])
        whole = {(name.first, name.last) for name in inside}
        self.parts = [
            (a, b, closed(read.text, words[a].start, words[b].end))
            for a, b in spans[:MOST_READINGS]
            if (a, b) not in whole
        ]
        self.names = [_as_asked(read.text, end, written) for _, _, (_, end, written) in self.parts]


def _as_asked(text: str, end: int, written: str) -> str:
    """Return a name as OPSIN is asked for it: an index name with the hyphen that ends it."""
    inverted = text[end : end + 1] == "-" and _INVERTED.search(written + "-") is not None
    return " ".join(written.split()) + "-" * inverted


_first_word = attrgetter("first")


@lru_cache(maxsize=200_000)
def _has_morpheme(key: str) -> bool:
    return has_morpheme(key)


def _is_piece(key: str) -> bool:
    """Tell whether a word is a piece of a chemical's name, be it known or not: isoamyl, tetrahydrofurfuryl."""
    return _has_morpheme(key) or _GROUP.search(key) is not None


@lru_cache(maxsize=200_000)
def _is_chemical_word(key: str) -> bool:
    return key.isascii() and (key.isdecimal() or len(key) == 1 or _is_piece(key) or key in _GLUE)


def _parts(text: str, end: int, start: int) -> bool:
    """Tell whether the signs between two words part two names; the comma of an index name does not."""
    return _APART.search(text[end:start]) is not None and not _INVERTED.match(text, end)


def _begins_name(text: str, word: Word) -> bool:
    """Tell whether a systematic name can begin with a word: a piece of one, or a place with its hyphen."""
    if word.key.isdecimal() or len(word.key) == 1:
        return text[word.end : word.end + 1] in ("-", ",", "'", "’", "′", "(")
    return _is_chemical_word(word.key)


def _is_ion(smiles: str) -> bool:
    """Tell whether a drawing is charged as a whole: what was read is the rest of a name."""
    mol = read_structure(smiles, "smiles")
    return not isinstance(mol, Unreadable) and sum(atom.GetFormalCharge() for atom in mol.GetAtoms()) != 0


MOST_READINGS = 6
ASKED_AT_ONCE = 200
"""Names for one question to OPSIN: it has bounded time for each question, and what it does not get to is not read."""
_GROUP = re.compile("...(?:yl|yle|oxy|oyl)$")
_WRITTEN_OUT = re.compile(r"[\d()\[\]-]|\w{12}")
_GLUE = frozenset((
    "bis", "tris", "tetrakis", "iso", "tert", "sec", "yl", "oyl", "oxy", "ol", "one", "ene", "ane", "alpha",
    "beta", "gamma", "acid", "acide", "ester",
))  # fmt: skip
_APART = re.compile(r"\n\n|, |[;:!?|/\t]|\. ")
_INVERTED = re.compile(
    r"-?, (?:[\w()\[\]'*.+-]|,(?! ))*-(?![^\s,;.)])|-, (?:[\w'-]+ )*(?:ester|salt|\w+chloride|\w+bromide)\b"
)
"""What stands behind the parent in an index name, up to its hyphen, and the ester or salt behind that."""
