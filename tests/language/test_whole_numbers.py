"""Whole numbers of running text, in figures of three scripts and in words of six languages."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opencwc.convention.fields import load_yaml
from opencwc.language.whole_numbers import find_numbers

CASES: dict[str, list[tuple[str, list[int]]]] = load_yaml(
    (Path(__file__).parent.parent / "cases" / "whole_numbers.yaml").read_text(encoding="utf-8")
)
LANGUAGES = st.sampled_from(sorted(CASES))
PIECES = st.sampled_from(
    [
    "20", " ", "-", "to", "and", "half", "a", "million", "dozen", "quatre", "vingt", "dix", "et", "mil", "y", "сто",
    "тысяч", "ثلاثة", "عشر", "و", "ألف", "٣", "三", "十", "万", "第", "余", "İ", "\ud800", ".", ",", "9" * 30,
    ]
)  # fmt: skip


@pytest.mark.parametrize(("lang", "case"), [(lang, case) for lang, cases in CASES.items() for case in cases], ids=str)
def test_a_text_says_these_numbers(lang: str, case: tuple[str, list[int]]) -> None:
    text, values = case
    assert [number.value for number in find_numbers(text, lang)] == values


def test_both_ends_of_a_range_are_known_and_an_order_is_marked() -> None:
    (number,) = find_numbers("between 20 and 30 people", "en")
    assert (number.value, number.high) == (20, 30)
    assert [number.rank for number in find_numbers("the third of 12", "en")] == [True, False]


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(st.text(), st.lists(PIECES, max_size=20).map("".join), st.lists(PIECES, max_size=20).map(" ".join)),
    LANGUAGES,
)
def test_whatever_is_written_numbers_stand_in_order_and_do_not_overlap(text: str, lang: str) -> None:
    end = 0
    for number in find_numbers(text, lang):
        assert end <= number.start < number.end <= len(text)
        assert number.value >= 0
        end = number.end
