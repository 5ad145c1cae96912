"""Drafts of alerts in the Common Alerting Protocol 1.2 (OASIS, 2010): one an event, never more than a draft.

A draft says what reports tell and who must look at it before anything goes out: its status is ``Draft``, its scope
``Restricted``, its urgency and severity unknown, as nothing here measures them.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable
from datetime import UTC
from xml.etree import ElementTree as Xml

from opencwc.reports.event_wording import place_said
from opencwc.reports.machine_tags import tlp_label
from opencwc.reports.summaries import EventSummary
from opencwc.wording import say, sentence

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
SENDER = "opencwc"
_OBSERVED = ("confirmed", "concluded")
_NOT_IN_IDENTIFIERS = re.compile(r"[\s,<&]")


def as_cap(summary: EventSummary, lang: str = "en", tlp: str = "green") -> bytes:
    """Return the draft of an alert on an event, as XML; ``tlp`` is a word of the Traffic Light Protocol 2.0."""
    alert = Xml.Element("alert", {"xmlns": NAMESPACE})
    sent = summary.last.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S-00:00")
    head = {
        "identifier": _NOT_IN_IDENTIFIERS.sub("_", summary.id),
        "sender": SENDER,
        "sent": sent,
        "status": "Draft",
        "msgType": "Alert",
        "scope": "Restricted",
        "restriction": sentence("watch_cap_restriction", lang),
        "code": tlp_label(tlp),
        "note": sentence("watch_cap_note", lang),
    }
    _put(alert, head.items())
    info = Xml.SubElement(alert, "info")
    described = (summary.told_by, *(one.says for one in summary.differences))
    _put(
        info,
        [
            ("language", lang),
            ("category", "CBRNE"),
            ("event", say(f"watch_kind_{summary.kind}", lang)),
            ("urgency", "Unknown"),
            ("severity", "Unknown"),
            ("certainty", "Observed" if summary.stage in _OBSERVED else "Unknown"),
            ("headline", say(summary.headline, lang)[:160]),
            ("description", " ".join(sentence(message, lang) for message in described)),
        ],
    )
    for name, value in (("stage", summary.stage), ("origins", str(len(summary.origins)))):
        parameter = Xml.SubElement(info, "parameter")
        _put(parameter, [("valueName", f"cwc-event:{name}"), ("value", value)])
    _area(info, summary, lang)
    Xml.indent(alert)
    written: bytes = Xml.tostring(alert, encoding="utf-8", xml_declaration=True)
    return written


def _area(info: Xml.Element, summary: EventSummary, lang: str) -> None:
    """Say where it is, as far as a report does."""
    place = summary.place
    if not place.country and not place.name:
        return
    area = Xml.SubElement(info, "area")
    _put(area, [("areaDesc", say(place_said(place), lang))])
    if place.point:
        _put(area, [("circle", f"{place.point[0]},{place.point[1]} 0")])
    if place.country:
        _put(Xml.SubElement(area, "geocode"), [("valueName", "ISO3166-1"), ("value", place.country)])


def _put(parent: Xml.Element, children: Iterable[tuple[str, str]]) -> None:
    for name, text in children:
        Xml.SubElement(parent, name).text = _printable(text)


def _printable(text: str) -> str:
    """Leave out the characters that XML 1.0 does not hold."""
    return "".join(sign for sign in text if sign in "\t\n\r" or (sign >= " " and not "\ud800" <= sign <= "\udfff"))


def as_cap_archive(summaries: Iterable[EventSummary], lang: str = "en", tlp: str = "green") -> bytes:
    """Return the drafts of all events as one ZIP file; the same events give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for summary in summaries:
            entry = zipfile.ZipInfo(f"{summary.id}.cap.xml", (1980, 1, 1, 0, 0, 0))
            archive.writestr(entry, as_cap(summary, lang, tlp), zipfile.ZIP_DEFLATED)
    return out.getvalue()
