"""The routers of all pages."""

from __future__ import annotations

from opencwc.web.accounts import settings_pages, sign_in_page
from opencwc.web.casebook import audit_page, case_page, casebook_page, finding_page
from opencwc.web.convention import pages as convention
from opencwc.web.legislation import pages as legislation
from opencwc.web.models import pages as models
from opencwc.web.screening import pages as screening
from opencwc.web.server import static_files
from opencwc.web.transfers import pages as transfers

ROUTERS = (
    static_files.router,
    sign_in_page.router,
    screening.router,
    transfers.router,
    legislation.router,
    casebook_page.router,
    case_page.router,
    finding_page.router,
    convention.router,
    models.router,
    audit_page.router,
    settings_pages.router,
)
