"""Where two pictures differ: a change is found in its place; saving again, brightness and crops are none."""

from __future__ import annotations

import io

import pytest
from benchmarks.drawn_pictures import CHANGES, captioned, cropped, patch_box, patched, recompressed, saved, scene
from PIL import Image, ImageOps

from opencwc.custody.pictures import differences_of, differences_picture
from opencwc.custody.pictures.differences import find_differences
from opencwc.custody.pictures.model import Box, Differences
from opencwc.custody.pictures.remarks import differences_remarks
from opencwc.finding import Message

WHOLE = Box(0, 0, 100, 100)


def near(box: Box, other: tuple[float, ...], by: float = 3.0) -> bool:
    sides = (box.left, box.top, box.right, box.bottom)
    return all(abs(side - expected) <= by for side, expected in zip(sides, other, strict=True))


@pytest.mark.parametrize("seed", range(6))
def test_a_piece_that_was_set_in_is_found_in_its_place(seed: int) -> None:
    own = scene(seed)
    found = find_differences(recompressed(patched(own), 80), own)
    left, top, right, bottom = patch_box(own)
    expected = (*(100 * left / own.width, 100 * top / own.height, 100 * right / own.width, 100 * bottom / own.height),)
    assert near(found.boxes[0], expected), found.boxes
    assert 1 < found.share < 6


@pytest.mark.parametrize(
    "change", ["half the size", "JPEG, quality 60", "brighter by 40%", "without colours", "wider by 30%"]
)
def test_what_saving_again_and_brightness_change_is_no_difference(change: str) -> None:
    found = find_differences(CHANGES[change](scene(3)), scene(3))
    assert found == Differences(comparable=True, share=found.share) and found.share < 1


def test_what_one_picture_shows_more_is_told_and_not_compared() -> None:
    found = find_differences(captioned(scene(3)), scene(3))
    assert near(found.shared, (0, 0, 100, 89.3), 2) and found.shared_other == WHOLE and not found.boxes
    found = find_differences(cropped(scene(3), 0.3, (0.0, 1.0)), scene(3))
    assert found.shared == WHOLE and near(found.shared_other, (0, 30, 70, 100), 2) and not found.boxes


def test_a_mirrored_picture_is_compared_as_such() -> None:
    found = find_differences(ImageOps.mirror(patched(scene(3))), scene(3))
    assert found.mirrored and len(found.boxes) == 1
    assert found.boxes[0].right < 55, "the box stands where the first picture shows the change"


def test_other_pictures_and_plain_ones_are_not_comparable() -> None:
    assert not find_differences(scene(3), scene(6)).comparable
    assert not find_differences(scene(3), Image.new("RGB", (300, 200), "blue")).comparable


def test_the_picture_of_differences_frames_each_place() -> None:
    own = scene(2)
    found, png = differences_picture(saved(patched(own), "PNG"), saved(own, "PNG"))
    assert isinstance(found, Differences) and len(found.boxes) == 1
    drawn = Image.open(io.BytesIO(png)).convert("RGB")
    left, top, right, _ = patch_box(own)
    middle = (left + right) // 2
    assert any(drawn.getpixel((middle, row)) == (230, 0, 60) for row in range(top - 12, top + 12))


def test_a_file_that_is_not_read_is_told_with_why() -> None:
    found, png = differences_picture(saved(scene(2)), b"<svg/>")
    assert found == Message("picture_unread_markup") and png == b""
    assert differences_of(b"", saved(scene(2))) == Message("picture_unread_empty")
    assert [remark.message.id for remark in differences_remarks(found, "b.svg")] == ["picture_not_compared"]


def test_each_kind_of_difference_is_said() -> None:
    found = find_differences(ImageOps.mirror(captioned(patched(scene(3)))), scene(3))
    ids = {remark.message.id for remark in differences_remarks(found, "b.jpg")}
    assert ids == {"picture_differs", "picture_compared_mirrored", "picture_shared"}
    assert [remark.message.id for remark in differences_remarks(Differences(comparable=False), "b.jpg")] == [
        "picture_not_comparable"
    ]
