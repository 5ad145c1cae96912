"""Pictures of every kind of page, side by side: ``python -m docs_build.pictures --every-page FOLDER``.

Each is taken in each language as it is on a desk by day and by night, on a telephone, and on paper. The folder is not
kept: whoever changes a page looks at it.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from docs_build.page_kinds import PAGE_KINDS, PageKind
from docs_build.page_visits import Visit, addresses

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PHONE, DESK, PAPER = {"width": 360, "height": 740}, {"width": 1366, "height": 768}, {"width": 700, "height": 990}
TALLEST = 3_000
"""A picture ends here, in pixels; a long list goes on like that. Paper is shown to its end, within reason."""
LONGEST_PAPER = 12_000


class Mode(NamedTuple):
    """How a page is seen: the window, the colours, and the medium."""

    viewport: dict[str, int]
    dark: bool = False
    paper: bool = False


MODES = {
    "light": Mode(DESK),
    "dark": Mode(DESK, dark=True),
    "phone": Mode(PHONE),
    "print": Mode(PAPER, paper=True),
}


class Picture(NamedTuple):
    """One picture to take."""

    kind: PageKind
    lang: str
    mode: str

    @property
    def file(self) -> str:
        """Where it is, from the folder on."""
        return f"{self.mode}/{self.kind.name}.{self.lang}.png"


def take_every_page(
    link: str, folder: Path, languages: Sequence[str], modes: Sequence[str], only: str = "", minutes: float = 60
) -> list[str]:
    """Take the pictures of the demonstration behind a link into a folder and return what is wrong.

    It ends after so many minutes with what it has; the index page shows what is there.
    """
    from playwright.sync_api import sync_playwright

    ends = time.monotonic() + minutes * 60
    folder.mkdir(parents=True, exist_ok=True)
    visit = Visit(link)
    found = addresses(visit, [kind for kind in PAGE_KINDS if only in kind.name])
    wrong = [f"{kind.name}: no link leads to it" for kind in PAGE_KINDS if only in kind.name and kind not in found]
    wanted = [Picture(kind, lang, mode) for kind in found for mode in modes for lang in languages]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for number, (picture, fault) in enumerate(_taken(browser, visit, found, wanted, folder), 1):
            wrong += [f"{picture.file}: {fault}"] if fault else []
            print(f"\r{number} of {len(wanted)} {picture.file:<80.80}", end="", file=sys.stderr, flush=True)
            if time.monotonic() > ends:
                wrong.append(f"{len(wanted) - number} pictures are not taken: {minutes:g} minutes are over")
                break
        browser.close()
    (folder / "index.html").write_text(index_page(found, languages, modes), encoding="utf-8")
    return wrong


def _taken(
    browser: Browser, visit: Visit, found: Mapping[PageKind, str], wanted: Sequence[Picture], folder: Path
) -> Iterator[tuple[Picture, str]]:
    """Take each picture and say what is wrong with it; windows stay open for the next one of their person and mode."""
    from playwright.sync_api import Error

    windows: dict[tuple[str, str], Page] = {}
    for picture in wanted:
        key = (picture.kind.person, picture.mode)
        page = windows[key] = windows.get(key) or _window(browser, visit, *key)
        address = found[picture.kind]
        try:
            answer = page.goto(f"{visit.base}{address}{'&' if '?' in address else '?'}lang={picture.lang}")
            yield picture, _shown(page, MODES[picture.mode], folder / picture.file) or _status(answer)
        except Error as error:
            yield picture, error.message.splitlines()[0]


def _status(answer: Any) -> str:
    return "" if answer is None or answer.status == 200 else f"status {answer.status}"


def _window(browser: Browser, visit: Visit, person: str, mode: str) -> Page:
    seen = MODES[mode]
    context = browser.new_context(
        viewport=seen.viewport,  # type: ignore[arg-type]
        color_scheme="dark" if seen.dark else "light",
        reduced_motion="reduce",
    )
    context.set_default_timeout(20_000)
    context.add_cookies(visit.cookies(person))  # type: ignore[arg-type]
    return context.new_page()


WIDER = "() => document.documentElement.scrollWidth - innerWidth"
SEEN_WHOLE = """async () => {
  for (const card of document.querySelectorAll(".card")) card.style.contentVisibility = "visible";
  const charts = [...document.querySelectorAll("[data-chart]")].filter((one) => one.checkVisibility());
  for (const one of charts) {
    one.scrollIntoView();
    for (let tries = 0; tries < 60 && one.dataset.chartState === "waiting"; tries++) {
      await new Promise((next) => setTimeout(next, 50));
    }
  }
  scrollTo(0, 0);
}"""
"""Charts and long lists are drawn where a reader comes to them; a picture shows them all."""


def _shown(page: Page, mode: Mode, file: Path) -> str:
    """Take the picture of a page that is open and return what can be measured of it as wrong."""
    page.evaluate("document.fonts.ready")
    page.wait_for_function("() => !document.querySelector('.htmx-request')")  # what a page asks for as it opens
    page.evaluate(SEEN_WHOLE)
    if mode.paper:
        page.emulate_media(media="print")
    wider = page.evaluate(WIDER)
    height = page.evaluate("document.documentElement.scrollHeight")
    file.parent.mkdir(parents=True, exist_ok=True)
    clip = {
        "x": 0,
        "y": 0,
        "width": mode.viewport["width"],
        "height": min(height, LONGEST_PAPER if mode.paper else TALLEST),
    }
    page.screenshot(path=file, full_page=True, clip=clip)  # type: ignore[arg-type]
    return f"{wider} pixels too wide" if wider > 0 else ""


def index_page(found: Mapping[PageKind, str], languages: Sequence[str], modes: Sequence[str]) -> str:
    """Return the page that shows the pictures: a row a kind of page and a way to see it, a column a language."""
    head = "".join(f"<th>{escape(lang)}</th>" for lang in languages)
    rows = "".join(
        f"<tr><th>{escape(kind.name)}<br><code>{escape(address)}</code><br>{mode}</th>"
        + "".join(f"<td>{_linked_picture(Picture(kind, lang, mode))}</td>" for lang in languages)
        + "</tr>"
        for kind, address in found.items()
        for mode in modes
    )
    style = (
        "body{font:14px sans-serif}td,th{vertical-align:top;padding:4px}img{width:20rem}thead{position:sticky;top:0}"
    )
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Every page</title><style>{style}</style>'
        f"<table><thead><tr><th></th>{head}</tr></thead><tbody>{rows}</tbody></table></html>"
    )


def _linked_picture(picture: Picture) -> str:
    file = escape(picture.file)
    return f'<a href="{file}"><img loading="lazy" alt="{file}" src="{file}"></a>'
