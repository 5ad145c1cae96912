"""Kinds of sites that a text names: a swimming pool, a waterworks, a dairy."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from opencwc.convention.fields import read_yaml
from opencwc.language.word_edges import word_begins, word_ends

_DATA = Path(__file__).parent / "data" / "sites.yaml"


def sites_in(plain: str, lang: str) -> frozenset[str]:
    """Return the kinds of sites in a plain text.

    >>> sorted(sites_in("chlorine leaked at a swimming pool", "en"))
    ['pool']
    """
    return frozenset(kind for kind, pattern in _patterns(lang) if pattern.search(plain))


@cache
def _patterns(lang: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    written = ((kind, by.get(lang, "(?!)")) for kind, by in read_yaml(_DATA).items())
    begins, ends = (word_begins(lang), word_ends(lang)) if lang != "zh" else ("", "")
    return tuple((kind, re.compile(f"{begins}(?:{words}){ends}")) for kind, words in written)
