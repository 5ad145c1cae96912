"""Screening as a verb: rows or texts in, the entries they fall under out."""

from __future__ import annotations

from opencwc.finding import Verdict
from opencwc.verbs import Page, Verb

VERB = Verb(
    id="screen",
    tones={
        Verdict.LISTED: "grave",
        Verdict.REVIEW: "doubt",
        Verdict.EXEMPT: "mild",
        Verdict.UNREADABLE: "gap",
        Verdict.NOT_LISTED: "calm",
    },
    settled=frozenset({Verdict.EXEMPT, Verdict.NOT_LISTED}),
    always_counted=True,
    in_order=True,
    reader="opencwc.screening.reader:Reader",
    command=("screen", "opencwc.cli.screen:screen"),
    router="opencwc.web.screening.pages:router",
    api="opencwc.web.screening.api:router",
    face="opencwc.web.screening.face:FACE",
    unit="opencwc.screening.units:unit_of",
    page=Page("screen", "/check", "screen"),
)
