"""Names written backwards under a mark that turns the direction of writing round (U+202E, U+202D), as they are seen.

Such a mark makes letters stand in an order in which they are not written (Unicode Standard Annex 9, explicit
directional overrides). The text is read both ways: as it is written, and as it is seen.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter

from opencwc.screening.mentions.model import Mention, Taken, reviewed

OVERRIDES = ("\u202d", "\u202e")
_RUN = re.compile("[\u202d\u202e]([^\u202c\u202d\u202e\u2029\r\n]{2,})")


def as_seen(text: str) -> tuple[str, list[tuple[int, int]]]:
    """Return a text with what stands under an override turned round in its place, and where that stands.

    >>> as_seen("5 kg \\u202eniras\\u202c")
    ('5 kg \\u202esarin\\u202c', [(6, 11)])
    """
    turned = _RUN.sub(lambda run: run[0][0] + run[1][::-1], text)
    return turned, [run.span(1) for run in _RUN.finditer(text)]


def placed(
    seen: Iterable[Mention], runs: Sequence[tuple[int, int]], text: str, found: Sequence[Mention]
) -> Iterator[Mention]:
    """Yield the mentions that are only there as the text is seen, where they stand as it is written, for review."""
    taken = Taken((mention.start, mention.end) for mention in found if mention.met)
    turned = Taken(runs)
    for mention in seen:
        if not (mention.met and turned.overlaps(mention.start, mention.end)):
            continue
        pieces = [(mention.start, mention.end)]
        first = bisect_right(runs, mention.start, key=_end_of)
        for run in runs[first : bisect_left(runs, mention.end, lo=first, key=_start_of)]:
            pieces = [piece for start, end in pieces for piece in _turned_back(start, end, *run)]
        start, end = min(pieces)[0], max(end for _, end in pieces)
        if not taken.overlaps(start, end):
            yield mention._replace(
                start=start, end=end, text=text[start:end], outcomes=reviewed(mention.outcomes, "doubt_reversed")
            )


def _turned_back(start: int, end: int, first: int, last: int) -> Iterator[tuple[int, int]]:
    """Yield the pieces of a stretch: what lies outside a run as it is, what lies inside mirrored."""
    if start >= last or end <= first:
        yield start, end
        return
    if start < first:
        yield start, first
    yield first + last - min(end, last), first + last - max(start, first)
    if end > last:
        yield last, end


_start_of, _end_of = itemgetter(0), itemgetter(1)
