"""Invented files to try out: a picture with an earlier state of it, and a page that changed between two captures."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

from opencwc.custody.wacz_writer import write_wacz
from opencwc.custody.web_archive import Original
from opencwc.errors import NotFoundError

PICTURE_EXAMPLES = ("drawn-2026.jpg", "drawn-2019.jpg")
PAGE_EXAMPLES = ("leak-march.wacz", "leak-september.wacz")
_FOLDER = Path(__file__).parent / "examples"
_URL = "https://nordavia-wire.example/leak-at-sandhavn"
_PAGE = """<!doctype html><html lang="en"><head><title>Leak at Sandhavn</title></head><body><h1>Leak at Sandhavn</h1>
<p>{count} people were taken to hospital after a leak of chlorine at the waterworks of Sandhavn on 3 March 2026.</p>
<p>The operator says that a valve failed.</p>
{more}<p>The waterworks supply 40,000 people.</p></body></html>
"""
_TOLD = {
    "leak-march.wacz": (
        datetime(2026, 3, 4, 9, 30, tzinfo=UTC),
        _PAGE.format(count="Two", more="<p>The resident Ana Roy, 34, says that nobody warned her street.</p>\n"),
    ),
    "leak-september.wacz": (datetime(2026, 9, 7, 16, 0, tzinfo=UTC), _PAGE.format(count="Four", more="")),
}


def example_named(name: str) -> bytes:
    """Return an example by its name; raise `NotFoundError` where there is none of it."""
    if name in PICTURE_EXAMPLES:
        return (_FOLDER / name).read_bytes()
    if name not in _TOLD:
        raise NotFoundError("no_such_example", where=name)
    taken, page = _TOLD[name]
    out = io.BytesIO()
    write_wacz(out, [Original(io.BytesIO(page.encode()), "leak.html", taken, _URL)], title="Leak at Sandhavn")
    return out.getvalue()
