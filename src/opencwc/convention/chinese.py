"""Chinese is written in two ways: texts are compared in the simplified one, by the tables of OpenCC."""

from __future__ import annotations

import re
from functools import cache

_HAN = re.compile("[㐀-䶿一-鿿]")


def simplified(text: str) -> str:
    """Return a text with each traditional Chinese character as the simplified one; every place in it stays.

    >>> simplified("硫二甘醇 – 氫氧化鈉")
    '硫二甘醇 – 氢氧化钠'
    """
    return text.translate(_signs()) if _HAN.search(text) else text


@cache
def _signs() -> dict[int, str]:
    """Return the simplified character of each that has another one (Source: OpenCC, ``t2s``)."""
    from opencc import OpenCC

    traditional = [*map(chr, range(0x3400, 0x4DC0)), *map(chr, range(0x4E00, 0xA000))]
    lines = OpenCC("t2s").convert("\n".join(traditional)).split("\n")
    signs = {ord(one): other for one, other in zip(traditional, lines, strict=True) if one != other}
    # What stands for one character may be the traditional form of another one: what is simplified must stay so.
    return {sign: signs.get(ord(other), other) for sign, other in signs.items()}
