"""Judging a register as a verb: the books of plant sites in, what must be declared in a year out."""

from __future__ import annotations

from opencwc.finding import Verdict
from opencwc.verbs import Page, Verb

DUE, NEAR, ASK = Verdict("due"), Verdict("near"), Verdict("ask")
VERB = Verb(
    id="declare",
    tones={DUE: "doubt", Verdict.REVIEW: "doubt", Verdict.UNREADABLE: "gap", ASK: "doubt", NEAR: "mild"},
    settled=frozenset({NEAR}),
    under_entry=False,
    many=True,
    reader="opencwc.declarations.reader:Reader",
    kept="opencwc.declarations.kept",
    command=("declare", "opencwc.cli.declare:declare"),
    router="opencwc.web.declarations.pages:router",
    api="opencwc.web.declarations.api:router",
    face="opencwc.web.declarations.face:FACE",
    unit="opencwc.declarations.units:matter_of",
    page=Page("declarations", "/declarations", "rules"),
)
