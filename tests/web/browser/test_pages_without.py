"""The pages where something of them is missing: the map, the charts, the editor, or all scripts at once."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from opencwc.wording import say
from web.browser.conftest import Visitors
from web.browser.examining import headings_at_fault, look
from web.browser.places import EVERYWHERE

OPEN_AND_SEE = """() => {
  for (const element of document.querySelectorAll("main details")) element.open = true;
  for (const element of document.querySelectorAll("[data-chart], [data-editor]")) element.scrollIntoView();
}"""
HEAVY = re.compile(r"/static/(vendor/(vega|jsme|countries|topojson)|chart\.js|editor)")
SHOWN = "() => document.querySelectorAll('.card').forEach((card) => { card.style.contentVisibility = 'visible'; })"
"""Until its first frame, a card that may lie out of sight has no text."""
READ = """() => ({
  text: [...document.querySelectorAll("main")].map((main) => main.innerText.replace(/\\s+/g, " ").trim()).join(" "),
  rows: document.querySelectorAll("main table tr").length,
  links: document.querySelectorAll("main a[href]").length,
})"""


@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("leila", "/casebook?part=findings&case={case}"),
        ("amara", "/convention?part=states"),
        ("ingrid", "/models/refusals"),
        ("amara", "/check"),
    ],
)
def test_without_the_map_the_charts_and_the_editor_text_and_tables_stay(
    open_page: Visitors, who: str, path: str
) -> None:
    visit = open_page(who, "", expect=("net::ERR_FAILED",))
    page = visit.page
    blocked: list[str] = []

    def block(route) -> None:
        blocked.append(route.request.url)
        route.abort()

    page.route(HEAVY, block)
    page.goto(path.format(**open_page.served.known))
    page.evaluate(OPEN_AND_SEE)
    page.wait_for_load_state("networkidle")

    assert blocked
    for figure in page.locator("[data-chart]").all():
        expect(figure.locator(".chart svg")).to_have_count(0)
    if path != "/check":
        expect(page.locator("main table").locator("visible=true").first).to_be_visible()
        assert page.locator("main table tr").count() > 2
    if path == "/check":
        page.locator("#value").fill("111-48-8")
        expect(page.locator("#answer")).to_contain_text("2B13")
    expect(page.locator("h1")).to_be_visible()
    assert page.locator("[data-chart], [data-editor]").count()


def test_without_scripts_every_page_can_be_read(open_page: Visitors) -> None:
    """The same words, tables and links stand on a page with and without scripts."""
    known = open_page.served.known
    without = {
        who: open_page(who, "", java_script_enabled=False, expect=(403, 404)).page
        for who in {place.person for place in EVERYWHERE}
    }
    with_scripts = {who: open_page(who, "", expect=(403, 404)).page for who in without}
    faults = []
    for where in EVERYWHERE:
        messages = []
        for pages in (without, with_scripts):
            page = pages[where.person]
            page.goto(where.path(known), wait_until="domcontentloaded")
            page.evaluate("() => sessionStorage.clear()")
            page.evaluate(SHOWN)
            messages.append(page.evaluate(READ))
        plain, scripted = messages
        missing = set(scripted["text"].split()) - set(plain["text"].split())
        if plain["rows"] < scripted["rows"] or plain["links"] < scripted["links"] or len(missing) > 12:
            faults.append(f"{where.name}: {plain['rows']} rows of {scripted['rows']}, missing {sorted(missing)[:15]}")
        faults += [f"{where.name}: {fault}" for fault in headings_at_fault(look(without[where.person]))]
    assert not faults, "\n".join(faults)


def test_without_scripts_one_asks_and_filters_and_walks_on(open_page: Visitors) -> None:
    page = open_page("leila", "/check", java_script_enabled=False).page
    page.locator("#value").fill("111-48-8")
    page.get_by_role("button", name=say("page_screen_button"), exact=True).click()
    page.wait_for_url("**value=111-48-8**")
    expect(page.locator("#answer")).to_contain_text("2B13")

    page.goto("/casebook?part=findings")
    page.locator("select[name=verdict]").select_option("not_listed")
    page.get_by_role("button", name=say("page_casebook_show"), exact=True).click()
    page.wait_for_url("**verdict=not_listed**")
    before = page.locator("[data-item] th").all_text_contents()
    page.get_by_role("link", name=say("page_casebook_next"), exact=True).click()
    page.wait_for_url("**after=**")
    after = page.locator("[data-item] th").all_text_contents()
    assert before and after and not set(before) & set(after)
    page.locator("[data-item] th a").first.click()
    for words in after[0].split(" Finding "):  # between the two the heading names the row
        expect(page.locator("h1")).to_contain_text(words.strip())

    page.locator("details.menu summary").first.click()
    page.get_by_role("link", name="Français").click()
    expect(page.locator("html")).to_have_attribute("lang", "fr")
