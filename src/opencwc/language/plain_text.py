"""A text as words are looked for in it: small letters, one form of each letter, and where each sign stood."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

from opencwc.language.numerals import ARABIC_DIGITS

_MARKS = re.compile("[\u064b-\u0652\u0640\u200e\u200f]")
_SIMPLIFIED = (
    "週周 後后 兩两 個个 禮礼 號号 傷伤 難难 無无 醫医 傳传 發发 現现 員员 歲岁 萬万 幾几 餘余 當当 據据 "
    "報报 導导 證证 實实 負负 責责 處处 壽寿 遺遗 體体 殺杀 軍军 亂乱 戰战 爭争 輕轻 還还 總总 數数 達达 "
    "計计 爾尔 歷历 開开 隻只 們们 與与 從从 變变 為为 樓楼 頭头 見见 說说 稱称 學学 業业 廠厂 漁渔 運运 "
    "動动 輛辆 車车 單单 線线 資资 經经 驗验 確确 認认 檢检 測测 試试 圖图 倖幸 喪丧 燒烧 嚴严 觀观 護护 "
    "衛卫 診诊 療疗 搶抢 孫孙 兒儿 婦妇 農农 鄉乡 鎮镇 縣县 區区 氣气 洩泄 誤误 飲饮 臨临 緊紧 輸输 輪轮 "
    "樣样 來来 對对 過过 國国 際际 條条 約约 簽签 議议 會会 歐欧 陽阳 馬马 麗丽 劉刘 這这 裡里 於于 麼么 "
    "夠够 擊击 襲袭 彈弹 產产 復复 複复 內内 闖闯 鄰邻 離离 獲获 劇剧 製制 滅灭 藥药 劑剂 嘔呕 頓顿 腫肿 "
    "紅红 腳脚 臟脏 陸陆 續续 "
)
"""The traditional signs that words about people, harm and time are written with, each before its simplified one."""
_ONE_LETTER: Mapping[str, Mapping[str, str]] = {
    "ar": dict(zip("أإآٱى", "ااااي", strict=True)),
    "ru": {"ё": "е"},
    "zh": {pair[0]: pair[1] for pair in _SIMPLIFIED.split()},
}
_SPACES = dict.fromkeys("\u00a0\u202f\u2009\u2007", " ")


class Plain(NamedTuple):
    """The text, and for each of its signs where it stands in the text as written; the last is the end."""

    text: str
    places: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return a place in the text as written."""
        return self.places[start], self.places[end - 1] + 1 if end > start else self.places[end]


def plain_text(text: str, lang: str) -> Plain:
    """Return a text as its words are looked for.

    >>> plain_text("أمسِ، ٣ آذار", "ar").text
    'امس، 3 اذار'
    """
    table = _table(lang)
    small = text.replace("İ", "I").lower()  # the one letter whose small form is longer
    if lang != "ar" or not _MARKS.search(text):
        return Plain(small.translate(table), range(len(text) + 1))
    kept = [place for place, sign in enumerate(text) if not _MARKS.match(sign)]
    return Plain("".join([small[place] for place in kept]).translate(table), [*kept, len(text)])


@cache
def _table(lang: str) -> dict[int, str]:
    figures = {chr(sign): chr(figure) for sign, figure in ARABIC_DIGITS.items()}
    return str.maketrans({**_ONE_LETTER.get(lang, {}), **figures, **_SPACES})


def plain_arabic(word: str) -> str:
    """Return an Arabic word without vowel signs, with one alef and one ya.

    >>> plain_arabic("أربعونَ")
    'اربعون'
    """
    return _MARKS.sub("", word).translate(_table("ar"))
