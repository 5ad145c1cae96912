"""One text to its mentions: each kind is looked for in turn, and what was found first is not looked at again."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from operator import attrgetter, itemgetter
from typing import cast

from opencwc.chemistry.chemical_words import is_substituent
from opencwc.chemistry.name_parts import NameParts
from opencwc.chemistry.name_scanning import NameScanner, Spotted, Word
from opencwc.language.columns import read_row
from opencwc.screening.mentions.conflicts import Agreement, is_list_of_codes, is_only_digits
from opencwc.screening.mentions.denials import Denial
from opencwc.screening.mentions.drawings import Drawings
from opencwc.screening.mentions.first_look import DRAWN, NAME, NEAR, NUMBER, SPACED, SYSTEMATIC, Signs
from opencwc.screening.mentions.model import Judge, Mention, Taken, TextRead, reviewed
from opencwc.screening.mentions.names import Names, Use
from opencwc.screening.mentions.near_spellings import NearSpellings
from opencwc.screening.mentions.numbers import Numbers
from opencwc.screening.mentions.other_meanings import OtherMeanings
from opencwc.screening.mentions.reversed_names import OVERRIDES, as_seen, placed
from opencwc.screening.mentions.shared_words import SharedWords, may_share
from opencwc.screening.mentions.spaced_letters import SpacedLetters
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
        self._spaced = SpacedLetters(judge)
        self._denial = Denial(self.scanner)
        parts = NameParts.load()
        other_meanings = OtherMeanings(self.scanner, resolver.curated, parts)
        self._names = Names(judge, self.scanner, parts, self._denial, other_meanings)
        self._shared = SharedWords(self.scanner, self._names.judge_spotted)
        self._systematic = SystematicSpans(judge)
        self._near = NearSpellings(judge, self.scanner, other_meanings)
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
            telling = [reading for reading in readings if reading.found]
            for reading in telling:
                reading.found.sort(key=_place)
            for reading in telling:
                if reading.read is None:
                    reading.read = TextRead(reading.text, self.scanner.words(reading.text), read_row(reading.text))
                reading.found = self._denial.weigh(reading.found, reading.read)
            for reading in telling:
                reading.found = self._stating.with_evidence(reading.found, cast(TextRead, reading.read))
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
            for reading in going_on:
                step(reading)
        self._find_systematic(going_on)
        for step in (self._find_names, self._find_near, self._find_shared, self._part, self._hold_together):
            for reading in going_on:
                step(reading)
        return readings

    def _spot(self, reading: _Reading) -> None:
        reading.words = self.scanner.words(reading.text, reading.cut)
        if reading.signs & NAME:
            reading.spotted = self.scanner.scan(reading.text, reading.words)

    def _weigh_uses(self, reading: _Reading) -> None:
        reading.uses = self._names.uses(reading.text, reading.words, reading.spotted) if reading.spotted else []
        reading.unsure = bool(reading.signs & NUMBER) or any(
            use.needs != "plain" or use.against for use in reading.uses
        )

    def _read_stated(self, reading: _Reading) -> None:
        reading.read = TextRead(reading.text, reading.words, read_row(reading.text) if reading.unsure else ())

    def _choose(self, reading: _Reading) -> None:
        read = cast(TextRead, reading.read)
        if reading.signs & DRAWN:
            reading.found += self._drawings.find(read)
        if reading.signs & SPACED:
            reading.found += self._spaced.find(read)
        if reading.unsure:
            reading.found += self._numbers.find(read)
        reading.kept = self._names.choose(read, reading.uses, reading.found)

    def _find_systematic(self, readings: Sequence[_Reading]) -> None:
        signed = [reading for reading in readings if reading.signs & SYSTEMATIC]
        answers = self._systematic.find_all([(cast(TextRead, reading.read), reading.kept) for reading in signed])
        for reading, mentions in zip(signed, answers, strict=True):
            for mention in mentions:
                (reading.unread if mention.kind == "unknown" else reading.found).append(mention)

    def _find_names(self, reading: _Reading) -> None:
        named = self._names.find(cast(TextRead, reading.read), reading.kept, reading.found)
        if reading.unread:
            named, reading.unread = _within_unread(named, reading.unread)
        reading.found += [*named, *reading.unread]

    def _find_near(self, reading: _Reading) -> None:
        if reading.signs & NEAR:
            near = list(self._near.find(cast(TextRead, reading.read), reading.found))
            reading.found = [
                mention for mention in reading.found if mention.met or not _lies_within(mention, near)
            ] + near

    def _find_shared(self, reading: _Reading) -> None:
        if may_share(reading.text) or any(mention.kind == "name" and mention.met for mention in reading.found):
            shared = list(self._shared.find(reading.text, reading.found))
            taken = Taken((mention.start, mention.end) for mention in shared)
            whole = [one for one in reading.found if one.met or not taken.overlaps(one.start, one.end)]
            reading.found = whole + shared

    def _part(self, reading: _Reading) -> None:
        if not reading.unsure and any(mention.met for mention in reading.found):
            reading.read = TextRead(reading.text, reading.words, read_row(reading.text))
        if len(reading.found) > 1:
            reading.found = _apart(reading.found)

    def _hold_together(self, reading: _Reading) -> None:
        read = cast(TextRead, reading.read)
        if read.stated or (reading.signs & NUMBER and _has_only_codes(reading.text)):
            reading.found.sort(key=_place)
            reading.found += [
                *self._agreement.of_numbers(read, reading.found),
                *self._agreement.of_tariff(read, reading.found),
            ]

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
    uses: Sequence[Use] = ()
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


def _has_only_codes(text: str) -> bool:
    return is_only_digits(text) or is_list_of_codes(text)


def _has_override(text: str) -> bool:
    return not text.isascii() and any(mark in text for mark in OVERRIDES)


def _within_unread(named: list[Mention], unread: list[Mention]) -> tuple[list[Mention], list[Mention]]:
    """Weigh names against runs that could not be read: a listed one in such a run is for review, others say nothing."""
    kept: list[Mention] = []
    told: set[int] = set()
    for mention in named:
        first, last = bisect_right(unread, mention.start, key=_end), bisect_left(unread, mention.end, key=_start)
        runs = unread[first:last]
        if not runs:
            kept.append(mention)
        elif mention.met and not is_substituent(mention.text):
            kept.append(mention._replace(outcomes=reviewed(mention.outcomes, "doubt_part_of_name")))
            told.update(run.start for run in runs)
    return kept, [run for run in unread if run.start not in told]


def _lies_within(mention: Mention, others: Sequence[Mention]) -> bool:
    """Tell whether a mention is only a part of one of others, which stand apart and in order."""
    first, last = bisect_right(others, mention.start, key=_end), bisect_left(others, mention.end, key=_start)
    return any(map(mention.lies_within, others[first:last]))


_start, _end = attrgetter("start"), attrgetter("end")
_place = itemgetter(0, 1)  # of a mention: start and end


def _apart(found: Iterable[Mention]) -> list[Mention]:
    """Keep mentions that do not overlap: structures and numbers first, then the longer one."""
    kept: list[Mention] = []
    starts: list[int] = []  # of those kept, and their ends, in the order of the text
    ends: list[int] = []
    for mention in sorted(found, key=_rank):
        place = bisect_right(ends, mention.start)
        if place == len(starts) or mention.end <= starts[place]:
            starts.insert(place, mention.start)
            ends.insert(place, mention.end)
            kept.append(mention)
    return kept


def _rank(mention: Mention) -> tuple[int, int, int]:
    return _RANK.get(mention.kind, 9), mention.start - mention.end, mention.start


CHARACTERS_AT_ONCE = 50_000
_RANK = {"structure": 0, "cas": 1, "ec": 2, "systematic": 3, "name": 4, "formula": 4, "un": 5, "near": 6, "unknown": 7}
