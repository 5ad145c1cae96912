"""A person opens the demonstration's comparison, corrects a claim, checks a sentence and takes the claims along."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from web.browser.conftest import Visitors
from web.browser.walking import Hand, Mouse, Words

REPORTS = {"en": "nv83", "fr": "nv58", "ar": "nv37"}
"""The report whose claim is corrected in each language: the demonstration is one for all tests of a process."""


@pytest.mark.parametrize("lang", ["en", "fr", "ar"])
def test_a_claim_is_read_beside_its_record_corrected_and_taken_along(
    open_page: Visitors, lang: str, tmp_path: Path
) -> None:
    words, hand = Words(lang), Mouse()
    page = open_page("leila", "/claims", lang=lang, accept_downloads=True).page
    run = open_page.served.known["claims"]
    hand.press(page.locator(f"main th a[href='/claims/runs/{run}']"))
    page.wait_for_url("**/claims/runs/*")
    claim = next(row for row in _claims(page, run, tmp_path / "before.csv") if row["report"] == REPORTS[lang])
    assert claim["relation"] == "differs"

    hand.write(page.locator("input[name=find]"), claim["sentence"][:60])
    page.keyboard.press("Enter")
    page.wait_for_url("**find=*")
    hand.press(page.locator("[data-item] th a"))
    page.wait_for_url("**/claims/runs/*/claims/*")
    expect(page.locator(".claim-pair mark").first).to_be_visible()
    expect(page.locator(".claim-pair")).to_contain_text(claim["matched"])

    _correct(page, words, hand)
    expect(page.locator("h1")).to_contain_text(words("claims_not_in_record").rstrip("."))
    expect(page.locator("main")).to_contain_text("Leila Haddad")

    after = [row for row in _claims(page, run, tmp_path / "after.csv") if row["sentence"] == claim["sentence"]]
    assert [(row["matched"], row["relation"], row["differs_in"]) for row in after] == [("", "not_in_record", "")]

    hand.press(page.get_by_role("link", name=words("page_claims_view_check"), exact=True))
    hand.write(page.locator("textarea[name=text]"), claim["sentence"])
    hand.press(words.button(page, "page_claims_check_button"))
    expect(page.locator("#checked article")).to_have_count(1, timeout=30_000)
    expect(page.locator("#checked")).to_contain_text(claim["matched"])


def _claims(page: Page, run: int, path: Path) -> list[dict[str, str]]:
    """Go to the list, and take its claims along as CSV."""
    page.goto(f"/claims/runs/{run}")
    with page.expect_download() as coming:
        page.locator(f"main a[href='/claims/runs/{run}/file?format=csv']").click()
    coming.value.save_as(path)
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _correct(page: Page, words: Words, hand: Hand) -> None:
    """Say that the record has no statement on the claim; first without a reason, which the page does not send."""
    hand.press(page.locator("input[name=relation][value=not_in_record]"))
    hand.press(words.button(page, "page_watch_decide_button"))
    expect(page.locator("textarea[name=reason]:invalid")).to_have_count(1)
    hand.write(page.locator("textarea[name=reason]"), "It is another event (invented).")
    hand.press(words.button(page, "page_watch_decide_button"))
    expect(page.locator(".s-corrected").first).to_have_text(words("casebook_status_corrected"))
