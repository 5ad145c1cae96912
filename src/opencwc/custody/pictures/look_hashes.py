"""How a picture looks, as hashes: near for what was saved again, resized or brightened, far for another picture.

The whole is hashed, and parts of it, so that a crop, or a copy with a caption under it, is found too. Which hash, and
from which distance on, is measured by ``python -m benchmarks.pictures``. Source: Zauner, Implementation and
Benchmarking of Perceptual Image Hash Functions (2010), for the kinds of hash; `imagehash` makes them.
"""

from __future__ import annotations

from itertools import product

import imagehash
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from opencwc.custody.pictures.model import Look

SIDE = 16
"""Rows and columns of a hash: 256 bits."""
WORDS = SIDE * SIDE // 64
SAME, ALIKE, ALIKE_IN_PART = 32, 60, 56
"""Bits of the dhash by which pictures differ at most: the same picture; changed or much alike; alike in a part."""
_HASHED_SIDE = 256
_STEP, _MOST_STEPS = 1 / 15, 6
"""Crops are hashed that leave out 1 to 6 such shares of width and height, wherever such a step lies."""
_PLAIN = 3.0
"""Levels of grey around the mean within which a picture, reduced to a hash's dots, says nothing."""


def _boxes() -> tuple[tuple[float, float, float, float], ...]:
    whole = (0.0, 0.0, 1.0, 1.0)
    crops = [
        (_STEP * x, _STEP * y, 1 - _STEP * (steps - x), 1 - _STEP * (steps - y))
        for steps in range(1, _MOST_STEPS + 1)
        for x, y in product(range(steps + 1), repeat=2)
    ]
    edges = [edge for cut in (0.06, 0.12, 0.18, 0.24) for edge in ((0.0, cut, 1.0, 1.0), (0.0, 0.0, 1.0, 1 - cut))]
    return whole, *crops, *edges


BOXES = _boxes()
"""The parts that are hashed, as shares from the left, the top, to the right, to the bottom; the whole first."""


_MIRRORED = tuple(
    min(
        range(len(BOXES)),
        key=lambda at: abs(BOXES[at][0] - 1 + box[2]) + abs(BOXES[at][1] - box[1]) + abs(BOXES[at][3] - box[3]),
    )
    for box in BOXES
)
"""Which box lies where each does when the picture is mirrored."""


def look_of(shown: Image.Image) -> Look:
    """Return the hashes of a picture."""
    grey = shown.convert("L")
    grey.thumbnail((_HASHED_SIDE, _HASHED_SIDE), Image.Resampling.BOX)
    views = [_view(grey, box) for box in BOXES]
    parts = tuple(map(_dhash, views))
    mirrored = tuple(_dhash(views[at][:, ::-1]) for at in _MIRRORED)
    return Look(parts[0], str(imagehash.phash(grey, SIDE)), parts, mirrored, bool(views[0].std() < _PLAIN))


def _view(grey: Image.Image, box: tuple[float, float, float, float]) -> NDArray[np.int16]:
    """Return a part of a picture in the few dots that `imagehash.dhash` compares."""
    width, height = grey.size
    part = (box[0] * width, box[1] * height, box[2] * width, box[3] * height)
    dots = grey.resize((SIDE + 1, SIDE), Image.Resampling.LANCZOS, box=part)
    return np.asarray(dots, dtype=np.int16)


def _dhash(view: NDArray[np.int16]) -> str:
    """Return the dhash of dots: whether each is lighter than the one to its left."""
    return str(imagehash.ImageHash(view[:, 1:] > view[:, :-1]))


def words_of(hashes: tuple[str, ...]) -> NDArray[np.uint64]:
    """Return hashes as rows of four words of 64 bits."""
    written = bytes.fromhex("".join(hashes))
    return np.frombuffer(written, dtype=">u8").astype(np.uint64).reshape(-1, WORDS)


def distance(one: str, other: str) -> int:
    """Return by how many bits two hashes differ.

    >>> distance("0" * 64, "f" + "0" * 63)
    4
    """
    return (int(one, 16) ^ int(other, 16)).bit_count()
