"""What the rule files say, whatever the day: read once, and the same object for all who ask while no file changes.

A `Convention` is this as of a date. Who makes something large of all that the lists name (an index of spellings) can
keep it by this object, and it serves every date.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from pathlib import Path

from opencwc.convention.chemical_names import Naming, naming_files, read_naming
from opencwc.convention.fields import Raw
from opencwc.convention.model import Chemical, Entry, RuleList
from opencwc.convention.rule_files import build_list, read_all, rule_files

KEPT = 4
"""Sets of lists: the built-in ones, and those of a user beside them."""


class Written:
    """The rule files as they are written (``raw``), and as records once they are asked for."""

    def __init__(self, raw: Raw, cache: Path | None) -> None:
        self.raw = raw
        self._cache = cache

    @cached_property
    def lists(self) -> dict[str, RuleList]:
        """Every list by its id, with entries of all days; raises `RuleError` at the first thing that cannot hold."""
        return {str(list_.get("list")): build_list(list_) for list_ in self.raw["lists"]}

    def chemicals(self) -> Iterator[tuple[Entry, Chemical]]:
        """Yield every chemical that any list names, whatever its date: names do not expire."""
        for list_ in self.lists.values():
            for entry in list_.entries:
                for chemical in (*entry.examples, *entry.exempt, *entry.related):
                    yield entry, chemical

    @cached_property
    def naming(self) -> Naming:
        """What chemicals are called: curated names, ordinary words, HS subheadings."""
        return read_naming(self._cache)


def read_written(lists: Iterable[Path], cache: Path | None) -> Written:
    """Return what these files of lists say; raise `RuleError` where one cannot be read."""
    paths = tuple(lists)
    files = [*rule_files(paths), *naming_files()]
    seen = tuple((file, told.st_mtime_ns, told.st_size) for file in files if file.exists() and (told := file.stat()))
    return _read(paths, cache, seen)


def forget_written() -> None:
    """Let go of what was read, so that the next one who asks reads the files, or the cache folder, again."""
    _read.cache_clear()


@lru_cache(maxsize=KEPT)
def _read(paths: tuple[Path, ...], cache: Path | None, seen: tuple[tuple[Path, int, int], ...]) -> Written:
    return Written(read_all(paths, cache), cache)
