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
from PIL import Image, ImageOps

from opencwc.custody.pictures.model import Look

SIDE = 16
"""Rows and columns of a hash: 256 bits."""
WORDS = SIDE * SIDE // 64
SAME, ALIKE, ALIKE_IN_PART = 32, 60, 48
"""Bits of the dhash by which pictures differ at most: the same picture; changed or much alike; alike in a part."""
_HASHED_SIDE = 256
_PLAIN = 3.0
"""Levels of grey around the mean within which a picture, reduced to a hash's dots, says nothing."""


def _boxes() -> tuple[tuple[float, float, float, float], ...]:
    whole = (0.0, 0.0, 1.0, 1.0)
    crops = [
        (cut * x, cut * y, 1 - cut * (1 - x), 1 - cut * (1 - y))
        for cut in (0.1, 0.2, 0.3)
        for x, y in product((0.0, 0.5, 1.0), repeat=2)
    ]
    edges = [edge for cut in (0.06, 0.12, 0.18, 0.24) for edge in ((0.0, cut, 1.0, 1.0), (0.0, 0.0, 1.0, 1 - cut))]
    return whole, *crops, *edges


BOXES = _boxes()
"""The parts that are hashed, as shares from the left, the top, to the right, to the bottom; the whole first."""


def look_of(shown: Image.Image) -> Look:
    """Return the hashes of a picture."""
    grey = shown.convert("L")
    grey.thumbnail((_HASHED_SIDE, _HASHED_SIDE), Image.Resampling.BOX)
    parts = tuple(map(str, _hashes(grey)))
    mirrored = tuple(map(str, _hashes(ImageOps.mirror(grey))))
    dots = np.asarray(grey.resize((SIDE + 1, SIDE), Image.Resampling.BOX), dtype=np.float32)
    return Look(parts[0], str(imagehash.phash(grey, SIDE)), parts, mirrored, bool(dots.std() < _PLAIN))


def _hashes(grey: Image.Image) -> list[imagehash.ImageHash]:
    width, height = grey.size
    return [
        imagehash.dhash(grey.crop((int(x0 * width), int(y0 * height), int(x1 * width), int(y1 * height))), SIDE)
        for x0, y0, x1, y1 in BOXES
    ]


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
