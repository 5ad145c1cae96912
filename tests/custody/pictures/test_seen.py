"""Earlier uses: a copy is found whatever happened to it, another picture is not, and an index says what cannot hold."""

from __future__ import annotations

import json
import time
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from benchmarks.drawn_pictures import CHANGES, page, saved, scene
from benchmarks.pictures import facts_of, random_picture
from PIL import Image

from attacks import tried
from opencwc.custody.pictures import SeenPictures, examine, read_seen, remarks_on
from opencwc.custody.pictures.look_hashes import ALIKE, BOXES, distance, look_of, words_of
from opencwc.custody.pictures.seen import MOST_USES, SeenPicture, append_seen, seen_picture
from opencwc.errors import InputError

FOUND = {
    "half the size": "same",
    "half the size, JPEG 30": "same",
    "JPEG, quality 20": "same",
    "darker by 40%": "same",
    "without colours": "same",
    "wider by 30%": "same",
    "a piece of another set in": "same",
    "a bar with a caption over it": "same",
    "a bar with a caption under it": "whole",
    "cropped by 10%": "part",
    "mirrored": "mirrored",
    "mirrored and cropped by 10%": "mirrored",
}


def kept(picture: Image.Image, name: str, published: str = "", source: str = "") -> SeenPicture:
    facts = facts_of(picture)
    found = seen_picture(facts, published, source)
    assert found is not None
    return SeenPicture(found.sha256, found.parts, found.phash, found.plain, published, source, "", name)


@pytest.fixture(scope="module")
def index() -> SeenPictures:
    pages = [kept(page(seed), f"page {seed}") for seed in range(10)]
    return SeenPictures([*(kept(scene(seed), f"scene {seed}", "2019-03-02") for seed in range(40)), *pages])


@pytest.mark.parametrize("change", FOUND)
def test_a_changed_copy_is_found_and_it_is_said_in_what_way_it_is_the_same(index: SeenPictures, change: str) -> None:
    for seed in range(8):
        uses = index.uses_of(facts_of(CHANGES[change](scene(seed))))
        assert [(use.seen.name, use.how) for use in uses] == [(f"scene {seed}", FOUND[change])]


def test_most_crops_are_found_wherever_they_lie() -> None:
    index = SeenPictures([kept(scene(seed), f"scene {seed}") for seed in range(12)])
    found = [
        any(use.seen.name == f"scene {seed}" for use in index.uses_of(facts_of(CHANGES[change](scene(seed)))))
        for change in ("cropped by 15%", "cropped by 25%", "cropped by 30%, a corner")
        for seed in range(12)
    ]
    assert sum(found) / len(found) > 0.75


def test_another_picture_is_not_found(index: SeenPictures) -> None:
    assert not [
        index.uses_of(facts_of(scene(seed))) for seed in range(500, 540) if index.uses_of(facts_of(scene(seed)))
    ]


def test_a_plain_picture_is_compared_with_nothing() -> None:
    plain = Image.new("RGB", (300, 200), "blue")
    index = SeenPictures([kept(plain, "plain"), kept(scene(1), "scene")])
    other = Image.new("RGB", (640, 480), "red")
    assert look_of(plain).plain and index.uses_of(facts_of(other)) == ()
    assert [use.how for use in index.uses_of(facts_of(plain))] == ["file"]
    assert not index.uses_of(facts_of(page(3)))


def test_distances_are_exact() -> None:
    one, other = look_of(scene(1)), look_of(scene(2))
    words = words_of((one.dhash, other.dhash))
    assert int(np.bitwise_count(words[0] ^ words[1]).sum()) == distance(one.dhash, other.dhash) > ALIKE


def test_an_index_of_a_million_hashes_answers_at_once() -> None:
    tried()
    random = np.random.default_rng(1)
    pictures = [random_picture(random, at) for at in range(1_000_000 // len(BOXES))]
    index = SeenPictures([*pictures, kept(scene(1), "scene")])
    facts = facts_of(CHANGES["half the size, JPEG 30"](scene(1)))
    times = []
    for _ in range(5):
        begin = time.process_time()
        uses = index.uses_of(facts)
        times.append(time.process_time() - begin)
    assert [use.seen.name for use in uses] == ["scene"]
    assert min(times) < 1  # 0.07 s where nothing else runs; docs/benchmarks/pictures.md


def test_the_earliest_use_stands_first_and_those_without_a_day_last() -> None:
    index = SeenPictures(
        [kept(scene(1), "b", "2024-01-01"), kept(scene(1), "c"), kept(scene(1), "a", "2019-03-02", "Example Daily")]
    )
    assert [use.seen.name for use in index.uses_of(facts_of(scene(1)))] == ["a", "b", "c"]


def test_an_index_that_holds_one_picture_without_end_is_answered_all_the_same() -> None:
    tried()
    index = SeenPictures([kept(scene(1), "a", "2019-03-02")] * 3_000)
    assert len(index.uses_of(facts_of(CHANGES["half the size"](scene(1))))) == MOST_USES


def test_an_earlier_use_is_told_with_its_day_and_the_claimed_one(index: SeenPictures) -> None:
    facts = facts_of(scene(1))
    said = [remark.message for remark in remarks_on(facts, claimed=date(2026, 3, 2), uses=index.uses_of(facts))]
    assert said[0].id == "picture_seen_claimed"
    assert (said[0].values["published"], said[0].values["claimed"]) == ("2019-03-02", "2026-03-02")


def test_a_folder_is_read_with_its_table(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "a.jpg").write_bytes(saved(scene(1)))
    (tmp_path / "b.png").write_bytes(saved(scene(2), "PNG"))
    (tmp_path / "c.png").write_bytes(b"no picture")
    table = "file,published,source,address\ninner/a.jpg,2019-03-02,Example Daily,https://example.org/1\n"
    (tmp_path / "pictures.csv").write_text("\ufeff" + table, encoding="utf-8")
    seen = {picture.name: picture for picture in read_seen(tmp_path).pictures}
    assert seen.keys() == {"a.jpg", "b.png"}
    assert (seen["a.jpg"].published, seen["a.jpg"].source) == ("2019-03-02", "Example Daily")
    assert seen["b.png"].published == ""


def test_an_index_keeps_what_was_added(tmp_path: Path) -> None:
    index = tmp_path / "seen.jsonl"
    facts = examine(saved(scene(1)), "folder/a.jpg")
    first = seen_picture(facts, "2019-03-02", "Example Daily", "https://example.org/1")
    assert first is not None
    append_seen(index, [first])
    append_seen(index, [kept(scene(2), "b")])
    read = read_seen(index)
    assert read.pictures[0] == first and first.name == "a.jpg" and len(read) == 2
    assert [use.how for use in read.uses_of(facts)] == ["file"]


@pytest.mark.parametrize(
    "line",
    [
        "{}",
        "no json",
        "[]",
        json.dumps({"sha256": "0" * 64, "phash": "0" * 64, "parts": "AAAA"}),
        json.dumps({"sha256": "0" * 64, "phash": "0" * 64, "parts": "A" * 5_000_000}),
        json.dumps({"sha256": "x", "phash": "0" * 64, "parts": ""}),
    ],
)
def test_a_line_of_an_index_that_cannot_hold_is_named(tmp_path: Path, line: str) -> None:
    tried()
    index = tmp_path / "seen.jsonl"
    append_seen(index, [kept(scene(2), "b")])
    with index.open("a", encoding="utf-8") as stream:
        stream.write(line + "\n")
    with pytest.raises(InputError) as error:
        read_seen(index)
    assert (error.value.code, error.value.values["line"]) == ("seen_line_wrong", 2)


def test_a_day_of_a_folder_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(saved(scene(1)))
    (tmp_path / "pictures.csv").write_text("file,published\na.jpg,2 March\n", encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_seen(tmp_path)
    assert (error.value.code, error.value.values["line"]) == ("seen_day_wrong", 2)


def test_a_folder_without_pictures_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="contains no pictures"):
        read_seen(tmp_path)
