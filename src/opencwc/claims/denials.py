"""Words that take back a denial: nothing leaves the port without a licence, none but with one."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from opencwc.convention.fields import read_yaml
from opencwc.language.word_edges import word_begins

_DATA = Path(__file__).parent / "data" / "contraries.yaml"


def without_papers(plain: str, lang: str) -> str:
    """Return a plain text of the same length in which no licence that is missing denies anything.

    >>> without_papers("sold without a licence: chlorine", "en")
    'sold ·················: chlorine'
    """
    return _pattern("without_paper", lang).sub(lambda match: "·" * len(match[0]), plain)


def is_excepted(plain: str, lang: str) -> bool:
    """Tell whether a plain text denies something but for an exception or under a condition."""
    return _pattern("excepting", lang).search(plain) is not None


@cache
def _pattern(name: str, lang: str) -> re.Pattern[str]:
    raw = read_yaml(_DATA)[name]
    lang = lang if lang in raw else "en"
    return re.compile(f"{word_begins(lang)}(?:{raw[lang]})")
