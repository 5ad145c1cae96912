"""From a dropped file to a verified bundle: two people decide, by mouse and by keyboard, in three languages."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from opencwc.casebook.permissions import ACTIONS
from opencwc.web.access_table import declared_access
from opencwc.web.server.navigation import PAGES
from web.browser.conftest import LOST, Visitors, Watched
from web.browser.served import OPENCWC, PASSWORD, Served
from web.browser.walking import MOUSE, Hand, Keyboard, Mouse, Words, decide, number_of, screen_a_file
from web.papers import pdf

INVOICE = b"id;chemical;kg\n1;saxitoxin;0.001\n2;102-71-6;40\n3;acetone;10\n4;Norwald FR-77;5\n"
"""A toxin of Schedule 1 (two people decide), an amine of Schedule 3, a solvent, and a name that nobody knows."""


@pytest.mark.parametrize(
    ("lang", "hand"), [("en", Mouse()), ("fr", Mouse()), ("ar", Mouse()), ("en", Keyboard())],
    ids=["en-by-mouse", "fr-by-mouse", "ar-by-mouse", "en-by-keyboard-alone"],
)  # fmt: skip
def test_the_whole_way(open_page: Visitors, lang: str, hand: Hand, tmp_path: Path) -> None:
    words = Words(lang)
    case = f"way-{lang}-{type(hand).__name__.lower()}"
    amara, leila, mateo, wei = (
        visit(open_page, who, path, lang, hand)
        for who, path in (("amara", "/check#drop"), ("leila", ""), ("mateo", ""), ("wei", "/audit"))
    )

    assert screen_a_file(amara, words, hand, case, INVOICE) >= 4
    grave = _first_decides(leila, words, hand, case)
    _second_decides(mateo, words, hand, grave)

    leila.goto(f"/cases/{case}")
    hand.press(words.unfold(leila, "page_case_ask_export"))
    hand.write(words.field(leila, "page_decide_reason").first, "For the file of the ministry (invented).")
    hand.press(words.button(leila, "page_case_ask"))
    expect(leila.locator(".q-asked")).to_have_count(1)
    expect(words.button(leila, "page_case_approve")).to_have_count(0)

    mateo.goto(f"/cases/{case}")
    hand.press(words.button(mateo, "page_case_approve"))
    expect(mateo.locator(".q-approved")).to_have_count(1)

    leila.reload()
    with leila.expect_download() as coming:
        hand.press(words.button(leila, "page_case_download"))
    bundle = tmp_path / "bundle.zip"
    coming.value.save_as(bundle)
    assert coming.value.suggested_filename == f"{case}.zip"
    expect(leila.locator("#told")).to_contain_text(words("page_case_downloaded"))

    _verify(wei, words, hand, bundle, open_page.served)
    if isinstance(hand, Keyboard):
        assert [page.evaluate("sessionStorage.moused ?? null") for page in (amara, leila, mateo, wei)] == [None] * 4


def visit(open_page: Visitors, who: str, path: str, lang: str, hand: Hand) -> Page:
    page = open_page(who, "", lang=lang, accept_downloads=True).page
    if isinstance(hand, Keyboard):
        page.add_init_script(f"({MOUSE})()")
    if path:
        page.goto(path)
    return page


def _first_decides(page: Page, words: Words, hand: Hand, case: str) -> int:
    """The first reviewer finds what is grave in the case and accepts it: it waits for a second person."""
    page.goto(f"/casebook?part=findings&case={case}")
    hand.press(page.locator(".result-head a.chip"))
    page.wait_for_url("**grave=yes*")
    expect(page.locator("[data-item]")).to_have_count(1)
    hand.press(page.locator("[data-item] th a"))
    page.wait_for_url("**/findings/*")
    grave = number_of(page)
    expect(page.locator(".two-people")).to_contain_text(words("page_decide_two_people"))
    decide(page, words, hand, "accept", "It is the toxin of the entry.")
    page.goto(f"/findings/{grave}")
    expect(page.locator("#standing")).to_contain_text(words("casebook_status_awaiting_second"))
    return grave


def _second_decides(page: Page, words: Words, hand: Hand, grave: int) -> None:
    page.goto(f"/findings/{grave}?from=inbox")
    expect(page.locator("#standing")).to_contain_text("It is the toxin of the entry.")
    decide(page, words, hand, "accept", "I read the same.")
    page.goto(f"/findings/{grave}")
    expect(page.locator("#standing .s-accepted")).to_have_text(words("casebook_status_accepted"))


def _verify(page: Page, words: Words, hand: Hand, bundle: Path, served: Served) -> None:
    """By the page of whoever receives it, and by the command."""
    if isinstance(hand, Keyboard):
        hand.choose(page.locator("#bundle-file")).set_files(bundle)
    else:
        page.locator("#bundle-file").set_input_files(bundle)
    hand.press(words.button(page, "page_bundle_button"))
    expect(page.locator("#bundle-result [data-verdict]")).to_have_attribute("data-verdict", "fits", timeout=30_000)
    expect(page.locator("#bundle-verdict")).to_have_text(words("page_bundle_fits"))
    done = subprocess.run(
        [*OPENCWC, "case", "verify", str(bundle)], env=dict(served.environment), capture_output=True, text=True,
        check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


MENTIONS = "rows => rows.map(row => row.querySelector('a.mentions').textContent)"
"""How often the document mentions what stands in each row."""


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_a_pdf_is_dropped_and_what_it_mentions_is_seen_marked_in_its_place(open_page: Visitors, lang: str) -> None:
    words, hand = Words(lang), Mouse()
    page = open_page("amara", "/check#drop", lang=lang).page
    offer = pdf(["Safety data sheet"], ["Please note:", "4 drums of thiodiglycol 99 %, CAS 111-48-8"])
    assert screen_a_file(page, words, hand, f"pdf-{lang}", offer, "offer.pdf") >= 2
    assert sum(int(text) for text in page.locator("[data-item]").evaluate_all(MENTIONS)) >= 3
    page.locator("[data-item]", has_text="2B13").first.locator("th a").click()
    page.wait_for_url("**/findings/*")
    excerpt = page.locator("p.excerpt")
    expect(excerpt.locator("mark.grave")).to_have_text("thiodiglycol")
    expect(excerpt).to_contain_text("4 drums of thiodiglycol 99 %")
    expect(page.locator("dl.place").first).to_contain_text("p. 2")
    width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert width <= 0


def test_a_line_is_marked_while_it_is_typed(open_page: Visitors) -> None:
    page, words = open_page("amara", "/check", expect=LOST).page, Words("en")  # a key before the answer to the last one
    page.locator("#value").press_sequentially("4 drums of thiodiglycol 99 %, HS 2930.70")
    mark = page.locator("#answer .line mark.grave").first
    expect(mark).to_contain_text("thiodiglycol")
    expect(page.locator("#answer .cards").first).to_contain_text(words("stated_concentration"))
    mark.locator("a").click()
    expect(page.locator("#finding-1")).to_be_in_viewport()


PLACES_OF_ROLES = {"leila": "reviewer", "amara": "analyst", "ingrid": "administrator", "wei": "auditor"}
FIRST_PAGES = (
    "/casebook", "/convention", "/models", "/audit", "/settings", "/settings/people", "/settings/lists",
    "/settings/rechecks", "/settings/tokens", "/settings/roles", "/audit/bundle",
)  # fmt: skip


@pytest.mark.parametrize("who", PLACES_OF_ROLES)
def test_each_role_sees_what_it_may_and_a_page_that_says_so_where_it_may_not(open_page: Visitors, who: str) -> None:
    role = PLACES_OF_ROLES[who]
    words = Words("fr")
    visit = open_page(who, "/settings", lang="fr", expect=(403,))
    page = visit.page

    led_to = page.locator("header nav a").evaluate_all("all => all.map(link => link.getAttribute('href'))")
    assert led_to == [page.address for page in PAGES if role in ACTIONS[page.action]]
    access = declared_access()
    for path in FIRST_PAGES:
        answer = page.goto(path)
        allowed = role in ACTIONS[access[f"GET {path}"].action]
        assert answer and answer.status == (200 if allowed else 403), path
        if not allowed:
            expect(page.locator("h1")).to_have_text(words("page_problem_not_allowed_what"))
            expect(page.locator("header nav a")).to_have_count(len(led_to))
    page.goto("/")
    assert page.url.endswith("/")
    expect(page.locator(".doors a")).to_have_count(3)


def test_who_is_not_signed_in_comes_back_to_the_page_that_was_asked_for(open_page: Visitors) -> None:
    visit = open_page("", "/casebook?part=cases", expect=(401,))
    page = visit.page
    words = Words("en")
    assert "/sign-in?next=" in page.url

    page.get_by_label(words("web_login")).fill("demo-amara")
    page.get_by_label(words("web_password")).fill("not the password")
    page.keyboard.press("Enter")
    expect(page.locator("main [role=alert]")).to_contain_text(words("page_problem_sign_in_refused_what"))
    expect(page.get_by_label(words("web_login"))).to_have_value("demo-amara")
    page.get_by_label(words("web_password")).fill(PASSWORD)
    page.keyboard.press("Enter")

    page.wait_for_url("**/casebook?part=cases")
    page.locator("header details.menu summary").last.click()
    page.get_by_role("button", name=words("page_sign_out")).click()
    page.wait_for_url("**/sign-in")
    page.go_back()
    page.wait_for_url("**/sign-in*")


def a_finding(served: Served, case: str, row: int = 2) -> int:
    """Screen the invoice into a new case and return the finding of a row."""
    served.upload("amara", case, INVOICE)
    with served.client("leila") as client:
        findings = client.get("/api/v1/findings", params={"case": case}).json()["findings"]
    return next(int(finding["id"]) for finding in findings if finding["row"] == row)


def test_two_browsers_at_once_see_each_other_and_lose_nothing(open_page: Visitors) -> None:
    finding = a_finding(open_page.served, "two-browsers")
    words = Words("en")
    first, second = open_page("leila", f"/findings/{finding}").page, open_page("mateo", f"/findings/{finding}")
    reason = second.page.locator("[data-decide] textarea[name=reason]")
    second.page.locator("[data-decide] input[value=reject]").click()
    reason.press_sequentially("The label names another product, and ")

    with open_page.served.without_rechecks():
        decide(first, words, Mouse(), "accept", "The invoice names the chemical.")

    news = second.page.locator("#stand.warning")
    expect(news).to_contain_text(words("page_finding_just_decided", name="Leila Haddad"), timeout=10_000)
    expect(news).to_contain_text("The invoice names the chemical.")
    expect(reason).to_have_value("The label names another product, and ")
    expect(reason).to_be_focused()

    second.expect(409)
    reason.press_sequentially("the drum was sent back.")
    words.button(second.page, "page_decide_send").click()
    expect(second.page.locator("#problem")).to_contain_text(words("page_finding_taken"))
    expect(reason).to_have_value("The label names another product, and the drum was sent back.")
    expect(second.page.locator("[data-decide] input[value=reject]")).to_be_checked()
    expect(second.page.locator("#standing")).to_contain_text(words("casebook_status_accepted"))

    words.button(second.page, "page_decide_send").click()  # having read it, the second may still say otherwise
    second.page.wait_for_url(lambda url: f"/findings/{finding}" not in url)
    second.page.goto(f"/findings/{finding}")
    expect(second.page.locator("main")).to_contain_text("the drum was sent back.")


def test_back_and_reload_bring_filters_and_what_was_typed(open_page: Visitors) -> None:
    page = open_page("leila", "/casebook?part=findings").page
    words = Words("en")
    page.locator("select[name=verdict]").select_option("listed")
    page.locator("select[name=grave]").select_option("no")
    words.button(page, "page_casebook_show").click()
    page.wait_for_url("**verdict=listed**")
    numbers = page.locator("[data-item] th").all_text_contents()
    page.locator("[data-item] th a").first.click()
    page.wait_for_url("**/findings/*")
    page.go_back()
    assert page.locator("[data-item] th").all_text_contents() == numbers
    page.reload()
    expect(page.locator("select[name=verdict]")).to_have_value("listed")
    expect(page.locator("select[name=grave]")).to_have_value("no")
    assert page.locator("[data-item] th").all_text_contents() == numbers

    page.goto("/check")
    page.locator("#value").press_sequentially("111-48-8")
    expect(page.locator("#answer")).to_contain_text("2B13")
    page.reload()
    expect(page.locator("#value")).to_have_value("111-48-8")
    expect(page.locator("#answer")).to_contain_text("2B13")
    page.locator("#answer a").first.click()
    page.wait_for_url("**/convention/**")
    page.go_back()
    expect(page.locator("#value")).to_have_value("111-48-8")
    expect(page.locator("#answer")).to_contain_text("2B13")


def test_a_lost_connection_is_said_and_nothing_is_lost(open_page: Visitors) -> None:
    visit = open_page("leila", "/check", expect=LOST)
    page, words = visit.page, Words("en")
    page.context.set_offline(True)
    page.locator("#value").press_sequentially("111-48-8")
    expect(page.locator("#problem")).to_have_text(words("page_offline"))
    expect(page.locator("#value")).to_have_value("111-48-8")
    page.context.set_offline(False)
    page.locator("#value").press("Enter")
    expect(page.locator("#answer")).to_contain_text("2B13")
    expect(page.locator("#problem")).to_be_empty()
    expect(page.locator("#told")).to_contain_text(words("page_online_again"))

    finding = a_finding(open_page.served, "lost-connection")
    page.goto(f"/findings/{finding}")
    page.locator("[data-decide] input[value=accept]").click()
    reason = page.locator("[data-decide] textarea[name=reason]")
    reason.press_sequentially("The invoice names it.")
    page.context.set_offline(True)
    words.button(page, "page_decide_send").click()
    expect(page.locator("#problem")).to_have_text(words("page_offline"))
    expect(reason).to_have_value("The invoice names it.")
    page.context.set_offline(False)
    words.button(page, "page_decide_send").click()
    page.wait_for_url(lambda url: f"/findings/{finding}" not in url)


def test_a_half_written_decision_is_not_left_without_a_warning(open_page: Visitors) -> None:
    page = open_page("leila", "").page
    kinds: list[str] = []
    stay = True

    def answer_dialog(dialog) -> None:
        kinds.append(dialog.type)
        if stay:
            dialog.dismiss()
        else:
            dialog.accept()

    page.on("dialog", answer_dialog)
    finding = a_finding(open_page.served, "half-written")
    page.goto(f"/findings/{finding}")
    there = page.url
    page.locator("[data-decide] textarea[name=reason]").press_sequentially("I think")
    page.locator("header nav a").first.click(no_wait_after=True)
    expect(page.locator("[data-decide] textarea[name=reason]")).to_have_value("I think")
    page.wait_for_function("() => true")
    assert (kinds, page.url) == (["beforeunload"], there)
    stay = False
    page.locator("header nav a").first.click()
    page.wait_for_url(open_page.served.address + "/check")
    assert kinds == ["beforeunload"] * 2


def test_an_upload_that_fails_keeps_the_form_and_says_what_to_do(open_page: Visitors) -> None:
    visit = open_page("amara", "/check", expect=(409, *LOST))
    page, words, hand = visit.page, Words("en"), Mouse()
    with open_page.served.client("leila") as client:
        opened = client.post("/api/v1/cases", json={"name": "not-for-amara", "mark": "highly_protected"})
        assert opened.status_code == 201, opened.text
    hand.bring(page, "file", "invoice.csv", INVOICE)
    hand.write(page.locator("input[name=case]"), "not-for-amara")
    words.button(page, "page_file_button").click()
    expect(page.locator("label:has(input[name=case]) + .problem")).to_contain_text(
        words("page_problem_stands_against_what")
    )
    expect(page.locator("input[name=case]")).to_be_focused()
    _form_is_kept(page, "not-for-amara")

    page.context.set_offline(True)
    hand.write(page.locator("input[name=case]"), "upload-again")
    words.button(page, "page_file_button").click()
    expect(page.locator("#problem")).to_have_text(words("page_offline"))
    _form_is_kept(page, "upload-again")
    page.context.set_offline(False)
    words.button(page, "page_file_button").click()
    page.wait_for_url("**/jobs/*")
    expect(page.locator("#job")).to_have_attribute("data-state", "done", timeout=60_000)


def _form_is_kept(page: Page, case: str) -> None:
    expect(page.locator("input[name=case]")).to_have_value(case)
    expect(page.locator("[data-chosen]")).to_contain_text("invoice.csv")
    assert page.locator("#file").evaluate("input => input.files[0].name") == "invoice.csv"


ROWS = 30_000


def test_the_service_is_started_again_in_the_middle_of_a_job_and_the_page_goes_on(open_page: Visitors) -> None:
    served = open_page.served
    visit: Watched = open_page("amara", "/check", expect=LOST)
    page, words = visit.page, Words("en")
    content = b"id;chemical\n" + b"".join(b"%d;C%sO\n" % (number, b"C" * (number % 60)) for number in range(ROWS))
    page.locator("#file").set_input_files({"name": "long.csv", "mimeType": "text/csv", "buffer": content})
    page.locator("input[name=case]").fill("restart")
    words.button(page, "page_file_button").click()
    page.wait_for_url("**/jobs/*")
    job = page.url.rsplit("/", 1)[1]
    page.wait_for_function("() => Number(document.querySelector('#job progress')?.getAttribute('value') ?? 0) > 0.02")

    served.kill()
    expect(page.locator("#problem")).to_have_text(words("page_offline"), timeout=10_000)
    assert page.locator("#job").get_attribute("data-state") == "running"
    served.start()

    expect(page.locator("#job")).to_have_attribute("data-state", "done", timeout=90_000)
    with served.client("amara") as client:
        answer = client.get(f"/api/v1/jobs/{job}").json()
        kept = client.get("/api/v1/findings", params={"case": "restart", "limit": 1}).json()
    assert (answer["state"], answer["rows_done"]) == ("done", ROWS)
    assert kept["findings"]
