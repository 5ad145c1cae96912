"""Holding claims against a record as a verb: reports and a record in, how each claim stands to the record out."""

from __future__ import annotations

from opencwc.finding import Verdict
from opencwc.verbs import Page, Verb

DIFFERS, NOT_IN_RECORD, AGREES = Verdict("differs"), Verdict("not_in_record"), Verdict("agrees")
VERB = Verb(
    id="claims",
    # That a claim differs from a record says nothing of who is right, so no verdict is grave.
    tones={DIFFERS: "doubt", NOT_IN_RECORD: "mild", AGREES: "calm"},
    settled=frozenset({AGREES, NOT_IN_RECORD}),
    under_entry=False,
    many=True,
    in_order=True,
    reader="opencwc.claims.reader:Reader",
    kept="opencwc.claims.comparison_file",
    command=("claims", "opencwc.cli.claims:claims"),
    router="opencwc.web.claims.pages:router",
    api="opencwc.web.claims.api:router",
    face="opencwc.web.claims.face:FACE",
    unit="opencwc.claims.units:claim_of",
    words="opencwc.claims.claim_wording:TEMPLATE_WORDS",
    correction="opencwc.claims.corrected_claims:require_whole",
    page=Page("claims", "/claims", "rules"),
)
