"""When what a report tells of began."""

from __future__ import annotations

from opencwc.reports.model import Date, Nature, Report


def find_date(report: Report, lang: str, nature: Nature) -> Date:
    """Return it."""
    return Date()
