"""What a page costs to load in other scripts, and the second time; `test_accessibility` weighs every page."""

from __future__ import annotations

import pytest

from web.browser.conftest import Visitors
from web.browser.weighing import CHINESE_SHEET, LIMIT, SLICE, weigh, weight_at_fault


@pytest.mark.parametrize("path", ["/watch/runs/{month}", "/watch/runs/{month}/events/{event}"])
def test_what_outlets_write_in_other_scripts_fetches_no_font_where_the_machine_has_one(
    open_page: Visitors, path: str
) -> None:
    page = open_page("leila", "").page
    page.add_init_script("HTMLCanvasElement.prototype.toDataURL = () => String(Math.random())")  # no two signs alike
    weights = weigh(page, path.format_map(open_page.served.known))
    assert page.locator("#main :lang(ar), #main :lang(ru), #main :lang(zh)").count() > 3
    assert {file.rsplit("/", 1)[-1] for file in weights if "noto-sans" in file} <= {"noto-sans-sc-name.woff2"}
    assert not any("cyrillic" in file for file in weights)
    assert sum(weights.values()) < LIMIT


def fonts_in(weights: dict[str, int]) -> set[str]:
    """Return the Arabic fonts among what was loaded."""
    return {path.rsplit("/", 1)[-1] for path in weights if "noto-sans-arabic" in path}


@pytest.mark.parametrize("path", ["/", "/check", "/casebook?part=findings", "/convention", "/settings/people"])
def test_a_page_in_arabic_is_as_light(open_page: Visitors, path: str) -> None:
    weights = weigh(open_page("ingrid" if "people" in path else "leila", "", lang="ar").page, path)
    assert sum(weights.values()) < LIMIT
    assert fonts_in(weights) == {"noto-sans-arabic-400.woff2", "noto-sans-arabic-700.woff2"}


def test_rare_arabic_signs_bring_their_slice_of_the_font(open_page: Visitors) -> None:
    page = open_page("amara", "", lang="ar").page
    god = "%EF%B7%B2"  # written as one sign, U+FDF2
    assert fonts_in(weigh(page, f"/check?value={god}")) >= {"noto-sans-arabic-400-ext.woff2"}


def test_chinese_has_its_own_name_on_every_machine(open_page: Visitors) -> None:
    weights = weigh(open_page("amara", "").page, "/settings")
    assert 0 < next(weight for path, weight in weights.items() if path.endswith("noto-sans-sc-name.woff2")) < 2_000


def test_chinese_costs_the_slices_that_it_shows(open_page: Visitors) -> None:
    page = open_page("amara", "", lang="zh").page
    chinese = weigh(page, "/")
    slices = {path: weight for path, weight in chinese.items() if "noto-sans-sc-" in path}
    sheet = chinese["/static/vendor/noto-sans-sc.css"]
    assert sheet < CHINESE_SHEET
    assert slices and max(slices.values()) < SLICE
    assert sum(chinese.values()) - sheet - sum(slices.values()) < LIMIT

    again = weigh(page, "/convention")
    assert not set(slices) & {path for path, weight in again.items() if weight > SLICE // 10}


def test_what_makes_a_page_heavy_is_told() -> None:
    own = {"/watch": 9_000, "/static/source-sans-400.woff2": 20_000, "/static/vendor/noto-sans-sc-4.woff2": SLICE - 1}
    assert weight_at_fault("/watch", own) == []
    for path, more, fault in (
        ("/", {"/static/page.js": LIMIT}, "heavy: "),
        ("/", {"/static/vendor/vega.js": 1}, "loaded before it is opened: "),
        ("/", {"/static/vendor/noto-sans-sc-4.woff2": 1}, "a font of no use: "),
        ("/watch", {"/static/vendor/noto-sans-sc-5.woff2": SLICE}, "a heavy font: "),
        ("/watch", {"/static/vendor/noto-sans-sc.css": CHINESE_SHEET}, "a heavy font: "),
        ("/watch", {"/static/source-sans-cyrillic.woff2": 1}, "a font that the machine has: "),
    ):
        (told,) = weight_at_fault(path, {"/": 9_000, **more})
        assert told.startswith(fault)
