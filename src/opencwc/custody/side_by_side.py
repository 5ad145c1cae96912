"""A page as it was captured twice, set side by side: sentence beside sentence, the words that differ marked in both.

What is on the one and not on the other was present then and is absent now, or the other way round: who changed it, and
why, nobody here knows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Literal, NamedTuple, TypeAlias

from msgspec import Struct
from rapidfuzz import fuzz

from opencwc.language.sentences import sentences_of
from opencwc.reports.captures import Capture

MOST_SENTENCES = 2_000
MOST_PAIRS = 200
MOST_PAGES = 500
"""Sentences of a page that are compared, differences of one that are shown, and pages."""
_LONGEST = 4_000
_MOST_WORDS = 1_500
_NEAR = 50
"""How alike two sentences are, of 100, to stand beside each other."""
_MOST_IN_BLOCK = 60
_WORD = re.compile("[\u3400-\u9fff]|\\s+|[^\\W\u3400-\u9fff]+|[^\\w\\s]")
State: TypeAlias = Literal["same", "changed", "only_earlier", "only_later", "failed"]


class Words(NamedTuple):
    """A stretch of a sentence, and whether it differs from the other side."""

    text: str
    differs: bool = False


class Pair(NamedTuple):
    """Two sentences beside each other; one side is empty where the sentence stands on the other page alone."""

    earlier: tuple[Words, ...]
    later: tuple[Words, ...]


class ComparedPage(Struct, frozen=True):
    """One page in two captures; ``more`` is how many differences are not shown. Of a missing side the capture is none.

    ``is_cut`` says that one side has more sentences than are compared.
    """

    url: str
    state: State
    earlier: Capture | None = None
    later: Capture | None = None
    pairs: tuple[Pair, ...] = ()
    more: int = 0
    is_cut: bool = False


def compare_captures(earlier: Sequence[Capture], later: Sequence[Capture]) -> list[ComparedPage]:
    """Compare captures by their addresses, the last of each; two single captures are compared whatever theirs are."""
    if len(earlier) == 1 and len(later) == 1:
        return [compare_pages(earlier[0], later[0])]
    old, new = ({capture.url: capture for capture in sorted(some, key=_taken)} for some in (earlier, later))
    pages = []
    for url in [*old, *(url for url in new if url not in old)][:MOST_PAGES]:
        before, after = old.get(url), new.get(url)
        if before and after:
            pages.append(compare_pages(before, after))
        else:
            pages.append(ComparedPage(url, "only_earlier" if before else "only_later", before, after))
    return pages


def _taken(capture: Capture) -> float:
    return capture.taken.timestamp()


def compare_pages(earlier: Capture, later: Capture) -> ComparedPage:
    """Set two captures of a page side by side."""
    if earlier.failed or later.failed:
        return ComparedPage(later.url, "failed", earlier, later)
    old, new = _sentences(earlier), _sentences(later)
    pairs = list(_pairs(old, new))
    return ComparedPage(
        later.url,
        "changed" if pairs else "same",
        earlier,
        later,
        tuple(pairs[:MOST_PAIRS]),
        max(0, len(pairs) - MOST_PAIRS),
        max(len(old), len(new)) == MOST_SENTENCES,
    )


def _sentences(capture: Capture) -> list[str]:
    """Return the title and the sentences of a page, as many as are compared."""
    found = [" ".join(capture.title.split())] if capture.title else []
    for start, end in sentences_of(capture.text):
        if len(found) == MOST_SENTENCES:
            break
        if sentence := " ".join(capture.text[start:end].split()):
            found.append(sentence)
    return found


def _pairs(old: Sequence[str], new: Sequence[str]) -> Iterator[Pair]:
    """Yield what differs, in the order of the later page."""
    for tag, a, b, c, d in SequenceMatcher(None, old, new).get_opcodes():
        if tag != "equal":
            for before, after in _beside(old[a:b], new[c:d]):
                yield Pair(*differing(before, after))


def _beside(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield sentences that were put for each other, each beside the one most like it, in their order."""
    start = 0
    for sentence in old:
        some = new[start : start + _MOST_IN_BLOCK]
        scores = [fuzz.ratio(sentence[:_LONGEST], other[:_LONGEST]) for other in some]
        best = max(range(len(scores)), key=scores.__getitem__, default=-1)
        if best < 0 or scores[best] < _NEAR:
            yield sentence, ""
            continue
        yield from (("", other) for other in some[:best])
        yield sentence, some[best]
        start += best + 1
    yield from (("", other) for other in new[start:])


def differing(old: str, new: str) -> tuple[tuple[Words, ...], tuple[Words, ...]]:
    """Return two sentences with the words marked that differ.

    >>> differing("Two people died.", "Four people died.")[1]
    (Words(text='Four', differs=True), Words(text=' people died.', differs=False))
    """
    before, after = _WORD.findall(old), _WORD.findall(new)
    if not before or not after or max(len(before), len(after)) > _MOST_WORDS:
        return _all_of(old), _all_of(new)
    sides: tuple[list[Words], list[Words]] = ([], [])
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        for side, words in zip(sides, (before[a:b], after[c:d]), strict=True):
            if words:
                side.append(Words("".join(words), tag != "equal"))
    return tuple(sides[0]), tuple(sides[1])


def _all_of(sentence: str) -> tuple[Words, ...]:
    return (Words(sentence, differs=True),) if sentence else ()
