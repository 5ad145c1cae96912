"""Pictures of pages: decoded in bounded size, and straightened where the lines of text lie askew."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image, ImageFilter, ImageOps, UnidentifiedImageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

FORMATS = ("PNG", "JPEG", "TIFF", "GIF", "BMP", "WEBP", "JPEG2000")
MOST_DOTS = 100_000_000
"""Of a picture as it comes; a sheet of A3 at 600 dots an inch has 70 million."""
_LONGEST_SIDE, _SHORTEST_SIDE = 3_600, 1_200
_SKEW_SIDE = 1_000
_MOST_POINTS = 40_000
_LEAST_SKEW, _FINE_STEP = 0.4, 0.1
_CLEARLY = 1.08
_GRAIN, _GRAIN_WIDTH = 6, 3
"""Levels of grey by which most points of a grainy ground differ from their neighbours."""
DAMAGED = (UnidentifiedImageError, OSError, SyntaxError, ValueError, TypeError, EOFError, struct.error)
TOO_LARGE = (Image.DecompressionBombError, Image.DecompressionBombWarning)


def pages_of(data: bytes) -> Iterator[Image.Image]:
    """Yield the pages of a picture in grey, of a size that is read best: all of a TIFF, else the first.

    Raises what is named in `TOO_LARGE` or in `DAMAGED`.
    """
    Image.init()
    with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
        for at in range(getattr(picture, "n_frames", 1) if picture.format == "TIFF" else 1):
            picture.seek(at)
            if picture.width * picture.height > MOST_DOTS:
                raise Image.DecompressionBombError
            yield cleaned(_resized(_grey(ImageOps.exif_transpose(picture))))


def _grey(picture: Image.Image) -> Image.Image:
    """Return a picture in grey; what is transparent is white."""
    if picture.mode.startswith(("I", "F")):
        values = np.asarray(picture, dtype=np.float32)
        low, high = float(values.min()), float(values.max())
        return Image.fromarray(((values - low) * (255 / max(high - low, 1.0))).astype(np.uint8))
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        layered = picture.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", layered.size, "white"), layered).convert("L")
    return picture.convert("L")


def cleaned(picture: Image.Image) -> Image.Image:
    """Return a picture without the grain of a poor camera or copy, where its ground has one."""
    left, top = picture.width // 4, picture.height // 4
    part = picture.crop((left, top, left + min(left * 2, 800), top + min(top * 2, 800)))
    values, smooth = (
        np.asarray(drawn, dtype=np.int16) for drawn in (part, part.filter(ImageFilter.MedianFilter(_GRAIN_WIDTH)))
    )
    grain = float(np.median(np.abs(values - smooth))) if values.size else 0.0
    if grain <= _GRAIN:
        return picture
    ground = float(np.median(smooth))
    darkest, lightest = ground - 3 * grain, ground + 3 * grain
    even = picture.filter(ImageFilter.MedianFilter(_GRAIN_WIDTH))
    return even.point([round(ground) if darkest < level < lightest else level for level in range(256)])


def _resized(picture: Image.Image) -> Image.Image:
    longest = max(picture.size)
    factor = _LONGEST_SIDE / longest if longest > _LONGEST_SIDE else 2.0 if longest < _SHORTEST_SIDE else 1.0
    if factor == 1.0:
        return picture
    size = (max(1, round(picture.width * factor)), max(1, round(picture.height * factor)))
    return picture.resize(size, Image.Resampling.LANCZOS)


def turned(picture: Image.Image, degrees: int) -> Image.Image:
    """Return a picture turned clockwise by a multiple of 90 degrees."""
    turns = {90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_90}
    turn = turns.get(degrees % 360)
    return picture if turn is None else picture.transpose(turn)


def straightened(picture: Image.Image) -> Image.Image:
    """Return a picture whose lines of text run along its sides."""
    skew = skew_of(picture)
    if abs(skew) < _LEAST_SKEW:
        return picture
    ground = int(np.median(np.asarray(picture)))
    return picture.rotate(skew, Image.Resampling.BICUBIC, expand=True, fillcolor=ground)


def skew_of(picture: Image.Image) -> float:
    """Return by how many degrees, from -45 to 45 and counter-clockwise, a picture is to be turned to be straight.

    Where lines of text lie along an axis, the dark points cast on it stand in sharp bands: the angle whose bands are
    sharpest is taken, if it is clearly sharper than the picture as it lies.
    """
    small = picture.copy()
    small.thumbnail((_SKEW_SIDE, _SKEW_SIDE))
    grey = np.asarray(small, dtype=np.float32)
    points = _dark_points(grey)
    if len(points) < 100:
        return 0.0
    as_it_lies = max(_sharpness(points, 0.0), _sharpness(points, 90.0))
    best = max(np.arange(-90.0, 90.0, 1.0), key=lambda angle: _sharpness(points, angle))
    best = max(np.arange(best - 1.0, best + 1.05, _FINE_STEP), key=lambda angle: _sharpness(points, angle))
    if _sharpness(points, best) < _CLEARLY * as_it_lies:
        return 0.0
    return float((best + 45.0) % 90.0 - 45.0)


def _dark_points(grey: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the places of the dark points, row and column from the middle: those that the ground is lighter than."""
    ground = float(np.median(grey))
    marks = np.abs(grey - ground) > max(40.0, float(grey.std()))
    rows, columns = np.nonzero(marks)
    step = max(1, len(rows) // _MOST_POINTS)
    places = np.stack([rows[::step], columns[::step]], axis=1) - np.array(grey.shape) / 2
    # Off the grid, whose own lines would be the sharpest bands of all at 45 degrees.
    return places + np.random.default_rng(0).uniform(-0.5, 0.5, places.shape)


def _sharpness(points: NDArray[np.float64], angle: Any) -> float:
    """Return how sharp the bands are in which points are cast on the upright axis of the picture turned by an angle."""
    radians = np.deg2rad(angle)
    cast = points[:, 0] * np.cos(radians) - points[:, 1] * np.sin(radians)
    counts = np.bincount((cast - cast.min()).astype(np.int64)).astype(np.float64)
    return float(np.square(np.diff(counts)).sum())
