"""Runs of letters in a text, hashed into a fixed number of places: what a linear model over words weighs."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING
from zlib import crc32

from opencwc.language.disguises import make_plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

PLACES = 1 << 15
_LENGTHS = (2, 3, 4, 5)


def runs_in(text: str) -> list[int]:
    """Return the places of the runs of 2 to 5 letters in each word of a text, and of each two words in a row.

    Case, accents, width and invisible signs make no difference.

    >>> runs_in("Déclarer") == runs_in("declarer"), runs_in("")
    (True, [])
    """
    words = make_plain(text)[0].split()
    places = {_place(f"{word} {after}") for word, after in pairwise(words)}
    for word in words:
        edged = f" {word} "
        places |= {_place(edged[at : at + run]) for run in _LENGTHS for at in range(len(edged) - run + 1)}
    return sorted(places)


def run_scores(texts: Sequence[str], weights: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return for each text the sum of the weights of its runs, over the root of how many there are."""
    import numpy as np

    runs = [runs_in(text) for text in texts]
    return np.array([weights[places].sum() / max(1, len(places)) ** 0.5 for places in runs], np.float32)


def _place(run: str) -> int:
    return crc32(run.encode("utf-8", "surrogatepass")) % PLACES
