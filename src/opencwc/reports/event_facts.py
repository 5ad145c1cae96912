"""An event as plain facts under fixed names: what every format for machines says of it."""

from __future__ import annotations

from typing import Any

from opencwc.reports.summaries import EventSummary
from opencwc.wording import sentence


def facts_of(summary: EventSummary, lang: str = "en") -> dict[str, Any]:
    """Return the facts of an event as what JSON can hold; figures that differ are given as the least and the most."""
    return {
        "event": summary.id,
        "says": sentence(summary.headline, lang),
        "kind": summary.kind,
        "stage": summary.stage,
        "stages": dict(summary.stages),
        "date": summary.date.text,
        "date_precision": summary.date.precision,
        "country": summary.place.country,
        "place": summary.place.name,
        "other_countries": list(summary.place.others),
        "agents": list(summary.agents),
        "killed": list(summary.killed),
        "affected": list(summary.affected),
        "reports": [line.told.report.id for line in summary.lines],
        "sources": list(summary.sources),
        "languages": list(summary.languages),
        "origins": len(summary.origins),
        "corroborated": summary.corroborated,
        "differences": {one.field: sentence(one.says, lang) for one in summary.differences},
        "first_published": summary.first.isoformat(),
        "last_published": summary.last.isoformat(),
    }
