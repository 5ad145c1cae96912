"""Keys in the inbox and on a finding decide nothing by themselves: they choose, and the reason has the focus."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from opencwc.casebook.model import Status
from web.browser.conftest import NARROW, Visitors, Watched
from web.browser.served import Served
from web.browser.walking import Words, number_of, press_key

LINES = "[data-units] [data-item]"
REASON = "[data-decide] textarea[name=reason]"
CHOSEN = "[data-decide] input[name=outcome]:checked"


def come_by_key(page: Page, key: str) -> None:
    """Come to the first finding of the inbox by a key."""
    page.locator(LINES).first.locator("a").first.focus()
    press_key(page, key)
    page.wait_for_url("**/findings/*")
    page.wait_for_load_state("load")
    expect(page.locator(REASON)).to_be_focused()


@pytest.mark.parametrize(("key", "outcome"), [("a", "accept"), ("r", "reject")])
def test_what_is_typed_after_a_key_of_the_inbox_is_the_reason(open_page: Visitors, key: str, outcome: str) -> None:
    page = open_page("leila", "/casebook?part=inbox").page
    come_by_key(page, key)
    page.keyboard.type("First read against the drawing; a rare area.")
    expect(page.locator(REASON)).to_have_value("First read against the drawing; a rare area.")
    expect(page.locator(CHOSEN)).to_have_value(outcome)


def test_letters_change_no_outcome_that_stands(open_page: Visitors) -> None:
    page = open_page("leila", "/casebook?part=inbox").page
    come_by_key(page, "a")
    page.locator("#decide").evaluate("element => element.focus()")
    press_key(page, "r")
    expect(page.locator(CHOSEN)).to_have_value("accept")
    expect(page.locator(REASON)).to_be_focused()
    page.locator("h1").click()
    press_key(page, "r")
    expect(page.locator(CHOSEN)).to_have_value("accept")


def test_a_key_chooses_where_nothing_was_chosen_and_the_form_says_what_is_sent(
    open_page: Visitors, served: Served
) -> None:
    words = Words("en")
    page = open_page("leila", f"/findings/{served.known['doubtful']}").page
    says = page.locator("[data-sends]:visible")
    expect(says).to_have_count(0)
    press_key(page, "r")
    expect(page.locator(REASON)).to_be_focused()
    expect(says).to_have_text(words("page_decide_sends", outcome=words("page_decide_reject")))
    page.locator("[data-decide] input[value=accept]").check()
    expect(says).to_have_text(words("page_decide_sends", outcome=words("page_decide_accept")))


def test_ctrl_enter_sends_from_the_reason_alone(open_page: Visitors) -> None:
    visit = open_page("leila", "/casebook?part=inbox")
    page = visit.page
    come_by_key(page, "a")
    here = number_of(page)
    page.keyboard.type("Read against the drawing.")
    page.locator(CHOSEN).focus()
    press_key(page, "Control+Enter")
    page.locator(REASON).focus()
    assert not _sent(visit), "sent from the outcome"
    press_key(page, "Control+Enter")
    page.wait_for_url(lambda url: f"/findings/{here}" not in url)
    expect(page.locator("#told")).to_contain_text(Words("en")("page_casebook_number", number=here))
    assert len(_sent(visit)) == 1


def _sent(visit: Watched) -> list[str]:
    return [path for path in visit.paths() if path.endswith("/decision")]


def test_a_correction_asks_for_an_entry_where_its_verdict_has_one(open_page: Visitors, served: Served) -> None:
    page = open_page("leila", f"/findings/{served.known['doubtful']}").page
    page.locator("[data-decide] input[value=correct]").check()
    verdict, entry = page.locator("[data-decide] select[name=verdict]"), page.locator("[data-decide] input[name=entry]")
    verdict.select_option("listed")
    expect(entry).to_have_js_property("required", True)
    verdict.select_option("not_listed")
    expect(entry).to_be_disabled()
    page.locator("[data-decide] input[value=accept]").check()
    expect(entry).to_have_js_property("required", False)


def test_who_was_slower_is_told_and_no_policy_is_broken(open_page: Visitors, served: Served) -> None:
    number = served.finding(grave=False, verdict=("review",), status=(Status.OPEN,))
    leila, mateo = (open_page(who, f"/findings/{number}", expect=(409,)) for who in ("leila", "mateo"))
    # On a slow machine the page would ask for news, and tell him, before he has decided.
    mateo.page.route("**/stand?*", lambda route: route.fulfill(status=204))
    with served.without_rechecks():
        leila.page.locator("[data-decide] input[value=accept]").check()
        leila.page.locator(REASON).fill("I was quicker.")
        leila.page.locator("[data-decide] button.primary").click()
        leila.page.wait_for_url(lambda url: f"/findings/{number}" not in url)
    for part in ("#history", "#standing", "#decide"):  # what a script or a browser has given a size of its own
        mateo.page.locator(part).evaluate("element => { element.style.minBlockSize = '1px'; }")
    mateo.page.locator("[data-decide] input[value=reject]").check()
    mateo.page.locator(REASON).fill("I was slower.")
    mateo.page.locator("[data-decide] button.primary").click()
    expect(mateo.page.locator("#problem")).to_contain_text("I was quicker.")
    expect(mateo.page.locator("#history")).to_contain_text("I was quicker.")
    mateo.page.locator("[data-dismiss]").click()
    mateo.page.locator("[data-decide] button.primary").click()
    mateo.page.wait_for_url(lambda url: f"/findings/{number}" not in url)
    expect(mateo.page.locator("#decide .htmx-settling")).to_have_count(0)
    assert leila.breaches() == mateo.breaches() == []


def test_a_long_input_stays_inside_the_inbox(open_page: Visitors, served: Served) -> None:
    served.upload("amara", "long-inputs", b"id;chemical\n1;" + b"no-such-thing-" * 40 + b"\n")
    page = open_page("leila", "/casebook?part=inbox").page
    over = page.locator("[data-units] .what").evaluate_all(
        "all => all.filter((element) => element.getBoundingClientRect().width > 480).length"
    )
    assert over == 0 and page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_telephone_stacks_the_facts_of_a_finding_and_keeps_the_inbox_short(
    open_page: Visitors, served: Served
) -> None:
    page = open_page("leila", f"/findings/{served.known['listed']}", viewport=NARROW).page
    for fact in page.locator(".finding .facts > div").all():
        name, value = fact.locator("dt").bounding_box(), fact.locator("dd").first.bounding_box()
        assert name and value and value["y"] >= name["y"] + name["height"] - 1 and abs(value["x"] - name["x"]) < 2
    page.goto("/casebook?part=inbox")
    heights = page.locator(LINES).evaluate_all("all => all.map(element => element.getBoundingClientRect().height)")
    assert heights and max(heights) < 200
