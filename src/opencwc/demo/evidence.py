"""Originals of the month: a picture with an altered copy of another date, and a page that changed afterwards.

The pictures are drawn by code and show nothing; the page is one of the month's reports, before and after its change.
"""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFilter

from opencwc.demo.open_reports import write_reports
from opencwc.demo.state import State

SIZE = WIDTH, HEIGHT = 480, 320
_HORIZON = 190
_EXIF_PHOTO, _EXIF_TAKEN, _EXIF_DESCRIPTION = 0x8769, 0x9003, 0x010E
_PAGE = """<!doctype html>
<html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title></head>
<body><h1>{title}</h1><p>{text}</p></body></html>
"""


class Original(NamedTuple):
    """A file as it came: where it was taken from, and when, as who brought it says."""

    path: Path
    media_type: str
    url: str
    taken: str


def write_pictures(state: State, folder: Path, year: int) -> Iterator[Original]:
    """Write a picture of five years before, then a copy of it with another cloud in it and a date of the month told."""
    picture = _drawn(state)
    altered = picture.copy()
    _add_cloud(altered, (300, 70, 460, 190), (196, 190, 92))
    _cover(altered, (40, 150, 120, 235))
    for name, drawn, taken, url in (
        ("memorial-at-norwald", picture, f"{year - 5}-09-12T10:12:00", "https://norwaldobserver.example/memorial.jpg"),
        ("shelling-of-hallen", altered, f"{year}-09-08T18:40:00", "https://poglistok.example/hallen.jpg"),
    ):
        path = folder / f"invented-picture-{name}.jpg"
        drawn.save(path, quality=88, exif=_camera_data(taken))
        yield Original(path, "image/jpeg", url, f"{year}-09-10T09:00:00+00:00")


def write_captures(folder: Path, year: int) -> Iterator[Original]:
    """Write the page of the month that was changed, as it was captured before and after that."""
    months = [write_reports(folder, year, until) for until in (22, 30)]
    first, last = ([json.loads(line) for line in month.read_text(encoding="utf-8").splitlines()] for month in months)
    later = {report["id"]: report for report in last}
    for report in first:
        if (changed := later[report["id"]]) != report:
            yield _captured(folder, report, f"{year}-09-22T08:00:00+00:00", "before")
            yield _captured(folder, changed, f"{year}-09-30T08:00:00+00:00", "after")


def _captured(folder: Path, report: dict[str, str], taken: str, when: str) -> Original:
    path = folder / f"invented-page-{report['id']}-{when}.html"
    shown = {name: html.escape(report[name]) for name in ("lang", "title", "text")}
    path.write_text(_PAGE.format(**shown), encoding="utf-8")
    return Original(path, "text/html", report["url"], taken)


def _drawn(state: State) -> Image.Image:
    """Return a picture of a works by a hill under a sky, with a grain as of a photograph; always the same."""
    chance = Random(f"{state.seed} picture")  # noqa: S311 - a drawing, always the same; no secret
    picture = Image.new("RGB", SIZE, (150, 172, 190))
    draw = ImageDraw.Draw(picture)
    draw.polygon([(0, _HORIZON), (150, 110), (330, 175), (WIDTH, 120), (WIDTH, _HORIZON)], fill=(104, 120, 98))
    draw.rectangle((0, _HORIZON, WIDTH, HEIGHT), fill=(124, 116, 92))
    for left in range(20, WIDTH, 62):
        top, wide = _HORIZON - chance.randrange(10, 60), chance.randrange(30, 58)
        shade = chance.randrange(90, 190)
        foot = _HORIZON + chance.randrange(10, 50)
        draw.rectangle((left, top, left + wide, foot), fill=(shade, shade - 14, shade - 26))
    draw.rectangle((210, 60, 228, 200), fill=(96, 70, 62))
    _add_cloud(picture, (150, 20, 270, 80), (214, 214, 208))
    grain = Image.frombytes("L", (WIDTH // 2, HEIGHT // 2), chance.randbytes(WIDTH * HEIGHT // 4)).resize(SIZE)
    return Image.blend(picture, grain.convert("RGB"), 0.18)


def _add_cloud(picture: Image.Image, box: tuple[int, int, int, int], colour: tuple[int, int, int]) -> None:
    mask = Image.new("L", SIZE, 0)
    ImageDraw.Draw(mask).ellipse(box, fill=220)
    picture.paste(Image.new("RGB", SIZE, colour), (0, 0), mask.filter(ImageFilter.GaussianBlur(12)))


def _cover(picture: Image.Image, box: tuple[int, int, int, int]) -> None:
    """Cover a part of a picture with the part of it to the right."""
    left, top, right, bottom = box
    picture.paste(picture.crop((right, top, 2 * right - left, bottom)), (left, top))


def _camera_data(taken: str) -> Image.Exif:
    """Return the camera data of a picture: when it was taken, as anybody can write it."""
    data = Image.Exif()
    data[_EXIF_DESCRIPTION] = "Invented for the demonstration of OpenCWC"
    data.get_ifd(_EXIF_PHOTO)[_EXIF_TAKEN] = taken.replace("-", ":").replace("T", " ")
    return data
