"""The vectors of a record's statements: few are all compared, of many first those whose signs are most alike.

Of a large record the vectors stay in the cache folder, in pieces, and are read where they are needed; what is kept in
memory is the sign of each number, 64 bytes a statement. A sentence is held against these signs, and against the
vectors themselves only where they agree most.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from opencwc.language.encoders import half_vectors_of, vectors_of

if TYPE_CHECKING:
    from opencwc.language.encoders import Encoder

PIECE = 16_384
"""Statements whose vectors are made and kept together; a record of no more is compared whole."""
_LIKELY = 2_000
"""Statements whose vectors are compared with a sentence, of a large record."""
_AT_ONCE = 131_072
_WORD = 64


class StatementVectors:
    """The vectors of statements, by their numbers."""

    def __init__(self, texts: Sequence[str], encoder: Encoder, folder: Path | None = None, piece: int = PIECE) -> None:
        self._dimensions, self._piece = encoder.dimensions, piece
        self.large = len(texts) > piece
        if not self.large:
            self._whole = vectors_of(texts, encoder, folder=folder)
            return
        self._pieces = [
            half_vectors_of(texts[at : at + piece], encoder, folder=folder) for at in range(0, len(texts), piece)
        ]
        self._signs = np.concatenate([_signs_of(some) for some in self._pieces])

    @classmethod
    def of_rows(cls, rows: NDArray[np.float32]) -> StatementVectors:
        """Return vectors that are made already, a row each, to be compared whole."""
        made = cls.__new__(cls)
        made._dimensions, made._piece, made.large, made._whole = rows.shape[1], len(rows), False, rows
        return made

    def of(self, numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the vectors of these statements (a row each)."""
        if not self.large:
            return self._whole[numbers]
        found = np.empty((len(numbers), self._dimensions), np.float32)
        pieces = numbers // self._piece
        for piece in np.unique(pieces):
            chosen = pieces == piece
            found[chosen] = self._pieces[piece][numbers[chosen] % self._piece]
        return found

    def nearest(self, vector: NDArray[np.float32], most: int) -> NDArray[np.int64]:
        """Return the statements nearest to a vector by meaning, at most so many, the nearest first."""
        likely = self._likely(vector)
        near = self.of(likely) @ vector
        return likely[np.argsort(-near, kind="stable")[:most]]

    def _likely(self, vector: NDArray[np.float32]) -> NDArray[np.int64]:
        if not self.large:
            return np.arange(len(self._whole))
        mine = _signs_of(vector[None])
        apart = np.concatenate([
            np.bitwise_count(self._signs[at : at + _AT_ONCE] ^ mine).sum(axis=1, dtype=np.uint16)
            for at in range(0, len(self._signs), _AT_ONCE)
        ])  # fmt: skip
        if len(apart) <= _LIKELY:
            return np.arange(len(apart))
        return np.sort(np.argpartition(apart, _LIKELY)[:_LIKELY])


def _signs_of(vectors: NDArray[Any]) -> NDArray[np.uint64]:
    """Return which numbers of each vector are above zero, as bits in whole words."""
    bits = np.packbits(np.asarray(vectors, np.float32) > 0, axis=1)
    room = -bits.shape[1] % (_WORD // 8)
    return np.ascontiguousarray(np.pad(bits, ((0, 0), (0, room)))).view(np.uint64)
