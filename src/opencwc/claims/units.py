"""What a person decides on among claims: one claim."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from opencwc.verbs import UnitOf


def claim_of(content: Mapping[str, Any]) -> UnitOf:
    """Return the claim that a kept finding speaks of."""
    return UnitOf(f"claim {content.get('subject_id') or content['row']}", str(content.get("input") or ""))
