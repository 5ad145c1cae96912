"""Which findings two different people must decide: by entry in ``data/grave.yaml``, by verdict in the verb."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from opencwc.convention import Convention
from opencwc.convention.fields import load_yaml
from opencwc.verbs import verb_named

_FILE = Path(__file__).parent / "data" / "grave.yaml"


def gravity_of(verb: str) -> Callable[[str, str, str], bool]:
    """Return the test for findings of a verb: ``grave(verdict, list, entry)``.

    Every entry that ever stood in a schedule counts, whatever the day of the run: what is grave does not lapse.
    """
    whole = verb_named(verb).grave
    fitting = {
        (verdict, list_id, entry)
        for rule in _rules()["findings"]
        for list_id, schedule, entry in _entries_by_schedule()
        if (list_id, schedule) == (rule["list"], rule["schedule"])
        for verdict in rule["verdicts"]
    }
    return lambda verdict, list_id, entry: verdict in whole or (verdict, list_id, entry) in fitting


@cache
def _rules() -> dict[str, Any]:
    loaded: dict[str, Any] = load_yaml(_FILE.read_text(encoding="utf-8"))
    return loaded


@cache
def _entries_by_schedule() -> tuple[tuple[str, int, str], ...]:
    lists = Convention().known_lists
    return tuple((entry.list, entry.schedule, entry.id) for list_ in lists for entry in list_.entries if entry.schedule)
