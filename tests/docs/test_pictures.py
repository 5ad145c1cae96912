"""The pictures of the documentation are those that the command takes of the demonstration, and it can take them now."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from docs_build.every_page import MODES, take_every_page
from docs_build.page_kinds import LEFT_OUT, PAGE_KINDS, route_of
from docs_build.pictures import IMAGES, SHOTS, demonstration, take

from opencwc.web.access_table import declared_access

PAGES = (
    IMAGES.parents[1] / "README.md",
    IMAGES.parent / "tutorial" / "a-day-with-the-page.md",
    IMAGES.parent / "how-to" / "use-the-page.md",
)


def test_the_pages_show_every_picture_that_is_taken_and_no_other() -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    pictures = re.findall(r"!\[[^\]]+\]\((?:\.\.|docs)/images/([\w-]+)\.png\)", text)
    assert sorted(pictures) == sorted(shot.name for shot in SHOTS)
    assert sorted(file.stem for file in IMAGES.glob("page-*.png")) == sorted(pictures)


def test_every_get_route_is_a_kind_of_page_or_left_out_with_a_reason() -> None:
    routes = {route.removeprefix("GET ") for route in declared_access() if route.startswith("GET /")}
    left_out = [route for routes in LEFT_OUT.values() for route in routes]
    pages = {kind.route for kind in PAGE_KINDS}
    assert pages.isdisjoint(left_out)
    assert sorted({*pages, *left_out}) == sorted(route for route in routes if not route.startswith("/api/"))
    assert len({kind.name for kind in PAGE_KINDS}) == len(PAGE_KINDS)


def test_an_address_is_of_the_route_with_the_fewest_parameters() -> None:
    assert route_of("/watch/runs/3/briefs/new?brief=1") == "/watch/runs/{number}/briefs/new"
    assert route_of("/watch/runs/3/briefs/2") == "/watch/runs/{number}/briefs/{brief}"
    assert route_of("/law/shelf.csv") == "/law/shelf.{ending}"
    assert not route_of("/nowhere/at/all")


def test_the_commands_take_them_of_the_demonstration(made_year: Path, tmp_path: Path) -> None:
    with demonstration(shutil.copytree(made_year, tmp_path / "year")) as link:
        take(tmp_path, link)
        wrong = take_every_page(link, tmp_path / "every", ["ar"], [*MODES], only="law-measures")
    for shot in SHOTS:
        taken = (tmp_path / f"{shot.name}.png").read_bytes()
        assert taken.startswith(b"\x89PNG")
        width = int.from_bytes(taken[16:20], "big")
        assert width == shot.width
        assert len(taken) > 10_000, f"{shot.name} shows next to nothing"
    assert wrong == []
    index = (tmp_path / "every" / "index.html").read_text(encoding="utf-8")
    pictures = re.findall(r'src="([^"]+)"', index)
    assert len(pictures) == len(MODES) * len([kind for kind in PAGE_KINDS if "law-measures" in kind.name])
    assert all((tmp_path / "every" / picture).stat().st_size > 5_000 for picture in pictures)
