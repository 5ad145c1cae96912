"""Watching open reports as a verb: reports in, what each tells and which of them are on one event out."""

from __future__ import annotations

from opencwc.finding import Verdict
from opencwc.verbs import Page, Verb

ALLEGED, DENIED, REPORTED = Verdict("alleged"), Verdict("denied"), Verdict("reported")
CONFIRMED, CONCLUDED, PLANNED = Verdict("confirmed"), Verdict("concluded"), Verdict("planned")
NO_EVENT = Verdict("no_event")
VERB = Verb(
    id="watch",
    # A report accuses nobody, so no verdict is grave: what only a party says is in doubt, and so is its denial.
    tones={
        ALLEGED: "doubt",
        DENIED: "doubt",
        REPORTED: "mild",
        CONFIRMED: "mild",
        PLANNED: "mild",
        CONCLUDED: "calm",
        NO_EVENT: "calm",
    },
    settled=frozenset({NO_EVENT}),
    under_entry=False,
    many=True,
    in_order=True,
    reader="opencwc.reports.reader:Reader",
    kept="opencwc.reports.kept",
    growth="opencwc.reports.growth:grown_steps",
    command=("watch", "opencwc.cli.watch:watch"),
    router="opencwc.web.reports.pages:router",
    api="opencwc.web.reports.api:router",
    face="opencwc.web.reports.face:FACE",
    unit="opencwc.reports.units:event_of",
    words="opencwc.reports.event_wording:TEMPLATE_WORDS",
    page=Page("watch", "/watch", "rules"),
)
