"""What kind of event a report tells of, how far it is known and what its main speaker says."""

from __future__ import annotations

from opencwc.reports.model import Nature, Report


def find_nature(report: Report, lang: str) -> Nature:
    """Return it."""
    return Nature()
