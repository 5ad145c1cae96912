"""What a person decides on in a judged register: what is due of a site, a fault of a row, a question to an operator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from opencwc.verbs import UnitOf


def matter_of(content: Mapping[str, Any]) -> UnitOf:
    """Return the matter that a kept finding speaks of: all of one kind on one row of one site or table."""
    subject, named = str(content.get("subject_id") or ""), str(content.get("input") or "")
    message = (content.get("message") or {}).get("id", "")
    key = f"{content['verdict']} {message} {content['row']} {subject}"
    return UnitOf(key, " · ".join(name for name in (subject, named) if name))
