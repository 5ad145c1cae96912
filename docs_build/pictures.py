"""Take the pictures of the README and the docs: ``python -m docs_build.pictures [FOLDER]`` (else docs/images).

They are what a browser shows of the demonstration, in the order of docs/tutorial/a-day-with-the-page.md; the tests
take them anew and compare their names and what can be read on the pages. With ``--every-page FOLDER`` it takes every
kind of page instead, in every language, by day and by night, on a telephone and on paper (`every_page`).
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
WIDTH, HEIGHT = 1200, 800


class Shot(NamedTuple):
    """One picture: its file, the address, and how the page stands when it is taken: what is clicked on it before."""

    name: str
    address: str
    lang: str = "en"
    dark: bool = False
    width: int = WIDTH
    role: str = ""
    opened: str = ""


SHOTS = (
    Shot("page-home", "/"),
    Shot("page-screen", "/check?value=CCCCCCCOP(C)(%3DO)F"),
    Shot("page-line", "/check?value=4%20drums%20thiodiglycol%20CAS%20111-48-8"),
    Shot("page-casebook", "/casebook"),
    Shot("page-finding", "finding"),
    Shot("page-case", "case"),
    Shot("page-convention", "/convention?part=states", opened="details.drawing summary"),
    Shot("page-audit", "/audit", role="Auditor"),
    Shot("page-arabic", "/check?value=OCCSCCO", lang="ar"),
    Shot("page-dark", "/casebook", dark=True),
    Shot("page-phone", "/check?value=OCCSCCO", width=360),
    Shot("page-shipments", "shipments"),
    Shot("page-transfers", "pair"),
    Shot("page-flows", "flows"),
    Shot("page-law", "law"),
    Shot("page-measure", "measure"),
)


@contextmanager
def demonstration(year: Path | None = None) -> Iterator[str]:
    """Serve the demonstration, a kept one where a folder is named, and give the address that signs one in."""
    from subprocess import PIPE, Popen

    program = "from opencwc.cli import main; main()"
    command = [sys.executable, "-c", program, "demo", "--no-browser", "--port", "0"]
    command += [] if year is None else ["--keep", str(year)]
    with Popen(command, stdout=PIPE, text=True, env={**os.environ, "OPENCWC_LANG": "en"}) as process:  # noqa: S603 - our own
        if process.stdout is None:
            raise RuntimeError("the demonstration says nothing")
        try:
            yield next(word for line in process.stdout for word in line.split() if "/demo/" in word)
        finally:
            process.terminate()


def take(folder: Path, link: str) -> None:
    """Take every picture into a folder, of the demonstration behind the link that signs in."""
    from playwright.sync_api import sync_playwright

    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        base = link.partition("/demo/")[0]
        for shot in SHOTS:
            context = browser.new_context(
                viewport={"width": shot.width, "height": HEIGHT},
                locale=shot.lang,
                color_scheme="dark" if shot.dark else "light",
            )
            page = context.new_page()
            context.request.get(link)  # which signs in, without a page to draw
            if shot.role:
                page.goto(base)
                _become(page, shot.role)
            page.goto(base + _address(page, base, shot.address), wait_until="networkidle")
            if shot.opened:
                page.locator(shot.opened).first.click()
                page.locator("[data-chart-state=drawn]").first.wait_for()
                page.evaluate("scrollTo(0, 0)")
            page.screenshot(path=folder / f"{shot.name}.png")
            context.close()
        browser.close()


def _become(page: Page, role: str) -> None:
    """Become the first demonstration person of a role."""
    person = page.locator("#demo-person option", has_text=role).first.get_attribute("value")
    with page.expect_navigation():
        page.select_option("#demo-person", person)


def _address(page: Page, base: str, address: str) -> str:
    """Return an address; that of a finding or a case is found as a person would find it: by the first link to one."""
    if address.startswith("/"):
        return address
    if address in ("shipments", "pair", "flows"):
        return _of_transfers(page, base, address)
    if address in ("law", "measure"):
        page.goto(f"{base}/law")
        run = page.locator("main tbody[data-list] th a").first.get_attribute("href") or "/law"
        return run if address == "law" else f"{run}/measures/CWC/PRO-01"
    page.goto(f"{base}/casebook")
    found = page.locator(f"main a[href^='/{address}s/']").first.get_attribute("href")
    return found or "/casebook"


def _of_transfers(page: Page, base: str, what: str) -> str:
    """Return the address of the demonstration's check, of a pair of its reconciliation, or of the flows of it."""
    page.goto(f"{base}/transfers/check" if what == "shipments" else f"{base}/transfers")
    run = page.locator("main tbody[data-list] th a").first.get_attribute("href") or "/transfers"
    if what == "shipments":
        return run
    if what == "flows":
        return f"{run}/flows?over=all"
    page.goto(base + run)
    pair = page.locator("main tbody[data-list] tr", has_text="Triethanolamine").first
    return pair.locator("th a").get_attribute("href") or run


def main() -> int:
    """Take the pictures that the command line asks for; the status is 1 where something of them is wrong."""
    from docs_build.every_page import MODES, take_every_page
    from opencwc.wording import LANGUAGES

    parser = argparse.ArgumentParser(prog="python -m docs_build.pictures")
    parser.add_argument("folder", nargs="?", type=Path, default=IMAGES)
    parser.add_argument("--every-page", type=Path, metavar="FOLDER", help="every kind of page, into a folder")
    parser.add_argument("--languages", default=",".join(LANGUAGES), help="such as en,ar; else all")
    parser.add_argument("--modes", default=",".join(MODES), help="of light, dark, phone and print; else all")
    parser.add_argument("--only", default="", help="kinds of page with these letters in their name")
    parser.add_argument("--minutes", type=float, default=60, help="end after so many minutes (60)")
    parser.add_argument("--link", default="", help="of a demonstration that runs; else one is started")
    asked = parser.parse_args()
    languages, modes = asked.languages.split(","), asked.modes.split(",")
    with nullcontext(asked.link) if asked.link else demonstration() as link:
        if not asked.every_page:
            take(asked.folder, link)
            return 0
        wrong = take_every_page(link, asked.every_page, languages, modes, asked.only, asked.minutes)
    print(*wrong, f"{asked.every_page / 'index.html'} shows the pictures", sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
