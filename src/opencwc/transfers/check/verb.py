"""Checking planned shipments as a verb: a ledger of them in, whether each may go out."""

from __future__ import annotations

from opencwc.finding import Verdict
from opencwc.transfers.verb import TransfersVerb

VERB = TransfersVerb(
    id="check",
    tones={
        Verdict.PROHIBITED: "grave",
        Verdict.REVIEW: "doubt",
        Verdict.ALLOWED_WITH: "doubt",
        Verdict.UNREADABLE: "gap",
        Verdict.ALLOWED: "calm",
    },
    settled=frozenset({Verdict.ALLOWED}),
    # A transfer that the Convention prohibits is a matter of Art. I and of criminal law (Art. VII).
    grave=frozenset({Verdict.PROHIBITED}),
    formerly=("transfers",),
    reader="opencwc.transfers.check.reader:Reader",
    kept="opencwc.transfers.check.kept",
    face="opencwc.web.transfers.face:CHECK",
    unit="opencwc.transfers.units:shipment_of",
)
