"""Watched reports as files for machines: a line a report as CSV or JSON Lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from opencwc.files.csv_cells import cell_of, csv_text
from opencwc.reports.actors import find_actors
from opencwc.reports.model import Span
from opencwc.reports.private_people import shown_title
from opencwc.reports.watched import Line, Watched
from opencwc.wording import sentence

COLUMNS = (
    "report", "event", "kind", "stage", "date", "date_precision", "country", "place", "agents", "killed", "affected",
    "stance", "origin", "lang", "why",
)  # fmt: skip


def as_csv(watched: Watched, lang: str = "en") -> str:
    """Return a line a report, in the order in which they came."""
    return csv_text([COLUMNS, *(tuple(map(cell_of, row_of(line, lang).values())) for line in watched.lines)])


def as_json_lines(watched: Watched, lang: str = "en") -> bytes:
    """Return a line a report, with the places of the deciding words in title and text."""
    encode = msgspec.json.encode
    return b"".join(encode({**row_of(line, lang), **_evidence(line)}) + b"\n" for line in watched.lines)


def row_of(line: Line, lang: str = "en") -> dict[str, str]:
    """Return the cells of a report's line by the names of `COLUMNS`."""
    told = line.told
    killed, affected = told.casualties.killed.number, told.casualties.affected.number
    return {
        "report": told.report.id,
        "event": line.event,
        "kind": told.nature.kind,
        "stage": told.nature.stage,
        "date": told.date.text,
        "date_precision": told.date.precision,
        "country": told.place.country,
        "place": told.place.name,
        "agents": ";".join(told.agents.names),
        "killed": "" if killed is None else str(killed),
        "affected": "" if affected is None else str(affected),
        "stance": told.nature.stance,
        "origin": line.origin,
        "lang": told.lang,
        "why": " ".join(sentence(message, lang) for message in line.why),
    }


def _evidence(line: Line) -> dict[str, Any]:
    told = line.told
    spans: dict[str, tuple[Span, ...]] = {
        **told.nature.spans,
        "date": told.date.spans,
        "place": told.place.spans,
        "agents": told.agents.spans,
        "killed": told.casualties.killed.spans,
        "affected": told.casualties.affected.spans,
        "amounts": tuple(span for amount in told.amounts for span in amount.spans),
    }
    actors = [actor._asdict() for actor in find_actors(told.report, told.lang)]
    amounts = [
        {
            "number": str(amount.number),
            "unit": amount.unit,
            "high": None if amount.high is None else str(amount.high),
            "qualifier": amount.qualifier,
        }
        for amount in told.amounts
    ]
    figures = {
        name: {"low": count.number, "high": count.high, "qualifier": count.qualifier}
        for name, count in told.casualties._asdict().items()
        if count.number is not None
    }
    return {
        "actors": actors,
        "amounts": amounts,
        "figures": figures,
        "other_countries": list(told.place.others),
        "spans": {name: [list(span) for span in some] for name, some in _filled(spans)},
        **_source(line),
    }


def _filled(spans: dict[str, tuple[Span, ...]]) -> Iterator[tuple[str, tuple[Span, ...]]]:
    return ((name, some) for name, some in spans.items() if some)


def _source(line: Line) -> dict[str, str]:
    report = line.told.report
    return {
        "source": report.source,
        "url": report.url,
        "published": report.published.isoformat(),
        "title": shown_title(line.told) if report.title else "",
    }
