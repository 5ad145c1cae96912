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
    whole = frozenset(verb_named(verb).grave)
    fitting = {
        (verdict, list_id, entry)
        for rule in _rules()["findings"]
        for list_id, schedule, entry in _entries_by_schedule()
        if (list_id, schedule) == (rule["list"], rule["schedule"])
        for verdict in rule["verdicts"]
    }
    return lambda verdict, list_id, entry: verdict in whole or (verdict, list_id, entry) in fitting


def is_grave_act(name: str) -> bool:
    """Tell whether an act needs two people, such as ``export``."""
    return any(act["id"] == name for act in _rules()["acts"])


@cache
def _rules() -> dict[str, Any]:
    with _FILE.open(encoding="utf-8") as file:
        loaded: dict[str, Any] = load_yaml(file)
        return loaded


@cache
def _entries_by_schedule() -> tuple[tuple[str, int, str], ...]:
    lists = Convention().known_lists
    return tuple((entry.list, entry.schedule, entry.id) for list_ in lists for entry in list_.entries if entry.schedule)
