"""Ledgers from the drop to the decision, and a shipment from the form to its paper, in a real browser."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Route, expect

from opencwc.web.transfers.pages import EXAMPLES
from web.browser.conftest import Visitors
from web.browser.examining import axe
from web.browser.walking import Mouse, Words, decide

STRANGE = EXAMPLES["theirs.csv"].replace("Net weight (kg)", "How much")
"""The second ledger with a column that nobody knows: it must be named, with its unit."""
DROP_MANY = """(zone, files) => {
  const data = new DataTransfer();
  for (const [name, text] of files) data.items.add(new File([text], name, { type: "text/csv" }));
  for (const kind of ["dragenter", "dragover", "drop"])
    zone.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
}"""

FONTS = """() => document.fonts.ready.then(
  () => [...document.fonts].filter((one) => one.status === "loaded").map((one) => one.family.replaceAll('"', "")))"""


def test_two_ledgers_are_dropped_mapped_reconciled_and_a_pair_is_decided(open_page: Visitors) -> None:
    words, hand = Words("en"), Mouse()
    page = open_page("leila", "/transfers").page
    page.locator("label.dropzone").evaluate(DROP_MANY, [["ours.csv", EXAMPLES["ours.csv"]], ["theirs.csv", STRANGE]])
    expect(page.locator("[data-chosen]")).to_contain_text("theirs.csv")
    expect(page.locator("fieldset.mapping")).to_have_count(2, timeout=60_000)
    expect(page.locator("fieldset.mapping .warning")).to_have_count(1)
    page.locator("select[name=map-2-quantity]").select_option("How much")
    page.locator("select[name=map-2-unit]").select_option("=kg")
    words.button(page, "page_transfers_look_again").last.click()
    expect(page.locator("fieldset.mapping .warning")).to_have_count(0, timeout=60_000)
    assert axe(page) == []
    page.locator("#ledgers input[name=case]").fill("walked-transfers")
    words.button(page, "page_transfers_button").click()
    page.wait_for_url("**/transfers/jobs/*")
    page.wait_for_url("**/transfers/runs/*", timeout=90_000)
    expect(page.locator("tbody[data-list] tr")).to_have_count(3)

    page.locator("tbody[data-list] tr", has_text="Germany → Netherlands").locator("th a").click()
    expect(page.locator(".causes h3").first).to_have_text(words("reconcile_cause_unit"))
    expect(page.locator("[data-chart]")).to_have_count(0)  # one year is a table
    tops = "rows => rows.map((row) => row.getBoundingClientRect().y)"
    rows = page.locator("table.both-ledgers tr").evaluate_all(tops)
    assert rows == sorted(set(rows)), "each line of the two ledgers stands below the one before"
    assert axe(page) == []
    pair = page.url
    page.get_by_role("link", name=words("page_transfers_decide")).click()
    decide(page, words, hand, "accept", "They wrote tonnes for kilograms, and say so (invented).")
    page.goto(pair)
    expect(page.locator("[aria-labelledby=decide-h] .s-accepted")).to_have_count(1)


def test_nothing_is_sent_before_the_columns_are_shown_and_those_that_are_needed_are_chosen(open_page: Visitors) -> None:
    words = Words("ar")
    page = open_page("leila", "/transfers", lang="ar").page
    waiting: list[Route] = []
    page.route("**/transfers/preview", lambda route: waiting.append(route))  # noqa: PLW0108 - no method
    strange = EXAMPLES["theirs.csv"].replace("Net weight (kg)", "数目甲")
    page.locator("label.dropzone").evaluate(DROP_MANY, [["ours.csv", EXAMPLES["ours.csv"]], ["theirs.csv", strange]])
    button = words.button(page, "page_transfers_button")
    expect(button).to_be_disabled()
    waiting[0].continue_()
    expect(page.locator("fieldset.mapping")).to_have_count(2, timeout=60_000)
    expect(button).to_be_enabled()
    button.click()
    assert page.evaluate("document.activeElement.name") == "map-2-quantity"
    assert page.url.endswith("/transfers")
    assert any(font.startswith("Noto Sans SC") for font in page.evaluate(FONTS))


def test_the_columns_of_planned_shipments_are_mapped_by_hand(open_page: Visitors) -> None:
    words = Words("en")
    page = open_page("leila", "/transfers/check").page
    theirs = "Nr,Ware,How much,From,To,Date\n1,Thiodiglycol,5,DEU,ISR,2026-12-24\n"
    page.locator("label.dropzone").evaluate(DROP_MANY, [["theirs.csv", theirs]])
    expect(page.locator("fieldset.mapping .warning")).to_have_count(1, timeout=60_000)
    for field, column in (("chemical", "Ware"), ("quantity", "How much"), ("unit", "=kg")):
        page.locator(f"select[name=map-1-{field}]").select_option(column)
    words.button(page, "page_transfers_look_again").click()
    expect(page.locator("fieldset.mapping .warning")).to_have_count(0, timeout=60_000)
    assert axe(page) == []
    words.button(page, "page_transfers_check_file_button").click()
    expect(page.locator("#answer article h2")).to_contain_text(words("verdict_prohibited"), timeout=60_000)


def test_a_shipment_is_checked_and_its_paper_comes_as_a_file(open_page: Visitors, tmp_path: Any) -> None:
    words = Words("en")
    page = open_page("leila", "/transfers/check").page
    page.get_by_role("link", name=words("page_transfers_check_example")).first.click()
    words.button(page, "page_transfers_check_button").click()
    expect(page.locator("#answer article")).to_have_count(1, timeout=30_000)
    expect(page.locator("#answer article h2")).to_be_in_viewport()
    words.unfold(page, "page_transfers_papers_draw").click()
    assert axe(page) == []
    page.locator("form[data-paper] select[name=paper_lang]").select_option("ar")
    with page.expect_download() as coming:
        page.locator("form[data-paper] button").click()
    paper = tmp_path / "paper.pdf"
    coming.value.save_as(paper)
    assert coming.value.suggested_filename == "certificate-1-ar.pdf"
    assert paper.read_bytes().startswith(b"%PDF")
    expect(page.locator("#told")).to_contain_text(words("page_transfers_paper_done"))
