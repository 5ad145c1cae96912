"""The pages that the navigation leads to: one line a page."""

from __future__ import annotations

from typing import NamedTuple


class NavigationEntry(NamedTuple):
    """A page: its name (``page_nav_{name}`` says it), its address, and the action that one needs to see it."""

    name: str
    address: str
    action: str


PAGES = (
    NavigationEntry("screen", "/", "screen"),
    NavigationEntry("transfers", "/transfers", "rules"),
    NavigationEntry("law", "/law", "rules"),
    NavigationEntry("casebook", "/casebook", "read"),
    NavigationEntry("convention", "/convention", "rules"),
    NavigationEntry("models", "/models", "models"),
    NavigationEntry("audit", "/audit", "audit"),
    NavigationEntry("settings", "/settings", "self"),
)
