"""A year of declarations on the page: a declarant hands in, officers ask back, mend, declare, release and amend."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Download, FilePayload, Locator, Page, expect

from opencwc.errors import InputError
from opencwc.web.server.page import environment
from opencwc.wording import amount_said, error_sentences
from web.browser.conftest import Visitors
from web.browser.served import Served
from web.browser.walking import Mouse, Words

YEAR = date.today().year
SITE = "NC-1"
SITES = "site,plant,name,operator,country,address\n" + (
    f'{SITE},,Norwald works,Norwald (invented),XNV,"1 Harbour Road"\n'
    f"{SITE},AM,Amines plant,Norwald (invented),XNV,\n"
    f"{SITE},PC,Chlorides plant,Norwald (invented),XNV,\n"
)
HEAD = "site,plant,chemical,cas,activity,year,quantity,unit\n"
CHLORIDE, AMINE = ("PC,Phosphorus trichloride,7719-12-2", "AM,Triethanolamine,102-71-6")
FIGURES = ((CHLORIDE, (186, 193, 190, 195)), (AMINE, (251, 248, 257, 255)))
SLIP, MENDED = f"{SITE},{AMINE},produce,{YEAR - 1},255,kg\n", f"{SITE},{AMINE},produce,{YEAR - 1},255,t\n"
LINES = "".join(
    f"{SITE},{what},produce,{YEAR - 4 + ago},{quantity},t\n"
    for what, quantities in FIGURES
    for ago, quantity in enumerate(quantities)
).replace(MENDED, SLIP)
UNREAD = f"{SITE},PC,Phosphorus oxychloride,10025-87-3,produce,{YEAR - 1},2l5,t\n"
READ = UNREAD.replace("2l5", "215")
LATE = f"{SITE},PC,Thionyl chloride,7719-09-7,produce,{YEAR - 1},60,t\n"
HAND = Mouse()
REFUSED = {"nora": (422,)}
"""Who is refused something on the way: a row of another site."""
OTHER_SITE = InputError("register_row_of_other_site", sites=(SITE,))
READING = 60_000
"""How long a file may take that is read in a process of its own."""


class Year:
    """The year of one plant site on the page, in a language."""

    def __init__(self, open_page: Visitors, lang: str) -> None:
        self.words = Words(lang)
        self.case = f"declared-year-{lang}"
        self.served: Served = open_page.served
        self.nora, self.amara, self.leila, self.mateo = (
            open_page(who, "", lang=lang, accept_downloads=True, expect=REFUSED.get(who, ())).page
            for who in ("nora", "amara", "leila", "mateo")
        )
        self.submission = ""

    def heading(self, state: str) -> str:
        """Return what the page of the submission says in its heading."""
        said = self.words(f"submission_state_{state}")
        return self.words("page_submissions_answer", year=str(YEAR), state=said)

    def at(self, page: Page) -> Page:
        """Open the page of the submission."""
        page.goto(self.submission)
        return page

    def step(self, page: Page, name: str, state: str, reason: str = "I have checked it.") -> None:
        """Take a step, or set a mark or take it away."""
        self.at(page).locator("select[name=step]").select_option(name)
        HAND.write(page.locator("input[name=reason]"), reason)
        HAND.press(self.words.button(page, "page_submissions_do"))
        expect(page.locator("#told")).to_contain_text(self.words("page_submissions_saved"))
        expect(page.locator("h1")).to_have_text(self.heading(state))
        expect(page.locator("#steps tbody tr").last).to_contain_text(self.words(f"submission_taken_{name}"))

    def send(self, page: Page, files: list[FilePayload], told: str, changes: str = "") -> None:
        """Send files as the next version."""
        self.at(page).locator("input[type=file]").set_input_files(files)
        if changes:
            HAND.write(page.locator("input[name=changes]"), changes)
        HAND.press(self.words.button(page, "page_submissions_send_button"))
        expect(page.locator("#told")).to_contain_text(told, timeout=READING)

    def judge(self, page: Page) -> str:
        """Have the register of the grid judged for the year; return the address of what is due."""
        page.locator("select[name=year]").select_option(str(YEAR))
        HAND.press(self.words.button(page, "page_declarations_button"))
        page.wait_for_url("**/declarations/runs/*", timeout=READING)
        return page.url.split("?")[0]


def register(lines: str) -> list[FilePayload]:
    """Return the two tables of the register as a browser sends them."""
    tables = {"sites.csv": SITES, "activities.csv": HEAD + lines}
    return [{"name": name, "mimeType": "text/csv", "buffer": text.encode()} for name, text in tables.items()]


def downloaded(page: Page, link: Locator, folder: Path) -> Path:
    with page.expect_download() as coming:
        HAND.press(link)
    came: Download = coming.value
    path = folder / came.suggested_filename
    came.save_as(path)
    return path


def payload(path: Path) -> FilePayload:
    return {"name": path.name, "mimeType": "application/octet-stream", "buffer": path.read_bytes()}


@pytest.mark.parametrize("lang", ["en", "fr", "ar"])
def test_a_declarant_and_officers_go_through_a_year(open_page: Visitors, lang: str, tmp_path: Path) -> None:
    year = Year(open_page, lang)
    _opened_by_the_authority(year)
    _handed_in_by_the_declarant(year)
    grid = _opened_in_the_grid(year)
    run = year.judge(year.amara)
    _asked_back_and_answered(year, run, tmp_path)
    _mended_in_the_grid(year, grid)
    if lang == "en":  # what the forms say in each language is tested where they are written
        _declared(year, year.judge(year.amara), tmp_path)
    _completed_for_the_authority(year, grid, tmp_path)
    _released_by_two_and_submitted(year)
    _amended(year)
    _seen_side_by_side(year)


def _opened_by_the_authority(year: Year) -> None:
    """The Authority opens a submission for the site."""
    words, page = year.words, year.amara
    with year.served.client("leila") as client:
        assert client.post("/api/v1/cases", json={"name": year.case, "mark": "restricted"}).status_code == 201
    page.goto("/declarations/submissions")
    HAND.write(page.locator("input[name=case]"), year.case)
    page.locator("select[name=year]").select_option(str(YEAR))
    page.locator("select[name=profile]").select_option("USA")  # which sets a time for amendments
    HAND.write(page.locator("textarea[name=sites]"), SITE)
    HAND.press(words.button(page, "page_submissions_open"))
    page.wait_for_url("**/declarations/submissions/*")
    expect(page.locator("h1")).to_have_text(year.heading("draft"))
    year.submission = page.url


def _handed_in_by_the_declarant(year: Year) -> None:
    """She sees what is wrong and what is due, corrects it in her grid, and completes and releases her version."""
    words, page = year.words, year.nora
    page.goto("/declarations/submissions")
    HAND.press(page.locator(f"#submissions a[href='/{year.submission.split('/', 3)[3]}']"))
    expect(page.locator("h1")).to_have_text(year.heading("draft"))
    year.send(page, register(LINES + UNREAD), words("page_submissions_unread", count=1))
    HAND.press(page.get_by_role("link", name=words("page_submissions_due_link")))
    expect(page.locator("#faults-h")).to_contain_text(words("page_declarations_faults"))
    expect(page.locator("#faults tbody tr")).to_contain_text("2l5")
    expect(page.locator("#figures tbody tr").first).to_contain_text(words("check_gravity_wrong"))
    expect(page.locator("#due tbody tr")).to_have_count(1)
    expect(page.locator("#due")).to_contain_text("3B06")
    HAND.press(page.get_by_role("link", name=words("page_submissions_due_back")))
    _mended_in_her_own_grid(year)
    expect(page.locator("#versions tbody tr")).to_have_count(2)
    HAND.press(page.get_by_role("link", name=words("page_submissions_due_link")))
    expect(page.locator("#due tbody tr")).to_have_count(2)
    expect(page.locator("#faults")).to_have_count(0)
    year.step(page, "complete", "complete")
    year.step(page, "release", "complete", "These are our books.")


def _mended_in_her_own_grid(year: Year) -> None:
    """She opens the rows of her submission, is refused another's site, corrects the figure and sends the rows."""
    words, page = year.words, year.nora
    HAND.press(words.button(page, "page_grid_edit_rows"))
    page.wait_for_url("**/declarations/registers/*", timeout=READING)
    row = page.locator("#grid .register-grid tbody tr").last
    _typed(page, row.locator("td[data-field=site]"), "NC-3")
    expect(page.locator(".problem")).to_contain_text(error_sentences(OTHER_SITE, words.lang)[0])
    page.reload()
    expect(row.locator("td[data-field=site]")).to_have_text(SITE)
    expect(page.locator("main")).not_to_contain_text("NC-3")
    _typed(page, row.locator("td[data-field=quantity]"), "215")
    expect(page.locator("#grid-told")).to_contain_text(words("page_grid_unsaved", count=1))
    HAND.write(page.locator("input[name=changes]"), "215, not 2l5 (invented)")
    HAND.press(words.button(page, "page_grid_send"))
    expect(page.locator("#told")).to_contain_text(words("page_grid_sent", number="2"), timeout=READING)


def _typed(page: Page, cell: Locator, text: str) -> None:
    cell.click()
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def _opened_in_the_grid(year: Year) -> str:
    """An officer sees what came and opens its register in the grid."""
    words, page = year.words, year.at(year.amara)
    expect(page.locator("h1")).to_have_text(year.heading("complete"))
    expect(page.locator("#versions tbody tr").last).to_contain_text(words("submission_side_operator"))
    HAND.press(words.button(page, "page_grid_open"))
    page.wait_for_url("**/declarations/registers/*")
    expect(page.locator("#grid .register-grid tbody tr")).to_have_count(len((LINES + READ).splitlines()))
    return page.url


def _asked_back_and_answered(year: Year, run: str, folder: Path) -> None:
    """The letter goes out, the answer is taken in, and a reviewer accepts it."""
    words, page = year.words, year.amara
    page.goto(f"{run}/questions")
    letter = page.locator("article.letter")
    expect(letter.locator("h3")).to_contain_text(SITE)
    form = downloaded(page, letter.get_by_role("link", name="JSON"), folder)
    HAND.press(letter.get_by_role("button", name=words("page_declarations_letter_sent")))
    expect(page.locator("#told")).to_contain_text(words("page_declarations_letter_marked", site=SITE))
    expect(letter.get_by_role("button")).to_have_count(0)

    answers = json.loads(form.read_text())
    (slip,) = (one for one in answers["answers"] if one["now"] == "255 kg")
    slip.update(answer=words("ask_answer_corrected"), value="255 t", reason="tonnes, not kilograms (invented)")
    form.write_text(json.dumps(answers))
    page.locator("#file").set_input_files(form)
    HAND.press(words.button(page, "page_declarations_answers_button"))
    expect(page.locator("#outcome")).to_contain_text(words("page_declarations_outcome_closed"), timeout=READING)
    expect(page.locator("#outcome")).to_contain_text("255 t")

    page = year.leila
    page.goto(f"{run}/ask?state=answered")
    answered = page.locator("[data-item]")
    expect(answered).to_have_count(1)
    expect(answered).to_contain_text(words("ask_answer_corrected"))
    HAND.press(answered.get_by_role("link", name=words("page_declarations_accept_answer")))
    page.wait_for_url("**/findings/*")
    HAND.write(page.locator("[data-decide] textarea[name=reason]"), "The operator corrected the unit.")
    there = page.url
    HAND.press(words.button(page, "page_decide_send"))
    page.wait_for_url(lambda url: url != there)
    page.goto(f"{run}/ask?state=closed")
    expect(page.locator("[data-item]")).to_contain_text(words("page_declarations_ask_closed"))


def _mended_in_the_grid(year: Year, grid: str) -> None:
    """The unit is put right in its cell, and the register kept as its next version."""
    words, page = year.words, year.amara
    page.goto(grid)
    unit = page.locator("#grid .register-grid tbody tr", has_text="255").locator("td[data-field=unit]")
    expect(unit).to_have_text("kg")
    unit.click()
    page.keyboard.type("t")
    page.keyboard.press("Enter")
    expect(unit).to_have_text("t")
    expect(page.locator("#grid-told")).to_contain_text(words("page_grid_unsaved", count=1))
    HAND.press(words.button(page, "page_grid_save"))
    expect(page.locator("#told")).to_contain_text(words("page_grid_saved", number="2"))
    expect(page.locator("#versions tbody tr")).to_have_count(2)


def _declared(year: Year, run: str, folder: Path) -> None:
    """The forms are written, and what was written is checked."""
    words, page = year.words, year.amara
    expect(page.locator("#due tbody tr", has_text="Triethanolamine")).not_to_have_count(0)
    HAND.press(page.get_by_role("link", name=words("page_declarations_tab_forms")))
    page.wait_for_url("**/forms")
    whole = words("page_declarations_forms_all")
    xml = downloaded(page, page.get_by_role("link", name=f"{whole}: XML"), folder)
    paper = downloaded(page, page.get_by_role("link", name=f"{whole}: PDF"), folder)
    assert paper.read_bytes().startswith(b"%PDF-")
    page.goto("/declarations/check")
    page.locator("#file").set_input_files(xml)
    HAND.press(page.locator("main button.primary"))
    expect(page.locator("#checked-h")).to_contain_text(xml.name, timeout=READING)
    expect(page.locator(".checked")).to_contain_text(str(YEAR))
    assert run in page.request.get(run).url


def _completed_for_the_authority(year: Year, grid: str, folder: Path) -> None:
    """The register as it was mended becomes the Authority's version, provisional for a while."""
    words, page = year.words, year.amara
    page.goto(grid)
    books = downloaded(page, page.locator("#versions tbody tr").first.get_by_role("link", name="XLSX"), folder)
    year.send(page, [payload(books)], words("page_submissions_saved"), "tonnes, as the operator answered (invented)")
    expect(page.locator("#versions tbody tr").last).to_contain_text(words("submission_side_authority"))
    year.step(page, "provisional", "draft", "December is estimated.")
    expect(page.locator(".next-steps")).to_contain_text("December is estimated.")
    year.step(page, "not_provisional", "draft", "December is closed.")
    expect(page.locator(".next-steps")).not_to_contain_text("December is estimated.")
    year.step(page, "complete", "complete")


def _released_by_two_and_submitted(year: Year) -> None:
    year.step(year.leila, "release", "complete")
    expect(year.leila.locator(".next-steps")).to_contain_text(year.words("page_submissions_second")[1:])
    expect(year.leila.locator("select[name=step] option[value=release]")).to_have_count(0)
    year.step(year.mateo, "release", "released")
    year.step(year.mateo, "submit", "submitted", "Sent to the OPCW (invented).")


def _amended(year: Year) -> None:
    """A figure that comes late makes an amendment, whose last day stands in the calendar."""
    words, page, late = year.words, year.at(year.leila), f"Its figure came late ({year.case})."
    page.locator("input[type=file]").set_input_files(register(LINES.replace(SLIP, MENDED) + READ + LATE))
    HAND.write(page.locator("input[name=changes]"), "a chemical more (invented)")
    HAND.write(page.locator("input[name=why]"), late)
    page.locator("input[name=day]").fill(f"{YEAR}-03-02")
    HAND.press(words.button(page, "page_submissions_send_button"))
    expect(page.locator("h1")).to_have_text(year.heading("amended"))
    page.goto(f"/declarations/calendar?year={YEAR}&profile=USA")
    expect(page.locator("#amendments tbody tr", has_text=late)).to_have_count(1)
    HAND.press(page.locator(f"#amendments a[href='/{year.submission.split('/', 3)[3]}']"))
    last_day = environment(words.lang).filters["day"](date(YEAR, 3, 17))
    expect(page.locator(".next-steps")).to_contain_text(words("page_submissions_due", date=last_day))


def _seen_side_by_side(year: Year) -> None:
    """The declarant sees what the Authority changed in her own figures, and by no name who did."""
    words, page = year.words, year.at(year.nora)
    page.locator("select[name=first]").select_option("2")
    page.locator("select[name=second]").select_option("3")
    HAND.press(words.button(page, "page_submissions_compare"))
    page.wait_for_url("**first=2&second=3**")
    expect(page.locator("#differences tbody tr")).to_have_count(1)
    expect(page.locator("#differences tbody tr")).to_contain_text("+" + amount_said("254.745 t", words.lang))
    expect(page.locator("#versions tbody tr")).to_have_count(4)
    expect(page.locator("main")).not_to_contain_text("Amara")
    for name in ("complete", "release", "submit", "provisional", "not_provisional"):
        expect(page.locator("#steps")).to_contain_text(words(f"submission_taken_{name}"))
