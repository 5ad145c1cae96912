"""Events as STIX 2.1 (OASIS, 2021): an incident with its location, a note a report, and a report that holds them.

An incident says that something is told of, not that it happened: its labels say how far it is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from opencwc.records import to_json
from opencwc.reports.machine_tags import tags_of
from opencwc.reports.private_people import shown_title
from opencwc.reports.sources import Source, SourceIndex
from opencwc.reports.summaries import EventSummary
from opencwc.reports.watched import Line
from opencwc.wording import say, sentence
from opencwc.wording.states import iso_alpha2

_SPACE = uuid5(NAMESPACE_URL, "urn:opencwc:watch:stix")
TLP_MARKINGS = {
    "clear": "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9",
    "green": "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da",
    "amber": "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82",
    "red": "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed",
}
"""The markings of the Traffic Light Protocol that STIX 2.1 itself defines (7.2.1.4); what is clear was white."""
_MADE = "2026-01-01T00:00:00.000Z"


def as_stix(
    summaries: Iterable[EventSummary], lang: str = "en", tlp: str = "green", listed: Sequence[Source] = ()
) -> bytes:
    """Return events as one bundle.

    The same content gives the same ids, and other content others: an event that has grown, or is said in another
    language, is not another version under one time (STIX 2.1, 3.6). Its own id is an external reference.
    """
    us = {
        "type": "identity", "spec_version": "2.1", "id": _id("identity", "opencwc"), "created": _MADE,
        "modified": _MADE, "name": "OpenCWC", "identity_class": "system",
    }  # fmt: skip
    objects: list[dict[str, Any]] = [us]
    index = SourceIndex(listed)
    for summary in summaries:
        common = {"created_by_ref": us["id"], "object_marking_refs": [TLP_MARKINGS[tlp]]}
        objects += _objects(summary, lang, common, list(tags_of(summary, tlp, index)))
    name = ",".join(str(one["id"]) for one in objects)
    return to_json({"type": "bundle", "id": _id("bundle", name), "objects": objects})


def _objects(summary: EventSummary, lang: str, common: dict[str, Any], labels: list[str]) -> Iterator[dict[str, Any]]:
    def made(kind: str, part: str, /, **others: Any) -> dict[str, Any]:
        body = {**common, "lang": lang, **others}
        times = {"created": _moment(summary.first), "modified": _moment(summary.last)}
        name = f"{summary.id} {part} {to_json(body).decode()}"
        return {"type": kind, "spec_version": "2.1", "id": _id(kind, name), **times, **body}

    told = [sentence(message, lang) for message in (summary.told_by, *(one.says for one in summary.differences))]
    ours = {"external_references": [{"source_name": "OpenCWC", "external_id": summary.id}], "labels": labels}
    incident = made("incident", "", name=say(summary.headline, lang), description=" ".join(told), **ours)
    about = [incident]
    if country := iso_alpha2(summary.place.country):
        where: dict[str, Any] = {"country": country}
        if summary.place.name:
            where["name"] = summary.place.name
        if summary.place.point:
            where |= {"latitude": summary.place.point[0], "longitude": summary.place.point[1]}
        location = made("location", "place", **where)
        ends = {"source_ref": incident["id"], "target_ref": location["id"]}
        about += [location, made("relationship", "located-at", relationship_type="located-at", **ends)]
    for line in summary.lines:
        about.append(made("note", f"note {line.told.report.id}", **_note(line, incident["id"], lang)))
    yield from about
    held = [one["id"] for one in about]
    published = _moment(summary.last)
    yield made("report", "report", name=say(summary.headline, lang), published=published, object_refs=held)


def _note(line: Line, incident: str, lang: str) -> dict[str, Any]:
    """Return what one outlet says: by its title, never by its whole text, which names people."""
    report, nature = line.told.report, line.told.nature
    reference = {"source_name": report.source or report.id} | ({"url": report.url} if report.url else {})
    said = [say(f"verdict_{nature.stage}", lang)]
    said += [say(f"watch_stance_{nature.stance}", lang)] if nature.stance else []
    return {
        "abstract": say("clause_separator", lang).join(said),
        "content": shown_title(line.told),
        "object_refs": [incident],
        "external_references": [reference],
        "labels": [f"origin:{line.origin}", f"stance:{nature.stance}", f"stage:{nature.stage}"],
    }


def _id(kind: str, name: str) -> str:
    return f"{kind}--{uuid5(_SPACE, f'{kind} {name}')}"


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
