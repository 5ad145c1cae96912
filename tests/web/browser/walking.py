"""How people walk through the pages in the tests: by mouse, or by the keyboard alone, in any language."""

from __future__ import annotations

import contextlib
import re
from typing import Any, Protocol

from playwright.sync_api import FileChooser, Locator, Page, TimeoutError, expect

from opencwc.finding import Message
from opencwc.wording import say

MOUSE = """() => { window.moused = 0; for (const name of ["pointerdown", "mousedown", "mousemove", "touchstart"])
  addEventListener(name, () => { sessionStorage.moused = Number(sessionStorage.moused ?? 0) + 1; }, true); }"""
"""Counts what a mouse does on any page of the browser tab."""
DROP = """(zone, [text, name]) => {
  const data = new DataTransfer();
  data.items.add(new File([text], name, { type: "text/csv" }));
  for (const kind of ["dragenter", "dragover", "drop"])
    zone.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
}"""

OF_ONE_CHOICE = """element => document.activeElement.type === "radio" && document.activeElement.name === element.name"""
"""Whether the focus is on another answer of the same choice, which Tab would leave."""

PRESSED = """element => { element.pressed = 0;
  addEventListener("click", (event) => {
    if (event.target === element && !event.defaultPrevented) element.pressed += 1; }); }"""
"""Counts the clicks on an element that the page leaves to the browser."""


SETTLED = "() => document.readyState === 'complete' && !document.querySelector('.htmx-swapping, .htmx-settling')"


def press_key(page: Page, key: str) -> None:
    """Press a key once the page's scripts are there and htmx has settled what it put in: before, a key is lost."""
    page.wait_for_function(SETTLED)
    page.keyboard.press(key)


class Hand(Protocol):
    """What a person does with a page."""

    def press(self, what: Locator) -> None:
        """Press a button, follow a link, unfold, choose."""

    def write(self, where: Locator, text: str) -> None:
        """Write into a field what stands there afterwards."""

    def bring(self, page: Page, field: str, name: str, content: bytes) -> None:
        """Give a file to a form."""


class Mouse:
    """Points and clicks, and drops files."""

    def press(self, what: Locator) -> None:
        what.click()

    def write(self, where: Locator, text: str) -> None:
        where.click()
        where.fill("")
        where.press_sequentially(text)

    def bring(self, page: Page, field: str, name: str, content: bytes) -> None:
        page.locator(f"label[for={field}]").evaluate(DROP, [content.decode(), name])


class Keyboard:
    """Goes by Tab to whatever it needs; the mouse is never touched."""

    def reach(self, what: Locator, most: int = 150) -> None:
        """Press Tab until something has the focus; within one choice, an arrow."""
        expect(what).to_be_visible()
        radio = what.evaluate("element => element.type === 'radio'")
        for _ in range(most):
            if what.evaluate("element => element === document.activeElement"):
                return
            what.page.keyboard.press("ArrowDown" if radio and what.evaluate(OF_ONE_CHOICE) else "Tab")
        raise AssertionError(f"the keyboard does not come to {what}")

    def press(self, what: Locator) -> None:
        self.reach(what)
        radio = what.evaluate("element => element.matches('input[type=radio], input[type=checkbox]')")
        what.page.keyboard.press("Space" if radio else "Enter")

    def write(self, where: Locator, text: str) -> None:
        self.reach(where)
        where.page.keyboard.press("ControlOrMeta+a")
        where.page.keyboard.type(text)

    def bring(self, page: Page, field: str, name: str, content: bytes) -> None:
        self.choose(page.locator(f"#{field}")).set_files({"name": name, "mimeType": "text/csv", "buffer": content})

    def choose(self, field: Locator, most: int = 5) -> FileChooser:
        """Press Space on a field for a file until the browser asks for one.

        Under load Chromium now and then does not open its dialog, though the key and the click reach the field (seen
        in 2 of 180 trials, with nothing on the page at work): whoever sits there presses again. A page that keeps the
        key for itself does not pass.
        """
        field.evaluate(PRESSED)
        for tried in range(most):
            assert field.evaluate("element => element.pressed") == tried, f"the page kept a key on {field} for itself"
            self.reach(field)
            with contextlib.suppress(TimeoutError), field.page.expect_file_chooser(timeout=5_000) as chooser:
                field.page.keyboard.press("Space")
            with contextlib.suppress(TimeoutError):
                return chooser.value
        raise AssertionError(f"Space opens no dialog on {field}")


class Words:
    """The words of a language, as the pages have them."""

    def __init__(self, lang: str) -> None:
        self.lang = lang

    def __call__(self, name: str, /, **values: Any) -> str:
        return say(Message(name, values), self.lang)

    def button(self, page: Page, name: str) -> Locator:
        """Return the button that a message names."""
        return page.locator("main").get_by_role("button", name=self(name), exact=True)

    def unfold(self, page: Page, name: str) -> Locator:
        """Return the line that unfolds more."""
        return page.locator("main summary", has_text=self(name))

    def field(self, page: Page, name: str) -> Locator:
        """Return the field that a message names."""
        return page.locator("main").get_by_label(self(name)).locator("visible=true")


def screen_a_file(page: Page, words: Words, hand: Hand, case: str, content: bytes, name: str = "invoice.csv") -> int:
    """Drop a file, wait for its job to end, go to its results; return how many findings there are."""
    hand.bring(page, "file", name, content)
    expect(page.locator("[data-chosen]")).to_contain_text(name)
    hand.write(page.locator("input[name=case]"), case)
    hand.press(words.button(page, "page_file_button"))
    page.wait_for_url("**/jobs/*")
    expect(page.locator("#job")).to_have_attribute("data-state", "done", timeout=60_000)
    hand.press(page.get_by_role("link", name=words("page_job_results")))
    page.wait_for_url(f"**/casebook?case={case}*")
    return page.locator("[data-list] [data-item]").count()


def decide(page: Page, words: Words, hand: Hand, outcome: str, reason: str) -> None:
    """Fill in the decision and send it; the page goes on to what waits next."""
    there = page.url
    hand.press(page.locator(f"[data-decide] input[value={outcome}]"))
    hand.write(page.locator("[data-decide] textarea[name=reason]"), reason)
    hand.press(words.button(page, "page_decide_send"))
    page.wait_for_url(lambda url: url.split("?")[0] != there.split("?")[0])


def number_of(page: Page) -> int:
    """Return the number of the finding that a page shows."""
    match = re.search(r"/findings/(\d+)", page.url)
    assert match, page.url
    return int(match[1])
