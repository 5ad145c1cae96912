"""The main job of each role, from home to its result in at most five actions, in two browsers.

Each is done by mouse, by keyboard and on a phone. An action is a press or a text that is written; to move the mouse or
the focus is none.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

import pytest
from playwright.sync_api import Locator, Page, expect

from web.browser.conftest import DESK, LOST, Visitors
from web.browser.walking import Hand, Keyboard, Mouse, Words

MOST = 5
PHONE = {"width": 360, "height": 740}
_NUMBERS = count(1)


@dataclass
class Actions:
    """What somebody does on a page with a hand, counted."""

    page: Page
    words: Words
    hand: Hand
    made: int = 0

    def press(self, what: Locator) -> None:
        self.made += 1
        self.hand.press(what)

    def write(self, where: Locator, text: str) -> None:
        self.made += 1
        self.hand.write(where, text)

    def door(self, address: str) -> None:
        self.press(self.page.locator(f"main a[href='{address}']").first)
        self.page.wait_for_url(f"**{address}")

    def follow(self, selector: str) -> None:
        """Press the first link of these that is seen, and wait until its page is there."""
        link = self.page.locator(selector).locator("visible=true").first
        there = link.get_attribute("href") or ""
        self.press(link)
        self.page.wait_for_url(lambda url: url.endswith(there))


def check_a_chemical(does: Actions) -> None:
    does.door("/check")
    does.write(does.page.locator("#value"), "111-48-8")
    expect(does.page.locator("#answer h1")).to_contain_text("2B13")


def open_an_event(does: Actions) -> None:
    does.door("/watch")
    does.follow("main a[href^='/watch/runs/']")
    does.follow("main h3 a[href*='/events/'], main a[href*='/events/']")
    expect(does.page.locator("main h1")).to_be_visible()


def see_what_a_law_covers(does: Actions) -> None:
    does.door("/law")
    does.follow("main a[href^='/law/runs/']")
    does.follow("main a[href*='/measures/']")
    expect(does.page.locator(".law-passage, .elements").first).to_be_visible()


def decide_on_what_waits(does: Actions) -> None:
    does.door("/casebook?part=inbox")
    does.follow("main [data-item] th a[href^='/findings/']")
    there = does.page.url
    does.press(does.page.locator("[data-decide] input[value=need_more]"))
    does.write(does.page.locator("[data-decide] textarea[name=reason]"), "which plant?")
    does.press(does.words.button(does.page, "page_decide_send"))
    does.page.wait_for_url(lambda url: url.partition("?")[0] != there.partition("?")[0])


def decide_on_all_that_waits(does: Actions) -> None:
    does.door("/casebook?part=inbox")
    does.press(does.page.locator("[data-units] button[name=scope][value=all]"))
    preview = does.page.locator("#bulk-preview")
    does.press(preview.locator("input[name=outcome][value=need_more]"))
    does.write(preview.locator("textarea[name=reason]"), "which plant?")
    does.press(preview.locator("button.primary"))
    undo = does.page.locator(".bulk-made button").first
    expect(undo).to_be_visible(timeout=60_000)
    undo.click()  # for the jobs after this one; no action of its own
    expect(undo).to_be_hidden(timeout=60_000)


def open_what_is_due(does: Actions) -> None:
    does.door("/declarations/submissions")
    does.follow("#submissions a[href^='/declarations/submissions/']")
    does.follow("main a[href$='/due']")
    expect(does.page.locator("main table").first).to_be_visible()


def add_a_person(does: Actions) -> None:
    does.door("/settings/people")
    does.write(does.page.locator("input[name=login]"), f"newcomer-{next(_NUMBERS)}")
    does.press(does.words.button(does.page, "page_settings_add_button"))
    expect(does.page.locator("[data-secret]")).to_contain_text("/auth/invitation")


def verify_the_record(does: Actions) -> None:
    does.door("/audit")
    does.press(does.words.button(does.page, "page_audit_verify"))
    expect(does.page.locator("#verification [data-verdict], #verification h2").first).to_be_visible(timeout=60_000)


def see_what_waits_in_the_house(does: Actions) -> None:
    does.door("/overview")
    expect(does.page.locator("main h1")).to_have_text(re.compile(r"\d"))
    does.follow(".figures a[href^='/casebook']")
    expect(does.page.locator("main [data-item]").first).to_be_visible()


def see_why_two_ledgers_differ(does: Actions) -> None:
    does.door("/transfers")
    does.follow("main a[href^='/transfers/runs/']")
    does.follow("main a[href*='/pairs/']")
    expect(does.page.locator("main table").first).to_be_visible()


JOBS: dict[str, tuple[str, str, Callable[[Actions], None]]] = {
    "officer": ("amara", "officer", check_a_chemical),
    "analyst": ("amara", "analyst", open_an_event),
    "lawyer": ("amara", "lawyer", see_what_a_law_covers),
    "reviewer": ("leila", "reviewer", decide_on_what_waits),
    "reviewer-of-many": ("leila", "reviewer", decide_on_all_that_waits),
    "declarant": ("nora", "declarant", open_what_is_due),
    "administrator": ("ingrid", "administrator", add_a_person),
    "auditor": ("wei", "auditor", verify_the_record),
    "export-control": ("leila", "officer", see_why_two_ledgers_differ),
    "manager": ("mateo", "reviewer", see_what_waits_in_the_house),
}
WAYS = {
    "en-mouse": ("en", Mouse(), DESK),
    "fr-mouse": ("fr", Mouse(), DESK),
    "ar-mouse": ("ar", Mouse(), DESK),
    "en-keyboard-phone": ("en", Keyboard(), PHONE),
    "fr-keyboard-phone": ("fr", Keyboard(), PHONE),
    "ar-keyboard-phone": ("ar", Keyboard(), PHONE),
}
WAYS_IN_FIREFOX = {
    "en-mouse": ("en", Mouse(), DESK),
    "fr-keyboard": ("fr", Keyboard(), DESK),
    "ar-mouse-phone": ("ar", Mouse(), PHONE),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("role", JOBS)
def test_a_role_comes_from_home_to_the_result_of_its_job(open_page: Visitors, role: str, way: str) -> None:
    page = open_page(JOBS[role][0], "", kept=True).page
    does_the_job(page, open_page, role, *WAYS[way])


@pytest.mark.parametrize("way", WAYS_IN_FIREFOX)
@pytest.mark.parametrize("role", JOBS)
def test_a_role_does_its_job_in_firefox_too(open_in_firefox: Visitors, role: str, way: str) -> None:
    # A key before the answer to the last one ends that request, which Firefox reports.
    page = open_in_firefox(JOBS[role][0], "", expect=LOST).page
    does_the_job(page, open_in_firefox, role, *WAYS_IN_FIREFOX[way])


def does_the_job(page: Page, visitors: Visitors, role: str, lang: str, hand: Hand, room: dict[str, int]) -> None:
    _, work, job = JOBS[role]
    page.set_viewport_size(room)  # type: ignore[arg-type]
    page.goto(f"/?work={work}&lang={lang}")
    does = Actions(page, Words(lang), hand)
    with visitors.served.without_rechecks():
        job(does)
    assert does.made <= MOST
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.locator("html").get_attribute("lang") == lang


def test_actions_are_counted(open_page: Visitors) -> None:
    page = open_page("amara", "/?work=officer", kept=True).page
    does = Actions(page, Words("en"), Keyboard())
    check_a_chemical(does)
    assert does.made == 2
