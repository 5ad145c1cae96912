"""What a page costs to load: every answer as it was sent, in a browser that has seen nothing yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import urlsplit

from playwright.sync_api import Page, Request

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


def weight_at_fault(path: str, weights: Mapping[str, int]) -> list[str]:
    """Return in what a page that was weighed is too heavy, or loads what it does not show."""
    own = dict(weights)
    faults = []
    if shows_reports(path):  # the machine of this test has no Chinese font, so the page fetches its own
        others = {file: own.pop(file) for file in list(own) if "/noto-sans-sc" in file}
        heavy = {
            file: size for file, size in others.items() if size >= (CHINESE_SHEET if file.endswith(".css") else SLICE)
        }
        faults += [f"a heavy font: {heavy}"] if heavy else []
    if sum(own.values()) >= LIMIT:
        faults.append(f"heavy: {sorted(own.items(), key=lambda budget: -budget[1])}")
    if early := [file for file in own if file.startswith(HEAVY)]:
        faults.append(f"loaded before it is opened: {early}")
    fonts = [file for file in own if file.endswith(".woff2")]
    if strange := [
        file for file in fonts if "source-sans" not in file and not file.endswith("noto-sans-sc-name.woff2")
    ]:
        faults.append(f"a font of no use: {strange}")
    if shows_reports(path) and (cyrillic := [file for file in fonts if "cyrillic" in file]):
        faults.append(f"a font that the machine has: {cyrillic}")
    return faults
