"""Two captures side by side: what differs is marked in both, in lines, in JSON and on a page."""

from __future__ import annotations

import io
import json
import random
from datetime import UTC, datetime
from html import unescape

import pytest

from opencwc.custody.comparison_formats import compared_lines, compared_plain, compared_report
from opencwc.custody.side_by_side import MOST_PAIRS, compare_captures, compare_pages, differing
from opencwc.publishing.html import write_html
from opencwc.records import to_json
from opencwc.reports.captures import Capture
from opencwc.wording import LANGUAGES

BEFORE, AFTER = datetime(2026, 3, 4, tzinfo=UTC), datetime(2026, 3, 6, tzinfo=UTC)


def capture(text: str, taken: datetime = BEFORE, url: str = "https://news.example/", title: str = "Leak") -> Capture:
    return Capture(url, taken, str(hash(text)), "News", "en", title, text)


OLD = capture("Two people died on Monday. The plant was closed. Nobody was hurt.")
NEW = capture("Four people died on Monday. Nobody was hurt. It is open again.", AFTER)


def marked(words: tuple[tuple[str, bool], ...]) -> str:
    return "".join(f"<{text}>" if differs else text for text, differs in words)


def test_words_that_differ_are_marked_on_both_sides() -> None:
    page = compare_pages(OLD, NEW)
    assert page.state == "changed"
    assert [(marked(pair.earlier), marked(pair.later)) for pair in page.pairs] == [
        ("<Two> people died on Monday.", "<Four> people died on Monday."),
        ("<The plant was closed.>", ""),
        ("", "<It is open again.>"),
    ]


def test_both_texts_can_be_read_from_what_is_marked() -> None:
    chance = random.Random(5)
    for _ in range(200):
        old, new = (" ".join(chance.choices(["two", "died", "9", "两", "人", ",", "ар"], k=9)) for _ in range(2))
        before, after = differing(old, new)
        assert ("".join(text for text, _ in before), "".join(text for text, _ in after)) == (old, new)


def test_chinese_is_compared_sign_by_sign() -> None:
    before, after = differing("两人死亡。", "四人死亡。")
    assert (marked(before), marked(after)) == ("<两>人死亡。", "<四>人死亡。")


def test_a_page_that_says_the_same_did_not_change() -> None:
    same = compare_pages(OLD, capture(OLD.text.replace(". ", ".\n\n"), AFTER))
    assert (same.state, same.pairs) == ("same", ())


def test_a_failed_capture_says_nothing_of_the_page() -> None:
    page = compare_pages(OLD, Capture(OLD.url, AFTER, failed="The address was not found."))
    assert page.state == "failed"
    assert "Failed" not in page.state and any("not found" in line for line in compared_lines([page]))


def test_pages_are_compared_by_their_addresses_the_last_capture_of_each() -> None:
    other, gone = "https://news.example/b", "https://news.example/c"
    pages = compare_captures(
        [OLD, capture("Old words.", url=gone)],
        [capture("Wrong.", BEFORE), NEW, capture("New words.", AFTER, other)],
    )
    assert {page.url: page.state for page in pages} == {
        OLD.url: "changed", gone: "only_earlier", other: "only_later",
    }  # fmt: skip
    assert pages[0].later == NEW
    assert compare_captures([OLD], [capture(OLD.text, AFTER, other)])[0].state == "same"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_lines_and_page_say_it_in_every_language(lang: str) -> None:
    pages = compare_captures([OLD], [NEW])
    lines = list(compared_lines(pages, lang))
    assert "https://news.example/" in lines[0] and "2026-03-04" in lines[0]
    assert "- [-Two-] people died on Monday." in lines and "+ {+It is open again.+}" in lines
    html = io.StringIO()
    write_html(compared_report(pages, lang), html)
    assert html.getvalue().count("<mark") == 4
    assert "Four" in unescape(html.getvalue())


def test_json_has_both_sides_and_what_differs() -> None:
    (plain,) = json.loads(to_json(compared_plain(compare_captures([OLD], [NEW]))))
    assert (plain["state"], plain["earlier"]["taken"]) == ("changed", "2026-03-04T00:00:00+00:00")
    assert plain["differences"][0]["later"][0] == {"text": "Four", "differs": True}


def test_a_text_from_outside_never_becomes_markup() -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    html = io.StringIO()
    write_html(compared_report(compare_captures([OLD], [capture(evil, AFTER, url=f"https://x/{evil}")])), html)
    assert "<script>alert" not in html.getvalue() and "<img src=x" not in html.getvalue()


@pytest.mark.parametrize("kind", ["alike", "few", "all new", "one word", "no space"])
def test_pages_that_are_made_to_be_slow_are_bounded(kind: str) -> None:
    chance = random.Random(3)

    def line(number: int) -> str:
        if kind == "alike":
            return "The same line again."
        return chance.choice(["Aa bb.", "Cc dd.", "Ee ff."]) if kind == "few" else f"Line {chance.random()} is new."

    if kind in ("one word", "no space"):
        old, new = ("ab " * 70_000, "abc " * 70_000) if kind == "one word" else ("a" * 200_000, "b" * 200_000)
    else:
        old, new = ("\n".join(map(line, range(size))) for size in (9_000, 8_000))
    page = compare_pages(capture(old), capture(new, AFTER))
    assert len(page.pairs) <= MOST_PAIRS
    assert page.is_cut == (kind in ("alike", "few", "all new"))
