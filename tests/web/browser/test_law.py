"""A lawyer's whole way in a browser: a law is dropped, the job ends in the matrix, a measure is read and decided."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from opencwc.legislation.example_texts import FOLDER, NOW
from opencwc.wording import say
from web.browser.conftest import Visitors
from web.browser.walking import press_key

SLOW = 90_000
"""Milliseconds that a check may take on a busy machine."""


def test_from_a_dropped_law_to_a_decision_by_keyboard(open_page: Visitors) -> None:
    """Drop a law, follow its job to the matrix, walk to a measure with the keys, and decide on it."""
    watched = open_page("leila", "/law")
    page = watched.page
    page.locator("#file").set_input_files(FOLDER / NOW)
    expect(page.locator("[data-chosen]")).to_contain_text(NOW)
    page.locator("#texts select[name=state]").select_option("FRA")
    page.locator("#texts input[name=case]").fill("walk-through")
    page.get_by_role("button", name=say("page_law_button")).click()
    page.wait_for_url(re.compile(r"/law/jobs/"))
    page.wait_for_url(re.compile(r"/law/runs/\d+$"), timeout=SLOW)
    expect(page.locator("h1")).to_contain_text("France")
    order = page.locator("[data-item] th .verbatim").all_inner_texts()
    for _ in range(2):
        press_key(page, "j")
    expect(page.locator('[data-item][aria-current="true"]')).to_contain_text(order[1])
    press_key(page, "Enter")
    page.wait_for_url(re.compile(f"/measures/CWC/{order[1]}"))
    expect(page.locator(".badge", has_text=say("law_verdict_review")).first).to_be_visible()
    press_key(page, "k")
    page.wait_for_url(re.compile(f"/measures/CWC/{order[0]}"))
    press_key(page, "j")
    page.wait_for_url(re.compile(f"/measures/CWC/{order[1]}"))
    press_key(page, "a")
    expect(page.locator(".measure > .row").first).to_contain_text(order[2])
    press_key(page, "j")
    expect(page.locator(".measure > .row").first).to_contain_text(order[3])
    press_key(page, "c")
    expect(page.locator("select[name=verdict]")).to_be_focused()
    page.locator("select[name=verdict]").select_option("partial")
    page.locator(".wrong-elements input").first.check()
    page.locator("textarea[name=reason]").fill("One of them is not named.")
    press_key(page, "Control+Enter")
    expect(page.locator(".measure > .row").first).to_contain_text(order[4])
    page.get_by_role("link", name=say("page_law_back")).click()
    page.wait_for_url(re.compile(r"/law/runs/\d+$"))
    for measure in (order[1], order[3]):
        row = page.locator("[data-list] tr", has_text=measure)
        expect(row.locator(".status")).to_have_text(say("casebook_status_corrected"))
    page.locator("tr", has_text=order[4]).locator("th a").focus()
    press_key(page, "c")
    page.wait_for_url(re.compile(f"{order[4]}\\?outcome=correct"))
    expect(page.locator("select[name=verdict]")).to_be_focused()


def test_a_measure_shows_the_words_of_its_elements_and_its_decision_without_scrolling(open_page: Visitors) -> None:
    """On a laptop's screen the decision, the best passage and the elements stand where the page opens."""
    page = open_page("leila", "/law").page
    page.locator("main a[href^='/law/runs/']").first.click()
    page.get_by_role("link", name=say("page_law_begin")).click()
    page.wait_for_url(re.compile(r"/measures/"))
    for part in (".quick [data-key=a]", ".law-passage", ".elements"):
        expect(page.locator(part).first).to_be_in_viewport()
    page.goto(re.sub(r"/measures/.*", "/measures/CWC/PRO-01", page.url))
    expect(page.locator(".law-passage mark").first).to_be_visible()
    expect(page.locator(".elements :is(.missing, .unsure)").filter(has_text="retain")).to_be_visible()


def test_a_question_to_click_is_answered_with_passages(open_page: Visitors) -> None:
    """A question stands there to be clicked; sent, it brings passages of the law and the Convention."""
    page = open_page("leila", "/law/ask").page
    page.locator(".tries a").first.click()
    expect(page.locator("#question")).not_to_be_empty()
    page.get_by_role("button", name=say("page_law_ask_button")).click()
    expect(page.locator("#answer blockquote").first).to_be_visible(timeout=SLOW)  # a heading stood there before
    expect(page.locator("#answer h2")).to_be_visible()
    shown_as = page.locator("#answer mark").first.evaluate("mark => getComputedStyle(mark).display")
    assert shown_as == "inline", "a marked word stands in its line"
