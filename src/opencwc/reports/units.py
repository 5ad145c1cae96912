"""What a person decides on in watched reports: an event, with every report on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from opencwc.verbs import UnitOf


def event_of(content: Mapping[str, Any]) -> UnitOf:
    """Return the event that a kept finding speaks of; a report on no event stands for itself."""
    event = next((seen["label"] for seen in content.get("evidence") or () if seen["kind"] == "event"), "")
    return UnitOf(f"event {event}" if event else f"row {content['row']}", str(content.get("input") or ""))
