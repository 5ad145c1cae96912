"""Words in another script than the page's stand in an element that names their language and direction."""

from __future__ import annotations

import pytest

from opencwc.web.server.foreign_text import DRAWN_APART, foreign_text
from opencwc.web.server.page import OWN_FONTS, environment, with_chinese_font


@pytest.mark.parametrize(
    ("lang", "text", "html"),
    [
        ("en", "told by صدى الأطلسي, Wire", 'told by <bdi lang="ar" dir="rtl">صدى الأطلسي</bdi>, Wire'),
        ("en", "北岸新闻网", '<bdi lang="zh" dir="ltr">北岸新闻网</bdi>'),
        ("ar", "ذكرت Вестник 7, الوكالة", 'ذكرت <bdi lang="ru" dir="ltr">Вестник</bdi> 7, الوكالة'),
        ("ru", "Вестник и 北岸 新闻", 'Вестник и <bdi lang="zh" dir="ltr">北岸 新闻</bdi>'),
        ("zh", "新闻 Le Courrier", "新闻 Le Courrier"),
        ("en", "سجل (مختلق) and more", '<bdi lang="ar" dir="rtl">سجل (مختلق)</bdi> and more'),
        (
            "en",
            "2025-09-23, \u200e22:00\u00a0UTC\u221202:00\u200e, 07:40 UTC",
            '<span class="when">2025-09-23, \u200e22:00\u00a0UTC\u221202:00\u200e</span>, '
            '<span class="when">07:40 UTC</span>',
        ),
        ("fr", "<b>Été</b> & А<i>", '&lt;b&gt;Été&lt;/b&gt; &amp; <bdi lang="ru" dir="ltr">А</bdi>&lt;i&gt;'),
    ],
)
def test_each_run_of_another_script_is_set_apart(lang: str, text: str, html: str) -> None:
    assert foreign_text(text, lang) == html


def test_a_name_in_a_drawing_has_no_direction_of_its_own_which_would_move_it() -> None:
    assert foreign_text("صدى, 2025-09-23", "en", DRAWN_APART) == '<tspan lang="ar">صدى</tspan>, 2025-09-23'


def test_a_page_shows_signs_that_turn_the_text_as_their_code_points() -> None:
    assert "⟨U+202E⟩" in environment("en").from_string("{{ text|foreign }}").render(text="а\u202eb")


def test_a_page_that_leaves_foreign_text_to_the_machine_names_no_chinese_font() -> None:
    html = f'<head>{OWN_FONTS} content="/x"></head><td>出口国</td>'
    assert with_chinese_font(html) == html
