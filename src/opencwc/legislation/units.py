"""What a person decides on in a checked law: a measure, with every place that it was found in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from opencwc.verbs import UnitOf


def measure_of(content: Mapping[str, Any]) -> UnitOf:
    """Return the measure that a kept finding speaks of."""
    measure = f"{content.get('list', '')} {content.get('entry', '')}".strip()
    return UnitOf(measure or f"row {content['row']}", str(content.get("entry") or content.get("subject_id") or ""))
