"""Events as files for machines, by the name of the format."""

from __future__ import annotations

from collections.abc import Sequence

from opencwc.reports.cap import as_cap_archive
from opencwc.reports.geojson import as_geojson
from opencwc.reports.misp import as_misp
from opencwc.reports.stix import as_stix
from opencwc.reports.summaries import EventSummary

ENDINGS = {"geojson": "geojson", "stix": "stix.json", "misp": "misp.json", "cap": "cap.zip"}
"""The formats, each with the ending of its files."""


def events_as(name: str, summaries: Sequence[EventSummary], lang: str = "en", tlp: str = "green") -> bytes:
    """Return events as a file of a format of `ENDINGS`; ``tlp`` is a word of the Traffic Light Protocol 2.0."""
    if name == "geojson":
        return as_geojson(summaries, lang)
    if name == "cap":
        return as_cap_archive(summaries, lang)
    return as_stix(summaries, lang, tlp) if name == "stix" else as_misp(summaries, lang, tlp)
