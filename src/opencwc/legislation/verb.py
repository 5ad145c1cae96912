"""Checking a State's law as a verb: its texts in, the measures of the Convention that they implement out."""

from __future__ import annotations

from opencwc.finding import Verdict
from opencwc.verbs import Page, Verb

VERB = Verb(
    id="law",
    tones={Verdict.REVIEW: "doubt", Verdict.NONE: "gap", Verdict.PARTIAL: "calm", Verdict.COVERED: "mild"},
    under_entry=False,
    many=True,
    reader="opencwc.legislation.reader:Reader",
    kept="opencwc.legislation.kept",
    command=("law", "opencwc.cli.law:law"),
    router="opencwc.web.legislation.pages:router",
    api="opencwc.web.legislation.api:router",
    face="opencwc.web.legislation.face:FACE",
    unit="opencwc.legislation.units:measure_of",
    words="opencwc.legislation.answer_wording:TEMPLATE_WORDS",
    page=Page("law", "/law", "rules"),
)
