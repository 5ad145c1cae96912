"""What is looked for of a word, and what it is looked for in: so a search by index and one by going through agree.

A word is found wherever it stands within another one. Marks at its edges do not count. Chinese is written without
spaces: of a word with Chinese signs each three in a row are looked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

WINDOW = 3
_EDGES = re.compile(r"^\W+|\W+$")
_STRETCHES = re.compile(r"([㐀-䶿一-鿿豈-﫿]+)")


def tokens_in(text: str) -> Iterator[str]:
    """Yield what a text in small letters is indexed by: its words without marks at the edges, Chinese by threes."""
    for word in text.split():
        yield from _parts(word)


def pieces_of(word: str) -> list[str]:
    """Return what has to stand in a text, each within one of its tokens, where a word in small letters is looked for.

    >>> pieces_of("chlorine,"), pieces_of("氯气泄漏"), pieces_of("—")
    (['chlorine'], ['氯气泄', '气泄漏'], [])
    """
    return list(_parts(word))


def is_chinese(piece: str) -> bool:
    """Tell whether a token or a piece is of Chinese signs."""
    return _STRETCHES.match(piece) is not None


def _parts(word: str) -> Iterator[str]:
    for place, stretch in enumerate(_STRETCHES.split(word)):
        if place % 2:
            yield from (stretch[at : at + WINDOW] for at in range(max(1, len(stretch) - WINDOW + 1)))
        elif plain := _EDGES.sub("", stretch):
            yield plain
