"""Which texts may say the same as a text, without comparing all with all: by meaning in cells, and by rare words.

Each text goes into the cell of the centre that is nearest in meaning, and only a few cells are looked through. Words,
names and numbers that few texts have are looked up. The centres are texts themselves, chosen by their hash, so that the
order in which texts come changes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from hashlib import sha256
from math import isqrt

import numpy as np
from numpy.typing import NDArray

from opencwc.claims.word_index import keys_of

_FEW = 2_000
"""So many texts are one cell."""
_PROBED = 12
"""Cells that are looked through for a text."""
_MOST_IN_CELL = 2_000
"""Texts of a cell that are looked through; a flood of one matter fills no more."""
_RARE = 25
"""A word that more texts have is not looked up."""


class NearSayings:
    """An index of texts with their vectors (rows of length one) and languages."""

    def __init__(self, texts: Sequence[tuple[str, str]], vectors: NDArray[np.float32]) -> None:
        self._vectors = vectors
        self._centres = self._chosen(texts)
        self._cells = self._filled()
        self._keys = [tuple(dict.fromkeys(keys_of(text, lang))) for text, lang in texts]
        postings: dict[str, list[int]] = defaultdict(list)
        for place, keys in enumerate(self._keys):
            for key in keys:
                if len(some := postings[key]) <= _RARE:
                    some.append(place)
        self._rare = {key: some for key, some in postings.items() if 1 < len(some) <= _RARE}

    def near(self, place: int, most: int) -> list[int]:
        """Return the places of texts that may say the same, the nearest in meaning first, then by rare words."""
        others = np.unique(np.concatenate([self._cells[cell] for cell in self._probed(place)]))
        near = self._vectors[others] @ self._vectors[place]
        best = others[np.lexsort((others, -near))[: most + 1]]
        shared: dict[int, float] = defaultdict(float)
        for key in self._keys[place]:
            some = self._rare.get(key, ())
            for other in some:
                shared[other] += 1 / len(some)
        by_words = sorted(shared, key=lambda other: (-shared[other], other))[: most + 1]
        return [int(other) for other in dict.fromkeys((*best.tolist(), *by_words)) if other != place]

    def _chosen(self, texts: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        count = 1 if len(texts) <= _FEW else isqrt(len(texts))
        by_hash = sorted(range(len(texts)), key=lambda place: sha256(repr(texts[place]).encode()).digest())
        return self._vectors[sorted(by_hash[:count])]

    def _filled(self) -> list[NDArray[np.int64]]:
        cells: list[list[int]] = [[] for _ in range(len(self._centres))]
        for start in range(0, len(self._vectors), _FEW):
            nearest = (self._vectors[start : start + _FEW] @ self._centres.T).argmax(axis=1)
            for place, cell in enumerate(nearest.tolist(), start):
                if len(cells[cell]) < _MOST_IN_CELL:
                    cells[cell].append(place)
        return [np.array(cell, np.int64) for cell in cells]

    def _probed(self, place: int) -> list[int]:
        if len(self._centres) == 1:
            return [0]
        near = self._centres @ self._vectors[place]
        return [int(cell) for cell in np.argpartition(-near, min(_PROBED, len(near) - 1))[:_PROBED]]
