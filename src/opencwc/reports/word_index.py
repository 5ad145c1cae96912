"""Which events hold a word: every token of their reports in a list, with the events that it stands in.

A word is sought within the tokens, which are few beside all that is written, and only what they point to is read.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from opencwc.files.sections import Sections, SectionWriter
from opencwc.reports.word_pieces import is_chinese, pieces_of, tokens_in

Places: TypeAlias = "NDArray[np.int64]"
_SCRIPTS = ("chinese", "other")
_GAP = 1 << 16
"""Events of tokens that stand so near each other in the file are read at once."""


class WordIndexWriter:
    """Takes the texts of events, one after another, and writes the index."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._tokens, self._events = array("I"), array("I")
        self._count = 0

    def take(self, text: str) -> None:
        """Take the text of the next event, in small letters."""
        tokens = set(tokens_in(text))
        numbers = self._numbers
        self._tokens.extend(numbers.setdefault(token, len(numbers)) for token in tokens)
        self._events.extend([self._count] * len(tokens))
        self._count += 1

    def write(self, file: SectionWriter, before: WordIndex | None = None, places: Places | None = None) -> None:
        """Write the tokens of each script in their order, and the events of each.

        With an index of ``before`` its events come first; ``places`` then says where each event of both stands now,
        -1 where it is no more.
        """
        numbers, events = np.frombuffer(self._tokens, np.uint32), np.frombuffer(self._events, np.uint32)
        if before is not None and places is not None:
            events = places[events + np.uint32(before.count)]
        for script in _SCRIPTS:
            tokens = [token for token in self._numbers if is_chinese(token) == (script == "chinese")]
            in_script = np.full(len(self._numbers), -1, np.int64)
            in_script[[self._numbers[token] for token in tokens]] = np.arange(len(tokens))
            placed = in_script[numbers] if len(numbers) else np.zeros(0, np.int64)
            here = placed >= 0
            words = [token.encode("utf-8", "replace") for token in tokens]
            postings = _Postings(words, placed[here], events[here].astype(np.int64))
            if before is not None and places is not None:
                postings = _joined(before.postings(script, places), postings)
            _write_postings(file, script, postings)


class _Postings(NamedTuple):
    """Words, and for each time that one stands in an event the numbers of both."""

    words: Sequence[bytes]
    tokens: Places
    events: Places


def _joined(one: _Postings, other: _Postings) -> _Postings:
    known = {word: number for number, word in enumerate(one.words)}
    numbers = np.array([known.setdefault(word, len(known)) for word in other.words], np.int64)
    tokens = numbers[other.tokens] if len(numbers) else other.tokens
    return _Postings(list(known), np.concatenate([one.tokens, tokens]), np.concatenate([one.events, other.events]))


def _write_postings(file: SectionWriter, script: str, postings: _Postings) -> None:
    counts = np.bincount(postings.tokens, minlength=len(postings.words))
    number_of = {word: number for number, word in enumerate(postings.words) if counts[number]}
    words = sorted(number_of)
    order = np.full(len(postings.words), -1, np.int64)
    order[[number_of[word] for word in words]] = np.arange(len(words))
    placed = order[postings.tokens] if len(postings.tokens) else postings.tokens
    sort = np.lexsort((postings.events, placed))
    ends = np.cumsum(np.bincount(placed, minlength=len(words)))
    file.add(f"words_{script}", b"\n" + b"".join(word + b"\n" for word in words))
    file.add_array(f"word_starts_{script}", np.cumsum([0, *(len(word) + 1 for word in words)]).astype(np.uint32))
    file.add_array(f"word_ends_{script}", np.concatenate([[0], ends]).astype(np.uint32))
    file.add_array(f"word_events_{script}", postings.events[sort].astype(np.uint32))


class WordIndex:
    """Finds words in the events of a file; ``count`` is how many events there are."""

    def __init__(self, file: Sections, count: int) -> None:
        self._scripts = {script: _Script(file, script, count) for script in _SCRIPTS}
        self.count = count

    def postings(self, script: str, places: Places) -> _Postings:
        """Return the words of a script with their events by where these stand now; those that are no more left out."""
        return self._scripts[script].postings(places)

    def holding(self, words: Iterable[str]) -> NDArray[np.bool_]:
        """Tell of each event whether all words, in small letters, stand in it."""
        fits = np.ones(self.count, np.bool_)
        for piece in dict.fromkeys(piece for word in words for piece in pieces_of(word)):
            fits &= self._scripts["chinese" if is_chinese(piece) else "other"].holding(piece)
        return fits

    def check(self) -> None:
        """Raise `ValueError` where the index does not hold together."""
        for script in self._scripts.values():
            script.check()


class _Script:
    """The tokens of one script."""

    def __init__(self, file: Sections, script: str, count: int) -> None:
        self._file, self._script, self._count = file, script, count

    @cached_property
    def _words(self) -> bytes:
        return self._file.read(f"words_{self._script}")

    @cached_property
    def _starts(self) -> NDArray[np.uint32]:
        return self._file.array(f"word_starts_{self._script}", "u4")

    @cached_property
    def _ends(self) -> NDArray[np.uint32]:
        return self._file.array(f"word_ends_{self._script}", "u4")

    def postings(self, places: Places) -> _Postings:
        """Return the words with their events by where these stand now."""
        ends = self._ends.astype(np.int64)
        tokens = np.repeat(np.arange(len(ends) - 1), np.diff(ends))
        events = places[self._file.array(f"word_events_{self._script}", "u4")]
        there = events >= 0
        return _Postings(self._words.split(b"\n")[1:-1], tokens[there], events[there])

    def holding(self, piece: str) -> NDArray[np.bool_]:
        """Tell of each event whether a piece stands in a token of it."""
        fits = np.zeros(self._count, np.bool_)
        tokens = self._tokens_with(piece.encode("utf-8", "replace"))
        starts, ends = self._ends[tokens].astype(np.int64), self._ends[tokens + 1].astype(np.int64)
        for first, after in _near_each_other(starts, ends):
            events = self._file.array(f"word_events_{self._script}", "u4", int(starts[first]), int(ends[after - 1]))
            for start, end in zip(starts[first:after] - starts[first], ends[first:after] - starts[first], strict=True):
                fits[events[start:end]] = True
        return fits

    def _tokens_with(self, piece: bytes) -> Places:
        """Return the numbers of the tokens that a piece stands in."""
        found, at, words = [], self._words.find(piece), self._words
        while at >= 0:
            found.append(at)
            at = words.find(piece, words.find(b"\n", at))
        return np.searchsorted(self._starts, np.array(found, np.int64) - 1, side="right").astype(np.int64) - 1

    def check(self) -> None:
        """Raise `ValueError` where the index does not hold together."""
        words, starts, ends = self._words, self._starts.astype(np.int64), self._ends.astype(np.int64)
        kept = self._file.size(f"word_events_{self._script}") // 4
        count = words.count(b"\n")
        if not (len(starts) == len(ends) == count and starts[-1] == len(words) - 1 and ends[-1] == kept):
            raise ValueError("tokens without events")
        if starts[0] or ends[0] or (np.diff(starts) <= 0).any() or (np.diff(ends) < 0).any():
            raise ValueError("tokens out of order")
        for start in range(0, kept, 1 << 22):
            events = self._file.array(f"word_events_{self._script}", "u4", start, min(kept, start + (1 << 22)))
            if events.max(initial=0) >= max(self._count, 1):
                raise ValueError("a token of no event")


def _near_each_other(starts: Places, ends: Places) -> Iterator[tuple[int, int]]:
    """Yield the places of stretches, first and after the last, between which next to nothing lies."""
    if not len(starts):
        return
    breaks = np.nonzero(starts[1:] - ends[:-1] > _GAP)[0] + 1
    yield from zip([0, *breaks.tolist()], [*breaks.tolist(), len(starts)], strict=True)
