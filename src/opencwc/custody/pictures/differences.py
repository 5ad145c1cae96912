"""Where two pictures differ that show nearly the same: they are laid over each other, then compared block by block.

It runs in a confined process. Neither saving again nor another brightness counts as a difference.
"""

from __future__ import annotations

import io
import math
from itertools import product
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageOps
from scipy import ndimage

from opencwc.custody.pictures.look_hashes import ALIKE, BOXES, distance, look_of
from opencwc.custody.pictures.model import Box, Differences

Dots: TypeAlias = "NDArray[np.float32]"
Window: TypeAlias = tuple[float, float, float, float]
"""A part of a picture as shares: left, top, right, bottom."""
_WHOLE: Window = (0.0, 0.0, 1.0, 1.0)
_SIDE, _BLOCK, _SMALL = 512, 8, 64
"""The longest side, in dots, at which pictures are compared; a block; the view by which they are laid over."""
_STEPS = (0.04, 0.02, 0.01, 0.005, 0.0025)
_LEAST_LEVELS, _TIMES_USUAL = 14.0, 4.0
"""A block differs by so many levels of grey at least, and by so many times what blocks differ by here usually."""
_FAR_OFF = 26.0
"""Levels by which the middle block differs where two pictures show different things."""
_MOST_BOXES = 40
_BETTER, _MUCH_BETTER = 0.995, 0.97
"""What a placing must leave of the misfit to be better: for the window that was cut roughly, and for the other one."""
_AT_EDGE = 0.01
_HASH_SPARE, _BEGINS = 30, 3
_LUMA = np.array((0.299, 0.587, 0.114), dtype=np.float32)
_FITTING = _SMALL * _SMALL * 7 // 10
_GREY = 6.0
"""Levels between the colours of a dot below which a picture counts as one without colours."""
_LINE = (230, 0, 60)


class _Placed(NamedTuple):
    """Which part of the first picture shows the same as which part of the second."""

    first: Window
    second: Window
    mirrored: bool


def find_differences(first: Image.Image, second: Image.Image) -> Differences:
    """Return where the first picture differs from the second."""
    placed = _place(first, second)
    if placed is None:
        return Differences(comparable=False)
    other = ImageOps.mirror(second) if placed.mirrored else second
    ours, theirs = _laid_over(first, other, placed)
    levels = _block_levels(ours, theirs)
    usual = float(np.median(levels))
    if usual > _FAR_OFF:
        return Differences(comparable=False)
    marks = levels > max(_LEAST_LEVELS, _TIMES_USUAL * usual)
    marks = ndimage.binary_opening(ndimage.binary_closing(marks, np.ones((3, 3)))) | (marks & (levels > 40))
    return Differences(
        comparable=True,
        mirrored=placed.mirrored,
        shared=_box(placed.first),
        shared_other=_box(placed.second),
        share=round(100 * float(marks.mean()), 2),
        boxes=tuple(_boxes_of(marks, placed.first)),
    )


def drawn(first: Image.Image, differences: Differences) -> bytes:
    """Return the first picture, as PNG, with a frame around each part that differs; what the other lacks is pale."""
    canvas = first.convert("RGB")
    pale = Image.blend(canvas, Image.new("RGB", canvas.size, "white"), 0.6)
    shared = _in_dots(differences.shared, canvas)
    pale.paste(canvas.crop(shared), shared)
    draw = ImageDraw.Draw(pale)
    for box in differences.boxes:
        left, top, right, bottom = _in_dots(box, canvas)
        draw.rectangle((left - 2, top - 2, right + 1, bottom + 1), outline="white", width=5)
        draw.rectangle((left - 1, top - 1, right, bottom), outline=_LINE, width=3)
    written = io.BytesIO()
    pale.save(written, "PNG")
    return written.getvalue()


def _place(first: Image.Image, second: Image.Image) -> _Placed | None:
    """Return how the two lie over each other, first roughly by their hashes; ``None`` where nothing is alike."""
    one, two = look_of(first), look_of(second)
    tried = [
        (distance(ours, theirs), placed)
        for at, box in enumerate(BOXES)
        for ours, theirs, placed in (
            (one.dhash, two.parts[at], _Placed(_WHOLE, box, False)),
            (one.dhash, two.mirrored[at], _Placed(_WHOLE, box, True)),
            (one.parts[at], two.dhash, _Placed(box, _WHOLE, False)),
            (one.parts[at], two.mirrored[0], _Placed(box, _WHOLE, True)),
        )
    ]
    tried.sort(key=lambda pair: pair[0])
    near = tried[0][0]
    if near > ALIKE + _HASH_SPARE:  # the dots decide; a hash only says where to begin
        return None
    begins = dict.fromkeys([*(placed for bits, placed in tried[:_BEGINS] if bits <= near + 20), tried[0][1]])
    begins |= {_Placed(_WHOLE, _WHOLE, tried[0][1].mirrored): None}
    return min((_refined(first, second, begin) for begin in begins), key=lambda pair: pair[0])[1]


def _refined(first: Image.Image, second: Image.Image, rough: _Placed) -> tuple[float, _Placed]:
    """Return a placing whose edges are moved, ever less far, as long as the two fit better; and how badly they fit."""
    ours, theirs = _grey(first), _grey(ImageOps.mirror(second) if rough.mirrored else second)
    windows = [rough.first, rough.second]
    best = _misfit(ours, theirs, windows)
    moves_first = 0 if rough.first != _WHOLE else 1
    for at, clearly in ((moves_first, _BETTER), (1 - moves_first, _MUCH_BETTER), (moves_first, _BETTER)):
        for step in _STEPS:
            best = _moved_by(step, at, clearly, best, ours, theirs, windows)
    return best, _Placed(_snapped(windows[0]), _snapped(windows[1]), rough.mirrored)


def _moved_by(
    step: float, at: int, clearly: float, best: float, ours: Image.Image, theirs: Image.Image, windows: list[Window]
) -> float:
    """Move one of two windows in place as long as that makes the two fit better, and return how badly they fit."""
    better = True
    while better:
        better = False
        for edges in _MOVES:
            moved = list(windows)
            moved[at] = _moved(windows[at], edges, step)
            if moved[at] != windows[at] and (misfit := _misfit(ours, theirs, moved)) < best * clearly:
                windows[at], best, better = moved[at], misfit, True
    return best


def _snapped(window: Window) -> Window:
    """Return a window whose edges lie at those of the picture where they nearly do."""
    left, top, right, bottom = (0.0 if edge < _AT_EDGE else 1.0 if edge > 1 - _AT_EDGE else edge for edge in window)
    return left, top, right, bottom


def _moved(window: Window, edges: tuple[int, ...], step: float) -> Window:
    left, top, right, bottom = (min(1.0, max(0.0, at + step * by)) for at, by in zip(window, edges, strict=True))
    return (left, top, right, bottom) if right - left > 0.3 and bottom - top > 0.3 else window


def _grey(picture: Image.Image) -> Image.Image:
    grey = picture.convert("L")
    grey.thumbnail((_SIDE, _SIDE), Image.Resampling.BOX)
    return grey


def _misfit(ours: Image.Image, theirs: Image.Image, windows: list[Window]) -> float:
    """Return by how many levels the dots differ, but for the three tenths that differ most: they may be changed."""
    one, two = (_view(picture, window).ravel() for picture, window in zip((ours, theirs), windows, strict=True))
    kept = np.ones(one.size, dtype=bool)
    for _ in range(3):
        slope, level = _line(two[kept], one[kept])
        apart = np.abs(one - (slope * two + level))
        kept = apart <= np.partition(apart, _FITTING)[_FITTING]
    seen = math.prod(_area(window) for window in windows)
    return float(apart[kept].mean() / max(float(one[kept].std()), 8.0)) / seen**0.25


def _area(window: Window) -> float:
    return (window[2] - window[0]) * (window[3] - window[1])


def _line(values: Dots, model: Dots) -> tuple[float, float]:
    """Return the line that brings levels nearest to those of the model."""
    middle, model_middle = float(values.mean()), float(model.mean())
    spread = float(((values - middle) ** 2).mean())
    slope = float(((values - middle) * (model - model_middle)).mean()) / max(spread, 1.0)
    return slope, model_middle - slope * middle


def _view(picture: Image.Image, window: Window) -> Dots:
    width, height = picture.size
    box = (window[0] * width, window[1] * height, window[2] * width, window[3] * height)
    return np.asarray(picture.resize((_SMALL, _SMALL), Image.Resampling.BILINEAR, box=box), dtype=np.float32)


def _laid_over(first: Image.Image, second: Image.Image, placed: _Placed) -> tuple[Dots, Dots]:
    """Return the shared part of both, of one size, with the brightness of the second made that of the first."""
    width = (placed.first[2] - placed.first[0]) * first.width
    height = (placed.first[3] - placed.first[1]) * first.height
    shrunk = min(1.0, _SIDE / max(width, height))
    columns, rows = (max(_BLOCK, round(side * shrunk / _BLOCK) * _BLOCK) for side in (width, height))
    ours, theirs = (_resized(first, placed.first, columns, rows), _resized(second, placed.second, columns, rows))
    if min(float(np.ptp(picture, axis=2).mean()) for picture in (ours, theirs)) < _GREY:
        ours, theirs = ((picture @ _LUMA)[..., None] for picture in (ours, theirs))
    theirs = theirs.copy()
    for channel in range(theirs.shape[2]):
        theirs[..., channel] = _like(theirs[..., channel], ours[..., channel])
    return ours, theirs


def _resized(picture: Image.Image, window: Window, columns: int, rows: int) -> Dots:
    """Return a part of a picture with so many dots."""
    box = (
        window[0] * picture.width,
        window[1] * picture.height,
        window[2] * picture.width,
        window[3] * picture.height,
    )
    way = Image.Resampling.BOX if columns < box[2] - box[0] else Image.Resampling.BILINEAR
    return np.asarray(picture.convert("RGB").resize((columns, rows), way, box=box), dtype=np.float32)


def _like(values: Dots, model: Dots) -> Dots:
    """Return levels put through the curve that makes each level of these the middle one of those at its dots."""
    bins = np.clip(values, 0, 255).astype(np.int64) // 8
    known = [at for at in range(32) if np.count_nonzero(bins == at) >= 30]
    if len(known) < 2:
        return values
    levels = np.array([float(np.median(values[bins == at])) for at in known])
    medians = np.array([float(np.median(model[bins == at])) for at in known])
    return np.interp(values, levels, medians).astype(np.float32) if np.all(np.diff(levels) > 0) else values


def _block_levels(ours: Dots, theirs: Dots) -> Dots:
    """Return by how many levels each block differs; a shift by one dot counts for nothing."""
    smooth = [ndimage.uniform_filter(values, (3, 3, 1)) for values in (ours, theirs)]
    apart = np.min(
        [np.abs(smooth[0] - np.roll(smooth[1], shift, (0, 1))).max(axis=2) for shift in product((-1, 0, 1), repeat=2)],
        axis=0,
    )
    rows, columns = apart.shape[0] // _BLOCK, apart.shape[1] // _BLOCK
    blocks = apart[: rows * _BLOCK, : columns * _BLOCK].reshape(rows, _BLOCK, columns, _BLOCK)
    return np.asarray(blocks.mean(axis=(1, 3)), dtype=np.float32)


def _boxes_of(marks: NDArray[np.bool_], window: Window) -> list[Box]:
    """Return the boxes around marked blocks that touch or nearly touch, the largest first, in the whole picture."""
    grown = ndimage.binary_dilation(marks, np.ones((3, 3)))
    labels, _ = ndimage.label(grown, np.ones((3, 3)))
    boxes = []
    rows, columns = marks.shape
    for at, place in enumerate(ndimage.find_objects(labels), 1):
        inside = np.argwhere(marks & (labels == at))
        if not len(inside) or place is None:
            continue
        (top, left), (bottom, right) = inside.min(axis=0), inside.max(axis=0) + 1
        width, height = window[2] - window[0], window[3] - window[1]
        boxes.append(
            _box(
                (
                    window[0] + width * left / columns,
                    window[1] + height * top / rows,
                    window[0] + width * right / columns,
                    window[1] + height * bottom / rows,
                )
            )
        )
    boxes.sort(key=lambda box: (box.left - box.right) * (box.bottom - box.top))
    return boxes[:_MOST_BOXES]


def _box(window: Window) -> Box:
    left, top, right, bottom = (round(min(100.0, max(0.0, 100 * float(share))), 1) for share in window)
    return Box(left, top, right, bottom)


def _in_dots(box: Box, picture: Image.Image) -> tuple[int, int, int, int]:
    return (
        round(box.left * picture.width / 100),
        round(box.top * picture.height / 100),
        round(box.right * picture.width / 100),
        round(box.bottom * picture.height / 100),
    )


_MOVES: tuple[tuple[int, ...], ...] = (
    *(tuple(sign if at == edge else 0 for at in range(4)) for edge in range(4) for sign in (-1, 1)),
    (-1, 0, -1, 0), (1, 0, 1, 0), (0, -1, 0, -1), (0, 1, 0, 1), (-1, -1, 1, 1), (1, 1, -1, -1),
)  # fmt: skip
"""One edge further out or in, the whole window moved, or made larger or smaller."""
