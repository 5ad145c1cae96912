"""Checking planned shipments as a verb: a ledger of them in, whether each may go out."""

from __future__ import annotations

from opencwc.finding import Verdict
from opencwc.verbs import Page, Verb

VERB = Verb(
    id="check",
    tones={
        Verdict.PROHIBITED: "grave",
        Verdict.REVIEW: "doubt",
        Verdict.ALLOWED_WITH: "doubt",
        Verdict.UNREADABLE: "gap",
        Verdict.ALLOWED: "calm",
    },
    settled=frozenset({Verdict.ALLOWED}),
    grave={
        Verdict.PROHIBITED: "A transfer that the Convention prohibits is a matter of Art. I and of criminal law "
        "(Art. VII).",
    },
    formerly=("transfers",),
    many=True,
    reader="opencwc.transfers.check.reader:Reader",
    kept="opencwc.transfers.check.kept",
    command=("transfers", "opencwc.cli.transfers:transfers"),
    group=True,
    router="opencwc.web.transfers.pages:router",
    api="opencwc.web.transfers.api:router",
    face="opencwc.web.transfers.face:CHECK",
    page=Page("transfers", "/transfers", "rules"),
)
