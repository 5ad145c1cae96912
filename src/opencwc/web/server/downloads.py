"""Responses that a browser saves as a file."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from opencwc.errors import NotFoundError

CSV = "text/csv; charset=utf-8"
TEXT = "text/plain; charset=utf-8"


def named(name: str) -> dict[str, str]:
    """Return the header that gives a file its name."""
    return {"content-disposition": f'attachment; filename="{name}"'}


def download(content: str | bytes, name: str, media_type: str) -> Response:
    """Return a file under a name."""
    return Response(content, media_type=media_type, headers=named(name))


def example(examples: Mapping[str, str], name: str, media_type: str = CSV) -> Response:
    """Return an invented file to try out; raise `NotFoundError` where there is none of the name."""
    if name not in examples:
        raise NotFoundError("no_such_example", where=name)
    return download(examples[name], name, media_type)
