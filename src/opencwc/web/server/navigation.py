"""The pages that the navigation leads to: those of the verbs, then those of the service."""

from __future__ import annotations

from opencwc.verbs import Page, verbs

SERVICE_PAGES = (
    Page("casebook", "/casebook", "read"),
    Page("convention", "/convention", "rules"),
    Page("models", "/models", "models"),
    Page("audit", "/audit", "audit"),
    Page("settings", "/settings", "self"),
)
PAGES = (*dict.fromkeys(verb.page for verb in verbs() if verb.page), *SERVICE_PAGES)
