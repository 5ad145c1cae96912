"""Names are found by a part, without accents, and with a slip, in any script."""

from __future__ import annotations

import pytest

from opencwc.language.name_search import NameIndex, parts_of

NAMES = [
    ("Phosphorus oxychloride", "oxychloride"),
    ("Oxychlorure de phosphore", "oxychloride"),
    ("Thiodiglycol", "thiodiglycol"),
    ("ثيوديغليكول", "thiodiglycol"),
    ("硫二甘醇", "thiodiglycol"),
    ("Тиодигликоль", "thiodiglycol"),
    ("Åland Islands", "ALA"),
    ("Côte d'Ivoire", "CIV"),
    ("111-48-8", "thiodiglycol"),
]
INDEX = NameIndex(NAMES)


@pytest.mark.parametrize(
    ("asked", "held"),
    [
        ("phosph", "oxychloride"),
        ("OXYCHLORURE", "oxychloride"),
        ("chlorure phosph", "oxychloride"),
        ("thiodi", "thiodiglycol"),
        ("tiodiglycol", "thiodiglycol"),
        ("ثيودي", "thiodiglycol"),
        ("甘醇", "thiodiglycol"),
        ("тиоди", "thiodiglycol"),
        ("aland", "ALA"),
        ("cote", "CIV"),
        ("111-48", "thiodiglycol"),
    ],
)
def test_a_name_is_found(asked: str, held: str) -> None:
    assert INDEX.find(asked)[0].held == held


@pytest.mark.parametrize("asked", ["", "   ", "zq", "phosph thiodi", "qwertz"])
def test_what_is_in_no_name_finds_nothing(asked: str) -> None:
    assert INDEX.find(asked) == []


def test_a_short_word_keeps_its_first_letter() -> None:
    index = NameIndex([("dimetilfosforamidocianidato de etila", 1), ("Tabun", 2)])
    assert index.find("Leila") == []
    assert [found.held for found in index.find("tabum")] == [2]


def test_a_whole_name_comes_before_one_that_begins_so() -> None:
    index = NameIndex([("VXa", 1), ("aVX", 2), ("VX", 3)])
    assert [found.held for found in index.find("vx")] == [3, 1, 2]


def test_a_question_is_bounded() -> None:
    assert sum(map(len, parts_of("a" * 10_000))) == 200
