"""Findings as a table of what one decides on: chosen, decided and taken back by mouse and by key; grouped; printed."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from opencwc.casebook.model import Filter, Status
from opencwc.casebook.units import list_units
from web.browser.conftest import Visitors
from web.browser.served import Served
from web.browser.walking import Keyboard, Words, press_key

WORDS = Words("en")
ROWS = "[data-units] [data-item]"
DESK, PHONE = {"width": 1366, "height": 768}, {"width": 360, "height": 740}
GOODS = b"id;chemical;kg\n" + b"".join(
    b"%d;%s;40\n" % (row, (b"triethanolamine", b"thiodiglycol", b"102-71-6")[row % 3]) for row in range(1, 10)
)


@pytest.fixture(scope="module")
def goods(served: Served) -> str:
    """A case of nine rows that name two chemicals, on two lists each."""
    served.upload("amara", "goods-at-hand", GOODS)
    return "goods-at-hand"


def listed(page: Page, case: str) -> None:
    page.goto(f"/casebook?part=findings&case={case}")
    expect(page.locator(ROWS)).to_have_count(2)


def decide_on_shown(page: Page, reason: str) -> None:
    preview = page.locator("#bulk-preview .bulk")
    expect(preview).to_contain_text("18")
    preview.locator("input[value=accept]").check()
    preview.locator("textarea").fill(reason)
    with page.expect_navigation():
        preview.locator("button.primary").click()


def take_back(page: Page, served: Served, case: str) -> None:
    """Take back what was decided last, and see that all of it is open again."""
    with page.expect_navigation():
        page.locator(".bulk-made button").first.click()
    units = list_units(served.book, served.people["leila"], Filter(case=case)).units
    assert [dict(unit.statuses) for unit in units] == [{"open": 6}, {"open": 12}]


def test_rows_of_one_chemical_are_one_row_with_its_mentions_inside(open_page: Visitors, goods: str) -> None:
    page = open_page("leila", "/casebook?part=findings", viewport=DESK).page
    listed(page, goods)
    assert page.locator(ROWS).first.bounding_box()["y"] < 520  # type: ignore[index]
    assert all(row.bounding_box()["height"] <= 41 for row in page.locator(ROWS).all())  # type: ignore[index]
    mentions = page.locator(ROWS).first.locator("[data-mentions]")
    expect(mentions).to_have_text("6")
    mentions.click()
    expect(page.locator(".mentions-row tbody tr")).to_have_count(6)
    mentions.click()
    expect(page.locator(".mentions-row")).to_have_count(0)


def test_a_heading_sorts_and_a_group_heads_its_rows(open_page: Visitors, goods: str) -> None:
    page = open_page("leila", f"/casebook?part=findings&case={goods}", viewport=DESK).page
    heading = page.locator("table.units thead a", has_text="Mentions")
    heading.click()
    expect(page.locator("table.units thead [aria-sort=ascending]")).to_have_count(1)
    expect(page.locator(ROWS).first.locator("[data-mentions]")).to_have_text("6")
    heading.click()
    expect(page.locator("table.units thead [aria-sort=descending]")).to_have_count(1)
    expect(page.locator(ROWS).first.locator("[data-mentions]")).to_have_text("12")
    page.goto(f"/casebook?part=findings&case={goods}&group=entry")
    expect(page.locator("table.units .group")).to_have_text(["CWC 2B13", "CWC 3B17"])


def test_many_are_decided_and_taken_back_by_mouse(open_page: Visitors, served: Served, goods: str) -> None:
    with served.without_rechecks():
        page = open_page("leila", "/casebook?part=findings", viewport=DESK).page
        listed(page, goods)
        page.locator("[data-pick-all]").check()
        expect(page.locator("[data-count]")).to_have_text("2")
        page.locator("[data-selected]").click()
        decide_on_shown(page, "Licensed goods, seen on the invoice.")
        statuses = {unit.number: unit.statuses for unit in list_units(
            served.book, served.people["leila"], Filter(case=goods, status=(Status.ACCEPTED,))
        ).units}  # fmt: skip
        assert len(statuses) == 2
        take_back(page, served, goods)


def test_many_are_decided_and_taken_back_by_keyboard(open_page: Visitors, served: Served, goods: str) -> None:
    keyboard = Keyboard()
    with served.without_rechecks():
        page = open_page("leila", "/casebook?part=findings", viewport=DESK).page
        listed(page, goods)
        keyboard.reach(page.locator(ROWS).first.locator("input[name=unit]"))
        press_key(page, "x")
        expect(page.locator("[data-count]")).to_have_text("1")
        keyboard.reach(page.locator(ROWS).nth(1).locator("input[name=unit]"))
        page.keyboard.press("Space")
        page.locator("[data-selected]").focus()
        page.keyboard.press("Enter")
        expect(page.locator("#bulk-preview")).to_be_focused()
        keyboard.reach(page.locator("#bulk-preview input[value=accept]"))
        page.keyboard.press("Space")
        keyboard.reach(page.locator("#bulk-preview textarea"))
        page.keyboard.type("Licensed goods.")
        with page.expect_navigation():
            page.keyboard.press("Control+Enter")
        keyboard.reach(page.locator(".bulk-made button").first)
        with page.expect_navigation():
            page.keyboard.press("Enter")
        units = list_units(served.book, served.people["leila"], Filter(case=goods, status=(Status.OPEN,))).units
        assert sum(unit.found for unit in units) == 18


def test_one_decision_on_a_finding_is_for_all_of_its_chemical(open_page: Visitors, served: Served, goods: str) -> None:
    with served.without_rechecks():
        page = open_page("leila", "/casebook?part=findings", viewport=DESK).page
        listed(page, goods)
        page.locator(ROWS).first.locator("[data-act=a]").click()
        expect(page.locator("h1")).to_contain_text("2B13" if "2B13" in page.locator("h1").inner_text() else "3B17")
        assert page.locator("#decide").bounding_box()["y"] < 500  # type: ignore[index]
        expect(page.locator("input[name=whole]")).to_be_checked()
        page.locator("[data-decide] textarea").fill("One product, seen.")
        page.locator("[data-decide] button.primary").click()
        page.wait_for_url(lambda url: "outcome=accept" not in url)
        page.goto(f"/casebook?part=findings&case={goods}")
        take_back(page, served, goods)


def test_the_whole_list_prints_without_its_tools(open_page: Visitors, goods: str) -> None:
    page = open_page("leila", "/casebook?part=findings", viewport=DESK).page
    page.add_init_script("window.print = () => { window.printed = true; }")
    page.goto(f"/casebook?part=findings&case={goods}&all=yes")
    page.wait_for_function("window.printed")
    page.emulate_media(media="print")
    expect(page.locator(".list-acts")).to_be_hidden()
    expect(page.locator(".list-bar")).to_be_hidden()
    expect(page.locator(ROWS)).to_have_count(2)
    expect(page.locator(ROWS).first).to_be_visible()
    expect(page.get_by_text(WORDS("page_units_whole", number=2))).to_be_visible()
    page.emulate_media(media="screen")


def test_a_unit_fits_the_sheet_and_prints_no_way_back(open_page: Visitors, served: Served, goods: str) -> None:
    unit = list_units(served.book, served.people["leila"], Filter(case=goods)).units[0]
    page = open_page("leila", f"/casebook/units/{unit.number}", viewport={"width": 700, "height": 990}).page
    expect(page.locator("p.back")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.locator("p.back")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.emulate_media(media="screen")


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_a_telephone_shows_cards_that_fit_and_a_way_to_decide(open_page: Visitors, goods: str, lang: str) -> None:
    page = open_page("leila", f"/casebook?part=findings&case={goods}&lang={lang}", viewport=PHONE).page
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for row in page.locator(ROWS).all():
        assert row.bounding_box()["height"] < 200  # type: ignore[index]
    page.locator(ROWS).first.locator("th a").click()
    decide = page.locator(".to-decide")
    assert decide.bounding_box()["y"] < 740  # type: ignore[index]
    decide.click()
    expect(page.locator("#decide")).to_be_in_viewport()
