"""Words that stand beside a name which is no chemical's: those of people, firms, places, parts and shelves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from opencwc.convention.fields import load_yaml

_FILE = Path(__file__).parent / "data" / "other_meanings.yaml"


class MeaningWords(NamedTuple):
    """The words of ``data/other_meanings.yaml``, of all languages at once; that file says where each of them stands."""

    people_before: tuple[str, ...]
    greetings: frozenset[str]
    places_before: tuple[str, ...]
    towards: tuple[str, ...]
    parts_before: tuple[str, ...]
    firms_before: tuple[str, ...]
    before_colon: tuple[str, ...]
    people_after: tuple[str, ...]
    firms_after: tuple[str, ...]
    no_names: tuple[str, ...]
    chemical: tuple[str, ...]
    chapters: tuple[str, ...]
    packings: frozenset[str]
    hazard_class: tuple[str, ...]
    retail_packings: tuple[str, ...]

    @classmethod
    @lru_cache(maxsize=1)
    def load(cls) -> MeaningWords:
        """Read the words, once in a process."""
        raw: Mapping[str, Any] = load_yaml(_FILE.read_text(encoding="utf-8"))
        before, after = raw["before"], raw["after"]
        return cls(
            people_before=_words(before["people"]),
            greetings=frozenset(_words(raw["greetings"])),
            places_before=_words(before["places"]),
            towards=_words(before["towards"]),
            parts_before=_words(before["parts"]),
            firms_before=_words(before["firms"]),
            before_colon=_words(raw["before_colon"]),
            people_after=_words(after["people"]),
            firms_after=_words(after["firms"]),
            no_names=_words(raw["no_names"]),
            chemical=_words(raw["chemical"]),
            chapters=tuple(raw["chapters"]),
            packings=frozenset(raw["packings"]),
            hazard_class=tuple(raw["hazard_class"]),
            retail_packings=_words(raw["retail_packings"]),
        )


def _words(by_language: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(word) for words in by_language.values() for word in words))
