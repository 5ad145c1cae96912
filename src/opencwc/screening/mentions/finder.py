"""One text to its mentions: each kind is looked for in turn, and what was found first is not looked at again."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from operator import attrgetter, itemgetter
from typing import cast

from opencwc.chemistry.name_parts import NameParts
from opencwc.chemistry.name_scanning import NameScanner, Spotted, Word
from opencwc.language.columns import read_row
from opencwc.screening.mentions.conflicts import Agreement
from opencwc.screening.mentions.denials import Denial
from opencwc.screening.mentions.drawings import Drawings
from opencwc.screening.mentions.first_look import DRAWN, NAME, NEAR, NUMBER, SYSTEMATIC, Signs
from opencwc.screening.mentions.model import Judge, Mention, TextRead, reviewed
from opencwc.screening.mentions.names import Names
from opencwc.screening.mentions.near_spellings import NearSpellings
from opencwc.screening.mentions.numbers import Numbers
from opencwc.screening.mentions.reversed_names import OVERRIDES, as_seen, placed
from opencwc.screening.mentions.statements import Stating
from opencwc.screening.mentions.systematic import SystematicSpans
from opencwc.screening.model import Outcome
from opencwc.screening.structure_screener import StructureScreener


class Finder:
    """Finds mentions under one rulebook; the same object serves one line and millions."""

    def __init__(self, screener: StructureScreener) -> None:
        self.screener = screener
        judge, resolver = Judge(screener), screener.known.resolver
        self.scanner = NameScanner(resolver)
        self._drawings = Drawings(judge)
        self._numbers = Numbers(judge)
        self._denial = Denial(self.scanner)
        self._names = Names(judge, self.scanner, NameParts.load(), self._denial)
        self._systematic = SystematicSpans(judge)
        self._near = NearSpellings(judge, self.scanner)
        self._agreement = Agreement(judge)
        self._signs = Signs(self.scanner, self._near)
        self._stating = Stating(screener.rulebook.convention)

    def answer(self, text: str) -> tuple[Outcome, ...]:
        """Return the outcomes of a text, each with the mention it speaks of; none where nothing was recognised."""
        return next(self.answer_all((text,)))

    def answer_all(self, texts: Iterable[str]) -> Iterator[tuple[Outcome, ...]]:
        """Yield the outcomes of each text, as `answer` gives them."""
        for mentions in self.find_all(texts):
            yield tuple([outcome for mention in mentions for outcome in mention.outcomes])

    def find(self, text: str) -> list[Mention]:
        """Return the mentions in a text, in its order, with what the text states in their evidence."""
        return next(self.find_all((text,)))

    def find_all(self, texts: Iterable[str]) -> Iterator[list[Mention]]:
        """Yield the mentions in each text, as `find` gives them.

        Each step is taken in a whole block of texts before the next one: a processor that does one thing over and over
        is much quicker than one that turns to another at each text.
        """
        for block in _in_blocks(texts):
            readings = self._read(block)
            self._turn_back([reading for reading in readings if _has_override(reading.text)])
            told = [reading for reading in readings if reading.found]
            for one in told:
                one.found.sort(key=_place)
            for one in told:
                if one.read is None:
                    one.read = TextRead(one.text, self.scanner.words(one.text), read_row(one.text))
                one.found = self._denial.weigh(one.found, one.read)
            for one in told:
                one.found = self._stating.with_evidence(one.found, cast(TextRead, one.read))
            yield from [reading.found for reading in readings]

    def _read(self, texts: Sequence[str]) -> list[_Reading]:
        """Look for the mentions in texts as they are written."""
        readings = [_Reading(text) for text in texts]
        for reading in readings:
            reading.cut = self.scanner.cut(reading.text)
        for reading in readings:
            reading.signs = self._signs.of(reading.text, reading.cut)
        going_on = [reading for reading in readings if reading.signs]
        for step in (self._spot, self._weigh_uses, self._read_stated, self._choose):
            for one in going_on:
                step(one)
        self._find_systematic(going_on)
        for step in (self._find_names, self._find_near, self._part, self._hold_together):
            for one in going_on:
                step(one)
        return readings

    def _spot(self, one: _Reading) -> None:
        one.words = self.scanner.words(one.text, one.cut)
        if one.signs & NAME:
            one.spotted = self.scanner.scan(one.text, one.words)

    def _weigh_uses(self, one: _Reading) -> None:
        one.uses = self._names.uses(one.text, one.words, one.spotted) if one.spotted else []
        one.unsure = bool(one.signs & NUMBER) or any(use != "plain" for _, use in one.uses)

    def _read_stated(self, one: _Reading) -> None:
        one.read = TextRead(one.text, one.words, read_row(one.text) if one.unsure else ())

    def _choose(self, one: _Reading) -> None:
        read = cast(TextRead, one.read)
        if one.signs & DRAWN:
            one.found += self._drawings.find(read)
        if one.unsure:
            one.found += self._numbers.find(read)
        one.kept = self._names.choose(read, one.uses, one.found)

    def _find_systematic(self, readings: Sequence[_Reading]) -> None:
        asked = [reading for reading in readings if reading.signs & SYSTEMATIC]
        told = self._systematic.find_all([(cast(TextRead, one.read), one.kept) for one in asked])
        for one, mentions in zip(asked, told, strict=True):
            for mention in mentions:
                (one.unread if mention.kind == "unknown" else one.found).append(mention)

    def _find_names(self, one: _Reading) -> None:
        named = self._names.find(cast(TextRead, one.read), one.kept, one.found)
        if one.unread:
            named, one.unread = _within_unread(named, one.unread)
        one.found += [*named, *one.unread]

    def _find_near(self, one: _Reading) -> None:
        if one.signs & NEAR:
            near = list(self._near.find(cast(TextRead, one.read), one.found))
            one.found = [mention for mention in one.found if mention.met or not _lies_within(mention, near)] + near

    def _part(self, one: _Reading) -> None:
        if not one.unsure and any(mention.met for mention in one.found):
            one.read = TextRead(one.text, one.words, read_row(one.text))
        if len(one.found) > 1:
            one.found = _apart(one.found)

    def _hold_together(self, one: _Reading) -> None:
        read = cast(TextRead, one.read)
        if read.stated:
            one.found.sort(key=_place)
            one.found += [*self._agreement.of_numbers(read, one.found), *self._agreement.of_tariff(read, one.found)]

    def _turn_back(self, readings: Sequence[_Reading]) -> None:
        """Add to texts with a mark that turns the direction round what is only there as they are seen."""
        for reading in readings:
            seen, runs = as_seen(reading.text)
            reading.found += placed(self._read((seen,))[0].found, runs, reading.text, reading.found)


@dataclass(slots=True)
class _Reading:
    """A text on its way through the steps."""

    text: str
    cut: Sequence[str] = ()
    signs: int = 0
    words: list[Word] = field(default_factory=list)
    spotted: Sequence[Spotted] = ()
    uses: Sequence[tuple[Spotted, str]] = ()
    unsure: bool = False
    read: TextRead | None = None
    kept: Sequence[Spotted] = ()
    found: list[Mention] = field(default_factory=list)
    unread: list[Mention] = field(default_factory=list)


def _in_blocks(texts: Iterable[str]) -> Iterator[list[str]]:
    """Yield texts some at a time, so few that what is made of them stays near to the processor."""
    block: list[str] = []
    size = 0
    for text in texts:
        block.append(text)
        size += len(text)
        if size >= CHARACTERS_AT_ONCE:
            yield block
            block, size = [], 0
    if block:
        yield block


def _has_override(text: str) -> bool:
    return not text.isascii() and any(mark in text for mark in OVERRIDES)


def _within_unread(named: list[Mention], unread: list[Mention]) -> tuple[list[Mention], list[Mention]]:
    """Weigh names against runs that could not be read: a listed one in such a run is for review, others say nothing."""
    kept: list[Mention] = []
    told: set[int] = set()
    for one in named:
        first, last = bisect_right(unread, one.start, key=_end), bisect_left(unread, one.end, key=_start)
        runs = unread[first:last]
        if not runs:
            kept.append(one)
        elif one.met:
            kept.append(one._replace(outcomes=reviewed(one.outcomes, "doubt_part_of_name")))
            told.update(run.start for run in runs)
    return kept, [run for run in unread if run.start not in told]


def _lies_within(one: Mention, others: Sequence[Mention]) -> bool:
    """Tell whether a mention is only a part of one of others, which stand apart and in order."""
    first, last = bisect_right(others, one.start, key=_end), bisect_left(others, one.end, key=_start)
    return any(map(one.lies_within, others[first:last]))


_start, _end = attrgetter("start"), attrgetter("end")
_place = itemgetter(0, 1)  # of a mention: start and end


def _apart(found: Iterable[Mention]) -> list[Mention]:
    """Keep mentions that do not overlap: structures and numbers first, then the longer one."""
    kept: list[Mention] = []
    starts: list[int] = []  # of those kept, and their ends, in the order of the text
    ends: list[int] = []
    for one in sorted(found, key=lambda one: (_RANK.get(one.kind, 9), one.start - one.end, one.start)):
        place = bisect_right(ends, one.start)
        if place == len(starts) or one.end <= starts[place]:
            starts.insert(place, one.start)
            ends.insert(place, one.end)
            kept.append(one)
    return kept


CHARACTERS_AT_ONCE = 50_000
_RANK = {"structure": 0, "cas": 1, "ec": 2, "systematic": 3, "name": 4, "formula": 4, "un": 5, "near": 6, "unknown": 7}
