"""How the casebook's pages show watched reports."""

from __future__ import annotations

from urllib.parse import quote

from opencwc.casebook.findings import History
from opencwc.casebook.runs import finding_of
from opencwc.finding import Finding
from opencwc.web.casebook.faces import Face, JobPage
from opencwc.web.casebook.home_doors import Door, Work
from opencwc.web.reports.finder import find_events
from opencwc.wording import say

RUNS = "/watch/runs"
FIELDS = ("kind", "stage", "stance", "date", "place", "agents", "killed", "affected")
"""The facts that words in a report decide, in the order in which pages number them."""


def _among(history: History) -> tuple[str, str] | None:
    """Return the message and the address of the event that a report is on; nothing where it is on none."""
    content = history.finding.content
    if content is None:
        return None
    event = next((one.label for one in finding_of(content, history.run["maker"]).evidence if one.kind == "event"), "")
    return ("page_watch_see_event", f"{RUNS}/{history.run['number']}/events/{quote(event)}") if event else None


def _rests_on(finding: Finding, lang: str) -> list[tuple[str, str]]:
    """Return the words that decided on each fact of a report."""
    return [
        (say(f"watch_field_{evidence.kind}", lang), evidence.label)
        for evidence in finding.evidence
        if evidence.kind in FIELDS
    ]


FACE = Face(
    JobPage("page_watch_job", "/watch", RUNS),
    jobs="/watch/jobs",
    among=_among,
    rests_on=_rests_on,
    ruled=False,
    doors=(
        Door("check", "watch", "/watch", "keep", frozenset({Work.ANALYST})),
        Door("waits", "watches", "/watch/saved", "read"),
    ),
    find=find_events,
)
