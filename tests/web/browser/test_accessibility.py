"""Every page, in every language: WCAG 2.2 AA by axe-core, words, headings, width and focus; and that it is light."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from time import sleep
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, expect

from opencwc.wording import LANGUAGES, RIGHT_TO_LEFT, say
from web.browser.conftest import DESK, NARROW, ZOOMED, Visitors, watch
from web.browser.examining import (
    SHORTEST,
    SHUT_MENUS,
    TARGETS,
    UNFOLD,
    axe,
    focus_at_fault,
    headings_at_fault,
    look,
    width_at_fault,
    words_at_fault,
)  # fmt: skip
from web.browser.places import EVERYWHERE, Where
from web.browser.served import OPENCWC
from web.browser.weighing import seen_nothing_yet, weigh, weight_at_fault

EACH_PAGE = pytest.mark.parametrize("where", EVERYWHERE, ids=lambda place: place.name.replace(" ", "-"))
WHOLLY = {"en": "light", "ar": "dark"}
"""The languages, one for each direction and each colour scheme, in which a page is looked at by all rules and gone
through by Tab. What axe-core says in the others differs by what is said and how long it is, not by colours or roles:
names are looked for in each of them, and targets measured in the one whose words are the shortest."""
ROOMS = (DESK, ZOOMED, NARROW)


@EACH_PAGE
def test_a_page_is_light_and_for_everyone_in_every_language(open_page: Visitors, where: Where) -> None:
    path = where.path(open_page.served.known)
    page = open_page(where.person, "", expect=(where.status,), kept=True).page
    with seen_nothing_yet(page):
        faults = weight_at_fault(path, weigh(page, path))
    for number, lang in enumerate(LANGUAGES):
        page.emulate_media(color_scheme=WHOLLY.get(lang, "light"))  # type: ignore[arg-type]
        if lang != "en":  # in which it was weighed
            page.goto(f"{path}{'&' if '?' in path else '?'}lang={lang}")
        # The window stays as the last language left it, so that it is not made wide again between the two.
        faults += [f"{lang}: {fault}" for fault in faults_of(page, lang, ROOMS[:: -1 if number % 2 else 1])]
    assert not faults, "\n".join(faults)


def faults_of(page: Page, lang: str, rooms: tuple[dict[str, int], ...] = ROOMS) -> list[str]:
    """Return what is wrong with a page that has just been opened in a window of the first size."""
    looked = look(page)
    assert (looked["lang"], looked["dir"]) == (lang, "rtl" if lang in RIGHT_TO_LEFT else "ltr")
    faults = [*headings_at_fault(looked), *words_at_fault(looked, lang)]
    if lang in WHOLLY:
        faults += focus_at_fault(page)
    page.evaluate(UNFOLD)
    for room in rooms:
        if page.viewport_size != room:
            page.set_viewport_size(room)  # type: ignore[arg-type]
        faults += width_at_fault(page)
        if room == DESK and lang in WHOLLY:
            faults += axe(page, without=(TARGETS,))
        if room == DESK and lang in ("en", SHORTEST):
            page.evaluate(SHUT_MENUS)
            faults += axe(page, TARGETS)
            page.evaluate(UNFOLD)
    return faults


def test_at_twice_the_size_a_page_is_whole(open_page: Visitors) -> None:
    known = open_page.served.known
    page = open_page("leila", "", lang="fr", viewport=ZOOMED, device_scale_factor=2).page
    faults = []
    for path in ("/check?value=OCCN(CCO)CCO", f"/findings/{known['listed']}", f"/cases/{known['case']}", "/casebook"):
        page.goto(path)
        assert page.evaluate("devicePixelRatio") == 2
        faults += [f"{path}: {fault}" for fault in width_at_fault(page)]
        page.locator("h1").scroll_into_view_if_needed()
        expect(page.locator("h1")).to_be_in_viewport()
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_what_is_drawn_on_a_page_is_for_everyone_too(open_page: Visitors, lang: str) -> None:
    known = open_page.served.known
    page = open_page("leila", f"/casebook?part=findings&case={known['case']}", lang=lang).page
    page.locator("details.narrow-by > summary").click()
    page.get_by_text(say("page_casebook_chart", lang), exact=True).first.click()
    page.locator("[data-chart-state]").scroll_into_view_if_needed()  # it is drawn once it is seen
    expect(page.locator("[data-chart-state]")).to_have_attribute("data-chart-state", "drawn", timeout=30_000)
    faults = axe(page)
    page.goto("/convention?part=states")
    page.get_by_text(say("page_convention_show_map", lang), exact=True).first.click()
    expect(page.locator("[data-chart=map]")).to_have_attribute("data-chart-state", "drawn", timeout=30_000)
    faults += axe(page)
    page.goto("/check")
    page.get_by_text(say("page_screen_draw", lang), exact=True).first.click()
    expect(page.locator(".draw iframe")).to_be_visible(timeout=30_000)
    faults += axe(page)
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_what_opens_above_a_page_is_for_everyone_too(open_page: Visitors, lang: str) -> None:
    page = open_page("leila", "/casebook", lang=lang).page
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    faults = axe(page)
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()
    for menu in page.locator("details.menu > summary").all():
        menu.press("Enter")
        faults += [*axe(page, without=(TARGETS,)), *axe(page, TARGETS, within="details.menu[open]")]
        page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        faults += width_at_fault(page)
        page.set_viewport_size(DESK)  # type: ignore[arg-type]
        menu.press("Escape")
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_tour_goes_from_page_to_page_by_keyboard(open_page: Visitors, lang: str) -> None:
    page = open_page("leila", "/", lang=lang).page
    page.locator("details.menu > summary").last.press("Enter")
    page.locator(".who [data-tour]").press("Enter")
    stops = 1
    faults: list[str] = []
    onward = page.get_by_role("button", name=say("page_tour_next", lang), exact=True)
    expect(page.locator(".tour")).to_be_focused()
    faults += axe(page)
    while onward.count():
        page.locator(".tour").get_by_role("button").first.press("Enter")
        stops += 1
        expect(page.locator(".tour .note")).to_contain_text(str(stops))
    assert stops >= 6
    faults += axe(page)
    page.get_by_role("button", name=say("page_tour_end", lang), exact=True).press("Enter")
    expect(page.locator(".tour")).to_have_count(0)
    page.reload()
    expect(page.locator(".tour")).to_have_count(0)
    assert not faults, "\n".join(faults)


def test_the_examination_finds_what_is_wrong(open_page: Visitors) -> None:
    """A page that is as no page may be: each of its faults is found, so that silence elsewhere means something."""
    page = open_page("amara", "/audit/bundle?lang=fr").page
    assert faults_of(page, "fr") == []
    page.evaluate(SPOIL, say("page_offline"))
    faults = " ".join(faults_of(page, "ar"))
    for fault in (
        "an id: page_not_there", "English: ", "heading h4 after h1", "an empty heading", "too wide: ", "no ring",
        "no name: <button", "image-alt", "color-contrast",
    ):  # fmt: skip
        assert fault in faults


SPOIL = """(english) => {
  const main = document.querySelector("main");
  main.insertAdjacentHTML("beforeend", `<h4>page_not_there</h4><h4></h4><p>${english}</p><img src="/static/mark.svg">
    <p class="faint">Faint</p><p class="wide">Wide</p><a href="/" class="bare">Bare</a><button></button>`);
  document.documentElement.lang = "ar";
  document.documentElement.dir = "rtl";
  const styled = { faint: { color: "#888", background: "#777" }, wide: { width: "90rem" }, bare: { outline: "none" } };
  for (const [name, style] of Object.entries(styled)) Object.assign(main.querySelector(`.${name}`).style, style);
}"""


def _wait_until_it_answers(link: str, process: subprocess.Popen[str], folder: Path) -> None:
    """Wait until the service says that it lives; where it does not, show what it wrote into its log."""
    for _ in range(120):
        try:
            with urlopen(link.split("/demo/", maxsplit=1)[0] + "/health/live", timeout=10):
                return
        except OSError:
            sleep(0.5)
    log = folder / "service.log"
    written = log.read_text(encoding="utf-8")[-3_000:] if log.exists() else "no log"
    raise AssertionError(f"status {process.poll()}; {written}")


def test_the_bar_of_the_demonstration_is_for_everyone(browser: Browser, made_year: Path, tmp_path: Path) -> None:
    """`opencwc demo` as it is: the bar above every page, and from one person to another by keyboard."""
    shutil.copytree(made_year, tmp_path / "demo")
    command = [*OPENCWC, "demo", "--no-browser", "--port", "0", "--keep", str(tmp_path / "demo")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    context = browser.new_context(viewport=NARROW, reduced_motion="reduce")  # type: ignore[arg-type]
    try:
        assert process.stdout
        link = re.search(r"http://\S+", process.stdout.readline())
        assert link
        _wait_until_it_answers(link[0], process, tmp_path / "demo")
        page = context.new_page()
        watched = watch(page, link[0].split("/demo/")[0])
        page.goto(link[0])
        faults = []
        for lang in LANGUAGES:
            page.goto(f"{watched.address}/?lang={lang}")
            expect(page.locator(".demo")).to_contain_text(say("page_demonstration", lang))
            faults += [
                f"{lang}: {fault}" for fault in (*width_at_fault(page), *words_at_fault(look(page), lang), *axe(page))
            ]
        page.goto(f"{watched.address}/casebook?lang=en")
        page.locator("#demo-person").select_option(label="Mateo Rivas — " + say("page_role_reviewer"))
        expect(page.locator("details.menu summary bdi")).to_have_text("Mateo Rivas")
        assert page.url.endswith("/casebook?lang=en")
        assert not faults, "\n".join(faults)
        assert watched.wrong() == []
    finally:
        context.close()
        process.terminate()
        process.wait(30)
