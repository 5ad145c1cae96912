"""Posts of social networks as plain text."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from opencwc.claims.posts import is_post, plain_post, post_body
from opencwc.reports.model import Report


def report(title: str, text: str) -> Report:
    return Report("r", datetime(2026, 3, 4, tzinfo=UTC), "", "", "en", title, text, 1)


@pytest.mark.parametrize(
    "text",
    ["Two people died in Basel.", "巴塞尔有两人死亡。", "توفي شخصان في بازل.", "Двое погибли — так сказал врач (МЧС)."],
)
def test_a_text_without_links_and_tags_stays_as_it_is(text: str) -> None:
    assert plain_post(text) == text
    assert post_body(text) == text


def test_links_go_and_tags_come_apart() -> None:
    plain = plain_post("Gas in #WorldCupHost city!#Gaspic.twitter.com/Ab1 see https://t.co/x @who_says #ГазВГороде")
    assert plain.split() == [
        "Gas", "in", "World", "Cup", "Host", "city!", "Gas", "see", "who", "says", "Газ", "В", "Городе",
    ]  # fmt: skip


def test_who_wrote_it_is_no_part_of_what_it_says() -> None:
    assert post_body("It leaked. — Ann Lee 🔜 (@annlee) January 6, 2020") == "It leaked."
    assert post_body("— Ann Lee (@annlee) January 6, 2020").strip() != ""


def test_a_post_has_no_title_of_its_own_and_is_short() -> None:
    assert is_post(report("", "Chlorine leaked in Basel."))
    assert is_post(report("Chlorine leaked…", "Chlorine leaked in Basel."))
    assert not is_post(report("A leak", "Chlorine leaked in Basel."))
    assert not is_post(report("", "Chlorine leaked in Basel. " * 40))
