"""Measure the examination of pictures: which hash finds a changed copy, how quick an index is, and what differs.

``python -m benchmarks.pictures [--pictures 300] [--changed 60] [--parts hashes,index,speed,differences] [--write]``
All pictures are drawn by code. ``--write`` takes all parts.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import platform
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

import imagehash
import numpy as np
from PIL import Image

from benchmarks.drawn_pictures import CHANGES, page, patch_box, patched, recompressed, saved, scene
from opencwc.custody.pictures import examine
from opencwc.custody.pictures.differences import find_differences
from opencwc.custody.pictures.look_hashes import ALIKE, ALIKE_IN_PART, BOXES, SAME, look_of
from opencwc.custody.pictures.model import (
    CameraData,
    Credentials,
    PictureContents,
    PictureFacts,
    PictureFile,
)
from opencwc.custody.pictures.seen import SeenPicture, SeenPictures, seen_picture

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks" / "pictures.md"
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
HASHES: dict[str, Callable[[Image.Image], imagehash.ImageHash]] = {
    "dhash, 64 bits": imagehash.dhash,
    "dhash, 256 bits": lambda picture: imagehash.dhash(picture, 16),
    "phash, 64 bits": imagehash.phash,
    "phash, 256 bits": lambda picture: imagehash.phash(picture, 16),
    "whash, 64 bits": imagehash.whash,
    "average, 256 bits": lambda picture: imagehash.average_hash(picture, 16),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=300)
    parser.add_argument("--write", action="store_true", help=f"write the figures into {PAGE.name}")
    parser.add_argument("--changed", type=int, default=60, help="pictures that are changed in each way")
    parser.add_argument("--parts", default="hashes,index,speed,differences")
    given = parser.parse_args()
    pictures = [scene(seed) for seed in range(given.pictures)]
    parts = {
        "hashes": lambda: hash_figures(pictures, given.changed),
        "index": lambda: index_figures(pictures, given.changed),
        "speed": speed_figures,
        "differences": lambda: difference_figures(pictures, given.changed),
    }
    lines = []
    for part in list(parts) if given.write else given.parts.split(","):
        for line in parts[part]():
            print(line, flush=True)
            lines.append(line)
    if given.write:
        text = "\n".join(lines)
        before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
        PAGE.write_text(f"{before}{BEGIN}\n{text}\n{END}{rest.partition(END)[2]}", encoding="utf-8")


def hash_figures(pictures: list[Image.Image], changed: int) -> Iterator[str]:
    """Yield, for each hash, how near unrelated pictures come and which share of changed ones is nearer than any."""
    yield "### Which hash\n"
    yield f"{len(pictures)} unrelated pictures, each pair compared; {changed} of them changed in each way."
    yield "\n| hash | nearest unrelated pair, share of bits | 1 in 1,000 pairs | ms | " + " | ".join(_SHOWN) + " |"
    yield "|---|--:|--:|--:|" + "--:|" * len(_SHOWN)
    for name, make in HASHES.items():
        begin = time.perf_counter()
        own = [make(picture).hash.ravel() for picture in pictures]
        each = (time.perf_counter() - begin) / len(pictures) * 1000
        bits = np.array(own)
        apart = (bits[:, None] != bits[None]).mean(-1)[np.triu_indices(len(own), 1)]
        found = []
        for change in _SHOWN:
            near = [(make(CHANGES[change](pictures[at])).hash.ravel() != own[at]).mean() for at in range(changed)]
            found.append(f"{np.mean(np.array(near) < apart.min()):.0%}")
        yield (
            f"| {name} | {apart.min():.2f} | {np.quantile(apart, 0.001):.2f} | {each:.1f} | " + " | ".join(found) + " |"
        )


def index_figures(pictures: list[Image.Image], changed: int) -> Iterator[str]:
    """Yield which share of changed pictures the index finds, and how often it finds what is unrelated."""
    pages = [page(seed) for seed in range(60)]
    index = SeenPictures([_seen(picture, f"p{at}") for at, picture in enumerate([*pictures, *pages])])
    yield f"\n### Found in an index of {len(index)} pictures\n"
    yield f"Thresholds: the same up to {SAME} of 256 bits, alike up to {ALIKE}, alike in a part up to {ALIKE_IN_PART}."
    yield "\n| change | found | as | others found beside it, a picture |\n|---|--:|---|--:|"
    for change, make in CHANGES.items():
        found, others, ways = 0, 0, []
        for at in range(changed):
            uses = index.uses_of(facts_of(make(pictures[at])))
            own = [use.how for use in uses if use.seen.name == f"p{at}"]
            found += bool(own)
            ways += own
            others += len(uses) - len(own)
        usual = max(set(ways), key=ways.count) if ways else "-"
        yield f"| {change} | {found / changed:.0%} | {usual} | {others / changed:.2f} |"
    strangers = [scene(1_000_000 + seed) for seed in range(200)]
    wrong = sum(bool(index.uses_of(facts_of(picture))) for picture in strangers)
    yield f"\nOf {len(strangers)} pictures that are not in it, {wrong} found something."
    other_pages = [page(1_000 + seed) for seed in range(60)]
    wrong = sum(bool(index.uses_of(facts_of(picture))) for picture in other_pages)
    yield f"Of {len(other_pages)} pages of text that are not in it (beside {len(pages)} that are), {wrong} found any."


def speed_figures() -> Iterator[str]:
    """Yield how long an index of a million hashes takes."""
    count = 1_000_000 // len(BOXES)
    random = np.random.default_rng(0)
    pictures = [random_picture(random, at) for at in range(count)]
    begin = time.perf_counter()
    index = SeenPictures(pictures)
    loading = time.perf_counter() - begin
    facts = facts_of(scene(1))
    times, work = [], []
    for _ in range(7):
        begin, begin_work = time.perf_counter(), time.process_time()
        index.uses_of(facts)
        times.append(time.perf_counter() - begin)
        work.append(time.process_time() - begin_work)
    data = saved(scene(2))
    examine(data)
    begin = time.perf_counter()
    examine(data)
    alone = time.perf_counter() - begin
    yield f"\n### Speed\n\n{platform.machine()}, one thread. An index of {count:,} pictures, with"
    yield f"{count * len(BOXES):,} hashes of 256 bits:"
    yield f"one picture is looked up in {median(times):.3f} s, of which the processor works {median(work):.3f} s;"
    yield f"the index is made ready in {loading:.1f} s. One picture is examined in {alone:.2f} s, process and all."


def difference_figures(pictures: list[Image.Image], changed: int) -> Iterator[str]:
    """Yield how often a change is found where it is, and how often something that only saving again changed is."""
    hit, overlaps, extra, false = 0, [], 0, 0
    for at in range(changed):
        own = pictures[at]
        found = find_differences(recompressed(patched(own, at), 75), own)
        left, top, right, bottom = (
            100 * side / whole for side, whole in zip(patch_box(own), (own.width, own.height) * 2, strict=True)
        )
        shares = [
            _overlap((box.left, box.top, box.right, box.bottom), (left, top, right, bottom)) for box in found.boxes
        ]
        best = max(shares, default=0.0)
        hit += best > 0.5
        overlaps.append(best)
        extra += sum(share == 0 for share in shares)
        same = find_differences(recompressed(own.resize((own.width // 2, own.height // 2)), 60), own)
        false += bool(same.boxes)
    strangers = sum(
        find_differences(pictures[at], pictures[(at + 7) % len(pictures)]).comparable for at in range(changed)
    )
    yield f"\n### Where two pictures differ\n\n{changed} pictures into which a piece of another was set"
    yield "(3% of the picture), saved at quality 75:"
    yield f"the place was found in {hit / changed:.0%} (overlap over union above one half;"
    yield f"the middle one is {median(overlaps):.2f}), with {extra / changed:.2f} further boxes a picture."
    yield f"Of {changed} that were only halved and saved at 60, {false} showed a difference."
    yield f"Of {changed} pairs of unrelated pictures, {strangers} were taken for comparable."


def facts_of(picture: Image.Image) -> PictureFacts:
    """Return facts as a file of this picture would give them, without a process."""
    look, sha256 = look_of(picture), hashlib.sha256(picture.tobytes()).hexdigest()
    file = PictureFile("PNG", picture.width, picture.height)
    return PictureFacts("x", sha256, 1, PictureContents(file, look, CameraData(), Credentials("absent")))


def _seen(picture: Image.Image, name: str) -> SeenPicture:
    facts = facts_of(picture)
    kept = seen_picture(PictureFacts(name, facts.sha256, 1, facts.contents))
    assert kept is not None
    return kept


def random_picture(random: np.random.Generator, at: int) -> SeenPicture:
    """Return a picture as an index keeps it, of chance alone."""
    parts = base64.b64encode(random.bytes(32 * len(BOXES))).decode()
    return SeenPicture(f"{at:064x}", parts, random.bytes(32).hex())


def _overlap(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    if width <= 0 or height <= 0:
        return 0.0
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return width * height / (sum(areas) - width * height)


_SHOWN = (
    "half the size, JPEG 30", "brighter by 40%", "a piece of another set in", "a bar with a caption over it",
    "a bar with a caption under it", "cropped by 10%", "cropped by 25%", "turned by 2 degrees",
)  # fmt: skip

if __name__ == "__main__":
    main()
