"""Real browsers, the service as `opencwc serve` runs it, and pages whose every request and fault is written down."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Response, sync_playwright

from web.browser.served import Served, serving

QUIET = (
    "--no-sandbox",  # root may not use Chromium's own sandbox
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-first-run",
    # Every name but this machine's leads nowhere.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)
QUIET_FIREFOX: dict[str, str | float | bool] = {
    # A proxy that nobody serves stands before every address but this machine's.
    "network.proxy.type": 1,
    "network.proxy.http": "127.0.0.1",
    "network.proxy.http_port": 9,
    "network.proxy.ssl": "127.0.0.1",
    "network.proxy.ssl_port": 9,
    "ui.prefersReducedMotion": 1,
}
NARROW, ZOOMED, DESK = {"width": 320, "height": 640}, {"width": 640, "height": 480}, {"width": 1280, "height": 900}
"""A telephone; a desk of 1280 at 200 %; a desk."""
LOST = ("ERR_INTERNET_DISCONNECTED", "ERR_CONNECTION", "ERR_EMPTY_RESPONSE", "ERR_SOCKET", "htmx:")
"""What the console says where there is no connection: Chromium's words, and the names of htmx's events."""
ECHO = "Failed to load resource: the server responded with a status of"
"""What the console says of an answer that is written down already."""


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """What drives the browsers.

    For this folder only: while Playwright is open its loop runs in this thread, and no other test can run one.
    """
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="package")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Debian's Chromium, without a window; nothing in it can reach beyond this machine."""
    browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(QUIET))
    yield browser
    browser.close()


@pytest.fixture(scope="package")
def firefox(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Debian's Firefox, without a window; nothing in it can reach beyond this machine."""
    program = tmp_path_factory.mktemp("firefox") / "firefox"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{Path(__file__).with_name("firefox.py")}" "$@"\n')
    program.chmod(0o755)
    firefox = playwright.firefox.launch(
        channel="moz-firefox", executable_path=program, firefox_user_prefs=dict(QUIET_FIREFOX)
    )
    yield firefox
    firefox.close()


@dataclass
class Watched:
    """A page, and what happened on it."""

    page: Page
    address: str
    requests: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    refused: list[tuple[int, str]] = field(default_factory=list)
    expected: list[int | str] = field(default_factory=list)

    def forget(self) -> None:
        """Begin anew: what happened until now is another test's."""
        for happened in (self.requests, self.said, self.faults, self.refused, self.expected):
            happened.clear()

    def outside(self) -> list[str]:
        """Return the requests that went anywhere but to the service."""
        own = urlsplit(self.address).netloc
        return [
            request
            for request in self.requests
            if urlsplit(request).scheme not in OWN and urlsplit(request).netloc != own
        ]

    def breaches(self) -> list[str]:
        """Return what the browser said of a Content-Security-Policy."""
        return [line for line in self.said if "Content Security Policy" in line]

    def paths(self) -> list[str]:
        """Return the paths that were asked for, in order."""
        return [urlsplit(request).path for request in self.requests]

    def expect(self, *what: int | str) -> None:
        """Say that an answer of this status, or a fault with these words in it, is what the test is about."""
        self.expected += what

    def wrong(self) -> list[str]:
        """Return all that should not have happened: faults of scripts, breaches, refusals, requests to elsewhere."""
        words = [line if isinstance(line, str) else f"Response Status Error Code {line} " for line in self.expected]
        faults = [
            fault for fault in self.faults if not fault.startswith(ECHO) and not any(word in fault for word in words)
        ]
        refused = [f"{status} {what}" for status, what in self.refused if status not in self.expected]
        return [*faults, *self.breaches(), *refused, *(f"elsewhere: {line}" for line in self.outside())]


OWN = ("data", "blob", "about")
"""Addresses of what a page has made itself."""


def watch(page: Page, address: str) -> Watched:
    """Write down what happens on a page."""
    watched = Watched(page, address)

    def console(kind: str, text: str) -> None:
        watched.said.append(text)
        if kind == "error":
            watched.faults.append(text)

    def answered(response: Response) -> None:
        if response.status >= 400:
            parts = urlsplit(response.url)
            watched.refused.append((response.status, f"{response.request.method} {parts.path}?{parts.query}"))

    page.on("request", lambda request: watched.requests.append(request.url))
    page.on("console", lambda message: console(message.type, message.text))
    page.on("pageerror", lambda error: console("error", str(error)))
    page.on("response", answered)
    return watched


@pytest.fixture(scope="session")
def served(made_year: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The year of an invented State, served as `opencwc serve` does, with its worker; once for a process."""
    with serving(made_year, tmp_path_factory.mktemp("served") / "year") as served:
        yield served


@pytest.fixture(scope="package")
def kept() -> dict[str, Watched]:
    """Keep a page of each person for tests that change nothing in its browser.

    It reads scripts and styles only once, and Chromium starts no further window, with two processes, for the next test.
    """
    return {}


class Visitors:
    """The browsers of a test: each opened page is somebody's own, and is looked at once more when the test ends."""

    def __init__(self, browser: Browser, served: Served, kept: dict[str, Watched]) -> None:
        self.browser = browser
        self.served = served
        self.kept = kept
        self.contexts: list[BrowserContext] = []
        self.watched: list[Watched] = []

    def __call__(
        self,
        person: str,
        path: str,
        *,
        lang: str = "en",
        dark: bool = False,
        viewport: dict[str, int] = DESK,
        expect: tuple[int | str, ...] = (),
        cookie: bool = True,
        kept: bool = False,
        **context: Any,
    ) -> Watched:
        """Open a page in a browser of its own, as somebody (nobody: ``""``), in a language and a colour scheme.

        The page is one that the next test goes on with where it is ``kept``.
        """
        if kept and person in self.kept:
            return self._open(self._as_new(self.kept[person], person), path, expect)
        made = self.browser.new_context(
            base_url=self.served.address,
            locale=lang,
            color_scheme="dark" if dark else "light",
            viewport=viewport,  # type: ignore[arg-type]
            reduced_motion="reduce",
            **context,
        )
        made.set_default_timeout(15_000)
        if person and cookie:
            made.add_cookies([self.served.cookie_of(person)])  # type: ignore[list-item]
        watched = watch(made.new_page(), self.served.address)
        if kept:
            self.kept[person] = watched
        else:
            self.contexts.append(made)
        return self._open(watched, path, expect)

    def _as_new(self, watched: Watched, person: str) -> Watched:
        """Have a page that is kept forget what the last test did: its language, what happened, how wide it was."""
        watched.page.goto("about:blank")  # where no script of the last test asks for anything more
        watched.forget()
        watched.page.context.clear_cookies()
        if person:
            watched.page.context.add_cookies([self.served.cookie_of(person)])  # type: ignore[list-item]
        watched.page.emulate_media(color_scheme="light")
        watched.page.set_viewport_size(DESK)  # type: ignore[arg-type]
        return watched

    def _open(self, watched: Watched, path: str, expect: tuple[int | str, ...]) -> Watched:
        watched.expect(*expect)
        self.watched.append(watched)
        if path:
            watched.page.goto(path, wait_until="load")
        return watched

    def wrong(self) -> list[str]:
        """Return what went wrong on any of the pages."""
        return [f"{urlsplit(watched.page.url).path}: {what}" for watched in self.watched for what in watched.wrong()]

    def leave(self) -> None:
        """Close every browser but those that are kept."""
        for context in self.contexts:
            context.close()


def visiting(browser: Browser, served: Served, kept: dict[str, Watched]) -> Iterator[Visitors]:
    """Give the visitors of a test, and look at each of their pages when it ends."""
    visitors = Visitors(browser, served, kept)
    try:
        yield visitors
        assert visitors.wrong() == []
    finally:
        visitors.leave()


@pytest.fixture
def open_page(browser: Browser, served: Served, kept: dict[str, Watched]) -> Iterator[Visitors]:
    """Open pages as people of the invented State; the test fails where anything on them went wrong."""
    yield from visiting(browser, served, kept)


@pytest.fixture
def open_in_firefox(firefox: Browser, served: Served) -> Iterator[Visitors]:
    """Open pages as `open_page` does, in Firefox."""
    yield from visiting(firefox, served, {})
