"""What a page costs to load: every answer as it was sent, in a browser that has seen nothing yet."""

from __future__ import annotations

from collections import defaultdict
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Request

from web.browser.conftest import Visitors
from web.browser.places import EVERYWHERE, Where

LIMIT = 150_000
"""Bytes of a page in English, whole: markup, styles, scripts and the font."""
ARABIC = 170_000
"""Bytes more for Arabic: its font in the weights that a page shows, kept by the browser from the first page on."""
CHINESE_SHEET = 65_000
"""Bytes more for Chinese: the style sheet that says which of 101 slices of the font holds which characters."""
SLICE = 45_000
"""Bytes of a slice of the Chinese font; a page loads those whose characters it shows, and the browser keeps them."""
HEAVY = ("/static/vendor/vega", "/static/vendor/jsme", "/static/vendor/countries", "/static/chart.js", "/static/editor")
"""The charts, the map and the editor, which a page loads when they are opened or come into view."""


def weigh(page: Page, path: str) -> dict[str, int]:
    """Return the bytes of each file that a page loads, as they were sent."""
    requests: list[Request] = []
    page.on("requestfinished", lambda request: requests.append(request))  # noqa: PLW0108 - no method
    page.goto(path)
    page.evaluate("() => document.fonts.ready.then(() => 0)")
    weights: dict[str, int] = defaultdict(int)
    for one in requests:
        sizes = one.sizes()
        weights[urlsplit(one.url).path] += sizes["responseBodySize"] + sizes["responseHeadersSize"]
    return weights


@pytest.mark.parametrize("where", EVERYWHERE, ids=lambda one: one.name.replace(" ", "-"))
def test_a_page_is_light(open_page: Visitors, where: Where) -> None:
    page = open_page(where.person, "", expect=(where.status,)).page
    weights = weigh(page, where.path(open_page.served.known))
    light = {path: weight for path, weight in weights.items() if not path.startswith(HEAVY)}
    assert sum(light.values()) < LIMIT, sorted(light.items(), key=lambda one: -one[1])
    assert not any(path.endswith(".woff2") and "source-sans" not in path for path in weights)


def test_arabic_costs_its_font_and_chinese_the_slices_that_it_shows(open_page: Visitors) -> None:
    arabic = weigh(open_page("amara", "", lang="ar").page, "/")
    assert sum(arabic.values()) < LIMIT + ARABIC
    assert any("noto-sans-arabic" in path for path in arabic)

    page = open_page("amara", "", lang="zh").page
    chinese = weigh(page, "/")
    slices = {path: weight for path, weight in chinese.items() if "noto-sans-sc-" in path}
    sheet = chinese["/static/vendor/noto-sans-sc.css"]
    assert sheet < CHINESE_SHEET
    assert slices and max(slices.values()) < SLICE
    assert sum(chinese.values()) - sheet - sum(slices.values()) < LIMIT

    again = weigh(page, "/convention")
    assert not set(slices) & {path for path, weight in again.items() if weight > SLICE // 10}
