"""What the rule files say, whatever the day: read once, and the same object for all who ask while no file changes.

A `Convention` is this as of a date. Who makes something large of all that the lists name (an index of spellings) can
keep it by this object, and it serves every date.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from pathlib import Path

from opencwc.convention.chemical_names import Naming, naming_files, read_naming
from opencwc.convention.fields import stamps
from opencwc.convention.model import Chemical, Entry, RuleList, Rules
from opencwc.convention.rule_files import read_rules, rule_files

KEPT = 4
"""Sets of lists: the built-in ones, and those of a user beside them."""


class Written:
    """What the rule files say, and what chemicals are called once it is asked for."""

    def __init__(self, rules: Rules, cache: Path | None) -> None:
        self.rules = rules
        self.lists: dict[str, RuleList] = {list_.id: list_ for list_ in rules.lists}
        """Every list by its id, with entries of all days."""
        self._cache = cache

    def chemicals(self) -> Iterator[tuple[Entry, Chemical]]:
        """Yield every chemical that any list names, whatever its date: names do not expire."""
        for list_ in self.rules.lists:
            for entry in list_.entries:
                for chemical in (*entry.examples, *entry.exempt, *entry.related):
                    yield entry, chemical

    @cached_property
    def naming(self) -> Naming:
        """What chemicals are called: curated names, ordinary words, HS subheadings."""
        return read_naming(self._cache)


def read_written(lists: Iterable[Path], cache: Path | None) -> Written:
    """Return what these files of lists say; raise `RuleError` at the first thing that cannot hold."""
    paths = tuple(lists)
    return _read(paths, cache, tuple(stamps([*rule_files(paths), *naming_files()])))


def forget_written() -> None:
    """Let go of what was read, so that the next one who asks reads the files, or the cache folder, again."""
    _read.cache_clear()


@lru_cache(maxsize=KEPT)
def _read(paths: tuple[Path, ...], cache: Path | None, seen: tuple[tuple[str, int, int], ...]) -> Written:
    return Written(read_rules(paths, cache), cache)
