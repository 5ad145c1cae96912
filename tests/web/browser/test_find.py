"""Find anything by keyboard, in three languages, and without scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from web.browser.conftest import LOST, Visitors
from web.browser.examining import axe
from web.browser.walking import press_key


@pytest.mark.parametrize(("lang", "typed"), [("en", "thiodig"), ("fr", "thiodiglycol"), ("ar", "ثيودي")])
@pytest.mark.parametrize("key", ["Control+k", "/"])
def test_a_chemical_is_found_by_keyboard(open_page: Visitors, lang: str, typed: str, key: str) -> None:
    page = open_page("leila", "/convention", lang=lang, expect=LOST).page
    press_key(page, key)
    expect(page.locator("#find-q")).to_be_focused()
    page.keyboard.type(typed)
    first = page.locator("#find-hits a").first
    expect(first).to_be_visible()
    expect(page.locator("#find-hits [role=status]")).to_be_visible()
    assert not axe(page)
    page.keyboard.press("ArrowDown")
    expect(first).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.locator("#find-q")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/convention/*/*")


def test_escape_closes_the_box_and_gives_the_focus_back(open_page: Visitors) -> None:
    page = open_page("amara", "/", expect=LOST).page
    link = page.locator("a.find-link")
    link.focus()
    press_key(page, "Control+k")
    expect(page.locator("#find")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#find")).to_be_hidden()
    expect(link).to_be_focused()


def test_enter_goes_to_the_first_hit_even_before_it_came(open_page: Visitors) -> None:
    page = open_page("leila", "/", expect=LOST).page
    press_key(page, "Control+k")
    page.keyboard.type("2B13")
    page.keyboard.press("Enter")
    page.wait_for_url("**/convention/CWC/2B13")


def test_without_scripts_the_link_leads_to_a_page(open_page: Visitors) -> None:
    page = open_page("leila", "/", java_script_enabled=False).page
    page.locator("a.find-link").click()
    page.locator("#find-page-q").fill("phosph")
    page.locator("main form button").click()
    page.wait_for_url("**/find?q=phosph")
    expect(page.locator(".hits a").first).to_be_visible()
