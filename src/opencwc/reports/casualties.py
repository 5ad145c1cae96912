"""How many people a report says were harmed."""

from __future__ import annotations

from opencwc.reports.model import Casualties, Nature, Report


def find_casualties(report: Report, lang: str, nature: Nature) -> Casualties:
    """Return it."""
    return Casualties()
