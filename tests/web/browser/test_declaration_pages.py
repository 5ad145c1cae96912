"""Declarations by the keyboard alone: the grid of a register, and the lists that are sorted by their headings."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from web.browser.conftest import NARROW, Visitors
from web.browser.served import REGISTER, Served
from web.browser.walking import Keyboard, Words, press_key

FOCUSED = "document.activeElement.dataset.field + ' ' + document.activeElement.parentElement.ariaRowIndex"
PASTE = """([cell, text]) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  cell.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


def cell(page: Page, row: int, field: str):
    return page.locator(f"#grid .register-grid tbody tr:nth-child({row}) td[data-field={field}]")


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_a_register_is_mended_by_the_keyboard_alone(open_page: Visitors, served: Served, lang: str) -> None:
    page, keys, words = open_page("amara", "", lang=lang).page, Keyboard(), Words(lang)
    page.goto(f"{served.edit('amara', f'grid-{lang}', REGISTER)}?lang={lang}")
    expect(page.locator("h1")).to_have_text(words("page_grid_faults", count=1))
    keys.reach(cell(page, 1, "site"))
    forward = "ArrowLeft" if lang == "ar" else "ArrowRight"
    for _ in range(6):
        press_key(page, forward)
    assert page.evaluate(FOCUSED) == "quantity 2"
    expect(cell(page, 1, "quantity")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("[data-cell]")).to_contain_text("12 x")
    press_key(page, "F2")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("99")
    page.keyboard.press("Escape")
    expect(cell(page, 1, "quantity")).to_contain_text("12 x")
    assert page.evaluate(FOCUSED) == "quantity 2", "the focus stays at the cell"
    page.keyboard.type("1.5")
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED) == "unit 2"
    expect(page.locator("h1")).to_have_text(words("page_grid_sound"))
    expect(cell(page, 1, "quantity")).not_to_have_attribute("aria-invalid", "true")
    assert page.evaluate(FOCUSED) == "unit 2", "what the server answers takes no focus away"
    press_key(page, "ControlOrMeta+z")
    expect(cell(page, 1, "quantity")).to_contain_text("12 x")
    press_key(page, "ArrowDown")
    press_key(page, "Enter")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("tons")
    page.keyboard.press("Enter")
    assert page.evaluate(FOCUSED) == "unit 3"
    expect(cell(page, 2, "unit")).to_have_attribute("aria-invalid", "true")
    keys.reach(page.get_by_role("button", name=words("page_grid_save"), exact=True))
    press_key(page, "Enter")
    expect(page.locator("#versions tbody tr")).to_have_count(2)
    expect(page.locator("#told")).to_contain_text(words("page_grid_saved", number="2"))


def test_rows_are_added_pasted_and_removed(open_page: Visitors, served: Served) -> None:
    page, keys, words = open_page("amara", served.edit("amara", "grid-rows", REGISTER)).page, Keyboard(), Words("en")
    keys.press(page.get_by_role("button", name=words("page_grid_add"), exact=True))
    expect(page.locator("#grid .register-grid tbody tr")).to_have_count(3)
    expect(cell(page, 2, "site")).to_be_focused()
    cell(page, 3, "site").evaluate("(cell, text) => (" + PASTE + ")([cell, text])", "NORD\tA1\tx\nNORD\tA1\ty\n")
    expect(page.locator("#grid .register-grid tbody tr")).to_have_count(4)
    expect(cell(page, 4, "chemical")).to_have_text("y")
    cell(page, 4, "chemical").focus()
    keys.press(page.get_by_role("button", name=words("page_grid_remove"), exact=True))
    expect(page.locator("#grid .register-grid tbody tr")).to_have_count(3)


def test_who_comes_second_is_told_and_sees_what_stands(open_page: Visitors, served: Served) -> None:
    address = served.edit("amara", "grid-two", REGISTER)
    first = open_page("amara", address).page
    second = open_page("leila", address, expect=(409,)).page
    for page, text in ((first, "1.5"), (second, "9")):
        cell(page, 1, "quantity").focus()
        page.keyboard.type(text)
        page.keyboard.press("Enter")
        if page is first:
            expect(page.locator("h1")).to_have_text("No errors found in the register")
    expect(second.locator("#problem")).to_contain_text("Somebody else has changed this register")
    expect(cell(second, 1, "quantity")).to_have_text("1.5")
    cell(second, 1, "quantity").focus()
    second.keyboard.type("9")
    second.keyboard.press("Enter")
    expect(second.locator("#problem")).to_be_empty()
    expect(cell(second, 1, "quantity")).to_have_text("9")


def test_a_row_is_kept_without_a_script(open_page: Visitors, served: Served) -> None:
    page = open_page(
        "amara", served.edit("amara", "grid-plain", REGISTER), java_script_enabled=False, viewport=NARROW
    ).page
    page.locator("tr[data-row='1'] th a").click()
    page.locator("input[name=cell-quantity]").fill("3")
    page.get_by_role("button", name=Words("en")("page_grid_row_keep")).click()
    expect(page.locator("tr[data-row='1'] td[data-field=quantity]")).to_have_text("3")
    expect(page.locator("h1")).to_have_text("No errors found in the register")


@pytest.mark.parametrize(
    ("person", "path", "table", "column"),
    [
        ("amara", "/declarations/calendar?year=2026&profile=ESP", "#calendar", "calendar_what"),
        ("leila", "/declarations/runs/{register}", "#due", "declare_label_chemical"),
        ("leila", "/declarations/runs/{register}", "#due", "declare_label_why"),
    ],
)
def test_a_list_is_sorted_by_a_heading_that_tab_comes_to(
    open_page: Visitors, served: Served, person: str, path: str, table: str, column: str
) -> None:
    page, keys = open_page(person, path.format(**served.known)).page, Keyboard()
    before = page.locator(f"{table} tbody tr").all_inner_texts()
    for turn in ("ascending", "descending"):
        heading = page.locator(f"{table} thead").get_by_role("link", name=Words("en")(column))
        keys.press(heading)
        expect(page.locator(f"{table} th[aria-sort={turn}]")).to_contain_text(Words("en")(column))
    assert sorted(page.locator(f"{table} tbody tr").all_inner_texts()) == sorted(before)
