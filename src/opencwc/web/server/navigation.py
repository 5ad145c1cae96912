"""The pages that the navigation leads to: those of the verbs, then those of the service."""

from __future__ import annotations

from collections.abc import Callable

from opencwc.verbs import Page, verbs

SERVICE_PAGES = (
    Page("evidence", "/evidence", "rules"),
    Page("casebook", "/casebook", "read"),
    Page("convention", "/convention", "rules"),
    Page("models", "/models", "models"),
    Page("audit", "/audit", "audit"),
    Page("settings", "/settings", "self"),
)
SUBMISSIONS = Page("submissions", "/declarations/submissions", "submissions")
"""The first page of a declarant, who sees no other; who reads the rules comes to it from the page of declarations."""
PAGES = (*dict.fromkeys(verb.page for verb in verbs() if verb.page), *SERVICE_PAGES)


def pages_for(allowed: Callable[[str], bool]) -> list[Page]:
    """Return the pages for who is allowed some actions."""
    declares = allowed(SUBMISSIONS.action) and not allowed("rules")
    return [page for page in (*((SUBMISSIONS,) if declares else ()), *PAGES) if allowed(page.action)]
