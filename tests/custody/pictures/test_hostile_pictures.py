"""Files made to do harm, or that are no pictures: each costs bounded time and memory, and it is said what they are."""

from __future__ import annotations

import io
import random
import struct
import time
import zlib
from collections.abc import Callable, Iterable

import numpy as np
import pytest
from benchmarks.drawn_pictures import saved, scene
from PIL import Image

from attacks import tried
from opencwc.custody.pictures import examination, examine, examine_files
from opencwc.custody.pictures.decoding import MOST_DOTS
from opencwc.custody.pictures.model import PictureFacts, PictureFile
from opencwc.errors import InputError

PICTURE = saved(scene(1), quality=90)


def png(width: int, height: int, body: bytes, bits: int = 8, colours: int = 2) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, bits, colours, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def zeros(count: int) -> bytes:
    packer = zlib.compressobj(9)
    parts = [packer.compress(bytes(1_000_000)) for _ in range(count // 1_000_000)]
    return b"".join([*parts, packer.compress(bytes(count % 1_000_000)), packer.flush()])


def why(facts: PictureFacts) -> str:
    return facts.unread.id if facts.unread is not None else ""


def files_of(pictures: Iterable[bytes]) -> list[PictureFile]:
    """Return what each file is, examined in one process."""
    facts = list(examine_files(("x", io.BytesIO(data)) for data in pictures))
    assert not [fact.unread for fact in facts if fact.unread is not None]
    return [fact.contents.file for fact in facts if fact.contents is not None]


def file_of(data: bytes) -> PictureFile:
    return files_of([data])[0]


UNREAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "picture_unread_empty"),
    "svg": (lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>', "picture_unread_markup"),
    "html": (lambda: b"\xef\xbb\xbf\n <!DOCTYPE html><img src=x onerror=1>", "picture_unread_markup"),
    "heic": (lambda: b"\0\0\0\x18ftypheic" + bytes(500), "picture_unread_heic"),
    "pdf": (lambda: b"%PDF-1.7\n" + bytes(500), "picture_unread_kind"),
    "zip": (lambda: b"PK\x03\x04" + bytes(500), "picture_unread_kind"),
    "postscript": (lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n", "picture_unread_kind"),
    "noise": (lambda: random.Random(1).randbytes(50_000), "picture_unread_damaged"),
    "one dot": (lambda: saved(Image.new("RGB", (1, 1)), "PNG"), "picture_unread_small"),
    "a bomb of dots": (lambda: png(60_000, 60_000, zeros(1_000_000)), "picture_unread_large"),
    "dots beyond all": (lambda: png(2**31 - 1, 2**31 - 1, b""), "picture_unread_large"),
    "a head alone": (lambda: PICTURE[:300], "picture_unread_damaged"),
}


def test_what_is_no_picture_is_named_and_has_its_hash_all_the_same() -> None:
    tried(len(UNREAD))
    facts = list(examine_files((name, io.BytesIO(make())) for name, (make, _) in UNREAD.items()))
    assert {fact.name: why(fact) for fact in facts} == {name: expected for name, (_, expected) in UNREAD.items()}
    assert all(len(fact.sha256) == 64 and fact.contents is None for fact in facts)


def test_a_hundred_million_dots_are_examined_in_bounded_time() -> None:
    tried()
    side = 10_000
    begin = time.monotonic()
    file = file_of(png(side, side, zeros((1 + side) * side), colours=0))
    assert (file.width, file.height) == (side, side) and side * side < MOST_DOTS
    assert time.monotonic() - begin < 60


def test_a_file_that_ends_early_is_examined_as_far_as_it_goes() -> None:
    assert file_of(PICTURE[: len(PICTURE) // 2]).cut_short
    whole = saved(scene(1), "PNG")
    assert file_of(whole[: len(whole) * 3 // 4]).cut_short
    assert not file_of(PICTURE).cut_short and not file_of(whole).cut_short


TAILS = {
    b"PK\x03\x04" + b"x" * 50: "zip",
    b"<html><script>alert(1)</script></html>": "web page",
    b"%PDF-1.7 x": "pdf",
    b"MZ\x90\0" + b"x" * 50: "program",
    b"\xff\xd8\xff\xe0" + b"x" * 50: "picture",
    b"x" * 50: "other",
}


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "BMP"])
def test_what_stands_behind_a_picture_is_counted_and_named(format: str) -> None:
    tried(len(TAILS))
    files = files_of(saved(scene(1), format) + tail for tail in TAILS)
    assert [(file.behind, file.behind_kind) for file in files] == [(len(tail), kind) for tail, kind in TAILS.items()]


def test_a_script_inside_a_picture_is_told() -> None:
    tried()
    file = file_of(saved(scene(1), comment="<script>alert(1)</script>"))
    assert file.markup and file.behind == 0


def test_only_the_first_of_several_pictures_is_examined() -> None:
    frames = [scene(seed).resize((120, 90)) for seed in range(4)]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    assert file_of(out.getvalue()).several
    assert not file_of(saved(frames[0], "GIF")).several


def test_pictures_of_every_depth_and_colour_are_read() -> None:
    grey = np.asarray(scene(1).convert("L"))
    pictures = [scene(1).convert(mode) for mode in ("CMYK", "L", "1", "YCbCr", "F", "LAB")]
    pictures.append(Image.fromarray(grey.astype(np.uint16) * 257))
    files = files_of(saved(picture, "TIFF") for picture in pictures)
    assert [(file.width, file.height) for file in files] == [picture.size for picture in pictures]


def test_every_format_is_read_in_the_confined_process() -> None:
    formats = ["PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF", "JPEG2000", "AVIF"]
    assert [file.format for file in files_of(saved(scene(2), format) for format in formats)] == formats


def test_damage_anywhere_ends_in_an_answer() -> None:
    chance = random.Random(7)
    damaged = []
    for format in ("PNG", "JPEG", "GIF", "WEBP", "TIFF", "JPEG2000", "AVIF") * 5:
        data = bytearray(saved(scene(3).resize((160, 120)), format))
        for _ in range(chance.randint(1, 30)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        damaged.append((format, io.BytesIO(bytes(data))))
    tried(len(damaged))
    facts = list(examine_files(damaged))
    assert len(facts) == len(damaged)
    assert all((fact.contents is None) != (fact.unread is None) for fact in facts)


ENDS_AT_ONE = """
import os, sys, zipfile, io, json
with zipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read())) as archive:
    print(json.dumps({"ready": True}), flush=True)
    for name in archive.namelist():
        if archive.read(name) == b"ends it":
            os.kill(os.getpid(), 9)
        print(json.dumps({"unread": ["picture_unread_damaged", {}]}), flush=True)
print(json.dumps({"done": True}), flush=True)
"""


def test_a_picture_that_ends_the_process_is_left_out_and_the_next_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    tried(2)
    monkeypatch.setattr(examination, "PROGRAM", ("-c", ENDS_AT_ONE))
    files = [b"a", b"ends it", b"b", b"ends it", b"ends it", b"c"]
    facts = list(examine_files((data.decode(), io.BytesIO(data)) for data in files))
    expected = {b"ends it": "picture_unread_stopped"}
    assert [why(fact) for fact in facts] == [expected.get(data, "picture_unread_damaged") for data in files]


def test_an_answer_that_was_not_agreed_on_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    odd = ENDS_AT_ONE.replace('{"unread": ["picture_unread_damaged", {}]}', '{"contents": {"file": {"width": "x"}}}')
    monkeypatch.setattr(examination, "PROGRAM", ("-c", odd))
    assert why(examine(b"a")) == "picture_unread_stopped"


def test_a_process_that_cannot_begin_is_an_error_and_not_the_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examination, "PROGRAM", ("-c", "raise SystemExit(1)"))
    with pytest.raises(InputError):
        examine(PICTURE)


def test_a_file_too_large_is_not_read_but_hashed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examination, "MOST_BYTES", 10_000)
    facts = examine(PICTURE)
    assert why(facts) == "picture_unread_bytes" and facts.size == len(PICTURE)
