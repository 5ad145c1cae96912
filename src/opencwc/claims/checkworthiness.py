"""Whether a sentence states something that a document could bear out or contradict: signs for the learned weights."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from opencwc.claims.sentence_details import Details
from opencwc.convention.fields import read_yaml
from opencwc.language.plain_text import plain_text
from opencwc.language.word_edges import word_begins

DATA = Path(__file__).parent / "data" / "checkworthy.yaml"
_QUOTE = re.compile('[«»“”"„「」『』‹›]')


def signs_of(details: Details) -> dict[str, float]:
    """Return what speaks for and against a sentence that can be checked, by name."""
    text = details.text.strip()
    plain = plain_text(text, details.lang).text
    words = max(1, len(details.words.spans))
    signs = {
        "numbers": min(len(details.quantities), 3) / 3, "dates": min(len(details.dates), 2) / 2,
        "times": float(bool(details.times)), "places": min(len(details.places), 3) / 3,
        "agents": float(bool(details.agents)), "short": float(words <= 5), "length": min(words, 30) / 30,
        "question": float(text.endswith(("?", "؟", "？")) or "?" in text), "shout": float(text.endswith(("!", "！"))),
        "quotes": min(len(_QUOTE.findall(text)), 4) / 4, "dots": float(text.endswith(("…", "..."))),
        "names": min(sum(one.isupper() for one in _initials(text)), 6) / 6,
    }  # fmt: skip
    for name, pattern in _patterns(details.lang).items():
        signs[name] = float(pattern.search(plain) is not None)
    return signs


def _initials(text: str) -> list[str]:
    return [match[0][0] for match in re.finditer(r"(?<=\s)[^\W\d_]\w*", text)]


@cache
def _patterns(lang: str) -> Mapping[str, re.Pattern[str]]:
    raw = read_yaml(DATA)
    return {name: re.compile(f"{word_begins(lang)}(?:{by[lang]})") for name, by in raw.items() if lang in by}
