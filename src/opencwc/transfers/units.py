"""What a person decides on in transfers: a shipment, or what a pair of States traded in a year."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from opencwc.verbs import UnitOf


def shipment_of(content: Mapping[str, Any]) -> UnitOf:
    """Return the shipment that a kept finding speaks of: a row of the file."""
    return UnitOf(f"row {content['row']}", _called(content))


def pair_of(content: Mapping[str, Any]) -> UnitOf:
    """Return the chemical, pair and year, or the pattern, that a kept finding speaks of."""
    return UnitOf(f"{content.get('basis', '')} {content['row']} {content.get('subject_id', '')}", _called(content))


def _called(content: Mapping[str, Any]) -> str:
    named = (str(content.get("subject_id") or ""), str(content.get("input") or ""))
    return " · ".join(name for name in named if name)
