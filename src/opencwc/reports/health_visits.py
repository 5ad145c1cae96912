"""Visits of inspectors of health, to a kitchen or a hospital, which are on no event of chemicals or weapons."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from opencwc.convention.fields import read_yaml
from opencwc.language.plain_text import plain_text
from opencwc.language.word_edges import word_begins, word_ends
from opencwc.reports.agents import named_agents
from opencwc.reports.signs import Read

_SUBJECT = frozenset(("agent", "chemical", "destruction", "leak", "opcw", "transfer", "use", "use_w", "weapon"))
"""Words of which an inspection because of chemicals or weapons has some."""


def is_health_visit(whole: str, lang: str, found: Read) -> bool:
    """Tell whether a title or opening has words of hygiene, and the report none of chemicals, weapons or The Hague."""
    if not _hygiene(lang).search(plain_text(whole[: found.lead_ends], lang).text):
        return False
    if _SUBJECT & {hit.group for hit in found.hits} or named_agents(whole):
        return False
    return re.search(_raw()["the_hague"], whole.lower()) is None


@cache
def _hygiene(lang: str) -> re.Pattern[str]:
    words = "|".join(_raw()["words"][lang])
    return re.compile(words if lang == "zh" else f"{word_begins(lang)}(?:{words}){word_ends(lang)}")


@cache
def _raw() -> dict[str, Any]:
    return read_yaml(Path(__file__).parent / "data" / "hygiene.yaml")
