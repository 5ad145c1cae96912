"""The page in a real browser: its weight, its first paint, its answer to typing, and a casebook of a million findings.

    python -m benchmarks.page [--findings 1000000] [--write]

Chromium is Debian's. Weights are bytes as sent, with nothing cached; the first paint is the browser's own "first
contentful paint" with nothing cached, in a server that has just started; typing is timed from the last key to the
answer in the page.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from docs_build.page_visits import Visit, addresses
from docs_build.pictures import demonstration
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from benchmarks.service import LOGIN, PASSWORD, service

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks" / "page.md"
HOME_LANGUAGES = ("fr", "es", "ru", "ar", "zh")
TYPED = ("111-48-8", "OCCN(CCO)CCO", "CCCCCCCOP(C)(=O)F", "thiodiglycol", "caffeine", "CC(=O)Oc1ccccc1C(=O)O")
BIG = (
    ("all findings", "/casebook?part=findings"),
    ("listed only", "/casebook?part=findings&verdict=listed"),
    ("one case, for review", "/casebook?part=findings&case=case-7&verdict=review"),
    ("open ones of an entry", "/casebook?part=findings&list=CWC&entry=1A01&status=open"),
    ("from the middle", "/casebook?part=findings&after={middle}"),
)
WATCH = """() => {
  window.times = []; let key = 0;
  document.querySelector('#value').addEventListener('input', () => { key = performance.now(); });
  new MutationObserver(() => { if (key) window.times.push(performance.now() - key); })
    .observe(document.querySelector('#answer'), { childList: true });
}"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--findings", type=int, default=1_000_000)
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks/page.md")
    chosen = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        with tempfile.TemporaryDirectory() as folder, service(Path(folder)) as (port, _, _):
            address = f"http://127.0.0.1:{port}"
            lines = [*weights(browser), *typing(browser, address)]
        with tempfile.TemporaryDirectory() as folder:
            filled(Path(folder), chosen.findings)
            with service(Path(folder)) as (port, _, _):
                lines += large(browser, f"http://127.0.0.1:{port}", chosen.findings)
        browser.close()
    text = "\n".join(lines) + "\n"
    print(text)
    if chosen.write:
        PAGE.write_text(_HEAD + text, encoding="utf-8")


def signed_in(browser: Browser, address: str, **options: Any) -> BrowserContext:
    context = browser.new_context(**options)
    page = context.new_page()
    page.goto(f"{address}/sign-in")
    page.fill("#login", LOGIN)
    page.fill("#password", PASSWORD)
    page.click("form button.primary")
    page.wait_for_url(lambda url: "sign-in" not in url)
    page.close()
    return context


def weights(browser: Browser) -> list[str]:
    """Weigh each page of the demonstration: bytes as sent of all that it loads, and when something is first seen."""
    lines = [
        "## Weight and first paint",
        "",
        "| page | page, KB | fonts, KB | charts, KB | first paint, ms |",
        "|---|--:|--:|--:|--:|",
    ]
    with demonstration() as link:
        visit = Visit(link)
        lines += [_weighed(browser, visit, kind.person, address, "en") for kind, address in addresses(visit).items()]
        lines += [_weighed(browser, visit, "leila", "/", lang) for lang in HOME_LANGUAGES]
    return [*lines, ""]


def _weighed(browser: Browser, visit: Visit, person: str, path: str, lang: str) -> str:
    context = browser.new_context(locale=lang)
    context.add_cookies(visit.cookies(person))
    page = context.new_page()
    sent: list[tuple[str, int]] = []
    page.on("requestfinished", lambda request: sent.append((request.url, request.sizes()["responseBodySize"])))
    page.goto(visit.base + path, wait_until="networkidle")
    fonts = sum(size for url, size in sent if "woff2" in url or "noto-sans-sc" in url)
    charts = sum(size for url, size in sent if "vega" in url or "countries-" in url)
    whole = sum(size for _, size in sent)
    first = painted(page)
    context.close()
    said = f"{path} ({lang})" if lang != "en" else path
    return f"| `{said}` | {(whole - fonts - charts) / 1e3:.0f} | {fonts / 1e3:.0f} | {charts / 1e3:.0f} | {first:.0f} |"


def painted(page: Page) -> float:
    times = page.evaluate("performance.getEntriesByName('first-contentful-paint').map(entry => entry.startTime)")
    return float(times[0]) if times else float("nan")


def typing(browser: Browser, address: str) -> list[str]:
    """Time the answers from the last key to the page."""
    context = signed_in(browser, address)
    page = context.new_page()
    page.goto(address + "/check")
    page.evaluate(WATCH)
    lines = ["## From the last key to the answer", "", "| typed | median, ms | slowest, ms |", "|---|--:|--:|"]
    for value in TYPED:
        times = []
        for _ in range(8):
            page.fill("#value", "")
            page.wait_for_timeout(150)
            page.evaluate("window.times = []")
            page.locator("#value").press_sequentially(value, delay=40)
            page.wait_for_function("() => window.times.length > 0")
            page.wait_for_timeout(200)
            times.append(page.evaluate("window.times.at(-1)"))
        lines.append(f"| `{value}` | {statistics.median(times):.0f} | {max(times):.0f} |")
    context.close()
    return [*lines, ""]


def filled(folder: Path, findings: int) -> None:
    """Keep the findings in the casebook that the service of this folder opens, in a process that sees its settings."""
    program = (
        "import sys; from benchmarks.casebook import fill, settle\n"
        "from opencwc.casebook.database import open_casebook\n"
        "book = open_casebook(); fill(book, int(sys.argv[1])); settle(book)"
    )
    environment = {**os.environ, "OPENCWC_SETTINGS": str(folder / "settings"), "OPENCWC_DATA": str(folder / "data")}
    subprocess.run([sys.executable, "-c", program, str(findings)], env=environment, check=True)


def large(browser: Browser, address: str, findings: int) -> list[str]:
    """Time pages of a large casebook: to the last byte of the page, and the next hundred by scrolling."""
    context = signed_in(browser, address)
    page = context.new_page()
    lines = [
        f"## A casebook of {findings:,} findings",
        "",
        "| page | whole page, ms | next hundred by scrolling, ms |",
        "|---|--:|--:|",
    ]
    for name, path in BIG:
        first_pages, more = [], []
        for _ in range(3):
            page.goto(address + path.replace("{middle}", str(findings // 2)), wait_until="load")
            first_pages.append(page.evaluate("performance.getEntriesByType('navigation')[0].responseEnd"))
            if page.locator("[hx-trigger*=revealed]").count():
                with page.expect_response(lambda response: "after=" in response.url) as came:
                    page.locator("[hx-trigger*=revealed]").first.scroll_into_view_if_needed()
                came.value.finished()
                more.append(came.value.request.timing["responseEnd"])
        lines.append(
            f"| {name} | {statistics.median(first_pages):.0f} | {f'{statistics.median(more):.0f}' if more else '-'} |"
        )
    context.close()
    return [*lines, ""]


_HEAD = """# The page

Measured by `python -m benchmarks.page --write`; each run writes this file anew. Aims: a page under 100 KB without
editor, charts and the fonts for Arabic and Chinese, its first paint under 0.5 s, an answer while typing under 60 ms, a
filter on a million findings under 150 ms. The pages are one of each kind in the
demonstration (docs_build/page_kinds.py), with nothing cached.

"""


if __name__ == "__main__":
    main()
