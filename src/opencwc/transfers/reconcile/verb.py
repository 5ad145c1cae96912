"""Reconciling ledgers as a verb: the books of exporters and importers in, where they disagree out."""

from __future__ import annotations

from opencwc.finding import Verdict
from opencwc.verbs import Page, Verb

VERB = Verb(
    id="reconcile",
    tones={
        Verdict.DISCREPANCY: "doubt",
        Verdict.REVIEW: "doubt",
        Verdict.UNREADABLE: "gap",
        Verdict.AGREED: "calm",
    },
    settled=frozenset({Verdict.AGREED}),
    many=True,
    reader="opencwc.transfers.reconcile.reader:Reader",
    kept="opencwc.transfers.reconcile.kept",
    command=("transfers", "opencwc.cli.transfers:transfers"),
    group=True,
    router="opencwc.web.transfers.pages:router",
    api="opencwc.web.transfers.api:router",
    face="opencwc.web.transfers.face:RECONCILE",
    page=Page("transfers", "/transfers", "rules"),
)
