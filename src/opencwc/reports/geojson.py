"""Events as GeoJSON (RFC 7946): a point each, where the gazetteer has one; others have no geometry."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from opencwc.records import to_json
from opencwc.reports.event_facts import facts_of
from opencwc.reports.summaries import EventSummary


def as_geojson(summaries: Iterable[EventSummary], lang: str = "en") -> bytes:
    """Return events as a collection of features; positions are longitude, then latitude, in degrees (WGS 84)."""
    features = [_feature(summary, lang) for summary in summaries]
    return to_json({"type": "FeatureCollection", "features": features})


def _feature(summary: EventSummary, lang: str) -> dict[str, Any]:
    point = summary.place.point
    geometry = {"type": "Point", "coordinates": [point[1], point[0]]} if point else None
    return {"type": "Feature", "id": summary.id, "geometry": geometry, "properties": facts_of(summary, lang)}
