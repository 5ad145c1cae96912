"""Words that make another chemical of the name beside them, and words of chemicals and of their control."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from opencwc.chemistry.name_scanning import running_key
from opencwc.chemistry.names import token_key
from opencwc.convention.fields import load_yaml

_FILE = Path(__file__).parent / "data" / "name_parts.yaml"


class NameParts(NamedTuple):
    """The words of ``data/name_parts.yaml`` by their stems; those of Chinese as they are, since they follow at once.

    Words of grade and labels are by their keys.
    """

    after: frozenset[str]
    after_han: tuple[str, ...]
    before: frozenset[str]
    before_han: tuple[str, ...]
    other_han: tuple[str, ...]
    not_other_han: tuple[str, ...]
    joins: frozenset[str]
    radicals: frozenset[str]
    context: frozenset[str]
    conjunctions: frozenset[str]
    agents: frozenset[str]
    agents_unspaced: tuple[str, ...]
    context_han: tuple[str, ...]
    trade: frozenset[str]
    trade_han: tuple[str, ...]
    other_words: frozenset[str]
    equipment: frozenset[str]
    joins_equipment: frozenset[str]
    equipment_han: tuple[str, ...]
    grades: frozenset[str]
    labels: frozenset[str]

    @classmethod
    @lru_cache(maxsize=1)
    def load(cls) -> NameParts:
        """Read the words, once in a process."""
        raw: Mapping[str, Any] = load_yaml(_FILE.read_text(encoding="utf-8"))
        parts = raw["parts"]
        return cls(
            _keys(word for lang, words in parts["after"].items() if lang != "zh" for word in words),
            tuple(parts["after"]["zh"]),
            _keys(word for lang, words in parts["before"].items() if lang != "zh" for word in words),
            tuple(parts["before"]["zh"]),
            tuple(parts["other"]["zh"]),
            tuple(parts["not_other"]["zh"]),
            _keys(raw["joins"]),
            _keys(raw["radicals"]),
            _keys(word for words in raw["context"].values() for word in words),
            _keys(raw["conjunctions"]),
            _keys(raw["agents"]),
            tuple(raw["agents_unspaced"]),
            tuple(raw["context_han"]),
            _keys(word for words in raw["trade"].values() for word in words),
            tuple(raw["trade_han"]),
            _keys(word for words in raw["other_words"].values() for word in words),
            _keys(raw["equipment"]["words"]),
            _keys(raw["equipment"]["joins"]),
            tuple(raw["equipment"]["zh"]),
            frozenset(token_key(word) for words in raw["grades"].values() for word in words),
            frozenset(token_key(word) for words in raw["labels"].values() for word in words),
        )


def _keys(words: Iterable[str]) -> frozenset[str]:
    return frozenset(running_key(word) for word in words)
