"""A page of the tests behind the real door: whatever markup a test gives, under the policy that every page has."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from starlette.responses import HTMLResponse

from opencwc.web.app import create_app
from opencwc.web.server import static_files
from opencwc.web.server.configuration import Configuration
from opencwc.web.server.service import OPEN, Router
from opencwc.web.server.static_files import address_of
from web.conftest import live

SHEETS = ("fonts.css", "tokens.css", "page.css")


@contextmanager
def page_of(body: str, *scripts: str, lang: str = "en") -> Iterator[str]:
    """Serve a page at ``/try`` and give its address."""
    sheets = "".join(f'<link rel="stylesheet" href="{address_of(sheet)}">' for sheet in SHEETS)
    modules = "".join(f'<script type="module" src="{address_of(script)}"></script>' for script in scripts)
    icon = f'<link rel="icon" href="{address_of("mark.svg")}">'
    html = (
        f'<!doctype html><html lang="{lang}" dir="{"rtl" if lang == "ar" else "ltr"}"><head><title>Try</title>'
        f'<meta charset="utf-8">{icon}{sheets}{modules}</head><body><main>{body}</main></body></html>'
    )
    router = Router()

    @router.get("/try", action=OPEN)
    def tried() -> HTMLResponse:
        return HTMLResponse(html)

    configuration = Configuration(
        address_rate="1000000/minute", person_rate="1000000/minute", allowed_hosts=("127.0.0.1",)
    )
    with live(create_app(configuration, routers=(static_files.router, router)), configuration) as place:
        yield f"{place}/try"
