"""Words as they change in running text: the case endings of Polish and Turkish, Korean particles, German compounds."""

from __future__ import annotations

import re
from collections.abc import Set
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from opencwc.convention.fields import load_yaml

_FILE = Path(__file__).parent / "data" / "inflections.yaml"


class Ending(NamedTuple):
    """An ending: what stands before it, if that matters, and what the unchanged word has in its place."""

    after: re.Pattern[str] | None
    instead: str


class Inflections(NamedTuple):
    """The endings of ``data/inflections.yaml``, by how they are written in a key."""

    endings: dict[str, tuple[Ending, ...]]
    languages: tuple[str, ...]
    longest: int
    least_latin: int
    least_other: int

    @classmethod
    @lru_cache(maxsize=1)
    def load(cls) -> Inflections:
        """Read the endings, once in a process."""
        raw = load_yaml(_FILE.read_text(encoding="utf-8"))
        endings: dict[str, list[Ending]] = {}
        for groups in raw["endings"].values():
            for group in groups:
                after = re.compile(group["after"]) if "after" in group else None
                for written in group["with"]:
                    endings.setdefault(written, []).append(Ending(after, group.get("instead", "")))
        by_ending = {written: tuple(some) for written, some in endings.items()}
        least = raw["least"]
        return cls(by_ending, tuple(raw["endings"]), max(map(len, by_ending)), least["latin"], least["other"])

    def base(self, key: str, known: Set[str]) -> str:
        """Return the known word that a word is a form of; empty where it is a form of none.

        >>> Inflections.load().base("trichlorku", {"trichlorek"}), Inflections.load().base("사린을", {"사린"})
        ('trichlorek', '사린')
        """
        least = self.least_latin if key.isascii() else self.least_other
        for length in range(1, min(self.longest, len(key) - least) + 1):
            for ending in self.endings.get(key[-length:], ()):
                left = key[:-length]
                if (ending.after is None or ending.after.search(left)) and left + ending.instead in known:
                    return left + ending.instead
        return ""
