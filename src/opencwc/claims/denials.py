"""Words that take back a denial: nothing leaves the port without a licence, none but with one."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from opencwc.convention.fields import read_yaml
from opencwc.language.word_edges import word_begins

_DATA = Path(__file__).parent / "data" / "contraries.yaml"


@cache
def excepting(lang: str) -> re.Pattern[str]:
    """Return what is found in a plain text that denies something but for an exception or under a condition."""
    raw = read_yaml(_DATA)["excepting"]
    lang = lang if lang in raw else "en"
    return re.compile(f"{word_begins(lang)}(?:{raw[lang]})")
