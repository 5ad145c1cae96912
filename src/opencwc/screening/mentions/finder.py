"""One text to its mentions: each kind is looked for in turn, and what was found first is not looked at again."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from operator import attrgetter

from opencwc.chemistry.name_parts import NameParts
from opencwc.chemistry.name_scanning import NameScanner
from opencwc.language.columns import read_row
from opencwc.screening.answering import Screener
from opencwc.screening.mentions.agreeing import Agreement
from opencwc.screening.mentions.backwards import OVERRIDES, as_seen, placed
from opencwc.screening.mentions.denying import Denial
from opencwc.screening.mentions.drawings import Drawings
from opencwc.screening.mentions.model import Judge, Mention, TextRead, reviewed
from opencwc.screening.mentions.names import Names
from opencwc.screening.mentions.near import NearSpellings
from opencwc.screening.mentions.numbers import Numbers
from opencwc.screening.mentions.signs import DRAWN, NAME, NEAR, NUMBER, SYSTEMATIC, Signs
from opencwc.screening.mentions.stating import Stating
from opencwc.screening.mentions.systematic import SystematicSpans
from opencwc.screening.model import Outcome


class Finder:
    """Finds mentions under one rulebook; the same object serves one line and millions."""

    def __init__(self, screener: Screener) -> None:
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
        return tuple(one for mention in self.find(text) for one in mention.outcomes)

    def find(self, text: str) -> list[Mention]:
        """Return the mentions in a text, in its order, with what the text states in their evidence."""
        found, read = self._read(text)
        if not text.isascii() and any(mark in text for mark in OVERRIDES):
            seen, runs = as_seen(text)
            found += placed(self._read(seen)[0], runs, text, found)
        if not found:
            return []
        found.sort(key=lambda one: one[:2])
        read = read or TextRead(text, self.scanner.words(text), read_row(text))
        return self._stating.with_evidence(self._denial.weigh(found, read), read)

    def _read(self, text: str) -> tuple[list[Mention], TextRead | None]:
        """Return the mentions in a text as it is written, and the text as far as it was read."""
        cut = self.scanner.cut(text)
        signs = self._signs.of(text, cut)
        if not signs:
            return [], None
        words = self.scanner.words(text, cut)
        uses = self._names.uses(text, words, self.scanner.scan(text, words)) if signs & NAME else []
        unsure = bool(signs & NUMBER) or any(use != "plain" for _, use in uses)
        read = TextRead(text, words, read_row(text) if unsure else ())
        found = [*self._drawings.find(read)] if signs & DRAWN else []
        found += self._numbers.find(read) if unsure else ()
        kept = self._names.choose(read, uses, found)
        systematic = list(self._systematic.find(read, kept)) if signs & SYSTEMATIC else []
        unread = [one for one in systematic if one.kind == "unknown"]
        found += (one for one in systematic if one.kind != "unknown")
        named = self._names.find(read, kept, found)
        if unread:
            named, unread = _within_unread(named, unread)
        found += [*named, *unread]
        if signs & NEAR:
            near = list(self._near.find(read, found))
            found = [one for one in found if one.met or not _lies_within(one, near)] + near
        if not found and not read.stated:
            return [], read
        if not unsure and any(one.met for one in found):
            read = TextRead(text, words, read_row(text))
        if len(found) > 1:
            found = _apart(found)
        if read.stated:
            found.sort(key=lambda one: one[:2])
            found += [*self._agreement.of_numbers(read, found), *self._agreement.of_tariff(read, found)]
        return found, read


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


_RANK = {"structure": 0, "cas": 1, "ec": 2, "systematic": 3, "name": 4, "formula": 4, "un": 5, "near": 6, "unknown": 7}
