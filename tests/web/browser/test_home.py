"""The home of each role, in three languages and on a telephone, and the tour that begins there."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from web.browser.conftest import Visitors
from web.browser.examining import axe


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
