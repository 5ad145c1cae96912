"""The charts: drawn in the browser from the figures of the table beside them, without eval and without the network."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from web.browser.conftest import Watched, watch
from web.browser.trying import page_of

CHARTS: dict[str, dict[str, Any]] = {
    "bar": {
        "rows": [
            {"label": "1A01", "value": 12345.5, "group": "to declare"},
            {"label": "2B04", "value": 7000, "group": "question"},
        ],
        "titles": {"x": "Entry", "y": "Findings", "group": "What follows"},
    },
    "line": {
        "rows": [{"x": f"2024-{month:02}-01", "value": month % 5, "group": "findings"} for month in range(1, 13)],
        "titles": {"x": "Month", "y": "Findings"},
    },
    "calibration": {
        "rows": [
            {"said": 0.1, "was": 0.12, "low": 0.05, "high": 0.2},
            {"said": 0.9, "was": 0.8, "low": 0.7, "high": 0.95},
        ],
        "titles": {"x": "What was said", "y": "What was so"},
    },
    "map": {
        "rows": [
            {"code": "250", "label": "France", "group": "State Party"},
            {"code": "376", "label": "Israel", "group": "Signed"},
            {"code": "818", "label": "Egypt", "group": "Neither"},
        ],
        "titles": {"group": "Status"},
    },
}


def figure(kind: str) -> str:
    rows = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row.values())}</tr>" for row in CHARTS[kind]["rows"])
    return (
        f'<div class="tall"></div><script type="application/json" id="of-{kind}">{json.dumps(CHARTS[kind])}</script>'
        f'<figure data-chart="{kind}" data-source="#of-{kind}" data-title="A {kind}" data-description="In brief.">'
        f"<figcaption>Figures</figcaption><table>{rows}</table></figure>"
    )


def charts(browser: Browser, body: str, lang: str = "en", **context: Any) -> Iterator[Watched]:
    with page_of(body, "chart.js", lang=lang) as address:
        page = browser.new_page(**context)
        watched = watch(page, address)
        page.goto(address)
        yield watched
        page.close()


@pytest.fixture
def all_charts(browser: Browser) -> Iterator[Watched]:
    yield from charts(browser, "".join(map(figure, CHARTS)))


@pytest.fixture
def in_arabic(browser: Browser) -> Iterator[Watched]:
    yield from charts(browser, figure("bar") + figure("line"), lang="ar")


@pytest.fixture
def in_french(browser: Browser) -> Iterator[Watched]:
    yield from charts(browser, figure("bar"), lang="fr")


@pytest.fixture
def folded(browser: Browser) -> Iterator[Watched]:
    yield from charts(browser, f"<details><summary>Chart</summary>{figure('bar')}</details>")


def drawn(page: Page, kind: str) -> None:
    page.locator(f"[data-chart={kind}]").scroll_into_view_if_needed()
    expect(page.locator(f"[data-chart={kind}]")).to_have_attribute("data-chart-state", "drawn", timeout=20_000)


def texts(page: Page, kind: str) -> list[str]:
    return page.locator(f"[data-chart={kind}] .chart svg text").all_text_contents()


def test_every_kind_is_drawn_within_the_policy_and_from_this_machine(all_charts: Watched) -> None:
    for kind in CHARTS:
        drawn(all_charts.page, kind)
        assert all_charts.page.locator(f"[data-chart={kind}] .chart svg path").count() > 2

    assert all_charts.breaches() == []
    assert all_charts.said == []
    assert all_charts.outside() == []


def test_a_chart_says_the_figures_and_titles_it_was_given(all_charts: Watched) -> None:
    drawn(all_charts.page, "bar")

    assert {"1A01", "2B04", "Entry", "Findings", "to declare", "question", "10,000"} <= set(
        texts(all_charts.page, "bar")
    )
    widths = all_charts.page.locator("[data-chart=bar] .mark-rect.role-mark path").evaluate_all(
        "bars => bars.map(bar => bar.getBBox().width)"
    )
    assert widths[0] / widths[1] == pytest.approx(12345.5 / 7000, rel=0.01)


def test_spanish_axes_set_thousands_apart_from_five_digits_on(browser: Browser) -> None:
    for watched in charts(browser, figure("bar"), lang="es"):
        drawn(watched.page, "bar")
        said = texts(watched.page, "bar")
        assert "10.000" in said
        assert [text for text in said if re.fullmatch("[0-9]{4}", text)]
        assert not [text for text in said if re.fullmatch(r"[0-9]\.[0-9]{3}", text)]


def test_a_long_label_is_broken_between_its_words_and_not_cut(browser: Browser) -> None:
    label = "oxychlorure de phosphore déclaré"
    data = json.dumps({"rows": [{"label": label, "value": 3}, {"label": "short", "value": 1}], "titles": {}})
    block = f'<script type="application/json" id="of-bar">{data}</script>'
    body = f'{block}<figure data-chart="bar" data-source="#of-bar" data-title="Bars"></figure>'
    for watched in charts(browser, body, viewport={"width": 320, "height": 640}):
        drawn(watched.page, "bar")
        said = texts(watched.page, "bar")
        assert any(all(word in text for word in label.split()) for text in said), said
        assert not any("…" in text for text in said)


def test_a_map_shows_the_states_that_it_is_about_and_the_world_where_they_lie_far_apart(browser: Browser) -> None:
    widths = []
    for codes in (("250", "376", "818"), ("250", "124", "036")):
        rows = [{"code": code, "label": code, "group": "one"} for code in codes]
        data = json.dumps({"rows": rows, "titles": {}})
        block = f'<script type="application/json" id="of-map">{data}</script>'
        body = f'{block}<figure data-chart="map" data-source="#of-map" data-title="Map"></figure>'
        for watched in charts(browser, body):
            drawn(watched.page, "map")
            first = watched.page.locator("[data-chart=map] .chart svg .mark-shape").last.locator("path").first
            widths.append(first.evaluate("path => path.getBBox().width"))
    assert widths[0] > 2.5 * widths[1] > 0, "France is drawn larger beside Israel and Egypt than beside Canada"


def test_groups_differ_by_pattern_and_not_by_colour_alone(all_charts: Watched) -> None:
    for kind in ("bar", "map"):
        drawn(all_charts.page, kind)
        fills = all_charts.page.locator(f"[data-chart={kind}] .role-mark path").evaluate_all(
            "marks => marks.map(mark => mark.getAttribute('fill') ?? '')"
        )
        assert any(fill.startswith("url(#chart-") for fill in fills)


def test_the_table_stays_beside_the_chart_and_the_chart_has_a_name_and_takes_the_keyboard(all_charts: Watched) -> None:
    drawn(all_charts.page, "bar")

    assert all_charts.page.locator("[data-chart=bar] table").is_visible()
    expect(all_charts.page.get_by_role("img", name="A bar. In brief.")).to_have_attribute("tabindex", "0")


def test_libraries_are_loaded_when_a_folded_chart_is_opened(folded: Watched) -> None:
    assert not [path for path in folded.paths() if "vega" in path]

    folded.page.locator("summary").click()
    drawn(folded.page, "bar")

    assert "/static/vendor/vega.min.js" in folded.paths()


def test_where_a_chart_cannot_be_drawn_the_table_stays(folded: Watched) -> None:
    folded.page.route("**/vega-lite.min.js*", lambda route: route.abort())

    folded.page.locator("summary").click()

    expect(folded.page.locator("[data-chart=bar]")).to_have_attribute("data-chart-state", "failed")
    assert folded.page.locator(".chart").count() == 0
    assert folded.page.locator("table").is_visible()


def test_a_chart_follows_the_theme(all_charts: Watched) -> None:
    drawn(all_charts.page, "bar")
    label = all_charts.page.locator("[data-chart=bar] .role-axis-label text").first
    by_day = label.get_attribute("fill")

    all_charts.page.emulate_media(color_scheme="dark")

    expect(label).not_to_have_attribute("fill", by_day or "")


def test_in_arabic_the_axis_stands_on_the_right_and_months_have_their_names(in_arabic: Watched) -> None:
    drawn(in_arabic.page, "bar")
    drawn(in_arabic.page, "line")

    zero = in_arabic.page.locator("[data-chart=bar] .role-axis-label text", has_text="0").first.bounding_box()
    bars = in_arabic.page.locator("[data-chart=bar] .mark-rect.role-mark path").first.bounding_box()
    entry = in_arabic.page.locator("[data-chart=bar] text", has_text="1A01").bounding_box()
    assert zero and bars and entry
    assert entry["x"] >= bars["x"] + bars["width"] - 1
    assert any("أبريل" in text for text in texts(in_arabic.page, "line"))


def test_numbers_are_written_as_the_language_does(in_french: Watched) -> None:
    drawn(in_french.page, "bar")

    assert "10\u202f000" in texts(in_french.page, "bar")
