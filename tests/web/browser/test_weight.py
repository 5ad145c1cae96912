"""What a page costs to load: every answer as it was sent, in a browser that has seen nothing yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Request

from web.browser.conftest import Visitors
from web.browser.places import EVERYWHERE, Where

LIMIT = 150_000
"""Bytes of a page in English or in Arabic, whole: markup, styles, scripts and the fonts."""
CHINESE_SHEET = 65_000
"""Bytes more for Chinese: the style sheet that says which of 101 slices of the font holds which characters."""
SLICE = 45_000
"""Bytes of a slice of the Chinese font; a page loads those whose characters it shows, and the browser keeps them."""
HEAVY = ("/static/vendor/vega", "/static/vendor/jsme", "/static/vendor/countries")
"""What draws the charts, the map and the structure editor: loaded when somebody opens one of them."""


def weigh(page: Page, path: str) -> dict[str, int]:
    """Return the bytes of each file that a page loads, as they were sent."""
    requests: list[Request] = []
    page.goto("about:blank")  # what the page before still loads, such as a chart in sight, is not this one's

    def finished(request: Request) -> None:
        requests.append(request)

    page.on("requestfinished", finished)
    page.goto(path)
    page.evaluate("() => document.fonts.ready.then(() => 0)")
    page.remove_listener("requestfinished", finished)
    weights: dict[str, int] = defaultdict(int)
    for sent in requests:
        sizes = sent.sizes()
        weights[urlsplit(sent.url).path] += sizes["responseBodySize"] + sizes["responseHeadersSize"]
    return weights


@contextmanager
def seen_nothing_yet(page: Page) -> Iterator[None]:
    """Have a page load everything anew, as a browser does that keeps no file yet."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    yield
    session.detach()


def shows_reports(path: str) -> bool:
    """Tell whether a page shows what outlets write in six languages, each in its own script."""
    return path.startswith(("/watch", "/states", "/claims"))


@pytest.mark.parametrize("where", EVERYWHERE, ids=lambda place: place.name.replace(" ", "-"))
def test_a_page_is_light(open_page: Visitors, where: Where) -> None:
    page, path = open_page(where.person, "", expect=(where.status,), kept=True).page, where.path(open_page.served.known)
    with seen_nothing_yet(page):
        weights = weigh(page, path)
    if shows_reports(path):  # the machine of this test has no Chinese font, so the page fetches its own
        others = {file: weights.pop(file) for file in list(weights) if "/noto-sans-sc" in file}
        assert all(size < (CHINESE_SHEET if file.endswith(".css") else SLICE) for file, size in others.items()), others
    assert sum(weights.values()) < LIMIT, sorted(weights.items(), key=lambda budget: -budget[1])
    assert not any(path.startswith(HEAVY) for path in weights)
    fonts = [path for path in weights if path.endswith(".woff2")]
    assert all("source-sans" in path or path.endswith("noto-sans-sc-name.woff2") for path in fonts), fonts
    assert not shows_reports(path) or not any("cyrillic" in path for path in fonts), fonts


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
