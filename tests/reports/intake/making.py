"""Small files of reports of every kind, written for the tests; the reports are invented."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from opencwc.reports.intake.arrivals import Arrival
from opencwc.reports.report_files import Piped, ReportFiles, Source

NOW = datetime(2026, 9, 2, 12, tzinfo=UTC)
TEXT = "A chlorine leak at a water plant injured twelve people on Tuesday, the operator said. The road was closed."
PAGE = f"""<!DOCTYPE html>
<html lang="fr"><head><title>Fuite de chlore | Exemple</title>
<meta property="og:site_name" content="Journal Exemple">
<link rel="canonical" href="https://journal.example/fuite">
<script type="application/ld+json">{{"@context":"https://schema.org","@graph":[{{"@type":"NewsArticle",
"headline":"Fuite de chlore &agrave; l'usine","datePublished":"2026-03-04T09:15:00+01:00"}}]}}</script>
<script>document.write("never run")</script></head>
<body><nav>Accueil Sport</nav><article><h1>Fuite de chlore à l'usine</h1><p>{TEXT}</p>
<p>{TEXT} Les pompiers ont fermé la route pendant trois heures.</p><p>{TEXT}</p></article>
<div class="related"><article><p>Le match de football a été gagné.</p></article></div>
<footer>Mentions</footer></body></html>"""


def rss(*items: str, head: str = "<title>Example Wire</title><language>en-GB</language>") -> bytes:
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:media="http://search.yahoo.com/mrss/"><channel>'
        f"{head}{''.join(items)}</channel></rss>"
    ).encode()


def item(number: int = 1, text: str = TEXT, date: str = "Wed, 04 Mar 2026 08:30:00 +0300", more: str = "") -> str:
    return (
        f"<item><title>Report {number}</title><link>https://wire.example/{number}</link><guid>r{number}</guid>"
        f"<pubDate>{date}</pubDate><description>{text}</description>{more}</item>"
    )


def warc(
    pages: Sequence[tuple[str, str, str, bytes]], *, packed: bool = True, date: str = "2026-03-05T10:00:00Z"
) -> bytes:
    """A web archive of pages: address, status, media type and bytes of each."""
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=packed)
    for url, status, kind, content in pages:
        headers = StatusAndHeaders(status, [("Content-Type", kind)], protocol="HTTP/1.0")
        record = writer.create_warc_record(
            url, "response", payload=io.BytesIO(content), http_headers=headers,
            warc_headers_dict={"WARC-Date": date},
        )  # fmt: skip
        writer.write_record(record)
    return out.getvalue()


def taken(
    data: bytes | Source | Sequence[Source], name: str = "reports.jsonl", columns: Mapping[str, str] | None = None
) -> tuple[list[Arrival], dict[str, list[Mapping[str, object]]], ReportFiles]:
    """Return what came in of a file, the values of the notes by their ids, and the reading itself."""
    sources = [Piped(io.BytesIO(data), name)] if isinstance(data, bytes) else data
    sources = [sources] if isinstance(sources, Path) else sources
    reading = ReportFiles(sources, columns or {}, now=NOW)  # type: ignore[arg-type]
    arrivals = list(reading.arrivals())
    notes: dict[str, list[Mapping[str, object]]] = {}
    for note in reading.notes:
        notes.setdefault(note.id, []).append(note.values)
    return arrivals, notes, reading
