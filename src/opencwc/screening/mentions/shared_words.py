"""Names that share a word with the name beside them: "phosphorus tri- and pentachloride".

What is written once and meant twice is put back in its place, and the name that comes out is looked up.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import product

from opencwc.chemistry.name_scanning import NameScanner, Spotted
from opencwc.screening.known_chemicals import Known
from opencwc.screening.mentions.model import Mention, reviewed
from opencwc.screening.model import Outcome
from opencwc.screening.structure_screener import MET


class SharedWords:
    """Finds names that lack a word which another one has."""

    def __init__(
        self, scanner: NameScanner, judge: Callable[[Spotted, str], tuple[Known, tuple[Outcome, ...]]]
    ) -> None:
        self._scanner = scanner
        self._judge = judge

    def find(self, text: str, found: Sequence[Mention]) -> Iterator[Mention]:
        """Yield, for review, what is named with a word of another name; ``found`` are the names written whole."""
        for hanging in _HANGING.finditer(text):
            yield from self._hanging(text, hanging)
        for mention in found:
            if mention.kind == "name" and mention.met:
                yield from self._before(text, mention)
                yield from self._behind(text, mention)

    def _hanging(self, text: str, hanging: re.Match[str]) -> Iterator[Mention]:
        """Yield both names of a word that hangs: its end is that of the next one, the rest may stand on either side."""
        befores = [text[start : hanging.start()] for start in _starts(text, hanging.start())]
        behinds = [text[hanging.end() : end] for end in _ends(text, hanging.end())]
        first, second = hanging["first"], hanging["second"]
        for before, behind in product(befores, behinds):
            ends = (second[at:] for at in range(1, len(second) - _LEAST_END + 1))
            whole = next((name for end in ends if (name := self._name(f"{before}{first}{end}{behind}"))), None)
            if whole is None:
                continue
            start = hanging.start() - len(before)
            yield self._mention(text, start, hanging.end("first") + 1, *whole)
            begins = [before] if before else []
            if text[hanging.start("second") - 1] == "-":
                begins += [first[:at] for at in range(_LEAST_END, len(first))]
            other = next((name for begin in begins if (name := self._name(f"{begin}{second}{behind}"))), None)
            if other is not None:
                yield self._mention(text, hanging.start("second"), hanging.end() + len(behind), *other)
            return

    def _before(self, text: str, mention: Mention) -> Iterator[Mention]:
        """Yield the names before one of two words or more that have its last word: dimethyl and diethyl phosphite."""
        _, space, last = mention.text.partition(" ")
        before = _LISTED.search(text, max(0, mention.start - _FARTHEST), mention.start) if space else None
        for word in _WORD.finditer(before[0]) if before else ():
            if (name := self._name(f"{word[0]} {last}")) is not None:
                start = before.start() + word.start() if before else 0
                yield self._mention(text, start, start + len(word[0]), *name)

    def _behind(self, text: str, mention: Mention) -> Iterator[Mention]:
        """Yield the name behind one that has its first word: phosphites de triméthyle et de triéthyle."""
        first = _OF.match(mention.text)
        other = _AND_OF.match(text, mention.end) if first else None
        if first and other and (name := self._name(f"{first[0]}{other['name']}")):
            yield self._mention(text, other.start("name"), other.end(), *name)

    def _name(self, text: str) -> tuple[Known, tuple[Outcome, ...]] | None:
        """Return what a whole text names, where an entry has to do with it."""
        for name in self._scanner.scan(text, self._scanner.words(text)):
            if name.spellings and not name.repaired and (name.start, name.end) == (0, len(text)):
                known, outcomes = self._judge(name, text)
                return (known, outcomes) if any(outcome.verdict in MET for outcome in outcomes) else None
        return None

    def _mention(self, text: str, start: int, end: int, known: Known, outcomes: tuple[Outcome, ...]) -> Mention:
        return Mention(start, end, text[start:end], "name", reviewed(outcomes, "doubt_near_spelling"), known)


def may_share(text: str) -> bool:
    """Tell whether a text has a word that hangs.

    >>> may_share("phosphorus tri- and pentachloride"), may_share("tri-ethyl phosphite")
    (True, False)
    """
    return "-" in text and _HANGING.search(text) is not None


def _starts(text: str, end: int) -> Iterator[int]:
    """Yield where up to two words before a place begin, nearest first, the place itself before all."""
    yield end
    at = end
    for _ in range(_MOST_BESIDE):
        before = _WORD_BEFORE.search(text, max(0, at - _LONGEST_WORD), at)
        if before is None:
            return
        at = before.start()
        yield at


def _ends(text: str, start: int) -> Iterator[int]:
    yield start
    at = start
    for _ in range(_MOST_BESIDE):
        behind = _WORD_BEHIND.match(text, at)
        if behind is None:
            return
        at = behind.end()
        yield at


_AND = r"(?:and|or|et|ou|und|oder|y|e|o|en|of|i|oraz|и|или|та|&|/)"
_LETTERS = r"[^\W\d_]"
_HANGING = re.compile(rf"(?<!\w)(?P<first>{_LETTERS}{{2,30}})-,? ?{_AND} -?(?P<second>{_LETTERS}{{6,40}})")
_LISTED = re.compile(rf"(?<!\w)(?:{_LETTERS}{{5,30}}, ){{0,6}}{_LETTERS}{{5,30}},? {_AND} $")
_WORD = re.compile(rf"{_LETTERS}{{5,30}}")
_OF = re.compile(rf"{_LETTERS}+ (?:de|di|of) ")
_AND_OF = re.compile(rf" {_AND} (?:de|di|of) (?P<name>{_LETTERS}{{4,30}})")
_WORD_BEFORE = re.compile(rf"(?<!\w){_LETTERS}+ $")
_WORD_BEHIND = re.compile(rf" {_LETTERS}+")
_LEAST_END = 4
_MOST_BESIDE = 2
_LONGEST_WORD = 40
_FARTHEST = 200
