"""The tour: a few stops on the pages, each pointing at one thing."""

from __future__ import annotations

import json
from typing import NamedTuple

from markupsafe import Markup

from opencwc.wording import say


class Stop(NamedTuple):
    """A stop of the tour: the page, what it points at (a CSS selector), the message, and the action it is for."""

    address: str
    target: str
    says: str
    action: str


STOPS = (
    Stop("/check?value=OCCN(CCO)CCO", "#value", "page_tour_screen", "screen"),
    Stop("/check?value=OCCN(CCO)CCO", "#answer", "page_tour_answer", "screen"),
    Stop("/check?value=OCCN(CCO)CCO", "#drop", "page_tour_file", "keep"),
    Stop("/transfers", "#main h1", "page_tour_transfers", "rules"),
    Stop("/transfers/check", "#main h1", "page_tour_transfers_check", "screen"),
    Stop("/law", "#main h1", "page_tour_law", "rules"),
    Stop("/declarations", "#main h1", "page_tour_declarations", "rules"),
    Stop("/casebook", "#main h1", "page_tour_casebook", "read"),
    Stop("/casebook", "[data-list]", "page_tour_decide", "decide"),
    Stop("/convention", "#main h1", "page_tour_convention", "rules"),
    Stop("/models", "#main h1", "page_tour_models", "models"),
    Stop("/audit/bundle", "#main h1", "page_tour_bundle", "self"),
    Stop("/audit", "#main h1", "page_tour_audit", "audit"),
)


def stops_as_json(lang: str, actions: frozenset[str]) -> Markup:
    """Return the stops for who may do these actions, for a data block of the page."""
    stops = [
        {"address": stop.address, "target": stop.target, "says": say(stop.says, lang)}
        for stop in STOPS
        if stop.action in actions
    ]
    words = {name: say(f"page_tour_{name}", lang) for name in ("next", "end", "count")}
    text = json.dumps({"stops": stops, "words": words}, ensure_ascii=False)
    return Markup(text.replace("<", "\\u003c"))  # noqa: S704 - our own words, as JSON
