"""Somebody who is handed a picture, a page and a name to protect: all of it in a browser, in three languages."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest
from playwright.sync_api import expect

from opencwc.custody.wacz_verifier import verify_wacz
from opencwc.wording import say
from web.browser.conftest import Visitors
from web.browser.walking import press_key

SLOW = 60_000
PAGE = b"<html lang='en'><title>Leak</title><p>The resident Ana Roy, 34, saw the drums leak.</p></html>"
SELECT = """words => {
  for (const piece of document.querySelectorAll(".masked-text [data-from]")) {
    const text = piece.firstChild, at = text?.textContent.indexOf(words) ?? -1;
    if (at < 0) continue;
    const range = document.createRange();
    range.setStart(text, at);
    range.setEnd(text, at + words.length);
    document.getSelection().removeAllRanges();
    document.getSelection().addRange(range);
  }
}"""
"""Selects words in the masked text, as a pointer would."""


@pytest.mark.parametrize("lang", ["en", "fr", "ar"])
def test_a_picture_and_a_page_are_examined_and_a_name_is_hidden(open_page: Visitors, tmp_path: Path, lang: str) -> None:
    watched = open_page("leila", f"/evidence?lang={lang}")
    page, case = watched.page, f"walk-{lang}"
    page.locator("#picture-form [data-example]").click()
    expect(page.locator(".differs-picture img")).to_be_visible(timeout=SLOW)
    page.locator("p.back a").click()
    page.locator("#archive-form [data-example]").click()
    expect(page.locator(".pairs li")).to_have_count(2, timeout=SLOW)
    page.goto("/evidence")
    receive = page.locator("#cases details.file")
    if receive.get_attribute("open") is None:
        receive.locator("summary").click()
    file = tmp_path / "leak.html"
    file.write_bytes(PAGE)
    receive.locator("input[name=file]").set_input_files(file)
    receive.locator("input[name=case]").fill(case)
    receive.locator("button").click()
    page.wait_for_url(f"**/evidence/cases/{case}")
    with page.expect_download() as download:
        page.locator("[data-download]").first.click()
    assert sha256(download.value.path().read_bytes()).hexdigest() == sha256(PAGE).hexdigest()
    page.get_by_role("link", name=say("page_evidence_hide_names", lang)).click()
    expect(page.locator(".masked-text")).to_contain_text("\u27e61\u27e7, 34, saw the drums", timeout=SLOW)
    page.evaluate(SELECT, "saw the")
    page.get_by_role("button", name=say("page_evidence_hide_here", lang)).click()
    expect(page.locator(".masked-text")).to_contain_text("34, \u27e62\u27e7 drums", timeout=SLOW)
    page.locator("#hidden-here [data-place]").click()
    expect(page.locator(".masked-text")).to_contain_text("saw the drums", timeout=SLOW)
    page.locator("textarea[name=names]").fill("drums")
    press_key(page, "Tab")
    page.get_by_role("button", name=say("page_evidence_look_again", lang)).click()
    expect(page.locator(".masked-text")).to_contain_text("saw the \u27e62\u27e7", timeout=SLOW)
    with page.expect_download() as download:
        page.locator("button[data-save]").click()
    salts = tmp_path / "leak.salts.json"
    download.value.save_as(salts)
    page.goto(f"/evidence/cases/{case}")
    page.locator("details:has(#show-part) > summary").click()
    page.locator("#show-part input[type=file]").set_input_files(salts)
    with page.expect_download() as download:
        page.locator("#show-part button").click()
    assert json.loads(download.value.path().read_bytes())["text"] == "Ana Roy"
    page.reload()
    shown = page.locator("#steps tbody tr").first
    expect(shown.locator("th")).to_have_text(say("custody_step_revealed", lang))


def test_an_archive_that_was_approved_is_saved_and_verifies(open_page: Visitors, tmp_path: Path) -> None:
    watched = open_page("leila", "/evidence/cases/page-evidence")
    page, served = watched.page, open_page.served
    with served.client("leila") as leila, served.client("mateo") as mateo:
        asked = leila.post("/api/v1/requests", json={"kind": "export", "case": "page-evidence", "reason": "a court"})
        request = asked.json()["seq"]
        assert mateo.post(f"/api/v1/requests/{request}/answer", json={"approve": True}).status_code == 200
    page.reload()
    with page.expect_download() as download:
        page.locator("form[data-paper] button").first.click()
    assert download.value.suggested_filename == "page-evidence.wacz"
    with download.value.path().open("rb") as file:
        checked = verify_wacz(file, "page-evidence.wacz")
    assert checked.fits and checked.key
