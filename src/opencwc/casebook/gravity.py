"""Which findings are grave, so that two different people must decide: the rules of ``data/grave.yaml``, applied."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from opencwc.convention import Convention
from opencwc.convention.fields import load_yaml

_FILE = Path(__file__).parent / "data" / "grave.yaml"


def gravity_of(verb: str) -> Callable[[str, str, str], bool]:
    """Return the test for findings of a verb: ``grave(verdict, list, entry)``.

    Every entry that ever stood in a schedule counts, whatever the day of the run: what is grave does not lapse.
    """
    rules = [rule for rule in _rules()["findings"] if rule.get("verb", verb) == verb]
    entries = _entries_by_schedule()
    fitting: set[tuple[str, str, str]] = set()
    whole: set[str] = set()
    for rule in rules:
        if "schedule" not in rule:
            whole |= set(rule["verdicts"])
            continue
        for list_id, schedule, entry in entries:
            if (list_id, schedule) == (rule["list"], rule["schedule"]):
                fitting |= {(verdict, list_id, entry) for verdict in rule["verdicts"]}
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
