"""Each role's home, and its main job from there to the result in at most five actions."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from opencwc.wording import say
from web.browser.conftest import Visitors
from web.browser.examining import axe

MOST = 5


class Actions:
    """What somebody does on a page, counted: a press, or a text that is written."""

    def __init__(self) -> None:
        self.count = 0

    def press(self, what: Locator) -> None:
        self.count += 1
        what.click()

    def write(self, where: Locator, text: str) -> None:
        self.count += 1
        where.fill(text)


def door(page: Page, address: str) -> Locator:
    return page.locator(f".doors a[href='{address}']").first


def test_an_officer_checks_a_chemical(open_page: Visitors) -> None:
    page, does = open_page("amara", "/?work=officer").page, Actions()
    does.press(door(page, "/check"))
    does.write(page.locator("#value"), "111-48-8")
    expect(page.locator("#answer")).to_contain_text("2B13")
    assert does.count <= MOST


def test_an_analyst_opens_an_event(open_page: Visitors) -> None:
    page, does = open_page("amara", "/?work=analyst").page, Actions()
    does.press(door(page, "/watch"))
    does.press(page.locator("main a[href^='/watch/runs/']").first)
    does.press(page.locator("main a[href*='/events/']").first)
    expect(page.locator("main h1")).to_be_visible()
    assert "/events/" in page.url and does.count <= MOST


def test_a_lawyer_sees_what_a_law_covers(open_page: Visitors) -> None:
    page, does = open_page("amara", "/?work=lawyer").page, Actions()
    does.press(door(page, "/law"))
    does.press(page.locator("main a[href^='/law/runs/']").first)
    does.press(page.locator("main a[href*='/measures/']").locator("visible=true").first)
    expect(page.locator("main h1")).to_be_visible()
    assert "/measures/" in page.url and does.count <= MOST


def test_a_reviewer_comes_to_a_decision(open_page: Visitors) -> None:
    page, does = open_page("leila", "/").page, Actions()
    does.press(door(page, "/casebook?part=inbox"))
    does.press(page.locator("main a[href^='/findings/']").locator("visible=true").first)
    does.press(page.locator("[data-decide] input[value=need_more]"))
    does.write(page.locator("[data-decide] textarea[name=reason]"), "which plant?")
    expect(page.locator("[data-decide] button.primary, [data-decide] button:not([type=button])").first).to_be_enabled()
    assert does.count + 1 <= MOST  # the last one sends it


def test_a_declarant_opens_what_is_due(open_page: Visitors) -> None:
    page, does = open_page("nora", "/").page, Actions()
    does.press(door(page, "/declarations/submissions"))
    does.press(page.locator("#submissions a[href^='/declarations/submissions/']").first)
    expect(page.locator("main h1")).to_be_visible()
    assert page.url.rsplit("/", 1)[1].isdecimal() and does.count <= MOST


def test_an_administrator_adds_a_person(open_page: Visitors) -> None:
    page, does = open_page("ingrid", "/").page, Actions()
    does.press(door(page, "/settings/people"))
    does.write(page.locator("input[name=login]"), "newcomer-of-home")
    does.press(page.get_by_role("button", name=say("page_settings_add_button"), exact=True))
    expect(page.locator("[data-secret]")).to_contain_text("/auth/invitation")
    expect(page.locator("[data-copy]").first).to_be_visible()
    assert does.count <= MOST


def test_an_auditor_verifies_the_record(open_page: Visitors) -> None:
    page, does = open_page("wei", "/").page, Actions()
    does.press(door(page, "/audit"))
    does.press(page.get_by_role("button", name=say("page_audit_verify"), exact=True))
    expect(page.locator("#verification [data-verdict], #verification h2").first).to_be_visible(timeout=60_000)
    assert does.count <= MOST


@pytest.mark.parametrize("who", ["leila", "amara", "ingrid", "wei", "nora"])
@pytest.mark.parametrize("lang", ["en", "fr", "ar"])
def test_a_home_is_for_everyone_also_on_a_telephone(open_page: Visitors, who: str, lang: str) -> None:
    page = open_page(who, "/", lang=lang, viewport={"width": 360, "height": 640}).page
    expect(page.locator(".doors a")).to_have_count(3)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert not axe(page)


def test_the_tour_lets_go_as_soon_as_somebody_goes_elsewhere(open_page: Visitors) -> None:
    page = open_page("leila", "/").page
    page.locator("details.menu > summary").last.click()
    page.locator(".who [data-tour]").click()
    page.wait_for_url("**/check?**")
    expect(page.locator(".tour")).to_be_visible()
    page.goto("/convention")
    page.wait_for_timeout(300)
    assert page.url.endswith("/convention")
    expect(page.locator(".tour")).to_have_count(0)
    page.goto("/check?value=OCCN(CCO)CCO")
    expect(page.locator("#answer")).to_contain_text("3B17")
    expect(page.locator(".tour")).to_have_count(0)
