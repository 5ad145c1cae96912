"""What the verbs of transfers share: their group of commands, their routers, their place in the navigation."""

from __future__ import annotations

from functools import partial

from opencwc.verbs import Page, Verb

TransfersVerb = partial(
    Verb,
    many=True,
    command=("transfers", "opencwc.cli.transfers:transfers"),
    group=True,
    router="opencwc.web.transfers.pages:router",
    api="opencwc.web.transfers.api:router",
    page=Page("transfers", "/transfers", "rules"),
)
