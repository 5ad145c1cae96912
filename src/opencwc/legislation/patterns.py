"""The patterns of each language by which laws are read: ``data/patterns.yaml``, compiled when they are first used."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from opencwc.convention.fields import cached, read_yaml, stamps
from opencwc.settings import cache_folder

FILE = Path(__file__).parent / "data" / "patterns.yaml"


@cache
def written(table: str) -> Any:
    """Return a table of the file as it is written there."""
    return _tables()[table]


@cache
def pattern(lang: str, *tables: str) -> re.Pattern[str] | None:
    """Return what finds a language's pattern in any of these tables, ``None`` for one that has none."""
    patterns = [written(table)[lang] for table in tables if lang in written(table)]
    return re.compile("|".join(patterns)) if patterns else None


@cache
def _tables() -> Any:
    return cached(cache_folder(), "law-patterns", stamps([FILE]), lambda: read_yaml(FILE))
