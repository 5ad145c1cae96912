"""The order of names in a language, as its readers expect it in a list (for letters, after the rules of CLDR)."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_OWN_LETTERS = {"es": {"ñ": "n\uffff"}, "ru": {"ё": "е", "й": "и\uffff"}}
"""Letters that stand in a place of their own; elsewhere accents do not count."""
_ARABIC = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ة": "ه", "ـ": ""})
_ARABIC_ARTICLE = "ال"


@lru_cache(maxsize=10_000)
def sort_key(name: str, lang: str) -> tuple[str, str]:
    """Return what a name is ordered by among others of a list.

    Accents count only where names are the same without them; Chinese is ordered by its sound (pinyin), and Arabic
    passes over the article that a name begins with, as the lists of the United Nations do.

    >>> sorted(["Zambia", "Åland", "Albania", "XKX"], key=lambda name: sort_key(name, "en"))
    ['Åland', 'Albania', 'XKX', 'Zambia']
    >>> sorted(["阿尔巴尼亚", "中国", "德国"], key=lambda name: sort_key(name, "zh"))
    ['阿尔巴尼亚', '德国', '中国']
    """
    if lang == "zh":
        from pypinyin import lazy_pinyin

        return " ".join(lazy_pinyin(name, errors=lambda other: other.casefold())), name
    own = _OWN_LETTERS.get(lang, {})
    counted = name.removeprefix(_ARABIC_ARTICLE) if lang == "ar" else name
    composed = unicodedata.normalize("NFC", counted).casefold()
    letters = "".join(own[letter] if letter in own else _bare(letter) for letter in composed)
    return letters.translate(_ARABIC), name


def _bare(letter: str) -> str:
    """Return a letter without its accents; what is no letter counts as a space."""
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(sign))
    return bare if bare.isalnum() else " "
