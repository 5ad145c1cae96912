"""Events as MISP events in JSON: unpublished, for one's own organisation, with machine tags and a link a report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from opencwc.records import to_json
from opencwc.reports.event_facts import facts_of
from opencwc.reports.machine_tags import tags_of
from opencwc.reports.private_people import shown_title
from opencwc.reports.sources import Source, SourceIndex
from opencwc.reports.summaries import EventSummary
from opencwc.wording import say, sentence

_SPACE = uuid5(NAMESPACE_URL, "urn:opencwc:watch:misp")
_OWN_ORGANISATION, _UNDEFINED, _INITIAL = "0", "4", "0"


def as_misp(
    summaries: Iterable[EventSummary], lang: str = "en", tlp: str = "green", listed: Sequence[Source] = ()
) -> bytes:
    """Return events as MISP imports them; ``tlp`` is a word of the Traffic Light Protocol 2.0."""
    index = SourceIndex(listed)
    return to_json(
        {"response": [{"Event": _event(summary, lang, list(tags_of(summary, tlp, index)))} for summary in summaries]}
    )


def _event(summary: EventSummary, lang: str, tags: list[str]) -> dict[str, Any]:
    identity = uuid5(_SPACE, summary.id)
    at = str(int(summary.last.timestamp()))
    return {
        "uuid": str(identity),
        "info": say(summary.headline, lang),
        "date": summary.first.date().isoformat(),
        "timestamp": at,
        "published": False,
        "distribution": _OWN_ORGANISATION,
        "threat_level_id": _UNDEFINED,
        "analysis": _INITIAL,
        "Tag": [{"name": tag} for tag in tags],
        "Attribute": [
            _attribute(identity, at, number, *told) for number, told in enumerate(_attributes(summary, lang), 1)
        ],
    }


def _attribute(event: UUID, at: str, number: int, category: str, kind: str, value: str, comment: str) -> dict[str, Any]:
    return {
        "uuid": str(uuid5(event, str(number))), "category": category, "type": kind, "value": value,
        "comment": comment, "to_ids": False, "disable_correlation": kind == "text", "timestamp": at,
        "distribution": "5",
    }  # fmt: skip


def _attributes(summary: EventSummary, lang: str) -> Iterator[tuple[str, str, str, str]]:
    """Yield the facts, what is disputed, and each report with who says what: category, type, value, comment."""
    facts = facts_of(summary, lang)
    for name in ("kind", "stage", "date", "country", "place"):
        if facts[name]:
            yield "Other", "text", facts[name], name
    for name in ("agents", "killed", "affected"):
        for value in facts[name]:
            yield "Other", "text", str(value), name
    for field, says in facts["differences"].items():
        yield "Other", "comment", says, f"disputed: {field}"
    for line in summary.lines:
        report, nature = line.told.report, line.told.nature
        comment = f"{report.source}; {nature.stage}; {nature.stance}; {line.origin}"
        if report.url:
            yield "External analysis", "link", report.url, comment
        else:
            yield "External analysis", "text", shown_title(line.told), comment
    yield "Internal reference", "comment", sentence(summary.told_by, lang), summary.id
