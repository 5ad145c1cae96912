"""Which chemicals a report names."""

from __future__ import annotations

from opencwc.reports.model import Agents, Nature, Report


def find_agents(report: Report, lang: str, nature: Nature) -> Agents:
    """Return it."""
    return Agents()
