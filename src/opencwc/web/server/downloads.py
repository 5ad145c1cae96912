"""Responses that a browser saves as a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from starlette.responses import Response, StreamingResponse

from opencwc.errors import NotFoundError

MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "geojson": "application/geo+json",
    "html": "text/html; charset=utf-8",
    "age": "application/octet-stream",
    "ics": "text/calendar; charset=utf-8",
    "jpg": "image/jpeg",
    "json": "application/json",
    "jsonld": "application/ld+json",
    "jsonl": "application/x-ndjson",
    "ndjson": "application/x-ndjson",
    "opml": "text/x-opml; charset=utf-8",
    "pdf": "application/pdf",
    "txt": "text/plain; charset=utf-8",
    "wacz": "application/octet-stream",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xml": "application/xml",
    "zip": "application/zip",
}
"""By the ending of a file's name."""


def download(content: str | bytes | Iterator[bytes], name: str) -> Response:
    """Return a file under a name, whose ending says of which kind it is; piece by piece where it comes so."""
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    media_type = MEDIA_TYPES[name.rpartition(".")[2]]
    if isinstance(content, Iterator):
        return StreamingResponse(content, media_type=media_type, headers=headers)
    return Response(content, media_type=media_type, headers=headers)


def example(examples: Mapping[str, str], name: str) -> Response:
    """Return an invented file to try out; raise `NotFoundError` where there is none of the name."""
    if name not in examples:
        raise NotFoundError("no_such_example", where=name)
    return download(examples[name], name)
