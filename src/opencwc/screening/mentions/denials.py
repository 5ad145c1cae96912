"""Mentions of what is said not to be there: "free of phosgene" names phosgene, and a person must look at it.

A negation is never taken for an answer: it can be wrong, and a label can lie. The mention stays, for review.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from operator import attrgetter

from opencwc.chemistry.name_scanning import NameScanner, Spotted, Word
from opencwc.finding import Verdict
from opencwc.language.negation import Negation
from opencwc.screening.mentions.model import Mention, TextRead, reviewed


class Denial:
    """Tells which mentions the words around them deny."""

    def __init__(self, scanner: NameScanner) -> None:
        words = Negation.load()

        def keys(phrases: Iterable[str]) -> list[tuple[str, ...]]:
            return [tuple(word.key for word in scanner.words(phrase)) for phrase in phrases]

        self._before = _by_edge(keys(words.before), -1)
        self._behind = _by_edge(keys(words.behind), 0)
        self._between = frozenset(key for phrase in keys(words.between) for key in phrase)
        self._joining = frozenset(key for phrase in keys(words.joining) for key in phrase)

    def weigh(self, found: Sequence[Mention], read: TextRead) -> list[Mention]:
        """Return mentions, in the order of the text, with those that are denied for review."""
        if not read.words or not any(mention.met for mention in found):
            return list(found)
        denied: set[int] = set()
        for numbers, is_denied in (
            (range(len(found)), self.is_denied_before),
            (range(len(found) - 1, -1, -1), self._is_denied_behind),
        ):
            last: int | None = None
            for number in numbers:
                joined = last is not None and self._are_joined(found[last], found[number], read)
                if joined or is_denied(found[number], read):
                    denied.add(number)
                    last = number
        return [_for_review(mention) if number in denied else mention for number, mention in enumerate(found)]

    def is_denied_before(self, one: Mention | Spotted, read: TextRead) -> bool:
        """Tell whether words that deny it stand before a name."""
        words, text = read.words, read.text
        at = bisect_left(words, one.start, key=_start) - 1
        reached = one.start
        while at >= 0 and not _PARTED.search(text, words[at].end, reached):
            key = words[at].key
            if any(_stands(words, at - len(phrase) + 1, phrase, text) for phrase in self._before.get(key, ())):
                return True
            if key not in self._between:
                return False
            reached = words[at].start
            at -= 1
        return False

    def _is_denied_behind(self, mention: Mention, read: TextRead) -> bool:
        words, text = read.words, read.text
        at = bisect_left(words, mention.end, key=_start)
        reached = mention.end
        while at < len(words) and not _ENDED.search(text, reached, words[at].start):
            key = words[at].key
            if any(_stands(words, at, phrase, text) for phrase in self._behind.get(key, ())):
                return True
            if key not in self._between:
                return False
            reached = words[at].end
            at += 1
        return False

    def _are_joined(self, one: Mention, other: Mention, read: TextRead) -> bool:
        """Tell whether what denies one mention goes on to the other: nothing but a comma or an "or" lies between."""
        low, high = sorted((one, other), key=lambda mention: mention[:2])
        if high.start < low.end:
            return True
        if _ENDED.search(read.text, low.end, high.start):
            return False
        first, last = (bisect_left(read.words, place, key=_start) for place in (low.end, high.start))
        between = read.words[first:last]
        return len(between) <= MOST_JOINING and all(
            word.key in self._joining or word.key in self._between for word in between
        )


_start = attrgetter("start")


def _by_edge(phrases: Iterable[tuple[str, ...]], edge: int) -> dict[str, list[tuple[str, ...]]]:
    """Return phrases by the word that stands nearest to what they deny."""
    table: dict[str, list[tuple[str, ...]]] = {}
    for phrase in phrases:
        table.setdefault(phrase[edge], []).append(phrase)
    return table


def _stands(words: Sequence[Word], first: int, phrase: tuple[str, ...], text: str) -> bool:
    """Tell whether a phrase stands at a place in one piece."""
    run = words[first : first + len(phrase)] if first >= 0 else ()
    return tuple(word.key for word in run) == phrase and not _PARTED.search(text, run[0].end, run[-1].start)


def _for_review(mention: Mention) -> Mention:
    if mention.verdict not in (Verdict.LISTED, Verdict.REVIEW):
        return mention
    return mention._replace(outcomes=reviewed(mention.outcomes, "doubt_negated"))


MOST_JOINING = 3
_PARTED = re.compile(r"[.,;:!?\n\t|…。，；：！？،؛؟]")
"""What ends the reach of a negation that comes before."""
_ENDED = re.compile(r"[.;!?\n|…。；！？؛؟]")
"""What ends that of one that comes behind, or goes on in a list."""
