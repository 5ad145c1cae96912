"""The structure editor: loaded when it is opened, shut off from the page, drawn in by hand, heard with care."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from web.browser.conftest import Watched, watch
from web.browser.trying import page_of

DRAW = """
<label>Value <input id="value" value="{value}"></label>
<details><summary>Draw</summary><div data-editor data-target="#value" data-title="Draw a structure"
data-loading="It is coming." data-failed="It did not come: type the structure instead." data-hint="Draw here."></div>
</details>
"""
BENZENE = {"x": 204, "y": 36}
"""Where the editor has its benzene ring."""


@pytest.fixture
def drawing(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Watched]:
    """A page with an editor that nobody has opened yet."""
    yield from drawing_in(browser, getattr(request, "param", ""))


def drawing_in(browser: Browser, value: str = "") -> Iterator[Watched]:
    with page_of(DRAW.format(value=value), "editor.js") as address:
        page = browser.new_page()
        watched = watch(page, address)
        page.goto(address)
        yield watched
        page.close()


def open_editor(drawing: Watched) -> None:
    drawing.page.locator("summary").click()
    expect(drawing.page.get_by_role("status")).to_have_text("Draw here.", timeout=20_000)


def test_nothing_of_the_editor_is_loaded_until_it_is_opened(drawing: Watched) -> None:
    assert not [path for path in drawing.paths() if "jsme" in path or "editor-frame" in path]

    open_editor(drawing)

    assert "/static/vendor/jsme/blink.cache.js" in drawing.paths()


def test_what_is_drawn_becomes_the_value_as_if_it_had_been_typed(drawing: Watched) -> None:
    drawing.page.evaluate("value.addEventListener('input', () => { window.typed = value.value; })")
    open_editor(drawing)

    drawing.page.locator("iframe").click(position=BENZENE)
    drawing.page.locator("iframe").click(position={"x": 400, "y": 250})

    expect(drawing.page.locator("#value")).to_have_value("c1ccccc1")
    assert drawing.page.evaluate("window.typed") == "c1ccccc1"


def test_firefox_draws_with_a_build_of_its_own(firefox: Browser) -> None:
    for drawing in drawing_in(firefox):
        open_editor(drawing)
        assert "/static/vendor/jsme/gecko.cache.js" in drawing.paths()

        drawing.page.locator("iframe").click(position=BENZENE)
        drawing.page.locator("iframe").click(position={"x": 400, "y": 250})

        expect(drawing.page.locator("#value")).to_have_value("c1ccccc1")


@pytest.mark.parametrize("drawing", ["CCO"], indirect=True)
def test_the_editor_shows_what_was_typed_and_leaves_it_as_it_was(drawing: Watched) -> None:
    open_editor(drawing)
    frame = drawing.page.frames[1]

    # The editor draws its letters as SVG text: the hydroxyl group of ethanol.
    frame.wait_for_function("document.body.textContent.includes('HO') || document.body.textContent.includes('OH')")

    assert drawing.page.locator("#value").input_value() == "CCO"


@pytest.mark.parametrize("drawing", ["sarin"], indirect=True)
def test_a_name_that_is_no_structure_is_left_alone(drawing: Watched) -> None:
    open_editor(drawing)

    drawing.page.locator("iframe").click(position=BENZENE)
    drawing.page.locator("iframe").click(position={"x": 400, "y": 250})

    expect(drawing.page.locator("#value")).to_have_value("c1ccccc1")


def test_the_frame_can_reach_neither_the_page_nor_anything_else(drawing: Watched) -> None:
    open_editor(drawing)
    frame = drawing.page.frames[1]

    assert frame.evaluate("self.origin") == "null"
    assert frame.evaluate("(() => { try { return parent.document.title } catch (fault) { return fault.name } })()") == (
        "SecurityError"
    )
    assert frame.evaluate("fetch('/health/live').then(() => 'came', () => 'refused')") == "refused"
    assert drawing.outside() == []


def test_the_page_hears_its_own_frame_alone_and_nothing_endless(drawing: Watched) -> None:
    open_editor(drawing)

    drawing.page.evaluate("window.postMessage('smiles:C', '*')")
    drawing.page.frames[1].evaluate("parent.postMessage('smiles:' + 'C'.repeat(20000), '*')")
    drawing.page.frames[1].evaluate("parent.postMessage({smiles: 'C'}, '*')")
    drawing.page.frames[1].evaluate("parent.postMessage('smiles:CC', '*')")  # the last one is as it should be

    expect(drawing.page.locator("#value")).to_have_value("CC")


def test_the_page_itself_keeps_its_policy(drawing: Watched) -> None:
    open_editor(drawing)

    assert drawing.breaches() == []
    drawing.page.evaluate(
        "document.head.append(Object.assign(document.createElement('script'), { textContent: 'window.ran = true' }))"
    )
    assert drawing.page.evaluate("window.ran") is None
    assert len(drawing.breaches()) == 1


def test_where_the_editor_does_not_come_the_page_says_so_and_tries_again(drawing: Watched) -> None:
    drawing.page.route("**/blink.cache.js*", lambda route: route.abort())
    drawing.page.locator("summary").click()

    expect(drawing.page.get_by_role("status")).to_have_text("It did not come: type the structure instead.")
    assert drawing.page.locator("iframe").count() == 0

    drawing.page.unroute("**/blink.cache.js*")
    drawing.page.locator("summary").click()
    open_editor(drawing)


def test_it_is_opened_by_keyboard_and_has_a_name(drawing: Watched) -> None:
    drawing.page.locator("#value").focus()
    drawing.page.keyboard.press("Tab")
    drawing.page.keyboard.press("Enter")
    expect(drawing.page.get_by_role("status")).to_have_text("Draw here.", timeout=20_000)

    drawing.page.keyboard.press("Tab")

    # The browser moves the focus into a frame a moment after the key.
    expect(drawing.page.get_by_title("Draw a structure")).to_be_focused()
