"""Reconciling ledgers as a verb: the books of exporters and importers in, where they disagree out."""

from __future__ import annotations

from opencwc.finding import Verdict
from opencwc.transfers.verb import TransfersVerb

VERB = TransfersVerb(
    id="reconcile",
    tones={
        Verdict.DISCREPANCY: "doubt",
        Verdict.REVIEW: "doubt",
        Verdict.UNREADABLE: "gap",
        Verdict.AGREED: "calm",
    },
    settled=frozenset({Verdict.AGREED}),
    reader="opencwc.transfers.reconcile.reader:Reader",
    kept="opencwc.transfers.reconcile.kept",
    face="opencwc.web.transfers.face:RECONCILE",
    unit="opencwc.transfers.units:pair_of",
)
