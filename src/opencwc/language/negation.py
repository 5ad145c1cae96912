"""Words that say that something is not there: which come before it, which behind it, and what may stand between."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import yaml

_FILE = Path(__file__).parent / "data" / "negation.yaml"


class Negation(NamedTuple):
    """The phrases of all languages; ``joining`` are the words that carry a negation on to the next thing."""

    before: tuple[str, ...]
    behind: tuple[str, ...]
    between: tuple[str, ...]
    joining: tuple[str, ...]

    @classmethod
    @lru_cache(maxsize=1)
    def load(cls) -> Negation:
        """Read them, once."""
        raw = yaml.load(_FILE.read_text(encoding="utf-8"), Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))  # noqa: S506 - gives only texts
        return cls(**{field: tuple(phrase for many in raw[field].values() for phrase in many) for field in cls._fields})
