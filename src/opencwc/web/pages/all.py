"""The routers of all pages."""

from __future__ import annotations

from opencwc.web import static_files
from opencwc.web.pages import (
    audit,
    case,
    casebook,
    convention,
    finding,
    law,
    models,
    screen,
    settings,
    sign_in,
    transfers,
)

ROUTERS = (
    static_files.router,
    sign_in.router,
    screen.router,
    transfers.router,
    law.router,
    casebook.router,
    case.router,
    finding.router,
    convention.router,
    models.router,
    audit.router,
    settings.router,
)
