"""Names that Chinese writes by sound, held against those of other scripts."""

from __future__ import annotations

import pytest

from opencwc.claims.name_sounds import names_in_chinese, sound_alike


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("贾尔马克", "Jarmaq"),
        ("贝雷希德", "برشيد"),
        ("穆斯塔加奈姆", "Мостаганем"),
        ("韦里芬", "Верифин"),
        ("Kecskemét", "Кечкемет"),
        ("诺瓦克", "Novak"),
        ("伊万诺夫", "Ivanov"),
        ("冈萨雷斯", "González"),
        ("维克托", "Вектор"),
        ("扎里亚", "Заря"),
        ("拉希米", "Rahimi"),
        ("莫罗", "Моро"),
        ("安德松", "أندرسون"),
    ],
)
def test_one_name_in_two_scripts_sounds_alike(one: str, other: str) -> None:
    assert sound_alike(one, other) >= 0.8
    assert sound_alike(other, one) == sound_alike(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("贾尔马克", "Sarajevo"), ("韦里芬", "Ливан"), ("Jarmaq", "Jarmuk"), ("工业部", "Gabon"), ("贾尔马克", "jar")],
)
def test_other_names_and_words_do_not(one: str, other: str) -> None:
    assert sound_alike(one, other) == 0.0


def test_a_foreign_name_is_found_in_a_chinese_sentence() -> None:
    text = "报告说，贾尔马克土壤样本中未检出沙林"
    assert [text[one.start : one.end] for one in names_in_chinese(text)] == ["贾尔马克"]
