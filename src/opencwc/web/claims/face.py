"""How the casebook's pages show claims."""

from __future__ import annotations

from opencwc.casebook.findings import History
from opencwc.casebook.runs import finding_of
from opencwc.claims.model import ASPECTS
from opencwc.finding import Finding
from opencwc.web.casebook.faces import CorrectionAsked, Face, JobPage
from opencwc.web.casebook.home_doors import Door
from opencwc.wording import say

RUNS = "/claims/runs"


def _among(history: History) -> tuple[str, str] | None:
    """Return the message and the address of the page of a claim."""
    content = history.finding.content
    if content is None:
        return None
    claim = finding_of(content, history.run["maker"]).subject.id
    return ("page_claims_see_claim", f"{RUNS}/{history.run['number']}/claims/{claim}")


def _rests_on(finding: Finding, lang: str) -> list[tuple[str, str]]:
    """Return the words that differ, each with its aspect, and the statement of the record."""
    said = [
        (say(f"claims_aspect_{evidence.kind}", lang), evidence.label)
        for evidence in finding.evidence
        if evidence.kind in ASPECTS
    ]
    statement = [one.label for one in finding.evidence if one.kind == "statement"]
    return [*said, *((say("claims_column_statement", lang), text) for text in statement)]


FACE = Face(
    JobPage("page_claims_job", "/claims", RUNS),
    jobs="/claims/jobs",
    among=_among,
    rests_on=_rests_on,
    ruled=False,
    asks=CorrectionAsked(
        "claims_column_statement", "claims_column_differs_in", {one: f"claims_aspect_{one}" for one in ASPECTS}
    ),
    doors=(Door("check", "claims", "/claims", "keep"),),
)
