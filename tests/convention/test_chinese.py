"""Traditional and simplified Chinese are one, in names of chemicals, of firms and in the terms of laws."""

from __future__ import annotations

import pytest

from opencwc.chemistry.names import normalise_name
from opencwc.convention.chinese import simplified
from opencwc.convention.measure_terms import fold
from opencwc.language.name_words import name_words

HAN = [chr(sign) for sign in (*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000))]


def test_each_character_stays_in_its_place_and_is_simplified_once_for_all() -> None:
    text = "".join(HAN)
    once = simplified(text)
    assert len(once) == len(text) and once != text and simplified(once) == once


@pytest.mark.parametrize("text", ["", "thiodiglycol", "硫二甘醇", "ثيوديغليكول"])
def test_what_is_not_traditional_stays_as_it_is(text: str) -> None:
    assert simplified(text) is text or simplified(text) == text


@pytest.mark.parametrize(
    ("traditional", "plain"), [("氯化鉀鏽蝕抑製劑", "氯化钾锈蚀抑制剂"), ("矽酸鈉", "硅酸钠"), ("醋酸鈽", "醋酸钚")]
)
def test_a_name_is_one_in_both(traditional: str, plain: str) -> None:
    assert normalise_name(traditional) == normalise_name(plain)


def test_the_words_of_a_law_are_one_in_both() -> None:
    assert fold("違者應繳納罰鍰並沒收其槍砲、儲運之貨櫃").text == fold("违者应缴纳罚锾并没收其枪砲、储运之货柜").text


def test_a_firm_is_one_in_both() -> None:
    first, second = name_words("錢塘縣燦爛國際貿易有限公司"), name_words("钱塘县灿烂国际贸易有限公司")
    assert [firm.key for firm in first] == [firm.key for firm in second]
