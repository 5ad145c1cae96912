"""Holding claims against a record as a verb: reports and a record in, how each claim stands to the record out."""

from __future__ import annotations

from opencwc.finding import Verdict
from opencwc.verbs import Verb

DIFFERS, NOT_IN_RECORD, AGREES = Verdict("differs"), Verdict("not_in_record"), Verdict("agrees")
VERB = Verb(
    id="claims",
    # That a claim differs from a record says nothing of who is right, so no verdict is grave.
    tones={DIFFERS: "doubt", NOT_IN_RECORD: "mild", AGREES: "calm"},
    settled=frozenset({AGREES}),
    under_entry=False,
    command=("claims", "opencwc.cli.claims:claims"),
)
