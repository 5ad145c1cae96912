"""The pages that the navigation leads to: one line a page."""

from __future__ import annotations

from typing import NamedTuple


class Page(NamedTuple):
    """A page: its name (``page_nav_{name}`` says it), its address, and the action that one needs to see it."""

    name: str
    address: str
    action: str


PAGES = (
    Page("screen", "/", "screen"),
    Page("transfers", "/transfers", "rules"),
    Page("law", "/law", "rules"),
    Page("casebook", "/casebook", "read"),
    Page("convention", "/convention", "rules"),
    Page("models", "/models", "models"),
    Page("audit", "/audit", "audit"),
    Page("settings", "/settings", "self"),
)
