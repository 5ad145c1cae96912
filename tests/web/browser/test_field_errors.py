"""An error stands at its field, in the reader's language and in three parts; the browser's own bubble never shows."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from opencwc.wording import say
from web.browser.conftest import Visitors
from web.browser.examining import axe


def told(page: Page) -> list[str]:
    return page.locator(".field-error").all_inner_texts()


@pytest.mark.parametrize("lang", ["en", "fr", "ar"])
def test_what_a_new_case_lacks_is_said_at_its_name(open_page: Visitors, lang: str) -> None:
    page = open_page("leila", "/casebook?part=cases", lang=lang).page
    page.locator("details:has(input[pattern]) > summary").click()
    form = page.locator("form:has(input[pattern])")
    name, send = form.locator("input[name=name]"), form.locator("button").last
    send.click()
    expect(name).to_be_focused()
    expect(name).to_have_attribute("aria-invalid", "true")
    assert told(page) == [say("page_error_empty", lang)]
    assert page.locator(f"#{str(name.get_attribute('aria-describedby')).split()[0]}").inner_text() == told(page)[0]
    assert not axe(page)
    name.fill("Not A Name!")
    expect(page.locator(".field-error")).to_have_count(0)
    send.click()
    assert told(page) == [say("page_error_form", lang)]


def test_what_the_service_finds_wrong_stands_at_the_field_too(open_page: Visitors) -> None:
    page = open_page("leila", "/casebook?part=cases", expect=(409,)).page
    page.locator("details:has(input[pattern]) > summary").click()
    form = page.locator("form:has(input[pattern])")
    form.locator("input[name=name]").fill(page.locator("tbody th a").first.inner_text())
    form.locator("button").last.click()
    problem = form.locator("label:has(input[name=name]) + .problem")
    expect(problem).to_be_visible()
    expect(problem).to_be_in_viewport()
    expect(page.locator("#problem > *")).to_have_count(0)
    form.locator("input[name=name]").fill("another-name")
    expect(problem).to_have_count(0)


def test_no_file_and_no_choice_are_said_where_they_lack(open_page: Visitors) -> None:
    page = open_page("amara", "/check").page
    page.locator("form:has(input[type=file]) button.primary").first.click()
    assert told(page) == [say("page_error_file")]
